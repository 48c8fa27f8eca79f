//! Two processes on one MongoDB.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, Stopwatch, let_run, moment_in, until};
use serde_json::json;

#[tokio::test]
async fn a_test_is_created_on_one_started_on_the_other_and_cancelled_on_the_first_within_a_second()
-> Result<()> {
    let store = Store::mongodb().await?;
    let (first, second) = tokio::try_join!(Service::start(&store), Service::start(&store))?;
    let sink = Sink::start(&[]).await?;
    first.api().post("/create-test", &body::logs("shared", sink.address(), 1_000, 600)).await?.with(201)?;
    second.api().post("/start-test", &json!({"testID": "shared"})).await?.with(200)?;
    arriving(&sink, "shared", 1_000).await?;

    // A change asked of either is followed as well.
    first.api().act("/tests/shared/pause").await?.with(200)?;
    quiet_within(&sink, "shared", Duration::from_secs(1)).await?;
    second.api().act("/tests/shared/resume").await?.with(200)?;
    let before = sink.received("shared").await?;
    arriving(&sink, "shared", before).await?;

    let cancelled = first.api().post("/cancel-test", &json!({"testID": "shared"})).await?.with(200)?;
    ensure!(cancelled["status"] == "Cancelled", "{cancelled}");
    quiet_within(&sink, "shared", Duration::from_secs(1)).await?;
    for service in [&first, &second] {
        let results = service.run_over("shared", "Cancelled", SOON).await?;
        let lane = results.lane("logs")?;
        ensure!(lane.acked == lane.issued, "{lane:?}");
        sink.lane("shared", &results.run_id, "logs").await?.ensure_exact(lane.acked)?;
    }
    Ok(())
}

#[tokio::test]
async fn when_the_holder_is_killed_the_other_takes_over_within_ten_seconds() -> Result<()> {
    let store = Store::mongodb().await?;
    let sink = Sink::start(&[]).await?;
    // Alone when the run begins, so it is the one that holds it.
    let holder = Service::start(&store).await?;
    holder.api().post("/start-test", &body::logs("orphan", sink.address(), 500, 20)).await?.with(200)?;
    let other = Service::start(&store).await?;
    arriving(&sink, "orphan", 1_000).await?;
    holder.kill()?;
    let watch = Stopwatch::start();
    let_run(Duration::from_millis(500)).await;
    let at_the_end = sink.received("orphan").await?;
    until("the other goes on", Duration::from_secs(10), async || {
        ensure!(sink.received("orphan").await? > at_the_end, "nothing more arrived");
        Ok(())
    })
    .await?;
    ensure!(watch.elapsed() < Duration::from_secs(10), "the takeover took {:?}", watch.elapsed());

    let results = other.run_over("orphan", "Completed", Duration::from_secs(40)).await?;
    let (lane, arrived) = (results.lane("logs")?, sink.lane("orphan", &results.run_id, "logs").await?);
    ensure!(results.run == 1 && lane.due == 10_000 && lane.acked + lane.in_doubt == 10_000, "{results:?}");
    ensure!(arrived.duplicates == 0 && 10_000 - arrived.unique <= lane.in_doubt, "{arrived:?} {lane:?}");
    Ok(())
}

#[tokio::test]
async fn the_shares_of_a_run_spread_over_the_replicas_and_add_up() -> Result<()> {
    let store = Store::mongodb().await?;
    let (first, second) = tokio::try_join!(Service::start(&store), Service::start(&store))?;
    let sink = Sink::start(&[]).await?;
    let asked = body::with(body::logs("wide", sink.address(), 1_000, 8), &json!({"parallelism": 4}));
    first.api().post("/start-test", &asked).await?.with(200)?;
    for service in [&first, &second] {
        until("each drives a part of it", SOON, async || {
            let due = due_at(service, "wide").await?;
            ensure!((1..4_000).contains(&due), "{due} records are due here");
            Ok(())
        })
        .await?;
    }
    // What is asked of one of them is asked of all shares.
    second.api().act("/tests/wide/pause").await?.with(200)?;
    quiet_within(&sink, "wide", Duration::from_secs(1)).await?;
    first.api().act("/tests/wide/resume").await?.with(200)?;

    let results = first.run_over("wide", "Completed", Duration::from_secs(40)).await?;
    results.ensure_exact("logs", 8_000)?;
    sink.lane("wide", &results.run_id, "logs").await?.ensure_exact(8_000)?;
    Ok(())
}

