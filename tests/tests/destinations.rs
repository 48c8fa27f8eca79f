//! Destinations that fail: the run ends on time all the same, and every record has its class.

use std::time::Duration;

use anyhow::{Result, ensure};
use moniflux_tests::body;
use moniflux_tests::port::free_port;
use moniflux_tests::receiver::Receiver;
use moniflux_tests::results::{Lane, Results};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{Stopwatch, let_run};
use serde_json::json;

const SECONDS: u64 = 8;

/// The load, the drain of five seconds, and what a busy machine adds.
const ON_TIME: Duration = Duration::from_secs(SECONDS + 5 + 4);

const RATE: u64 = 1_000;

const DUE: u64 = RATE * SECONDS;

#[tokio::test]
async fn whatever_a_destination_does_the_run_ends_on_time_with_every_record_in_its_class() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let (slow, failing, refusing, resetting, moody) = tokio::try_join!(
        Sink::start(&["--delay", "30000"]),
        Sink::start(&["--status", "500"]),
        Sink::start(&["--status", "400"]),
        Sink::start(&["--reset-rate", "1"]),
        Sink::start(&["--fail-rate", "0.3", "--reset-rate", "0.2", "--seed", "7"]),
    )?;
    let nobody = format!("http://127.0.0.1:{}", free_port()?);

    let warm = warm_memory(&service, failing.address()).await?;
    let (closed, late, failed, refused, reset, mixed, growth) = tokio::try_join!(
        ends_on_time(&service, "closed", "http", &nobody),
        ends_on_time(&service, "late", "http", slow.address()),
        ends_on_time(&service, "failed", "otlp-http", failing.address()),
        ends_on_time(&service, "refused", "otlp-http", refusing.address()),
        ends_on_time(&service, "reset", "http", resetting.address()),
        ends_on_time(&service, "mixed", "http", moody.address()),
        growth_of_memory(&service, warm),
    )?;

    for (results, kind) in [(&closed, "connect"), (&failed, "status_500"), (&reset, "reset")] {
        let lane = all_issued(results)?;
        ensure!(lane.failed == DUE && lane.failures[kind] == DUE, "not all failed as {kind}: {lane:?}");
    }
    let lane = all_issued(&refused)?;
    ensure!(lane.rejected == DUE && lane.rejections["status_400"] == DUE, "not all were refused: {lane:?}");

    // Sixty-four requests wait for an answer that does not come; the rest never leaves, and that is the destination's.
    let lane = late.lane("logs")?;
    ensure!(lane.due == DUE && lane.issued > 0 && lane.missed == DUE - lane.issued, "{lane:?}");
    ensure!(lane.failed == lane.issued && lane.failures.get("timeout") == Some(&lane.failed), "{lane:?}");
    ensure!(late.verdict == "destination-limited" || lane.missed == 0, "{late:?}");

    let lane = all_issued(&mixed)?;
    ensure!(lane.acked > 0 && lane.failures["reset"] > 0 && lane.failed > lane.failures["reset"], "{lane:?}");
    let arrived = moody.lane("mixed", &mixed.run_id, "logs").await?;
    ensure!(arrived.duplicates == 0 && arrived.unique >= lane.acked, "{arrived:?} of {lane:?}");

    ensure!(growth < 64 << 20, "memory grew by {} MiB", growth >> 20);
    Ok(())
}

fn all_issued(results: &Results) -> Result<&Lane> {
    let lane = results.lane("logs")?;
    ensure!((lane.due, lane.issued, lane.missed) == (DUE, DUE, 0), "{lane:?}");
    Ok(lane)
}

async fn ends_on_time(service: &Service, test: &str, kind: &str, endpoint: &str) -> Result<Results> {
    let watch = Stopwatch::start();
    let body = body::logs(test, endpoint, RATE, SECONDS);
    let body = body::with(body, &json!({"logSize": 512, "destination": {"type": kind}}));
    service.api().post("/start-test", &body).await?.with(200)?;
    let results = service.run_over(test, "Completed", ON_TIME).await?;
    ensure!(watch.elapsed() > Duration::from_secs(SECONDS), "{test} ended early");
    Ok(results)
}

/// Memory after a second of load: threads, caches and buffers are there.
async fn warm_memory(service: &Service, endpoint: &str) -> Result<u64> {
    service.api().post("/start-test", &body::logs("warm", endpoint, RATE, 1)).await?.with(200)?;
    service.run_over("warm", "Completed", ON_TIME).await?;
    service.resident_bytes()
}

/// By how much memory rises above what it was, at its highest, while the runs go on.
async fn growth_of_memory(service: &Service, before: u64) -> Result<u64> {
    let mut most = before;
    let watch = Stopwatch::start();
    while watch.elapsed() < Duration::from_secs(SECONDS) {
        most = most.max(service.resident_bytes()?);
        let_run(Duration::from_millis(100)).await;
    }
    Ok(most - before)
}

#[tokio::test]
async fn a_saturated_destination_costs_no_memory_however_much_is_due() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let slow = Sink::start(&["--delay", "30000"]).await?;
    let warm = warm_memory(&service, slow.address()).await?;
    // Two hundred megabytes a second are due, and next to nothing can leave.
    let body = body::with(body::logs("flood", slow.address(), 200_000, SECONDS), &json!({"logSize": 1_000}));
    service.api().post("/start-test", &body).await?.with(200)?;
    let growth = growth_of_memory(&service, warm).await?;
    let results = service.run_over("flood", "Completed", ON_TIME).await?;
    let lane = results.lane("logs")?;
    ensure!(lane.due == 200_000 * SECONDS && lane.missed > lane.due / 2, "{lane:?}");
    ensure!(results.verdict == "destination-limited", "{results:?}");
    // Sixty-four bodies of half a megabyte each, and what holds them.
    ensure!(growth < 160 << 20, "memory grew by {} MiB", growth >> 20);
    Ok(())
}

#[tokio::test]
async fn what_a_partial_success_rejects_is_counted_as_rejected_and_the_rest_as_acked() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let receiver = Receiver::start(1).await?;
    let body = json!({"duration": 2});
    let body = body::with(body::readme("partial", "otlp-http", receiver.address()), &body);
    service.api().post("/start-test", &body).await?.with(200)?;
    let results = service.run_over("partial", "Completed", ON_TIME).await?;
    for (signal, due) in [("logs", 1_000), ("metrics", 2_000), ("traces", 400)] {
        let lane = results.lane(signal)?;
        ensure!(lane.issued == due && lane.rejected == lane.requests, "{signal}: {lane:?}");
        ensure!(lane.acked == due - lane.rejected && lane.failed == 0, "{signal}: {lane:?}");
        ensure!(lane.rejections["partial_success"] == lane.rejected, "{signal}: {lane:?}");
    }
    Ok(())
}
