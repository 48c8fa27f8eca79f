//! What points of one step make together.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::answer::Kind;
use moniflux_domain::point::Point;
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_engine::latency::{LatencyTimes, UnreadableDistribution};
use serde::Serialize;

use crate::results::figures::float;
use crate::results::{Lateness, Percentiles};

/// What became of one signal's records in a step. Times are milliseconds, sizes bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepLane {
    /// Asked for by the schedule.
    pub due: u64,
    /// Left.
    pub issued: u64,
    /// Answered with success.
    pub acked: u64,
    /// Answered and refused.
    pub rejected: u64,
    /// Without success.
    pub failed: u64,
    /// Due and never issued.
    pub missed: u64,
    /// Reserved by a replica that died before it reported.
    pub in_doubt: u64,
    /// Failed records by kind.
    pub failures: BTreeMap<Kind, u64>,
    /// Rejected records by kind.
    pub rejections: BTreeMap<Kind, u64>,
    /// Requests made, retries included.
    pub requests: u64,
    /// Requests that repeated another.
    pub retries: u64,
    /// Bytes of the bodies before compression.
    pub bytes: u64,
    /// Bytes of the bodies as they left.
    pub wire_bytes: u64,
    /// Records per second.
    pub rate: StepRate,
    /// Due time to issue.
    pub lateness: Lateness,
    /// Due time to answer.
    pub response_time: Percentiles,
    /// Issue to answer.
    pub service_time: Percentiles,
    /// What was left of the busiest thread's time, 0 to 1.
    pub headroom: f64,
}

/// Records per second of active time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct StepRate {
    /// Due.
    pub asked: f64,
    /// Issued.
    pub achieved: f64,
    /// Answered with success.
    pub acked: f64,
}

/// Points of one step so far.
#[derive(Debug)]
pub(crate) struct StepSum {
    /// When the last of them was taken.
    pub(crate) at: DateTime<Utc>,
    lanes: BTreeMap<Signal, LaneSum>,
}

#[derive(Debug, Default)]
struct LaneSum {
    tally: Tally,
    evidence: Evidence,
    times: LatencyTimes,
    /// What each share counted, and in how much time under load: shares report each in its own time.
    shares: BTreeMap<u32, (Tally, Duration)>,
}

impl StepSum {
    pub(crate) fn new(at: DateTime<Utc>) -> Self {
        Self { at, lanes: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, point: &Point) -> Result<(), UnreadableDistribution> {
        self.at = self.at.max(point.at);
        let lane = self.lanes.entry(point.signal).or_default();
        lane.tally.merge(&point.tally);
        lane.evidence.merge(&point.evidence);
        lane.times.add(&point.latency)?;
        let (tally, span) = lane.shares.entry(point.share).or_default();
        tally.merge(&point.tally);
        *span += point.span;
        Ok(())
    }

    pub(crate) fn lanes(self) -> BTreeMap<Signal, StepLane> {
        self.lanes.into_iter().map(|(signal, lane)| (signal, lane.whole())).collect()
    }
}

impl LaneSum {
    fn whole(self) -> StepLane {
        let mut rate = StepRate::default();
        for (tally, span) in self.shares.values() {
            // In a pause active time stands still while answers come: they make no rate.
            if *span >= SHORTEST {
                let seconds = span.as_secs_f64();
                rate.asked += float(tally.due()) / seconds;
                rate.achieved += float(tally.issued()) / seconds;
                rate.acked += float(tally.acked()) / seconds;
            }
        }
        let Self { tally, evidence, times, .. } = self;
        StepLane {
            due: tally.due(),
            issued: tally.issued(),
            acked: tally.acked(),
            rejected: tally.rejected(),
            failed: tally.failed(),
            missed: tally.missed(),
            in_doubt: tally.in_doubt(),
            failures: tally.failures().clone(),
            rejections: tally.rejections().clone(),
            requests: tally.requests(),
            retries: tally.retries(),
            bytes: tally.bytes(),
            wire_bytes: tally.wire_bytes(),
            rate,
            lateness: Lateness::of(&times.lateness),
            response_time: Percentiles::of(&times.response),
            service_time: Percentiles::of(&times.service),
            headroom: evidence.headroom(),
        }
    }
}

const SHORTEST: Duration = Duration::from_millis(1);
