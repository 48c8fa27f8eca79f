//! Summaries: quantiles that are known already, which the library's own types do not hold.

use moniflux_service::LiveLane;
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary};

/// The response times of lanes, each with its labels, in seconds.
pub(super) fn response_times<'a>(
    lanes: impl Iterator<Item = (Vec<LabelPair>, &'a LiveLane)>,
) -> MetricFamily {
    let metrics = lanes.map(|(labels, lane)| {
        let quantile = |share: f64| {
            let mut quantile = Quantile::default();
            quantile.set_quantile(share);
            quantile
                .set_value(lane.response.quantile_millis(share).map_or(f64::NAN, |millis| millis / 1_000.0));
            quantile
        };
        let mut summary = Summary::default();
        summary.set_quantile([0.5, 0.9, 0.95, 0.99, 0.999].map(quantile).to_vec());
        summary.set_sample_count(lane.response.records());
        summary.set_sample_sum(lane.response.sum_millis() / 1_000.0);
        let mut metric = Metric::default();
        metric.set_label(labels);
        metric.set_summary(summary);
        metric
    });
    let mut family = MetricFamily::default();
    family.set_name("moniflux_run_response_seconds".to_owned());
    family.set_help("Time from a record's due time to its answer, over the run so far.".to_owned());
    family.set_field_type(MetricType::SUMMARY);
    family.set_metric(metrics.collect());
    family
}

/// A label.
pub(super) fn label(name: &str, value: &str) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name(name.to_owned());
    pair.set_value(value.to_owned());
    pair
}
