//! What is taken, and how it is counted.

use std::io::Write as _;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use moniflux_sink::SinkConfig;
use serde_json::json;
use uuid::Uuid;

use crate::support::{RUN, body, shape, with_sink};

#[tokio::test]
async fn every_signal_of_every_format_is_counted() {
    for kind in DestinationKind::ALL {
        with_sink(SinkConfig::default(), async |client| {
            for signal in Signal::ALL {
                let shape = shape(kind, signal);
                let mut bytes = 0;
                // The middle comes last, a part of the first comes twice, the end leaves a gap.
                for (first, count) in [(0, 500), (700, 300), (400, 50), (500, 190), (1_010, 10)] {
                    assert_eq!(client.emit(&shape, first, count).await.unwrap().status, 200);
                    bytes += body(&shape, first, count).len();
                }
                let lanes = client.lanes("a-test").await;
                let lane = lanes.as_array().unwrap().iter().find(|lane| lane["signal"] == signal.as_str()).unwrap();
                let mut lane = lane.clone();
                let latency = lane["endToEnd"].take();
                let expected = json!({"signal": signal.as_str(), "share": 1, "received": 1_050, "unique": 1_000,
                    "duplicates": 50, "reordered": 190, "missing": 20, "highest": 1_019, "bytes": bytes, "endToEnd": null});
                assert_eq!(lane, expected);
                // The records are of the first of January 2026, and an hour is the longest that is told.
                let long = 3_600_000.0;
                let expected = json!({"count": 1_050, "p50": long, "p90": long, "p95": long,
                    "p99": long, "p999": long, "max": long, "skew": null});
                assert_eq!(latency, expected);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn packed_bodies_are_unpacked() {
    with_sink(SinkConfig::default(), async |client| {
        let shape = shape(DestinationKind::OtlpHttp, Signal::Logs);
        let (first, second) = (body(&shape, 0, 100), body(&shape, 100, 100));
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&first).unwrap();
        let gzip = client.post("/v1/logs", &[("content-encoding", "gzip")], &encoder.finish().unwrap()).await;
        let zstd = zstd::encode_all(&*second, 1).unwrap();
        let zstd = client.post("/v1/logs", &[("content-encoding", "zstd")], &zstd).await;
        assert_eq!((gzip.status, zstd.status), (200, 200));
        let lanes = client.lanes("a-test").await;
        assert_eq!((&lanes[0]["unique"], &lanes[0]["missing"]), (&json!(200), &json!(0)));
        assert_eq!(lanes[0]["bytes"], first.len() + second.len());
    })
    .await;
}

#[tokio::test]
async fn answers_are_what_each_format_expects() {
    with_sink(SinkConfig::default(), async |client| {
        let otlp = client.emit(&shape(DestinationKind::OtlpHttp, Signal::Traces), 0, 1).await.unwrap();
        assert!(otlp.head.contains("content-type: application/x-protobuf"));
        assert!(otlp.body.is_empty(), "a response message without fields");
        let http = client.emit(&shape(DestinationKind::Http, Signal::Traces), 0, 1).await.unwrap();
        assert_eq!(http.json(), json!({"status": "ok"}));
        let health = client.get("/health").await;
        assert_eq!((health.status, health.json()), (200, json!({"status": "ok"})));
    })
    .await;
}

#[tokio::test]
async fn the_ledger_tells_every_test_and_one() {
    with_sink(SinkConfig::default(), async |client| {
        assert_eq!(client.get("/ledger").await.json(), json!({"tests": []}));
        client.emit(&shape(DestinationKind::Http, Signal::Logs), 0, 5).await.unwrap();
        let all = client.get("/ledger").await.json();
        assert_eq!(all["tests"][0], client.get("/ledger/a-test").await.json());
        assert_eq!(all["tests"][0]["runs"][0]["lanes"][0]["received"], 5);
        let of_run = client.get(&format!("/ledger/a-test?run={}", RUN.0)).await.json();
        assert_eq!(of_run, all["tests"][0]);
        let none = client.get(&format!("/ledger/a-test?run={}", Uuid::nil())).await.json();
        assert_eq!(none, json!({"testID": "a-test", "runs": []}));
        let unknown = client.get("/ledger/other").await;
        assert_eq!((unknown.status, &unknown.json()["code"]), (404, &json!("test_not_found")));
    })
    .await;
}

#[tokio::test]
async fn large_bodies_are_counted_like_small_ones() {
    with_sink(SinkConfig::default(), async |client| {
        let shape = shape(DestinationKind::OtlpHttp, Signal::Logs);
        assert_eq!(client.emit(&shape, 0, 20_000).await.unwrap().status, 200);
        assert!(body(&shape, 0, 20_000).len() > 3_000_000);
        assert_eq!(client.lanes("a-test").await[0]["unique"], 20_000);
    })
    .await;
}
