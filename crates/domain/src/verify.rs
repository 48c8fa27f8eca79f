//! Asking the sink what arrived, so that what was acked can be told from what was received.
//!
//! What is asked and what is told live here; how the two sides of the ledger are joined, in `join`. Nothing here asks anyone.

mod join;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::destination::Endpoint;
use crate::signal::Signal;
use crate::threshold::{Count, Quantile};

/// Where the sink at the end of the pipeline is, and how long to wait for what is still on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// The sink's address; its ledger is at `/ledger/{testID}` below it.
    pub sink: Endpoint,
    /// The longest wait, after the load has ended, for everything that was acked to arrive.
    pub wait: Duration,
}

impl Verify {
    /// What suits a pipeline that batches for a few seconds.
    pub const WAIT: Duration = Duration::from_secs(10);
}

/// What the sink counted of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SinkLedger {
    /// Each share of a lane of which something arrived.
    pub lanes: Vec<SinkLane>,
    /// End-to-end latency of each signal, over its shares.
    pub end_to_end: BTreeMap<Signal, EndToEnd>,
    /// And of all of them together.
    pub end_to_end_of_all: EndToEnd,
}

/// What the sink counted of one share of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinkLane {
    /// The lane.
    pub signal: Signal,
    /// The share of the lane, from 0.
    pub share: u32,
    /// Records that came in.
    pub received: u64,
    /// Different records that came in.
    pub unique: u64,
    /// Records that had come in before.
    pub duplicates: u64,
    /// Records that came first after a later one had come.
    pub reordered: u64,
    /// The last record that came in, counted within the share from 0.
    pub highest: Option<u64>,
}

/// How long records took from their own time to their arrival, in milliseconds; none without records.
///
/// The arrival is by the sink's clock, and the record's time by the generator's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct EndToEnd {
    /// How many records it is of.
    pub count: u64,
    /// Half of them stayed within this.
    pub p50: Option<f64>,
    /// 90 in 100.
    pub p90: Option<f64>,
    /// 95 in 100.
    pub p95: Option<f64>,
    /// 99 in 100.
    pub p99: Option<f64>,
    /// 999 in 1,000.
    pub p999: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
    /// The lowest latency below zero; a sign that the two clocks differ by that much or more.
    pub skew: Option<f64>,
}

impl EndToEnd {
    /// The latency within which so many of the records stayed.
    pub fn quantile(&self, quantile: Quantile) -> Option<f64> {
        match quantile {
            Quantile::P50 => self.p50,
            Quantile::P90 => self.p90,
            Quantile::P95 => self.p95,
            Quantile::P99 => self.p99,
            Quantile::P999 => self.p999,
            Quantile::Max => self.max,
        }
    }
}

/// What was sent, joined with what arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// The sink that was asked.
    pub sink: String,
    /// When it was asked last.
    pub at: DateTime<Utc>,
    /// Whether this is the last word: the run is over, and everything arrived or the wait for it ended.
    pub settled: bool,
    /// Why the sink did not answer when it was asked last, if it did not. What is below is what it had answered before.
    pub fault: Option<String>,
    /// Each signal; none when the sink never answered.
    pub lanes: BTreeMap<Signal, Verified>,
    /// End-to-end latency of all signals together.
    pub end_to_end: EndToEnd,
}

/// What became of one signal's records on the far side of their ack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Records that came in.
    pub received: u64,
    /// Different records that came in.
    pub unique: u64,
    /// Records that had come in before.
    pub duplicates: u64,
    /// Records that came first after a later one had come.
    pub reordered: u64,
    /// Acked and never seen: at least so many, and exactly so many when every record that left was acked.
    ///
    /// A record that failed, was rejected or is in doubt may have arrived all the same, and then stands for one that was lost.
    pub lost: u64,
    /// And at most so many: all that left and did not arrive, as far as it was acked.
    pub lost_at_most: u64,
    /// The lost ones that may be the last of their share: no later one arrived.
    pub lost_at_tail: u64,
    /// From the records' own times to their arrival.
    pub end_to_end: EndToEnd,
}

impl Verification {
    /// One that knows nothing yet.
    pub fn unknown(verify: &Verify, at: DateTime<Utc>) -> Self {
        Self {
            sink: verify.sink.to_string(),
            at,
            settled: false,
            fault: None,
            lanes: BTreeMap::new(),
            end_to_end: EndToEnd::default(),
        }
    }

    /// Whether the sink has answered at all.
    pub fn is_known(&self) -> bool {
        !self.lanes.is_empty()
    }

    /// Records that were acked and never seen, of all signals: the headline. None when the sink never answered.
    pub fn lost(&self) -> Option<u64> {
        self.count(None, Count::Loss)
    }

    /// What only the sink can count, of one signal or of all; none for another count, for a signal that was off, and when
    /// the sink never answered.
    pub fn count(&self, signal: Option<Signal>, count: Count) -> Option<u64> {
        let of_one = |lane: &Verified| match count {
            Count::Loss => Some(lane.lost),
            Count::Duplicates => Some(lane.duplicates),
            Count::Reordered => Some(lane.reordered),
            Count::Due
            | Count::Issued
            | Count::Acked
            | Count::Rejected
            | Count::Failed
            | Count::Missed
            | Count::InDoubt
            | Count::Late
            | Count::Dropped
            | Count::Requests
            | Count::Retries
            | Count::Bytes
            | Count::WireBytes => None,
        };
        match signal {
            Some(signal) => of_one(self.lanes.get(&signal)?),
            None if self.is_known() => self.lanes.values().map(of_one).sum(),
            None => None,
        }
    }

    /// The end-to-end latency within which so many records stayed, in milliseconds; none without records.
    pub fn end_to_end(&self, signal: Option<Signal>, quantile: Quantile) -> Option<f64> {
        match signal {
            Some(signal) => self.lanes.get(&signal)?.end_to_end.quantile(quantile),
            None => self.end_to_end.quantile(quantile),
        }
    }
}
