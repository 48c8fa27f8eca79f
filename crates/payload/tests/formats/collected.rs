//! What collectors make of requests on their way: merged, split, regrouped, reordered, with more in them.

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::RunId;
use moniflux_domain::signal::Signal;
use moniflux_payload::decode;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};
use prost::Message;
use uuid::Uuid;

use crate::support::{NOON, RUN, body, numbers, shape, span, times};

const OTLP: DestinationKind = DestinationKind::OtlpHttp;

#[test]
fn requests_of_several_runs_and_scopes_can_be_merged() {
    let mine = shape(OTLP, Signal::Logs);
    let mut theirs = mine.clone();
    theirs.run = RunId(Uuid::from_u128(99));
    let mut merged = ExportLogsServiceRequest::decode(&*body(&mine, span(0, 10))).unwrap();
    let other = ExportLogsServiceRequest::decode(&*body(&theirs, span(5, 10))).unwrap();
    let later = ExportLogsServiceRequest::decode(&*body(&mine, span(10, 10))).unwrap();
    merged.resource_logs.extend(other.resource_logs);
    merged.resource_logs[0].scope_logs.extend(later.resource_logs[0].scope_logs.clone());
    let mut told = Vec::new();
    let bytes = merged.encode_to_vec();
    decode(OTLP, Signal::Logs, mine.share, &bytes, &mut |arrival| {
        told.push((arrival.origin.run, arrival.seq));
    })
    .unwrap();
    let expected = (0..20).map(|seq| (RUN, seq)).chain((5..15).map(|seq| (theirs.run, seq)));
    assert!(told.into_iter().eq(expected));
}

#[test]
fn a_resource_may_stand_behind_its_records() {
    let shape = shape(OTLP, Signal::Logs);
    let body = body(&shape, span(0, 3));
    let request = ExportLogsServiceRequest::decode(&*body).unwrap();
    let resource_logs = &request.resource_logs[0];
    let mut swapped = Vec::new();
    prost::encoding::message::encode_repeated(2, &resource_logs.scope_logs, &mut swapped);
    prost::encoding::message::encode(1, resource_logs.resource.as_ref().unwrap(), &mut swapped);
    let mut outer = Vec::new();
    prost::encoding::bytes::encode(1, &swapped, &mut outer);
    assert_eq!(numbers(&shape, &outer).unwrap(), [0, 1, 2]);
}

#[test]
fn attributes_may_be_reordered_and_added_and_unknown_fields_too() {
    let shape = shape(OTLP, Signal::Logs);
    let mut request = ExportLogsServiceRequest::decode(&*body(&shape, span(0, 3))).unwrap();
    let extra = KeyValue {
        key: "host.name".into(),
        value: Some(AnyValue { value: Some(any_value::Value::StringValue("somewhere".into())) }),
        ..KeyValue::default()
    };
    let resource = request.resource_logs[0].resource.as_mut().unwrap();
    resource.attributes.reverse();
    resource.attributes.insert(2, extra.clone());
    for record in &mut request.resource_logs[0].scope_logs[0].log_records {
        record.attributes.insert(0, extra.clone());
        record.trace_id = vec![1; 16];
        record.dropped_attributes_count = 3;
    }
    let mut bytes = request.encode_to_vec();
    prost::encoding::string::encode(999, &"from the future".to_owned(), &mut bytes);
    prost::encoding::fixed32::encode(1000, &7, &mut bytes);
    assert_eq!(numbers(&shape, &bytes).unwrap(), [0, 1, 2]);
}

#[test]
fn points_may_be_regrouped_and_sums_may_become_doubles() {
    let shape = shape(OTLP, Signal::Metrics);
    let mut request = ExportMetricsServiceRequest::decode(&*body(&shape, span(40, 60))).unwrap();
    let metrics = &mut request.resource_metrics[0].scope_metrics[0].metrics;
    // A metric for every point, in another order.
    let mut single = Vec::new();
    for metric in metrics.iter() {
        match metric.data.as_ref().unwrap() {
            Data::Gauge(gauge) => single.extend(gauge.data_points.iter().map(|point| {
                let mut alone = metric.clone();
                let mut gauge = gauge.clone();
                gauge.data_points = vec![point.clone()];
                alone.data = Some(Data::Gauge(gauge));
                alone
            })),
            Data::Sum(sum) => single.extend(sum.data_points.iter().map(|point| {
                let mut alone = metric.clone();
                let mut sum = sum.clone();
                let mut point = point.clone();
                if let Some(Value::AsInt(count)) = point.value {
                    #[expect(clippy::cast_precision_loss, reason = "small")]
                    let count = count as f64;
                    point.value = Some(Value::AsDouble(count));
                }
                sum.data_points = vec![point];
                alone.data = Some(Data::Sum(sum));
                alone
            })),
            other @ (Data::Histogram(_) | Data::ExponentialHistogram(_) | Data::Summary(_)) => {
                panic!("{other:?}")
            }
        }
    }
    single.reverse();
    *metrics = single;
    let mut told = numbers(&shape, &request.encode_to_vec()).unwrap();
    told.sort_unstable();
    assert!(told.into_iter().eq(40..100));
}

#[test]
fn only_the_root_span_of_a_trace_counts() {
    let shape = shape(OTLP, Signal::Traces);
    let mut request = ExportTraceServiceRequest::decode(&*body(&shape, span(0, 2))).unwrap();
    let spans = &mut request.resource_spans[0].scope_spans[0].spans;
    let mut child = spans[0].clone();
    child.parent_span_id = child.span_id.clone();
    child.span_id = vec![9; 8];
    spans.push(child);
    assert_eq!(numbers(&shape, &request.encode_to_vec()).unwrap(), [0, 1]);
}

#[test]
fn json_records_may_be_merged_and_reordered_inside() {
    let shape = shape(DestinationKind::Http, Signal::Logs);
    let body = format!(
        r#"[ {{"more": [1, {{"a": "]"}}], "seq": 3, "message": "x \" y", "runID": "{RUN}", "testID": "test-1"}} ,
             {{"testID": "test-1", "runID": "{RUN}", "seq": 1}} ]"#
    );
    assert_eq!(numbers(&shape, body.as_bytes()).unwrap(), [3, 1]);
}

#[test]
fn a_record_whose_time_was_lost_or_rewritten_still_counts() {
    let shape = shape(DestinationKind::Http, Signal::Logs);
    let stamps = [
        r#""2026-01-01T13:00:00+01:00""#,
        "1767268800",
        "-1.5",
        "null",
        "true",
        r#"["2026"]"#,
        r#"{"a": []}"#,
        r#""20\u0032""#,
        r#""yesterday""#,
    ];
    let record = |(seq, stamp)| {
        format!(r#"{{"testID": "test-1", "runID": "{RUN}", "timestamp": {stamp}, "seq": {seq}}}"#)
    };
    let records: Vec<_> = stamps.iter().enumerate().map(record).collect();
    let told = times(&shape, format!("[{}]", records.join(",")).as_bytes());
    let expected = (0..9).map(|seq| (seq, (seq == 0).then_some(NOON)));
    assert!(told.iter().copied().eq(expected), "{told:?}");

    let mut shape = shape;
    shape.kind = OTLP;
    let mut request = ExportLogsServiceRequest::decode(&*body(&shape, span(0, 2))).unwrap();
    request.resource_logs[0].scope_logs[0].log_records[1].time_unix_nano = 0;
    assert_eq!(times(&shape, &request.encode_to_vec()), [(0, Some(NOON)), (1, None)]);
}
