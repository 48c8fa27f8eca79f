//! A service that dies, by force or by request, and another that goes on from there with the same store.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use moniflux_tests::body;
use moniflux_tests::on_both_stores;
use moniflux_tests::results::Results;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::{Arrived, Sink};
use moniflux_tests::time::{SOON, let_run, moment_in, until};
use serde_json::json;

on_both_stores!(
    a_killed_service_goes_on_by_itself_and_what_got_lost_is_in_doubt,
    a_stopped_service_gives_its_runs_back_and_nothing_is_in_doubt,
);

async fn a_killed_service_goes_on_by_itself_and_what_got_lost_is_in_doubt(store: Store) -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let service = Service::start(&store).await?;
    let api = service.api();
    for (test, kind) in [("plain", "http"), ("otlp", "otlp-http")] {
        api.post("/start-test", &body::readme(test, kind, sink.address())).await?.with(200)?;
    }
    let scheduled = body::with(body::logs("scheduled", sink.address(), 100, 2), &json!({"userID": "night"}));
    api.post("/create-test", &scheduled).await?.with(201)?;
    let later =
        json!({"testID": "scheduled", "userID": "night", "schedule": moment_in(Duration::from_secs(6))});
    api.post("/schedule-test", &later).await?.with(200)?;
    under_load(&sink, "plain", 4_000).await?;
    service.kill()?;
    // The scheduled moment passes while nobody is there.
    let_run(Duration::from_secs(4)).await;

    let service = Service::start(&store).await?;
    for test in ["plain", "otlp"] {
        let results = service.run_over(test, "Completed", Duration::from_secs(40)).await?;
        ensure!(results.run == 1, "it began anew: {results:?}");
        let arrived = sink.only_run(test).await?;
        in_doubt_covers_what_is_missing(test, &results, &arrived)?;
    }
    let results = service.run_over("scheduled", "Completed", SOON).await?;
    results.ensure_exact("logs", 200)?;
    sink.only_run("scheduled").await?["logs"].ensure_exact(200)
}

/// Everything was due and left or is in doubt; what the sink misses is no more than what is in doubt.
fn in_doubt_covers_what_is_missing(
    test: &str,
    results: &Results,
    arrived: &BTreeMap<String, Arrived>,
) -> Result<()> {
    for (signal, due) in body::README_COUNTS {
        let lane = results.lane(signal)?;
        ensure!(lane.due == due && lane.issued == due, "{test} {signal}: {lane:?}");
        ensure!(lane.acked + lane.in_doubt == due, "{test} {signal}: {lane:?}");
        // What is reserved is always ahead of what is reported, so a death in the middle leaves a doubt.
        ensure!(lane.in_doubt > 0, "{test} {signal}: the run was not interrupted: {lane:?}");
        ensure!(lane.in_doubt < due / 2, "{test} {signal}: too much is in doubt: {lane:?}");
        let arrived = arrived[signal];
        ensure!(arrived.duplicates == 0, "{test} {signal} came twice: {arrived:?}");
        ensure!(arrived.unique >= lane.acked, "{test} {signal} was acked and is not there: {arrived:?}");
        let lost = due - arrived.unique;
        ensure!(lost <= lane.in_doubt, "{test} {signal}: {lost} lost, {} in doubt", lane.in_doubt);
    }
    Ok(())
}

async fn a_stopped_service_gives_its_runs_back_and_nothing_is_in_doubt(store: Store) -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let service = Service::start(&store).await?;
    service
        .api()
        .post("/start-test", &body::readme("given-back", "http", sink.address()))
        .await?
        .with(200)?;
    under_load(&sink, "given-back", 4_000).await?;
    let ended = service.terminate().await?;
    ensure!(ended.code() == Some(105), "ended otherwise: {ended}");
    let at_the_end = sink.received("given-back").await?;
    ensure!(at_the_end < 17_000, "the run was not stopped in the middle");

    let service = Service::start(&store).await?;
    // No lease has to run out first.
    until("it goes on", Duration::from_secs(4), async || {
        ensure!(sink.received("given-back").await? > at_the_end, "nothing more arrived");
        Ok(())
    })
    .await?;
    let results = service.run_over("given-back", "Completed", Duration::from_secs(30)).await?;
    let arrived = sink.only_run("given-back").await?;
    for (signal, records) in body::README_COUNTS {
        results.ensure_exact(signal, records)?;
        arrived[signal].ensure_exact(records)?;
    }
    Ok(())
}

async fn under_load(sink: &Sink, test: &str, records: u64) -> Result<()> {
    until(&format!("{test} is in the middle of its run"), SOON, async || {
        let received = sink.received(test).await?;
        ensure!(received > records, "only {received} arrived");
        Ok(())
    })
    .await
}
