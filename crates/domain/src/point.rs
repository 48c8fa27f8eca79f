//! What a run leaves behind besides its end: points over time and samples of its records.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::RunId;
use crate::profile::ActiveTime;
use crate::signal::Signal;
use crate::spec::LogType;
use crate::tally::Tally;
use crate::verdict::Evidence;

/// What happened in one share of a lane since the point before it.
///
/// A run's summary is the sum of its points of either grain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The run.
    pub run: RunId,
    /// The lane.
    pub signal: Signal,
    /// The share of the lane, from 0.
    pub share: u32,
    /// How long a stretch it is of.
    pub grain: Grain,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// The run's time under load by then.
    pub active: ActiveTime,
    /// The time under load since the point before.
    pub span: Duration,
    /// Counts since the point before.
    pub tally: Tally,
    /// What the verdict rests on, since the point before.
    pub evidence: Evidence,
    /// Distributions since the point before.
    pub latency: Latency,
    /// What happened to the load since the point before, in order.
    pub marks: Vec<Mark>,
}

/// How long a stretch a point is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grain {
    /// About a second: as it was reported.
    #[default]
    Fine,
    /// [`Grain::COARSE`], put together from fine ones, so that long runs can be read quickly.
    Coarse,
}

impl Grain {
    /// The stretch of a coarse point, which begins at a multiple of it.
    pub const COARSE: Duration = Duration::from_secs(30);

    /// Every grain, fine first.
    pub const ALL: [Self; 2] = [Self::Fine, Self::Coarse];

    /// As stores keep it: seconds.
    pub fn as_secs(self) -> u32 {
        match self {
            Self::Fine => 1,
            Self::Coarse => 30,
        }
    }
}

/// Something that happened to a load, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What.
    pub event: LoadEvent,
    /// When, to the millisecond.
    pub at: DateTime<Utc>,
    /// The time under load by then.
    pub active: ActiveTime,
    /// More about it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
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
    /// A threshold that held did not hold any more.
    ThresholdBreached,
}

impl LoadEvent {
    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TakenOver => "takenOver",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Changed => "changed",
            Self::Stopped => "stopped",
            Self::ThresholdBreached => "thresholdBreached",
        }
    }
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
    /// The number that the record carries, its place in its lane.
    pub seq: u64,
    /// The record's own time, to the millisecond.
    pub at: DateTime<Utc>,
    /// The severity of a log.
    pub level: Option<LogType>,
    /// The id of a trace, in 32 hexadecimal digits.
    pub trace_id: Option<String>,
    /// The record as a JSON object.
    pub body: String,
}

impl Sample {
    /// The fields of a record that say whose it is and when it was: the same for all of a run, so nobody looks for their texts.
    pub const NOT_SEARCHED: [&str; 3] = ["testID", "runID", "timestamp"];

    /// The texts that a sample is looked for by: all of its record but its keys and [`Self::NOT_SEARCHED`].
    pub fn texts(&self) -> Vec<String> {
        fn collect(value: Value, texts: &mut Vec<String>) {
            match value {
                Value::String(text) => texts.push(text),
                Value::Array(values) => values.into_iter().for_each(|value| collect(value, texts)),
                Value::Object(fields) => fields
                    .into_iter()
                    .filter(|(key, _)| !Sample::NOT_SEARCHED.contains(&key.as_str()))
                    .for_each(|(_, value)| collect(value, texts)),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        let mut texts = Vec::new();
        // What is no JSON has none.
        if let Ok(record) = serde_json::from_str(&self.body) {
            collect(record, &mut texts);
        }
        texts
    }
}
