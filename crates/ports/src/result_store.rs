//! Where points, samples and attachments are kept.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;

use crate::error::StoreFault;

/// Keeps what runs leave behind.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ResultStore: Send + Sync {
    /// Stores points of any runs. A point is known by run, grain, signal, share and active time: storing it again changes
    /// nothing.
    async fn append_points(&self, points: &[Point]) -> Result<(), StoreFault>;

    /// The points of a run of that grain, by active time, then signal, then share.
    async fn points(&self, run: RunId, grain: Grain, range: PointRange) -> Result<Vec<Point>, StoreFault>;

    /// The fine points of every run that were taken after `at`, by the time they were taken; at most `limit`.
    ///
    /// A replica whose clock is behind, or which was slow to store them, adds points with earlier times later: who follows
    /// them looks back a little, and knows those that it has seen.
    async fn points_since(&self, at: DateTime<Utc>, limit: u32) -> Result<Vec<Point>, StoreFault>;

    /// Forgets points and samples older than `keep`, now or, if the store does so by itself, soon, and from then on.
    /// To be called again and again; the shortest `keep` of all callers may count.
    async fn retain(&self, keep: Duration) -> Result<(), StoreFault>;

    /// Stores samples of any runs. A sample is known by run, signal, share and sequence number: storing it again
    /// changes nothing.
    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault>;

    /// The samples of a run that fit, by signal, then sequence number, then share.
    async fn samples(&self, run: RunId, query: &SampleQuery) -> Result<Vec<Sample>, StoreFault>;

    /// Keeps a document with a run, in the place of one of the same name.
    async fn attach(&self, run: RunId, attachment: &Attachment) -> Result<(), StoreFault>;

    /// The documents of a run, by name.
    async fn attachments(&self, run: RunId) -> Result<Vec<Attachment>, StoreFault>;

    /// The documents of that name of any runs, oldest first, at most `limit`.
    async fn attached(&self, name: &str, limit: u32) -> Result<Vec<(RunId, Attachment)>, StoreFault>;

    /// Forgets a document of a run. Forgetting what is not there succeeds.
    async fn detach(&self, run: RunId, name: &str) -> Result<(), StoreFault>;

    /// Forgets everything of these runs. Forgetting what is not there succeeds.
    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault>;
}

/// A stretch of active time: `from` included, `to` excluded. The default is all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PointRange {
    /// The first moment wanted.
    pub from: ActiveTime,
    /// The first moment not wanted any more; none for no end.
    pub to: Option<ActiveTime>,
}

/// Which samples are wanted, a page at a time. The default is none: its limit is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampleQuery {
    /// Of that lane.
    pub signal: Option<Signal>,
    /// Of that moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Earlier than that moment.
    pub to: Option<DateTime<Utc>>,
    /// Logs of that severity.
    pub level: Option<LogType>,
    /// With this in one of the record's texts, the keys and [`Sample::NOT_SEARCHED`] aside; ASCII letters fit in either case. It is a
    /// text and no pattern.
    pub text: Option<String>,
    /// The records of that number.
    pub seq: Option<u64>,
    /// The trace of that id, in 32 lower-case hexadecimal digits.
    pub trace_id: Option<String>,
    /// Behind that place.
    pub after: Option<SampleCursor>,
    /// At most so many.
    pub limit: u32,
}

/// A place among samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleCursor {
    /// The lane.
    pub signal: Signal,
    /// The sequence number.
    pub seq: u64,
    /// The share of the lane.
    pub share: u32,
}

impl SampleCursor {
    /// The place of a sample.
    pub fn of(sample: &Sample) -> Self {
        Self { signal: sample.signal, seq: sample.seq, share: sample.share }
    }
}
