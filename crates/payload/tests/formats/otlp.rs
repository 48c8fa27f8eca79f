//! OTLP bodies, read and written again by the types generated from OpenTelemetry's protobuf definitions.

use std::collections::HashSet;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Metric, metric::Data, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use prost::Message;

use crate::support::{AROUND_WIDTHS, NOON, RUN, TEST, body, shape, span};

#[test]
fn bodies_are_what_the_generated_encoder_writes() {
    for (first, count) in AROUND_WIDTHS {
        for signal in Signal::ALL {
            let body = body(&shape(DestinationKind::OtlpHttp, signal), span(first, count));
            let again = match signal {
                Signal::Logs => ExportLogsServiceRequest::decode(&*body).unwrap().encode_to_vec(),
                Signal::Metrics => ExportMetricsServiceRequest::decode(&*body).unwrap().encode_to_vec(),
                Signal::Traces => ExportTraceServiceRequest::decode(&*body).unwrap().encode_to_vec(),
            };
            assert!(again == body, "{signal} from {first}, {count} of them");
        }
    }
}

#[test]
fn log_records_carry_number_time_severity_and_text() {
    for (first, count) in AROUND_WIDTHS {
        let records = log_records(&body(&shape(DestinationKind::OtlpHttp, Signal::Logs), span(first, count)));
        assert_eq!(records.len(), count as usize);
        for (record, index) in records.iter().zip(0_u64..) {
            assert_eq!(int(&record.attributes, "moniflux.seq"), i64::try_from(first + index).unwrap());
            assert_eq!(record.time_unix_nano, NOON + 1_000 * index);
            assert_eq!(record.observed_time_unix_nano, record.time_unix_nano);
            assert_eq!((record.severity_number, record.severity_text.as_str()), (13, "WARN"));
            assert_eq!(message(record).len(), 64);
        }
    }
}

#[test]
fn a_resource_and_a_scope_say_whose_records_these_are() {
    let body = body(&shape(DestinationKind::OtlpHttp, Signal::Logs), span(0, 1));
    let request = ExportLogsServiceRequest::decode(&*body).unwrap();
    let resource = request.resource_logs[0].resource.as_ref().unwrap();
    assert_resource(resource);
    let scope = request.resource_logs[0].scope_logs[0].scope.as_ref().unwrap();
    assert_eq!((scope.name.as_str(), scope.version.as_str()), ("moniflux", env!("CARGO_PKG_VERSION")));
}

#[test]
fn points_of_an_instrument_stand_together_and_carry_series_and_place() {
    for (first, count) in AROUND_WIDTHS {
        let body = body(&shape(DestinationKind::OtlpHttp, Signal::Metrics), span(first, count));
        let request = ExportMetricsServiceRequest::decode(&*body).unwrap();
        let resource = request.resource_metrics[0].resource.as_ref().unwrap();
        assert_resource(resource);
        let series_count = u64::try_from(int(&resource.attributes, "moniflux.series.count")).unwrap();
        let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
        let names: HashSet<_> = metrics.iter().map(|metric| &metric.name).collect();
        assert_eq!(names.len(), metrics.len().min(8));

        let mut numbers: Vec<u64> = metrics.iter().flat_map(|metric| numbers(metric, series_count)).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(first..first + u64::from(count)));
    }
}

/// The numbers of a metric's points, by the documented rule and nothing of ours.
fn numbers(metric: &Metric, series_count: u64) -> Vec<u64> {
    assert!(!metric.unit.is_empty());
    let points = match metric.data.as_ref().unwrap() {
        Data::Gauge(gauge) => &gauge.data_points,
        Data::Sum(sum) => {
            assert_eq!(sum.aggregation_temporality(), AggregationTemporality::Cumulative);
            assert!(sum.is_monotonic);
            assert!(sum.data_points.iter().all(|point| point.start_time_unix_nano == NOON - 5_000_000_000));
            &sum.data_points
        }
        other @ (Data::Histogram(_) | Data::ExponentialHistogram(_) | Data::Summary(_)) => {
            panic!("{other:?}")
        }
    };
    let number = |point: &opentelemetry_proto::tonic::metrics::v1::NumberDataPoint| {
        assert!(point.time_unix_nano >= NOON && point.attributes.len() == 10);
        let keys: HashSet<_> = point.attributes.iter().map(|attribute| &attribute.key).collect();
        assert_eq!(keys.len(), 10);
        let place = match point.value.unwrap() {
            number_data_point::Value::AsInt(count) => u64::try_from(count).unwrap() - 1,
            number_data_point::Value::AsDouble(value) => {
                assert!(value > 0.1 && value < 100.0);
                value.to_bits() % (1 << 41)
            }
        };
        place * series_count + u64::try_from(int(&point.attributes, "moniflux.series")).unwrap()
    };
    points.iter().map(number).collect()
}

