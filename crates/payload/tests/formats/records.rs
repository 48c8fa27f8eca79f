//! Records read out of bodies for people: what they say is what a stranger's decoder reads in the same body.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, SpansPerTrace};
use moniflux_payload::{Record, Shape, records};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use proptest::prelude::*;
use prost::Message;
use serde_json::{Value, json};

use crate::support::{RUN, TEST, body, every_shape, shape, span};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_record_says_what_a_strangers_decoder_reads_in_the_body(
        seed: u64,
        shares in 1_u32..5,
        share: prop::sample::Index,
        first in prop_oneof![0_u64..500, Just((1 << 21) - 60), Just(10_000_000 - 60), 0_u64..1 << 40],
        count in 1_u32..120,
        spans in 1_u32..9,
        size in 1_u32..300,
        entropy in prop::sample::select(vec![Entropy::Low, Entropy::Realistic, Entropy::High]),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let index = u32::try_from(share.index(shares as usize)).unwrap();
        for shape in every_shape() {
            let shape = Shape {
                seed,
                entropy,
                share: Share::new(index, shares).unwrap(),
                spans_per_trace: SpansPerTrace::of(spans).unwrap(),
                log_size: LogSize::bytes(size).unwrap(),
                ..shape
            };
            let body = body(&shape, span(first, count));
            let all = strangers_view(&shape, &body);
            prop_assert_eq!(all.len(), count as usize);
            let mut picked: Vec<u64> = picks
                .iter()
                .map(|pick| shape.share.lane_number(first + pick.index(count as usize) as u64))
                .collect();
            picked.sort_unstable();
            picked.dedup();
            let found = records(shape.kind, shape.signal, &body, &picked).unwrap();
            prop_assert!(found.iter().map(|record| record.number).eq(picked), "{:?}", shape);
            for record in found {
                let said = exactly(&record.json);
                let expected = &all[&record.number];
                prop_assert_eq!(&said, expected, "{:?} {}", shape.kind, shape.signal);
                prop_assert_eq!(&record.timestamp, expected["timestamp"].as_str().unwrap());
                prop_assert_eq!(record.level.as_deref(), expected["level"].as_str());
                prop_assert_eq!(record.trace.as_deref(), expected["traceID"].as_str());
            }
        }
    }
}

#[test]
fn the_fields_stand_in_the_order_of_the_json_format() {
    let keys = |signal| {
        let shape = Shape {
            spans_per_trace: SpansPerTrace::of(3).unwrap(),
            ..shape(DestinationKind::OtlpHttp, signal)
        };
        let record = one(&shape, &body(&shape, span(0, 3)), 1);
        let mut keys: Vec<_> = ["testID", "runID", "seq", "timestamp", "level", "message", "name", "value"]
            .into_iter()
            .chain(["traceID", "spanID", "operation", "duration", "spans"])
            .filter_map(|key| Some((record.json.find(&format!("\"{key}\":"))?, key)))
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys(Signal::Logs), "testID runID seq timestamp level message");
    assert_eq!(keys(Signal::Metrics), "testID runID seq timestamp name value");
    assert_eq!(keys(Signal::Traces), "testID runID seq timestamp traceID spanID operation duration spans");
}

#[test]
fn both_formats_give_the_same_log_and_the_same_root_span() {
    for signal in [Signal::Logs, Signal::Traces] {
        let [json, otlp] = DestinationKind::ALL.map(|kind| {
            let shape = shape(kind, signal);
            one(&shape, &body(&shape, span(95, 20)), 103)
        });
        assert_eq!(json, otlp);
    }
}

#[test]
fn what_is_not_in_the_body_is_not_found_and_nothing_is_made_up() {
    for shape in every_shape() {
        let body = body(&shape, span(10, 5));
        assert_eq!(records(shape.kind, shape.signal, &body, &[9, 15, 1 << 50]).unwrap(), []);
        assert_eq!(records(shape.kind, shape.signal, &body, &[]).unwrap(), []);
        let cut = &body[..body.len() / 2];
        assert!(
            records(shape.kind, shape.signal, cut, &[10, 14]).is_err(),
            "{:?} {}",
            shape.kind,
            shape.signal
        );
    }
}

/// An object as it is written; `serde_json` reads doubles to within the last bit only.
fn exactly(json: &str) -> Value {
    let mut object: Value = serde_json::from_str(json).unwrap();
    if let Some((_, value)) = json.split_once("\"value\":")
        && object["value"].is_f64()
    {
        object["value"] = json!(value.trim_end_matches('}').parse::<f64>().unwrap());
    }
    object
}

fn one(shape: &Shape, body: &[u8], number: u64) -> Record {
    records(shape.kind, shape.signal, body, &[number]).unwrap().remove(0)
}

/// Every record of a body by its number, with nothing of ours.
fn strangers_view(shape: &Shape, body: &[u8]) -> BTreeMap<u64, Value> {
    match (shape.kind, shape.signal) {
        (DestinationKind::Http, _) => json_objects(body),
        (DestinationKind::OtlpHttp, Signal::Logs) => logs(body),
        (DestinationKind::OtlpHttp, Signal::Metrics) => points(body),
        (DestinationKind::OtlpHttp, Signal::Traces) => traces(shape, body),
    }
}

