//! A run over time, as it is answered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use moniflux_service::Series;
use moniflux_service::series::{Step, StepLane, TimelineEntry};
use serde::Serialize;
use utoipa::ToSchema;

use super::results::{LatenessView, PercentilesView, by_kind};

/// A run over time. `t` is seconds of active time; a point at `t` covers the step before it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Series)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeriesView {
    /// The test.
    #[serde(rename = "testID")]
    test: String,
    /// The run.
    #[serde(rename = "runID")]
    run_id: String,
    /// The how-many-eth run of its test, from 1.
    run: u32,
    /// Seconds of a step.
    step: f64,
    /// Seconds under load.
    active_seconds: f64,
    /// The steps in which something was reported, in order.
    points: Vec<StepView>,
    /// What happened, in order.
    timeline: Vec<TimelineView>,
}

/// One step of a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeriesPoint)]
struct StepView {
    /// Seconds of active time at its end.
    t: f64,
    /// When its last report was made.
    at: DateTime<Utc>,
    /// Each signal that reported: `logs`, `metrics`, `traces`.
    lanes: BTreeMap<&'static str, StepLaneView>,
}

/// What became of one signal's records in a step. Times are milliseconds, sizes bytes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeriesLane)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StepLaneView {
    /// Asked for by the schedule.
    due: u64,
    /// Left.
    issued: u64,
    /// Answered with success.
    acked: u64,
    /// Answered and refused.
    rejected: u64,
    /// Without success.
    failed: u64,
    /// Due and never issued.
    missed: u64,
    /// Reserved by a replica that died before it reported.
    in_doubt: u64,
    /// Failed records by kind.
    failures: BTreeMap<String, u64>,
    /// Rejected records by kind.
    rejections: BTreeMap<String, u64>,
    /// Requests made, retries included.
    requests: u64,
    /// Requests that repeated another.
    retries: u64,
    /// Bytes of the bodies before compression.
    bytes: u64,
    /// Bytes of the bodies as they left.
    wire_bytes: u64,
    /// Records per second under load.
    rate: StepRateView,
    /// From due to issued.
    lateness: LatenessView,
    /// From due to answered.
    response_time: PercentilesView,
    /// From issued to answered.
    service_time: PercentilesView,
    /// What was left of the busiest thread's time, 0 to 1.
    headroom: f64,
}

/// Records per second under load.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeriesRate)]
struct StepRateView {
    /// Due.
    asked: f64,
    /// Issued.
    achieved: f64,
    /// Answered with success.
    acked: f64,
}

/// Something that happened to a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub(crate) struct TimelineView {
    /// `started`, `paused`, `resumed`, `changed`, `takenOver`, `stopped`, `thresholdBreached`, `completed`, `cancelled` or `failed`.
    #[schema(example = "paused")]
    event: &'static str,
    /// When.
    at: DateTime<Utc>,
    /// Seconds of active time by then.
    t: f64,
    /// More about it, in words.
    detail: Option<String>,
}

impl From<Series> for SeriesView {
    fn from(series: Series) -> Self {
        Self {
            test: series.test.to_string(),
            run_id: series.run_id.to_string(),
            run: series.run.0,
            step: series.step,
            active_seconds: series.active_seconds,
            points: series.points.into_iter().map(StepView::from).collect(),
            timeline: series.timeline.into_iter().map(TimelineView::from).collect(),
        }
    }
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let lanes = step.lanes.into_iter().map(|(signal, lane)| (signal.as_str(), lane.into()));
        Self { t: step.t, at: step.at, lanes: lanes.collect() }
    }
}

impl From<StepLane> for StepLaneView {
    fn from(lane: StepLane) -> Self {
        let (asked, achieved, acked) = (lane.rate.asked, lane.rate.achieved, lane.rate.acked);
        Self {
            due: lane.due,
            issued: lane.issued,
            acked: lane.acked,
            rejected: lane.rejected,
            failed: lane.failed,
            missed: lane.missed,
            in_doubt: lane.in_doubt,
            failures: by_kind(lane.failures),
            rejections: by_kind(lane.rejections),
            requests: lane.requests,
            retries: lane.retries,
            bytes: lane.bytes,
            wire_bytes: lane.wire_bytes,
            rate: StepRateView { asked, achieved, acked },
            lateness: lane.lateness.into(),
            response_time: lane.response_time.into(),
            service_time: lane.service_time.into(),
            headroom: lane.headroom,
        }
    }
}

impl From<TimelineEntry> for TimelineView {
    fn from(TimelineEntry { event, at, t, detail }: TimelineEntry) -> Self {
        Self { event: event.as_str(), at, t, detail }
    }
}
