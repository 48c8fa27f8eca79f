//! A test: its definition and where it is in its life.
//!
//! Every change goes through [`lifecycle::decide`] and yields a new value with the next version, to be stored by
//! compare-and-set; a `Test` is never changed in place.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{RunId, RunNumber, TestId, UserId, Version};
use crate::lifecycle::{self, Command, Event, Refusal, Status};
use crate::spec::Spec;

/// A stored test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub id: TestId,
    /// Whose it is.
    pub user: UserId,
    /// Where it is in its life.
    pub status: Status,
    /// What its next run does; for a running test, what the run does now.
    pub spec: Spec,
    /// When it starts, while it is scheduled.
    pub schedule: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When its latest run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When its latest run ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Its latest run.
    pub run: Option<CurrentRun>,
    /// The run that others are compared with.
    pub baseline: Option<RunNumber>,
    /// Counts its changes.
    pub version: Version,
}

/// The latest run of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentRun {
    /// The run's own name.
    pub id: RunId,
    /// The how-many-eth it is.
    pub number: RunNumber,
}

impl Test {
    /// A new test, [`Status::Pending`].
    pub fn create(id: TestId, user: UserId, spec: Spec, now: DateTime<Utc>) -> Self {
        Self {
            id,
            user,
            status: Status::Pending,
            spec,
            schedule: None,
            created_at: now,
            updated_at: now,
            started_at: None,
            completed_at: None,
            run: None,
            baseline: None,
            version: Version::FIRST,
        }
    }

    /// What the command would lead to.
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn decide(&self, command: Command) -> Result<Event, Refusal> {
        lifecycle::decide(Some(self.status), command).map(|(_, event)| event)
    }

    /// With a new run in progress, by [`Command::Start`], [`Command::DueTime`] or [`Command::Restart`].
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn with_run(&self, command: Command, run: RunId, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let mut next = self.after(command, now)?;
        let number = self.run.map_or(RunNumber::FIRST, |latest| latest.number.next());
        next.run = Some(CurrentRun { id: run, number });
        next.schedule = None;
        next.started_at = Some(now);
        next.completed_at = None;
        Ok(next)
    }

    /// With a start time.
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn scheduled(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let mut next = self.after(Command::Schedule, now)?;
        next.schedule = Some(at);
        Ok(next)
    }

    /// With another definition; the load of a run in progress follows it.
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn changed(&self, spec: Spec, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let mut next = self.after(Command::Change, now)?;
        next.spec = spec;
        Ok(next)
    }

    /// Standing still ([`Command::Pause`]) or going on again ([`Command::Resume`]).
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn held(&self, command: Command, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.after(command, now)
    }

    /// With its run over, by [`Command::LoadEnds`], [`Command::CannotGoOn`] or [`Command::Cancel`]; a cancelled
    /// schedule is dropped.
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn ended(&self, command: Command, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let mut next = self.after(command, now)?;
        next.schedule = None;
        if self.status.has_run() {
            next.completed_at = Some(now);
        }
        Ok(next)
    }

    /// With another run to compare others with, or none; whatever its state.
    #[must_use]
    pub fn with_baseline(&self, baseline: Option<RunNumber>, now: DateTime<Utc>) -> Self {
        Self { baseline, updated_at: now, version: self.version.next(), ..self.clone() }
    }

    /// The next version in the state that the command leads to.
    fn after(&self, command: Command, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let (status, _) = lifecycle::decide(Some(self.status), command)?;
        let status = status.unwrap_or(self.status);
        Ok(Self { status, updated_at: now, version: self.version.next(), ..self.clone() })
    }
}
