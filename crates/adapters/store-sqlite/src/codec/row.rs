//! Rows, as they are read. They are written by the statements, column by column.

use std::error::Error;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::{Epoch, ReplicaId, RunId, RunNumber, TestId, UserId, Version};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::point::{Distribution, Grain, Latency, Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::{Checkpoint, Lease, Outcome, Run, RunEnd, RunShare};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{LogType, Spec, StoredSpec};
use moniflux_domain::test::{CurrentRun, Test};
use moniflux_ports::error::StoreFault;
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use uuid::Uuid;

use super::document::CheckpointDocument;

/// A row of `tests`.
#[derive(FromRow)]
pub(crate) struct TestRow {
    id: String,
    user: String,
    status: String,
    spec: String,
    schedule: Option<i64>,
    created_at: i64,
    updated_at: i64,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    run_id: Option<Vec<u8>>,
    run_number: Option<u32>,
    version: i64,
    baseline: Option<u32>,
}

/// A row of `runs`: one share.
#[derive(FromRow)]
pub(crate) struct RunRow {
    id: Vec<u8>,
    share: u32,
    shares: u32,
    test: String,
    number: u32,
    spec: String,
    started_at: i64,
    outcome: Option<String>,
    ended_at: Option<i64>,
    reason: Option<String>,
    checkpoint: String,
    holder: Option<String>,
    expires_at: Option<i64>,
    epoch: i64,
}

/// A row of `points`.
#[derive(FromRow)]
pub(crate) struct PointRow {
    run: Vec<u8>,
    grain: u32,
    active: i64,
    signal: String,
    share: u32,
    at: i64,
    span: i64,
    tally: String,
    evidence: String,
    lateness: Vec<u8>,
    response: Vec<u8>,
    service: Vec<u8>,
    marks: Option<String>,
}

/// A row of `samples`.
#[derive(FromRow)]
pub(crate) struct SampleRow {
    run: Vec<u8>,
    signal: String,
    share: u32,
    seq: i64,
    at: i64,
    level: Option<String>,
    trace_id: Option<String>,
    body: String,
}

/// A row of `attachments`.
#[derive(FromRow)]
pub(crate) struct AttachmentRow {
    run: Vec<u8>,
    name: String,
    at: i64,
    body: String,
}

impl TestRow {
    /// The test that the row holds.
    pub(crate) fn decode(self) -> Result<Test, StoreFault> {
        let subject = format!("test {}", self.id);
        self.read().map_err(|source| unreadable(subject, source))
    }

    fn read(self) -> Read<Test> {
        let run = match (self.run_id, self.run_number) {
            (Some(id), Some(number)) => Some(CurrentRun { id: run_id(&id)?, number: RunNumber(number) }),
            _ => None,
        };
        Ok(Test {
            id: TestId::parse(self.id)?,
            user: UserId::parse(self.user)?,
            status: choice(Status::from_name, &self.status)?,
            spec: spec(&self.spec)?,
            schedule: self.schedule.map(moment).transpose()?,
            created_at: moment(self.created_at)?,
            updated_at: moment(self.updated_at)?,
            started_at: self.started_at.map(moment).transpose()?,
            completed_at: self.completed_at.map(moment).transpose()?,
            run,
            baseline: self.baseline.map(RunNumber),
            version: Version(u64::try_from(self.version)?),
        })
    }
}

impl RunRow {
    /// The run, with the one share that the row holds.
    pub(crate) fn decode(self) -> Result<Run, StoreFault> {
        let subject = format!("run {} of test {}", self.number, self.test);
        self.read().map_err(|source| unreadable(subject, source))
    }

    fn read(self) -> Read<Run> {
        let end = match (self.outcome, self.ended_at) {
            (Some(outcome), Some(at)) => Some(RunEnd {
                outcome: choice(outcome_from_name, &outcome)?,
                at: moment(at)?,
                reason: self.reason,
            }),
            _ => None,
        };
        let lease = match (self.holder, self.expires_at) {
            (Some(holder), Some(at)) => Some(Lease { holder: ReplicaId(holder), expires_at: moment(at)? }),
            _ => None,
        };
        let share = RunShare {
            share: Share::new(self.share, self.shares).ok_or("there is no such share")?,
            end,
            checkpoint: Checkpoint::try_from(document::<CheckpointDocument>(&self.checkpoint)?)?,
            lease,
            epoch: Epoch(u64::try_from(self.epoch)?),
        };
        Ok(Run {
            id: run_id(&self.id)?,
            test: TestId::parse(self.test)?,
            number: RunNumber(self.number),
            spec: spec(&self.spec)?,
            started_at: moment(self.started_at)?,
            shares: vec![share],
        })
    }
}

impl PointRow {
    /// The point that the row holds.
    pub(crate) fn decode(self) -> Result<Point, StoreFault> {
        self.read().map_err(|source| unreadable("a point".to_owned(), source))
    }

    fn read(self) -> Read<Point> {
        Ok(Point {
            run: run_id(&self.run)?,
            signal: choice(Signal::from_name, &self.signal)?,
            share: self.share,
            grain: grain(self.grain)?,
            at: moment(self.at)?,
            span: Duration::from_nanos(u64::try_from(self.span)?),
            active: ActiveTime::from_nanos(u64::try_from(self.active)?),
            tally: document(&self.tally)?,
            evidence: document(&self.evidence)?,
            latency: Latency {
                lateness: Distribution(self.lateness),
                response: Distribution(self.response),
                service: Distribution(self.service),
            },
            marks: self.marks.as_deref().map_or(Ok(Vec::new()), document)?,
        })
    }
}

impl SampleRow {
    /// The sample that the row holds.
    pub(crate) fn decode(self) -> Result<Sample, StoreFault> {
        self.read().map_err(|source| unreadable("a sample".to_owned(), source))
    }

    fn read(self) -> Read<Sample> {
        Ok(Sample {
            run: run_id(&self.run)?,
            signal: choice(Signal::from_name, &self.signal)?,
            share: self.share,
            seq: u64::try_from(self.seq)?,
            at: moment(self.at)?,
            level: self.level.map(|name| choice(LogType::from_name, &name)).transpose()?,
            trace_id: self.trace_id,
            body: self.body,
        })
    }
}

impl AttachmentRow {
    /// The attachment that the row holds, and of which run it is.
    pub(crate) fn decode(self) -> Result<(RunId, Attachment), StoreFault> {
        self.read().map_err(|source| unreadable("an attachment".to_owned(), source))
    }

    fn read(self) -> Read<(RunId, Attachment)> {
        let run = run_id(&self.run)?;
        Ok((run, Attachment { name: self.name, at: moment(self.at)?, body: self.body }))
    }
}

type Read<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A row that this version did not write, or that someone changed by hand.
#[derive(Debug, thiserror::Error)]
#[error("{subject} cannot be read")]
struct Unreadable {
    subject: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

fn unreadable(subject: String, source: Box<dyn Error + Send + Sync>) -> StoreFault {
    StoreFault::broken(Unreadable { subject, source })
}

fn spec(text: &str) -> Read<Spec> {
    Ok(document::<StoredSpec>(text)?.into())
}

fn document<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text)
}