#[tokio::test]
async fn the_shares_of_a_killed_holder_go_on_at_the_other() -> Result<()> {
    let store = Store::mongodb().await?;
    let (first, second) = tokio::try_join!(Service::start(&store), Service::start(&store))?;
    let sink = Sink::start(&[]).await?;
    let asked = body::with(body::logs("halved", sink.address(), 600, 20), &json!({"parallelism": 2}));
    first.api().post("/start-test", &asked).await?.with(200)?;
    for service in [&first, &second] {
        until("each drives a part of it", SOON, async || {
            ensure!(due_at(service, "halved").await? > 0, "nothing is due here");
            Ok(())
        })
        .await?;
    }
    first.kill()?;
    let results = second.run_over("halved", "Completed", Duration::from_mins(1)).await?;
    let (lane, arrived) = (results.lane("logs")?, sink.lane("halved", &results.run_id, "logs").await?);
    ensure!(results.run == 1 && lane.due == 12_000 && lane.acked + lane.in_doubt == 12_000, "{results:?}");
    ensure!(lane.in_doubt < 3_000, "more than one share was in doubt: {lane:?}");
    ensure!(arrived.duplicates == 0 && 12_000 - arrived.unique <= lane.in_doubt, "{arrived:?} {lane:?}");
    Ok(())
}

#[tokio::test]
async fn a_scheduled_test_fires_once_however_many_replicas_there_are() -> Result<()> {
    let store = Store::mongodb().await?;
    let (first, second, third) =
        tokio::try_join!(Service::start(&store), Service::start(&store), Service::start(&store))?;
    let sink = Sink::start(&[]).await?;
    let at = moment_in(Duration::from_secs(3));
    let tests: Vec<String> = (0..10).map(|number| format!("at-once-{number}")).collect();
    for test in &tests {
        let body = body::with(body::logs(test, sink.address(), 100, 2), &json!({"schedule": at}));
        let created = first.api().post("/create-test", &body).await?.with(201)?;
        ensure!(created["status"] == "Scheduled", "{created}");
    }
    for test in &tests {
        let results = second.run_over(test, "Completed", SOON).await?;
        results.ensure_exact("logs", 200)?;
        let runs = third.api().get(&format!("/tests/{test}/runs")).await?.with(200)?;
        ensure!(runs.as_array().context("a list")?.len() == 1, "it fired more than once: {runs}");
        sink.only_run(test).await?["logs"].ensure_exact(200)?;
    }
    Ok(())
}

/// How many log records of a test are due by the shares that this replica drives, as its metrics tell.
async fn due_at(service: &Service, test: &str) -> Result<u64> {
    let text = service.api().get("/metrics").await?.text;
    let prefix = r#"moniflux_run_records_total{class="due""#;
    let named = format!(r#"test_id="{test}""#);
    let line = text.lines().find(|line| line.starts_with(prefix) && line.contains(&named));
    line.and_then(|line| line.rsplit(' ').next()).map_or(Ok(0), |count| Ok(count.parse()?))
}

/// Waits until more than that many records arrived.
async fn arriving(sink: &Sink, test: &str, records: u64) -> Result<()> {
    until(&format!("{test} is under load"), SOON, async || {
        let received = sink.received(test).await?;
        ensure!(received > records, "only {received} arrived");
        Ok(())
    })
    .await
}

/// Nothing arrives any more once that time is over.
async fn quiet_within(sink: &Sink, test: &str, time: Duration) -> Result<()> {
    let_run(time).await;
    let then = sink.received(test).await?;
    let_run(Duration::from_millis(1_500)).await;
    let later = sink.received(test).await?;
    ensure!(then == later, "{} records of {test} arrived after {time:?}", later - then);
    Ok(())
}