fn json_objects(body: &[u8]) -> BTreeMap<u64, Value> {
    let mut all: BTreeMap<u64, Value> = BTreeMap::new();
    for mut object in serde_json::from_slice::<Vec<Value>>(body).unwrap() {
        let number = object["seq"].as_u64().unwrap();
        if object.get("parentSpanID").is_none() {
            all.insert(number, object);
            continue;
        }
        let root = all.get_mut(&number).unwrap();
        for key in ["testID", "runID", "seq", "traceID"] {
            assert_eq!(object.as_object_mut().unwrap().remove(key).as_ref(), root.get(key));
        }
        let spans = root.as_object_mut().unwrap().entry("spans").or_insert_with(|| json!([]));
        spans.as_array_mut().unwrap().push(object);
    }
    all
}

fn logs(body: &[u8]) -> BTreeMap<u64, Value> {
    let mut request = ExportLogsServiceRequest::decode(body).unwrap();
    let records = request.resource_logs.remove(0).scope_logs.remove(0).log_records;
    let object = |record: opentelemetry_proto::tonic::logs::v1::LogRecord| {
        let Some(any_value::Value::StringValue(message)) = record.body.unwrap().value else { panic!() };
        let number = int(&record.attributes, "moniflux.seq");
        let object = json!({
            "testID": TEST, "runID": RUN.to_string(), "seq": number, "timestamp": time(record.time_unix_nano),
            "level": record.severity_text, "message": message,
        });
        (number, object)
    };
    records.into_iter().map(object).collect()
}

fn points(body: &[u8]) -> BTreeMap<u64, Value> {
    let mut request = ExportMetricsServiceRequest::decode(body).unwrap();
    let mut all = BTreeMap::new();
    for metric in request.resource_metrics.remove(0).scope_metrics.remove(0).metrics {
        let (points, is_sum) = match metric.data.unwrap() {
            Data::Gauge(gauge) => (gauge.data_points, false),
            Data::Sum(sum) => (sum.data_points, true),
            other @ (Data::Histogram(_) | Data::ExponentialHistogram(_) | Data::Summary(_)) => {
                panic!("{other:?}")
            }
        };
        for point in points {
            let (value, place) = match point.value.unwrap() {
                number_data_point::Value::AsInt(count) => (json!(count), count.cast_unsigned() - 1),
                number_data_point::Value::AsDouble(value) => (json!(value), value.to_bits() % (1 << 41)),
            };
            assert_eq!(value.is_i64() || value.is_u64(), is_sum);
            let number = place * 16 + int(&point.attributes, "moniflux.series");
            let object = json!({
                "testID": TEST, "runID": RUN.to_string(), "seq": number, "timestamp": time(point.time_unix_nano),
                "name": metric.name, "value": value,
            });
            all.insert(number, object);
        }
    }
    all
}

/// The number of a trace is that of its place in the body.
fn traces(shape: &Shape, body: &[u8]) -> BTreeMap<u64, Value> {
    let mut request = ExportTraceServiceRequest::decode(body).unwrap();
    let spans = request.resource_spans.remove(0).scope_spans.remove(0).spans;
    let mut numbers = Vec::new();
    moniflux_payload::decode(shape.kind, shape.signal, shape.share, body, &mut |arrival| {
        numbers.push(shape.share.lane_number(arrival.seq));
    })
    .unwrap();
    let common = |span: &OtlpSpan| {
        #[expect(clippy::cast_precision_loss, reason = "durations are small")]
        let millis = (span.end_time_unix_nano - span.start_time_unix_nano) as f64 / 1e6;
        json!({
            "timestamp": time(span.end_time_unix_nano), "spanID": hex(&span.span_id), "operation": span.name, "duration": millis,
        })
    };
    let object = |(trace, number): (&[OtlpSpan], u64)| {
        let mut root = common(&trace[0]);
        root["testID"] = json!(TEST);
        root["runID"] = json!(RUN.to_string());
        root["seq"] = json!(number);
        root["traceID"] = json!(hex(&trace[0].trace_id));
        for span in &trace[1..] {
            assert_eq!(span.trace_id, trace[0].trace_id);
            let mut child = common(span);
            child["parentSpanID"] = json!(hex(&span.parent_span_id));
            let spans = root.as_object_mut().unwrap().entry("spans").or_insert_with(|| json!([]));
            spans.as_array_mut().unwrap().push(child);
        }
        (number, root)
    };
    spans.chunks(shape.spans_per_trace.count() as usize).zip(numbers).map(object).collect()
}

fn time(unix_nanos: u64) -> String {
    let time: DateTime<Utc> = DateTime::from_timestamp_nanos(unix_nanos.cast_signed());
    time.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn int(attributes: &[KeyValue], key: &str) -> u64 {
    let value = attributes.iter().find(|attribute| attribute.key == key).unwrap().value.clone().unwrap();
    let Some(any_value::Value::IntValue(number)) = value.value else { panic!("{key}") };
    number.cast_unsigned()
}
