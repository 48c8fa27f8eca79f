//! What a destination's answers mean.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::secret::Secret;
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::EmitterFactory;

use crate::server::{
    PATIENCE, Reply, Server, destination, emitter, header, response, send, send_bytes, within,
};

async fn answer(kind: DestinationKind, reply: Vec<u8>) -> Answer {
    let server = Server::start([Reply::Write(reply)]).await;
    send(&emitter(kind, &server.endpoint(), PATIENCE), "[]").await
}

#[tokio::test]
async fn every_2xx_is_acked() {
    for status in [200, 201, 202, 204] {
        let body: &[u8] = if status == 204 { b"" } else { b"taken" };
        let seen = answer(DestinationKind::Http, response(status, "text/plain", body)).await;
        assert_eq!(seen, Answer::Acked, "{status}");
    }
}

#[tokio::test]
async fn a_4xx_is_rejected_and_anything_else_failed_with_its_status() {
    for status in [400, 401, 404, 413, 429] {
        let seen = answer(DestinationKind::Http, response(status, "text/plain", b"no")).await;
        assert_eq!(seen, Answer::Rejected(Kind::Status(status)));
    }
    for status in [304, 500, 502, 503] {
        let body: &[u8] = if status == 304 { b"" } else { b"no" };
        let seen = answer(DestinationKind::OtlpHttp, response(status, "text/plain", body)).await;
        assert_eq!(seen, Answer::Failed(Kind::Status(status)));
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let target = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    for status in [301, 302, 307, 308] {
        let reply = format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            target.endpoint()
        );
        let seen = answer(DestinationKind::Http, reply.into_bytes()).await;
        assert_eq!(seen, Answer::Failed(Kind::Status(status)));
    }
    assert!(target.seen().is_empty());
}

#[tokio::test]
async fn a_partial_success_counts_what_was_refused_in_protobuf_and_json() {
    let protobuf = response(200, "application/x-protobuf", b"\x0a\x04\x08\x03\x12\x00");
    assert_eq!(answer(DestinationKind::OtlpHttp, protobuf).await, Answer::Partial { rejected: 3 });
    let json = response(200, "application/json", br#"{"partialSuccess":{"rejectedLogRecords":"3"}}"#);
    assert_eq!(answer(DestinationKind::OtlpHttp, json).await, Answer::Partial { rejected: 3 });
}

#[tokio::test]
async fn only_otlp_answers_are_read_for_a_partial_success() {
    let reply = response(200, "application/x-protobuf", b"\x0a\x02\x08\x03");
    assert_eq!(answer(DestinationKind::Http, reply).await, Answer::Acked);
}

#[tokio::test]
async fn a_2xx_whose_body_cannot_be_read_is_acked() {
    let garbage = response(200, "application/x-protobuf", b"\xff\xff<html>");
    assert_eq!(answer(DestinationKind::OtlpHttp, garbage).await, Answer::Acked);

    let cut_short = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n\x0a".to_vec();
    let server = Server::start([Reply::WriteAndClose(cut_short)]).await;
    let emitter = emitter(DestinationKind::OtlpHttp, &server.endpoint(), PATIENCE);
    assert_eq!(send(&emitter, "x").await, Answer::Acked);
}

#[tokio::test]
async fn a_refusal_may_say_how_long_to_wait() {
    for (status, expected) in [(429, Some(7)), (503, Some(7)), (500, None)] {
        let reply = format!("HTTP/1.1 {status} Any\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n");
        let server = Server::start([Reply::Write(reply.into_bytes())]).await;
        let reply = send_bytes(&server.emitter(), Bytes::from_static(b"[]")).await;
        assert_eq!(reply.retry_after, expected.map(Duration::from_secs), "{status}");
    }
}

#[tokio::test]
async fn a_request_carries_its_headers_and_its_key() {
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    let mut destination = destination(DestinationKind::Http, &server.endpoint());
    destination.api_key = Some(Secret::new("test-api-key"));
    let emitter = HttpEmitters::default().emitter(&destination, &within(PATIENCE)).unwrap();
    send(&emitter, r#"[{"seq":0}]"#).await;

    let seen = server.seen().remove(0);
    assert!(seen.head.starts_with("POST /in HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.body, br#"[{"seq":0}]"#);
    assert_eq!(header(&seen.head, "authorization"), Some("Bearer test-api-key"));
    assert_eq!(header(&seen.head, "user-agent"), Some(concat!("MoniFlux/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(header(&seen.head, "content-type"), Some("application/json"));
    assert_eq!(header(&seen.head, "x-moniflux-signal"), Some("logs"));
    assert_eq!(header(&seen.head, "host"), Some(format!("127.0.0.1:{}", server.port()).as_str()));
}

#[tokio::test]
async fn otlp_goes_below_the_path_of_the_endpoint() {
    let server = Server::start([Reply::Write(response(200, "application/x-protobuf", b""))]).await;
    let emitter = emitter(DestinationKind::OtlpHttp, &server.endpoint(), PATIENCE);
    assert_eq!(send(&Arc::clone(&emitter), "x").await, Answer::Acked);
    assert!(server.seen()[0].head.starts_with("POST /in/v1/logs HTTP/1.1\r\n"));
}
