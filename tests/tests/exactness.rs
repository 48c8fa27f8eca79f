//! What was asked for is what arrives: exactly so many, each once, none missing; whatever the format, the store and what
//! stands between.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body;
use moniflux_tests::process::run_to_end;
use moniflux_tests::results::Results;
use moniflux_tests::rotel::Rotel;
use moniflux_tests::service::{Service, Store, moniflux};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, Stopwatch, let_run, until};
use serde_json::json;
use tempfile::TempDir;

#[tokio::test]
async fn the_readmes_test_arrives_exactly_in_both_formats_from_both_stores_and_through_a_collector()
-> Result<()> {
    let (sqlite, mongodb) = (Store::sqlite()?, Store::mongodb().await?);
    let (on_sqlite, on_mongodb) = tokio::try_join!(Service::start(&sqlite), Service::start(&mongodb))?;
    let sink = Sink::start(&[]).await?;
    let collector = Rotel::start(sink.address()).await?;

    tokio::try_join!(
        arrives_exactly(&on_sqlite, "sqlite-http", "http", sink.address(), &sink),
        arrives_exactly(&on_sqlite, "sqlite-otlp", "otlp-http", sink.address(), &sink),
        arrives_exactly(&on_sqlite, "sqlite-collector", "otlp-http", collector.address(), &sink),
        arrives_exactly(&on_mongodb, "mongodb-http", "http", sink.address(), &sink),
        arrives_exactly(&on_mongodb, "mongodb-otlp", "otlp-http", sink.address(), &sink),
        arrives_exactly(&on_mongodb, "mongodb-collector", "otlp-http", collector.address(), &sink),
    )?;
    Ok(())
}

async fn arrives_exactly(
    service: &Service,
    test: &str,
    kind: &str,
    endpoint: &str,
    sink: &Sink,
) -> Result<()> {
    let body = body::readme(test, kind, endpoint);
    let started = service.api().post("/start-test", &body).await?.with(200)?;
    ensure!(started["status"] == "Running" && started["run"] == 1, "not started: {started}");

    let results = service.run_over(test, "Completed", Duration::from_secs(30)).await?;
    ensure!((10.0..10.5).contains(&results.active_seconds), "another duration: {results:?}");
    for (signal, records) in body::README_COUNTS {
        results.ensure_exact(signal, records)?;
        // A collector answers before it forwards.
        until(&format!("{test}'s {signal} are in the sink"), SOON, async || {
            sink.lane(test, &results.run_id, signal).await?.ensure_exact(records)
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn pausing_changing_and_restarting_lose_and_repeat_nothing() -> Result<()> {
    let store = Store::sqlite()?;
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    tokio::try_join!(
        a_pause_costs_no_record(&service, &sink),
        a_change_counts_from_its_moment_on(&service, &sink),
        a_change_of_duration_counts(&service, &sink),
    )?;
    Ok(())
}

async fn a_pause_costs_no_record(service: &Service, sink: &Sink) -> Result<()> {
    let (api, test) = (service.api(), "paused");
    let watch = Stopwatch::start();
    api.post("/start-test", &body::logs(test, sink.address(), 1_000, 4)).await?.with(200)?;
    until("a few records arrived", SOON, async || {
        ensure!(sink.received(test).await? > 500, "too few");
        Ok(())
    })
    .await?;
    api.act("/tests/paused/pause").await?.with(200)?;
    let stood_still_at = standing_still(sink, test).await?;
    ensure!(stood_still_at < 4_000, "it went on to its end");
    ensure!(api.status(test).await? == "Paused");
    ensure!(api.results(test).await?.status == "Paused");

    api.act("/tests/paused/resume").await?.with(200)?;
    let results = service.run_over(test, "Completed", SOON).await?;
    ensure!(watch.elapsed() > Duration::from_secs(5), "the pause did not stop the time");
    results.ensure_exact("logs", 4_000)?;
    sink.lane(test, &results.run_id, "logs").await?.ensure_exact(4_000)
}

/// Waits until nothing more arrives for a second and a half, and answers how much did.
async fn standing_still(sink: &Sink, test: &str) -> Result<u64> {
    until("nothing more arrives", SOON, async || {
        let before = sink.received(test).await?;
        let_run(Duration::from_millis(1_500)).await;
        let after = sink.received(test).await?;
        ensure!(before == after, "{} more arrived", after - before);
        Ok(after)
    })
    .await
}

async fn a_change_counts_from_its_moment_on(service: &Service, sink: &Sink) -> Result<()> {
    let (api, test) = (service.api(), "changed");
    api.post("/start-test", &body::logs(test, sink.address(), 200, 6)).await?.with(200)?;
    until("it is under load", SOON, async || {
        ensure!(sink.received(test).await? > 200, "too few");
        Ok(())
    })
    .await?;
    let changed =
        api.patch("/tests/changed", &json!({"logRate": 2_000, "metricsRate": 500})).await?.with(200)?;
    ensure!(changed["logRate"] == 2_000 && changed["status"] == "Running", "{changed}");

    let results = service.run_over(test, "Completed", SOON).await?;
    let logs = results.lane("logs")?.due;
    // At least four of the six seconds were at the new rate, at least one at the old one.
    ensure!((8_500..=10_400).contains(&logs), "{logs} logs are due");
    let metrics = results.lane("metrics")?.due;
    ensure!((2_000..=2_600).contains(&metrics), "{metrics} metric points are due");
    for signal in ["logs", "metrics"] {
        let due = results.lane(signal)?.due;
        results.ensure_exact(signal, due)?;
        sink.lane(test, &results.run_id, signal).await?.ensure_exact(due)?;
    }
    Ok(())
}

async fn a_change_of_duration_counts(service: &Service, sink: &Sink) -> Result<()> {
    let (api, test) = (service.api(), "shortened");
    api.post("/start-test", &body::logs(test, sink.address(), 100, 600)).await?.with(200)?;
    api.patch("/tests/shortened", &json!({"duration": 3})).await?.with(200)?;
    let results = service.run_over(test, "Completed", SOON).await?;
    results.ensure_exact("logs", 300)?;
    sink.lane(test, &results.run_id, "logs").await?.ensure_exact(300)
}

#[tokio::test]
async fn a_run_without_a_service_is_exact_and_prints_its_results() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let folder = TempDir::new()?;
    let spec = folder.path().join("spec.yaml");
    let text = format!(
        "testID: alone\nlogRate: 500\nlogSize: 50\nmetricsRate: 1000\ntraceRate: 200\nduration: 3\n\
         destination:\n  type: otlp-http\n  endpoint: {}\n",
        sink.address()
    );
    std::fs::write(&spec, text)?;

    let mut command = moniflux(&folder)?;
    command.arg("run").arg(&spec).args(["--output", "json"]);
    let ended = run_to_end("moniflux run", &mut command, Duration::from_secs(20)).await?;
    ensure!(ended.code == 0, "exit code {}", ended.code);
    let results: Results = serde_json::from_str(&ended.stdout).context("stdout is not the results alone")?;
    ensure!(results.status == "Completed" && results.run == 1, "{results:?}");
    for (signal, records) in [("logs", 1_500), ("metrics", 3_000), ("traces", 600)] {
        results.ensure_exact(signal, records)?;
        sink.lane("alone", &results.run_id, signal).await?.ensure_exact(records)?;
    }
    Ok(())
}
