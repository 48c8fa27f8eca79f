//! What a search for the capacity found, as it is answered.

use std::collections::BTreeMap;

use moniflux_domain::capacity::Limit;
use moniflux_service::results::{CapacityResults, StepLaneResults, StepResults};
use serde::Serialize;
use utoipa::ToSchema;

/// The highest rate that the destination takes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Capacity)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CapacityView {
    /// Whether it is known.
    found: bool,
    /// Records per second of each signal at that rate; without it, at the highest rate that held so far.
    rates: BTreeMap<&'static str, u64>,
    /// What keeps it from being higher: `destination`, `generator`, or `max`, the highest that was to be tried. Null as long
    /// as that is not known.
    #[schema(example = "destination")]
    limit: Option<&'static str>,
    /// The same in words.
    reason: String,
    /// Every step, in order.
    steps: Vec<StepView>,
}

/// One step of a search, without its beginning. Counts are of records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CapacityStep)]
#[serde(rename_all = "camelCase")]
struct StepView {
    /// Whether the condition held.
    held: bool,
    /// Why, in words.
    reason: String,
    /// The step's own verdict: `valid`, `generator-limited` or `destination-limited`.
    verdict: &'static str,
    /// How many seconds it was measured.
    seconds: f64,
    /// Each signal that was on.
    lanes: BTreeMap<&'static str, StepLaneView>,
    /// 99 in 100 records were answered within so many milliseconds of their due time; null without answers.
    p99: Option<f64>,
    /// Left later than tolerated although the destination did not hold them back.
    late: u64,
    /// Left late, or not yet, because the limit of requests in flight was reached.
    held_back: u64,
    /// The share of the generator's busiest thread's time that was left, 0 to 1.
    headroom: f64,
}

/// One signal in a step of a search.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CapacityStepLane)]
#[serde(rename_all = "camelCase")]
struct StepLaneView {
    /// Records per second that were due.
    rate: u64,
    /// Records per second that left.
    achieved: f64,
    /// Records answered with success.
    acked: u64,
    /// Records rejected or without success.
    failed: u64,
}

impl From<CapacityResults> for CapacityView {
    fn from(capacity: CapacityResults) -> Self {
        let rates = capacity.rates.into_iter();
        Self {
            found: capacity.found,
            rates: rates.map(|(signal, rate)| (signal.as_str(), rate)).collect(),
            limit: capacity.limit.map(Limit::as_str),
            reason: capacity.reason,
            steps: capacity.steps.into_iter().map(StepView::from).collect(),
        }
    }
}

impl From<StepResults> for StepView {
    fn from(step: StepResults) -> Self {
        let lanes = step.lanes.into_iter();
        Self {
            held: step.held,
            reason: step.reason,
            verdict: step.verdict.as_str(),
            seconds: step.seconds,
            lanes: lanes.map(|(signal, lane)| (signal.as_str(), lane.into())).collect(),
            p99: step.p99,
            late: step.late,
            held_back: step.held_back,
            headroom: step.headroom,
        }
    }
}

impl From<StepLaneResults> for StepLaneView {
    fn from(lane: StepLaneResults) -> Self {
        Self { rate: lane.rate, achieved: lane.achieved, acked: lane.acked, failed: lane.failed }
    }
}
