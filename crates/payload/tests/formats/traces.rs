//! Traces of several spans, as a stranger sees them.

use std::collections::{HashMap, HashSet};

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::SpansPerTrace;
use moniflux_payload::{BatchBuffer, Encoder, Shape};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use prost::Message;
use serde_json::Value;

use crate::support::{AROUND_WIDTHS, NOON, body, numbers, shape, span};

fn traces(kind: DestinationKind, spans: u32) -> Shape {
    Shape { spans_per_trace: SpansPerTrace::of(spans).unwrap(), ..shape(kind, Signal::Traces) }
}

fn spans(body: &[u8]) -> Vec<OtlpSpan> {
    let mut request = ExportTraceServiceRequest::decode(body).unwrap();
    request.resource_spans.remove(0).scope_spans.remove(0).spans
}

#[test]
fn a_trace_is_one_record_however_many_spans_it_has() {
    for kind in DestinationKind::ALL {
        for count in [1, 2, 5, 64] {
            let shape = traces(kind, count);
            let encoder = Encoder::new(&shape);
            assert_eq!(encoder.items_per_record(), count);
            let mut buffer = BatchBuffer::default();
            for (first, records) in AROUND_WIDTHS {
                encoder.encode(&mut buffer, span(first, records));
                let told = numbers(&shape, buffer.as_ref()).unwrap();
                assert!(told.into_iter().eq(first..first + u64::from(records)));
            }
        }
    }
}

#[test]
fn bodies_are_what_the_generated_encoder_writes() {
    for count in [2, 5, 64] {
        let body = body(&traces(DestinationKind::OtlpHttp, count), span(120, 40));
        let again = ExportTraceServiceRequest::decode(&*body).unwrap().encode_to_vec();
        assert!(again == body, "{count}");
    }
}

#[test]
fn spans_lie_within_their_parents_and_make_one_tree() {
    for count in [2, 5, 17, 64] {
        let all = spans(&body(&traces(DestinationKind::OtlpHttp, count), span(7, 30)));
        assert_eq!(all.len(), 30 * count as usize);
        assert_eq!(all.iter().map(|span| &span.span_id).collect::<HashSet<_>>().len(), all.len());
        for (trace, index) in all.chunks(count as usize).zip(0_u64..) {
            let by_id: HashMap<_, _> = trace.iter().map(|span| (&span.span_id, span)).collect();
            let (root, below) = trace.split_first().unwrap();
            assert_eq!((root.kind, root.parent_span_id.len()), (2, 0));
            assert_eq!(root.end_time_unix_nano, NOON + 1_000 * index);
            for span in below {
                let parent = by_id[&span.parent_span_id];
                assert_eq!(span.trace_id, root.trace_id);
                assert!(parent.start_time_unix_nano <= span.start_time_unix_nano);
                assert!(span.start_time_unix_nano < span.end_time_unix_nano);
                assert!(span.end_time_unix_nano <= parent.end_time_unix_nano);
                assert!([1, 3].contains(&span.kind) && !span.name.is_empty() && !span.attributes.is_empty());
            }
        }
    }
}

#[test]
fn a_root_is_the_same_with_and_without_spans_below_it() {
    let alone = spans(&body(&traces(DestinationKind::OtlpHttp, 1), span(7, 20)));
    let with_others = spans(&body(&traces(DestinationKind::OtlpHttp, 5), span(7, 20)));
    let roots: Vec<_> = with_others.into_iter().filter(|span| span.parent_span_id.is_empty()).collect();
    assert_eq!(alone, roots);
}

#[test]
fn json_has_an_object_for_every_span_with_the_ids_of_otlp() {
    let otlp = spans(&body(&traces(DestinationKind::OtlpHttp, 5), span(98, 4)));
    let json = body(&traces(DestinationKind::Http, 5), span(98, 4));
    let json: Vec<Value> = serde_json::from_slice(&json).unwrap();
    assert_eq!(json.len(), 20);
    for (position, (object, span)) in json.iter().zip(&otlp).enumerate() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert_eq!(object["seq"], 98 + position / 5);
        assert_eq!(object["traceID"], hex(&span.trace_id));
        assert_eq!(object["spanID"], hex(&span.span_id));
        assert_eq!(object["operation"], span.name);
        let parent = object.get("parentSpanID").map(|parent| parent.as_str().unwrap().to_owned());
        assert_eq!(parent.unwrap_or_default(), hex(&span.parent_span_id));
        let millis = object["duration"].as_f64().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "durations are small")]
        let expected = (span.end_time_unix_nano - span.start_time_unix_nano) as f64 / 1e6;
        assert!((millis - expected).abs() < 0.002, "{millis} {expected}");
        let end = chrono::DateTime::parse_from_rfc3339(object["timestamp"].as_str().unwrap()).unwrap();
        assert_eq!(u64::try_from(end.timestamp_nanos_opt().unwrap()).unwrap(), span.end_time_unix_nano);
    }
}
