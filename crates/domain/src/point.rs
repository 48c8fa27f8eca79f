//! What a run leaves behind besides its end: points over time and samples of its records.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::RunId;
use crate::profile::ActiveTime;
use crate::signal::Signal;
use crate::tally::Tally;
use crate::verdict::Evidence;

/// What happened in one share of a lane since the point before it.
///
/// A run's summary is the sum of its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The run.
    pub run: RunId,
    /// The lane.
    pub signal: Signal,
    /// The share of the lane, from 0.
    pub share: u32,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// The run's time under load by then.
    pub active: ActiveTime,
    /// Counts since the point before.
    pub tally: Tally,
    /// What the verdict rests on, since the point before.
    pub evidence: Evidence,
    /// Distributions since the point before.
    pub latency: Latency,
    /// What happened to the load since the point before, in order.
    pub marks: Vec<Mark>,
}

/// Something that happened to a load, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What.
    pub event: LoadEvent,
    /// When, to the millisecond.
    pub at: DateTime<Utc>,
    /// The time under load by then.
    pub active: ActiveTime,
}

/// What can happen to a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LoadEvent {
    /// Another holder went on with it.
    TakenOver,
    /// It stood still from then on.
    Paused,
    /// It went on.
    Resumed,
    /// It followed other rates, another profile or another end.
    Changed,
    /// It was ended before its time.
    Stopped,
}

impl Point {
    /// What was counted in all of these.
    pub fn counted(points: &[Self]) -> Tally {
        let mut sum = Tally::default();
        for point in points {
            sum.merge(&point.tally);
        }
        sum
    }
}

/// Three distributions, in microseconds, weighted by records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// From the due time of a batch to the moment it was issued.
    pub lateness: Distribution,
    /// From the due time of a batch to its answer.
    pub response: Distribution,
    /// From the moment a batch was issued to its answer.
    pub service: Distribution,
}

/// A distribution in the serialized form of HDR histograms (V2); empty bytes for one without values.
///
/// The core carries it about without looking inside; the engine reads, merges and writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Distribution(pub Vec<u8>);

/// One generated record, kept for people to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The run.
    pub run: RunId,
    /// The lane.
    pub signal: Signal,
    /// The share of the lane, from 0.
    pub share: u32,
    /// The record's sequence number in its share.
    pub seq: u64,
    /// The record's own time.
    pub at: DateTime<Utc>,
    /// The record as JSON.
    pub body: String,
}
