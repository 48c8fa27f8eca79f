//! What a search for the capacity found, and the steps that it rests on.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::capacity::{Answer, LaneFigures, Limit, Search, Step};
use moniflux_domain::signal::Signal;
use moniflux_domain::verdict::Verdict;
use serde::Serialize;

/// The highest rate that the destination takes. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityResults {
    /// Whether it is known.
    pub found: bool,
    /// Records per second of each signal at that rate; without it, at the highest rate that held so far.
    pub rates: BTreeMap<Signal, u64>,
    /// What keeps it from being higher; null as long as that is not known.
    pub limit: Option<Limit>,
    /// The same in words.
    pub reason: String,
    /// Every step, in order.
    pub steps: Vec<StepResults>,
}

/// One step of the search, without its beginning. Counts are of records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepResults {
    /// Whether the condition held.
    pub held: bool,
    /// Why, in words.
    pub reason: String,
    /// The step's own verdict.
    pub verdict: Verdict,
    /// How many seconds it was measured.
    pub seconds: f64,
    /// Each signal.
    pub lanes: BTreeMap<Signal, StepLaneResults>,
    /// 99 in 100 records were answered within this, from when they were due; null without answers.
    pub p99: Option<f64>,
    /// Left later than tolerated although the destination did not hold them back.
    pub late: u64,
    /// Left late, or not yet, because the limit of requests in flight was reached.
    pub held_back: u64,
    /// The share of the generator's busiest thread's time that was left, 0 to 1.
    pub headroom: f64,
}

/// One signal in a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepLaneResults {
    /// Records per second that were due.
    pub rate: u64,
    /// Records per second that left.
    pub achieved: f64,
    /// Records answered with success.
    pub acked: u64,
    /// Records rejected or without success.
    pub failed: u64,
}

impl CapacityResults {
    /// What a search found, in a run that is `over` or goes on.
    pub(super) fn of(search: &Search, over: bool) -> Self {
        let Answer { found, rates, limit, reason } = search.answer();
        let reason = if over || search.is_done() { reason } else { "the search goes on".to_owned() };
        Self { found, rates, limit, reason, steps: search.steps().iter().map(StepResults::from).collect() }
    }
}

impl From<&Step> for StepResults {
    fn from(step: &Step) -> Self {
        let figures = &step.figures;
        let lane = |lane: &LaneFigures| StepLaneResults {
            rate: lane.asked.records_per_second(),
            achieved: rate(lane.issued, figures.lasted),
            acked: lane.acked,
            failed: lane.failed,
        };
        Self {
            held: step.limit.is_none(),
            reason: step.reason.clone(),
            verdict: step.verdict(),
            seconds: figures.lasted.as_secs_f64(),
            lanes: figures.lanes.iter().map(|(signal, figures)| (*signal, lane(figures))).collect(),
            p99: figures.p99.map(|p99| p99.as_secs_f64() * 1e3),
            late: figures.evidence.late,
            held_back: figures.evidence.held,
            headroom: figures.evidence.headroom(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown, not counted with")]
fn rate(records: u64, lasted: Duration) -> f64 {
    let seconds = lasted.as_secs_f64();
    if seconds > 0.0 { records as f64 / seconds } else { 0.0 }
}
