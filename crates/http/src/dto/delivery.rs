//! What the sink says of a run, as it is answered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use moniflux_domain::verify::{EndToEnd, Verified};
use moniflux_service::results::DeliveryResults;
use serde::Serialize;
use utoipa::ToSchema;

/// What arrived of a run at its sink.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeliveryView {
    /// The sink that was asked.
    #[schema(example = "http://127.0.0.1:4318")]
    sink: String,
    /// When it was asked last.
    at: DateTime<Utc>,
    /// Whether this is the last word: the run is over, and everything arrived or the wait for it ended.
    settled: bool,
    /// Why the sink did not answer when it was asked last; null when it did.
    fault: Option<String>,
    /// Records that were acked and never seen at the sink; null when it never answered.
    lost: Option<u64>,
    /// Each signal that was on: `logs`, `metrics`, `traces`; none when the sink never answered.
    lanes: BTreeMap<&'static str, DeliveryLaneView>,
    /// Over all signals.
    end_to_end: EndToEndView,
}

/// What arrived of one signal. Counts are of records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryLane)]
#[serde(rename_all = "camelCase")]
struct DeliveryLaneView {
    /// Came in.
    received: u64,
    /// Different ones that came in.
    unique: u64,
    /// Had come in before.
    duplicates: u64,
    /// Came first after a later one had come.
    reordered: u64,
    /// Acked and never seen: at least so many.
    lost: u64,
    /// And at most so many. More than `lost` only when records failed, were rejected or are in doubt, since such a record may have
    /// arrived all the same.
    lost_at_most: u64,
    /// The lost ones after which nothing of their share arrived.
    lost_at_tail: u64,
    /// From the records' own times to their arrival.
    end_to_end: EndToEndView,
}

/// From the records' own times to their arrival by the sink's clock. Milliseconds, within 1 %; null without records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndToEnd)]
struct EndToEndView {
    /// How many records it is of.
    count: u64,
    p50: Option<f64>,
    p90: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    p999: Option<f64>,
    /// To the microsecond.
    max: Option<f64>,
    /// The lowest latency below zero, which counted as 0: the clocks differ by that much or more. Null when there was none.
    skew: Option<f64>,
}

impl From<DeliveryResults> for DeliveryView {
    fn from(delivery: DeliveryResults) -> Self {
        let lanes = delivery.lanes.into_iter();
        Self {
            sink: delivery.sink,
            at: delivery.at,
            settled: delivery.settled,
            fault: delivery.fault,
            lost: delivery.lost,
            lanes: lanes.map(|(signal, lane)| (signal.as_str(), lane.into())).collect(),
            end_to_end: delivery.end_to_end.into(),
        }
    }
}

impl From<Verified> for DeliveryLaneView {
    fn from(lane: Verified) -> Self {
        Self {
            received: lane.received,
            unique: lane.unique,
            duplicates: lane.duplicates,
            reordered: lane.reordered,
            lost: lane.lost,
            lost_at_most: lane.lost_at_most,
            lost_at_tail: lane.lost_at_tail,
            end_to_end: lane.end_to_end.into(),
        }
    }
}

impl From<EndToEnd> for EndToEndView {
    fn from(times: EndToEnd) -> Self {
        let EndToEnd { count, p50, p90, p95, p99, p999, max, skew } = times;
        Self { count, p50, p90, p95, p99, p999, max, skew }
    }
}
