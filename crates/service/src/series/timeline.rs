//! What happened to a run, and when.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use moniflux_domain::point::{LoadEvent, Mark, Point};
use moniflux_domain::run::{Outcome, Run};
use serde::{Serialize, Serializer};

/// Something that happened to a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineEntry {
    /// What.
    pub event: TimelineEvent,
    /// When.
    pub at: DateTime<Utc>,
    /// Seconds of active time by then.
    pub t: f64,
    /// More about it, in words.
    pub detail: Option<String>,
}

/// What can happen to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimelineEvent {
    /// It began.
    Started,
    /// Something happened to its load.
    Load(LoadEvent),
    /// It ended.
    Ended(Outcome),
}

impl TimelineEvent {
    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Load(event) => event.as_str(),
            Self::Ended(Outcome::Completed) => "completed",
            Self::Ended(Outcome::Cancelled) => "cancelled",
            Self::Ended(Outcome::Failed) => "failed",
        }
    }
}

impl Serialize for TimelineEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl From<&Mark> for TimelineEntry {
    fn from(mark: &Mark) -> Self {
        Self {
            event: TimelineEvent::Load(mark.event),
            at: mark.at,
            t: mark.active.as_duration().as_secs_f64(),
            detail: mark.detail.clone(),
        }
    }
}

/// The marks of points, each once and in order: every lane's point has those of its run.
pub(crate) fn marks<'a>(points: impl IntoIterator<Item = &'a Point>) -> Vec<&'a Mark> {
    let mut seen = BTreeSet::new();
    let mut marks: Vec<_> = points
        .into_iter()
        .flat_map(|point| &point.marks)
        .filter(|mark| seen.insert((mark.event.as_str(), mark.at, mark.detail.as_deref())))
        .collect();
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// Everything that happened to a run, as far as the points tell.
pub(super) fn of(run: &Run, points: &[Point]) -> Vec<TimelineEntry> {
    let started = TimelineEntry { event: TimelineEvent::Started, at: run.started_at, t: 0.0, detail: None };
    let marks = marks(points).into_iter().map(TimelineEntry::from);
    let ended = run.end().map(|end| TimelineEntry {
        event: TimelineEvent::Ended(end.outcome),
        at: end.at,
        t: run.checkpoint().active.as_duration().as_secs_f64(),
        detail: end.reason,
    });
    std::iter::once(started).chain(marks).chain(ended).collect()
}
