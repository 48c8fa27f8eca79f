//! A run as it is answered: what became of its records, so far or in the end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use moniflux_domain::answer::Kind;
use moniflux_service::results::{GeneratorResults, LaneResults, Lateness, Percentiles, RateResults, Results};
use serde::Serialize;
use utoipa::ToSchema;

use super::capacity::CapacityView;
use super::conclusion::{ConclusionView, ThresholdView};
use super::delivery::DeliveryView;
use super::saved::SavedView;

/// A run, and what became of its records. Times are milliseconds, sizes bytes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Results)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResultsView {
    /// The test.
    #[serde(rename = "testID")]
    test: String,
    /// The run.
    #[serde(rename = "runID")]
    run_id: String,
    /// The how-many-eth run of its test, from 1.
    run: u32,
    /// `Running`, `Paused`, `Completed`, `Cancelled` or `Failed`.
    #[schema(example = "Completed")]
    status: String,
    /// When it began.
    started_at: DateTime<Utc>,
    /// When it ended; null while it goes on.
    ended_at: Option<DateTime<Utc>>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Seconds under load.
    #[schema(example = 600.0)]
    active_seconds: f64,
    /// Whether the run is to be trusted: `valid`, `generator-limited` or `destination-limited`.
    #[schema(example = "valid")]
    verdict: &'static str,
    /// How the generator itself did.
    generator: GeneratorView,
    /// What the run says, and why.
    conclusion: ConclusionView,
    /// Each threshold, in the order they were given.
    thresholds: Vec<ThresholdView>,
    /// Each signal that was on: `logs`, `metrics`, `traces`.
    lanes: BTreeMap<&'static str, LaneView>,
    /// What arrived at the sink; null for a run that names none.
    delivery: Option<DeliveryView>,
    /// Documents that users keep with the run, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<SavedView>,
    /// What a search for the capacity found; left out for a run that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<CapacityView>,
}

/// What became of one signal's records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lane)]
#[serde(rename_all = "camelCase")]
struct LaneView {
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
    /// Left and not yet answered; 0 once the run is over.
    in_flight: u64,
    /// Due and not yet issued; 0 once the run is over.
    waiting: u64,
    /// Failed records by kind: `timeout`, `connect`, `reset`, `dns`, `tls`, `protocol`, `status_500` …
    failures: BTreeMap<String, u64>,
    /// Rejected records by kind: `status_400`, `partial_success` …
    rejections: BTreeMap<String, u64>,
    /// Requests made, retries included.
    requests: u64,
    /// Requests that repeated another; their records count once.
    retries: u64,
    /// Bytes of the bodies before compression, each batch once.
    bytes: u64,
    /// Bytes of the bodies of answered requests as they left, retries included.
    wire_bytes: u64,
    /// Bytes before compression for each byte that left; null before the first answer.
    compression_ratio: Option<f64>,
    /// Records per second under load.
    rate: RateView,
    /// From due to issued.
    lateness: LatenessView,
    /// From due to answered.
    response_time: PercentilesView,
    /// From issued to answered.
    service_time: PercentilesView,
}

/// Records per second under load.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rate)]
struct RateView {
    /// Due.
    asked: f64,
    /// Issued while the load went on; what left later is no part of it.
    achieved: f64,
}

/// Milliseconds; null without records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lateness)]
pub(super) struct LatenessView {
    p50: Option<f64>,
    p99: Option<f64>,
    max: Option<f64>,
}

/// Milliseconds, weighted by records; null without answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Percentiles)]
pub(super) struct PercentilesView {
    p50: Option<f64>,
    p90: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    p999: Option<f64>,
    max: Option<f64>,
}

/// How the generator itself did. Counts are of records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Generator)]
struct GeneratorView {
    /// The share of its busiest thread's time that was left in the busiest second, 0 to 1.
    #[schema(example = 0.86)]
    headroom: f64,
    /// Left more than 50 ms late although the destination did not hold them back.
    late: u64,
    /// Never left although the destination did not hold them back.
    dropped: u64,
}

impl From<GeneratorResults> for GeneratorView {
    fn from(GeneratorResults { headroom, late, dropped }: GeneratorResults) -> Self {
        Self { headroom, late, dropped }
    }
}

impl From<Results> for ResultsView {
    fn from(results: Results) -> Self {
        Self {
            test: results.test.to_string(),
            run_id: results.run_id.to_string(),
            run: results.run.0,
            status: results.status,
            started_at: results.started_at,
            ended_at: results.ended_at,
            reason: results.reason,
            active_seconds: results.active_seconds,
            verdict: results.verdict.as_str(),
            generator: results.generator.into(),
            conclusion: results.conclusion.into(),
            thresholds: results.thresholds.into_iter().map(ThresholdView::from).collect(),
            lanes: results.lanes.into_iter().map(|(signal, lane)| (signal.as_str(), lane.into())).collect(),
            delivery: results.delivery.map(DeliveryView::from),
            attachments: results.attachments.into_iter().map(SavedView::from).collect(),
            capacity: results.capacity.map(CapacityView::from),
        }
    }
}

impl From<LaneResults> for LaneView {
    fn from(lane: LaneResults) -> Self {
        Self {
            due: lane.due,
            issued: lane.issued,
            acked: lane.acked,
            rejected: lane.rejected,
            failed: lane.failed,
            missed: lane.missed,
            in_doubt: lane.in_doubt,
            in_flight: lane.in_flight,
            waiting: lane.waiting,
            failures: by_kind(lane.failures),
            rejections: by_kind(lane.rejections),
            requests: lane.requests,
            retries: lane.retries,
            bytes: lane.bytes,
            wire_bytes: lane.wire_bytes,
            compression_ratio: lane.compression_ratio,
            rate: lane.rate.into(),
            lateness: lane.lateness.into(),
            response_time: lane.response_time.into(),
            service_time: lane.service_time.into(),
        }
    }
}

/// Records by the name of their kind.
pub(super) fn by_kind(counts: BTreeMap<Kind, u64>) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(kind, records)| (kind.to_string(), records)).collect()
}

impl From<RateResults> for RateView {
    fn from(rate: RateResults) -> Self {
        Self { asked: rate.asked, achieved: rate.achieved }
    }
}

impl From<Lateness> for LatenessView {
    fn from(lateness: Lateness) -> Self {
        Self { p50: lateness.p50, p99: lateness.p99, max: lateness.max }
    }
}

impl From<Percentiles> for PercentilesView {
    fn from(times: Percentiles) -> Self {
        Self {
            p50: times.p50,
            p90: times.p90,
            p95: times.p95,
            p99: times.p99,
            p999: times.p999,
            max: times.max,
        }
    }
}
