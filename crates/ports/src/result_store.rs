//! Where points, samples and attachments are kept.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;

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

    /// The samples of a run, by signal, share and sequence number, after `after`, at most `limit`.
    async fn samples(
        &self,
        run: RunId,
        signal: Option<Signal>,
        after: Option<SampleCursor>,
        limit: u32,
    ) -> Result<Vec<Sample>, StoreFault>;

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

/// A place among samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleCursor {
    /// The lane.
    pub signal: Signal,
    /// The share of the lane.
    pub share: u32,
    /// The sequence number.
    pub seq: u64,
}
