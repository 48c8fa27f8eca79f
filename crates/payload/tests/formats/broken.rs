//! Bodies that are not ours, cut off, or changed on the way: an error, never a panic.

use std::error::Error;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use moniflux_payload::decode;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use proptest::prelude::*;
use prost::Message;

use crate::support::{body, every_shape, numbers, shape, span};

fn complaint(shape: &moniflux_payload::Shape, body: &[u8]) -> String {
    let error = numbers(shape, body).unwrap_err();
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

#[test]
fn what_is_missing_is_named() {
    let json = shape(DestinationKind::Http, Signal::Logs);
    let otlp = shape(DestinationKind::OtlpHttp, Signal::Logs);
    assert!(complaint(&json, br#"[{"seq": 1, "runID": ""}]"#).contains("runID"));
    assert!(complaint(&json, br#"[{"testID": "a", "runID": "x"}]"#).contains("`seq`"));
    assert!(complaint(&json, br#"{"seq": 1}"#).contains("array"));
    let mut request = ExportLogsServiceRequest::decode(&*body(&otlp, span(0, 1))).unwrap();
    request.resource_logs[0].scope_logs[0].log_records[0].attributes.clear();
    assert!(complaint(&otlp, &request.encode_to_vec()).contains("moniflux.seq"));
    for name in ["moniflux.share.count", "moniflux.run.id"] {
        request.resource_logs[0].resource.as_mut().unwrap().attributes.retain(|a| a.key != name);
        assert!(complaint(&otlp, &request.encode_to_vec()).contains(name));
    }
}

#[test]
fn every_truncation_is_an_error() {
    for shape in every_shape() {
        let body = body(&shape, span(5, 3));
        // Nothing at all is an empty request in protobuf.
        for length in 1..body.len() {
            assert!(numbers(&shape, &body[..length]).is_err(), "{:?} {length}", shape.kind);
        }
    }
}

#[test]
fn an_empty_otlp_request_has_no_records() {
    assert!(numbers(&shape(DestinationKind::OtlpHttp, Signal::Traces), b"").unwrap().is_empty());
    assert!(numbers(&shape(DestinationKind::Http, Signal::Traces), b"[]").unwrap().is_empty());
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for shape in every_shape() {
            // Whether it is an error depends on the bytes.
            let _either = decode(shape.kind, shape.signal, shape.share, &bytes, &mut |_| {});
        }
    }

    #[test]
    fn changed_bytes_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        for shape in every_shape() {
            let mut body = body(&shape, span(5, 3));
            for (index, byte) in &changes {
                let index = index.index(body.len());
                body[index] = *byte;
            }
            let _either = decode(shape.kind, shape.signal, shape.share, &body, &mut |_| {});
        }
    }
}