fn run_id(bytes: &[u8]) -> Result<RunId, uuid::Error> {
    Uuid::from_slice(bytes).map(RunId)
}

fn moment(millis: i64) -> Read<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| format!("{millis} is no time").into())
}

fn choice<T>(from_name: impl Fn(&str) -> Option<T>, name: &str) -> Read<T> {
    from_name(name).ok_or_else(|| format!("\"{name}\" is not known").into())
}

fn grain(seconds: u32) -> Read<Grain> {
    let known = Grain::ALL.into_iter().find(|grain| grain.as_secs() == seconds);
    known.ok_or_else(|| format!("there is no grain of {seconds} s").into())
}

fn outcome_from_name(name: &str) -> Option<Outcome> {
    [Outcome::Completed, Outcome::Cancelled, Outcome::Failed]
        .into_iter()
        .find(|outcome| outcome.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_signals_sort_like_the_signals() {
        assert!(Signal::ALL.is_sorted_by_key(|signal| signal.as_str()));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_no_retry_mends_it() {
        let row = SampleRow {
            run: vec![0; 16],
            signal: "smells".to_owned(),
            share: 0,
            seq: 0,
            at: 0,
            level: None,
            trace_id: None,
            body: String::new(),
        };
        let fault = row.decode().unwrap_err();
        assert!(!fault.is_retryable());
        assert_eq!(fault.source().unwrap().to_string(), "a sample cannot be read");
    }
}
