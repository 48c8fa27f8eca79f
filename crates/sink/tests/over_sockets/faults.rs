//! A sink that is bad on purpose.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use moniflux_sink::{Faults, SinkConfig};
use serde_json::json;

use crate::support::{shape, with_sink};

fn bad(faults: Faults) -> SinkConfig {
    SinkConfig { faults, ..SinkConfig::default() }
}

#[tokio::test]
async fn failures_have_the_wanted_status_are_not_counted_and_come_again_with_the_seed() {
    let config = bad(Faults { fail_rate: 0.5, status: 503, seed: 9, ..Faults::default() });
    let shape = shape(DestinationKind::OtlpHttp, Signal::Logs);
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        with_sink(config.clone(), async |client| {
            let mut statuses = Vec::new();
            for request in 0..40 {
                statuses.push(client.emit(&shape, request * 10, 10).await.unwrap().status);
            }
            let served = statuses.iter().filter(|status| **status == 200).count();
            assert!(statuses.iter().all(|status| [200, 503].contains(status)) && (5..35).contains(&served));
            assert_eq!(client.lanes("a-test").await[0]["received"], served * 10);
            outcomes.push(statuses);
        })
        .await;
    }
    assert_eq!(outcomes[0], outcomes[1]);
}

#[tokio::test]
async fn resets_are_resets_and_are_not_counted() {
    with_sink(bad(Faults { reset_rate: 1.0, ..Faults::default() }), async |client| {
        for kind in DestinationKind::ALL {
            let error = client.emit(&shape(kind, Signal::Metrics), 0, 10).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        assert_eq!(client.get("/ledger").await.json(), json!({"tests": []}));
    })
    .await;
}

#[tokio::test]
async fn answers_wait_for_the_delay() {
    let delay = Duration::from_millis(500);
    with_sink(bad(Faults { delay, ..Faults::default() }), async |client| {
        let shape = shape(DestinationKind::Http, Signal::Logs);
        let began = now();
        assert_eq!(client.emit(&shape, 1, 1).await.unwrap().status, 200);
        assert!(began.elapsed() >= delay, "it came too early");
        // The ledger is no destination.
        let health = tokio::time::timeout(delay, client.get("/health")).await;
        assert_eq!(health.unwrap().status, 200);
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "the sink waits in real time")]
fn now() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn no_more_than_the_ceiling_is_acknowledged_and_nothing_is_refused() {
    with_sink(bad(Faults { max_rate: Some(2_000), ..Faults::default() }), async |client| {
        let shape = shape(DestinationKind::Http, Signal::Logs);
        let quick = tokio::time::timeout(Duration::from_millis(50), client.emit(&shape, 0, 10)).await;
        assert_eq!(quick.unwrap().unwrap().status, 200);
        // 1,000 records are half a second's work, of which an idle sink has 50 ms saved up.
        let batches = (1..=4).map(|batch| client.emit(&shape, batch * 250, 250));
        let answers =
            tokio::time::timeout(Duration::from_millis(400), futures_util::future::join_all(batches));
        assert!(answers.await.is_err(), "it came too early");
        let answer = client.emit(&shape, 2_000, 1).await.unwrap();
        assert_eq!((answer.status, client.lanes("a-test").await[0]["received"].as_u64()), (200, Some(1_011)));
    })
    .await;
}