#[test]
fn traces_have_a_root_span_each_with_valid_ids_that_ends_at_the_records_time() {
    let body = body(&shape(DestinationKind::OtlpHttp, Signal::Traces), span(120, 300));
    let request = ExportTraceServiceRequest::decode(&*body).unwrap();
    assert_resource(request.resource_spans[0].resource.as_ref().unwrap());
    let spans: &[OtlpSpan] = &request.resource_spans[0].scope_spans[0].spans;
    assert_eq!(spans.len(), 300);
    let ids: HashSet<_> = spans.iter().map(|span| (&span.trace_id, &span.span_id)).collect();
    assert_eq!(ids.len(), 300);
    for (span, index) in spans.iter().zip(0_u64..) {
        assert_eq!((span.trace_id.len(), span.span_id.len(), span.parent_span_id.len()), (16, 8, 0));
        assert_eq!(span.end_time_unix_nano, NOON + 1_000 * index);
        assert!((500_000..250_500_000).contains(&(span.end_time_unix_nano - span.start_time_unix_nano)));
        assert_eq!(span.kind, 2);
        let (method, route) = span.name.split_once(' ').unwrap();
        assert_eq!(string(&span.attributes, "http.request.method"), method);
        assert_eq!(string(&span.attributes, "http.route"), route);
        assert!((200..500).contains(&int(&span.attributes, "http.response.status_code")));
    }
}

#[test]
fn both_formats_give_a_trace_the_same_ids() {
    let otlp = body(&shape(DestinationKind::OtlpHttp, Signal::Traces), span(7, 1));
    let span_of_otlp =
        &ExportTraceServiceRequest::decode(&*otlp).unwrap().resource_spans[0].scope_spans[0].spans[0];
    let hex = format!("{:032x}", u128::from_be_bytes(span_of_otlp.trace_id.as_slice().try_into().unwrap()));
    let json = String::from_utf8(body(&shape(DestinationKind::Http, Signal::Traces), span(7, 1))).unwrap();
    assert!(json.contains(&hex), "{hex} in {json}");
}

pub(crate) fn messages(body: &[u8]) -> Vec<String> {
    log_records(body).iter().map(message).collect()
}

fn log_records(body: &[u8]) -> Vec<LogRecord> {
    let mut request = ExportLogsServiceRequest::decode(body).unwrap();
    request.resource_logs.remove(0).scope_logs.remove(0).log_records
}

fn message(record: &LogRecord) -> String {
    text(record.body.as_ref()).to_owned()
}

fn assert_resource(resource: &Resource) {
    let attributes = &resource.attributes;
    assert_eq!(string(attributes, "moniflux.test.id"), TEST);
    assert_eq!(string(attributes, "moniflux.run.id"), RUN.to_string());
    assert_eq!((int(attributes, "moniflux.share"), int(attributes, "moniflux.share.count")), (0, 1));
    for name in ["service.name", "service.version", "service.instance.id"] {
        assert!(!string(attributes, name).is_empty());
    }
}

fn value<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a AnyValue> {
    attributes.iter().find(|attribute| attribute.key == key).and_then(|attribute| attribute.value.as_ref())
}

fn string<'a>(attributes: &'a [KeyValue], key: &str) -> &'a str {
    text(value(attributes, key))
}

fn text(value: Option<&AnyValue>) -> &str {
    let Some(any_value::Value::StringValue(text)) = &value.unwrap().value else { panic!("{value:?}") };
    text
}

fn int(attributes: &[KeyValue], key: &str) -> i64 {
    let value = value(attributes, key).unwrap();
    let Some(any_value::Value::IntValue(number)) = value.value else { panic!("{value:?}") };
    number
}
