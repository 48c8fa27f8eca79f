//! How records leave, seen from where they arrive: the bounds of connections, requests, bodies and waits.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::alone;
use moniflux_tests::body::{self, with};
use moniflux_tests::results::Results;
use moniflux_tests::scripted::{Reply, Request, Scripted, Seen};
use serde_json::{Value, json};

#[tokio::test]
async fn connections_that_are_old_are_replaced_and_nothing_is_lost_or_doubled() -> Result<()> {
    let load = |fields: Value| async move { taken(200, 5, &fields).await };
    let (renewed, kept) = tokio::try_join!(
        load(json!({"connections": 2, "connectionMaxAge": "1s"})),
        load(json!({"connections": 2})),
    )?;
    for (results, seen) in [&renewed, &kept] {
        results.ensure_exact("logs", 1_000)?;
        seen.ensure_exact(1_000)?;
    }
    // Of each connection, how old it was when it was used last.
    let ages = |seen: &Seen| -> BTreeMap<usize, Duration> {
        seen.requests.iter().map(|request| (request.connection, request.age)).collect()
    };
    let (renewed, kept) = (renewed.1, kept.1);
    ensure!(kept.connections <= 2, "{} connections", kept.connections);
    ensure!(ages(&kept).values().any(|age| *age > Duration::from_secs(3)), "none lasts: {:?}", ages(&kept));
    ensure!(renewed.connections > 2, "{} connections", renewed.connections);
    // What leaves within the second may be late by what a busy machine adds.
    let oldest = ages(&renewed).into_values().max().context("no request")?;
    ensure!(oldest < Duration::from_secs(3), "one was used for {oldest:?}: {:?}", ages(&renewed));
    Ok(())
}

#[tokio::test]
async fn no_more_requests_wait_and_no_more_connections_are_there_than_asked_for() -> Result<()> {
    // Each answer takes a fifth of a second, so ten requests would wait at once.
    let slow = |fields: Value| async move {
        let script = |_: &Request| Reply::status(200).after(Duration::from_millis(200));
        let fields = with(json!({"batchSize": 10, "drain": 60}), &fields);
        sent(script, &with(logs(500, 1), &fields)).await
    };
    let (few_requests, few_connections, free) = tokio::try_join!(
        slow(json!({"maxInFlight": 3})),
        slow(json!({"connections": 2})),
        slow(json!({"maxInFlight": 1_000, "connections": 1_000})),
    )?;
    for (results, seen) in [&few_requests, &few_connections, &free] {
        results.ensure_exact("logs", 500)?;
        seen.ensure_exact(500)?;
    }
    ensure!(few_requests.1.at_once == 3, "{} at once", few_requests.1.at_once);
    ensure!(few_connections.1.at_once == 2, "{} at once", few_connections.1.at_once);
    ensure!(few_connections.1.connections == 2, "{} connections", few_connections.1.connections);
    ensure!(free.1.at_once > 3, "the bounds bound nothing: {} at once", free.1.at_once);
    for results in [few_requests.0, few_connections.0] {
        ensure!(results.verdict != "valid", "{results:?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_body_has_more_records_or_bytes_than_asked_for() -> Result<()> {
    const BYTES: usize = 10 * 1024;
    let bounded = |kind: &'static str, fields: Value| async move {
        let script = |_: &Request| Reply::status(200);
        let test = body::readme("bounded", kind, "");
        sent(script, &with(with(test, &json!({"duration": 2, "linger": 1})), &fields)).await
    };
    let by_bytes = json!({"maxBatchBytes": BYTES});
    let (json, otlp, by_count, free) = tokio::try_join!(
        bounded("http", by_bytes.clone()),
        bounded("otlp-http", by_bytes),
        bounded("http", json!({"batchSize": 7})),
        bounded("http", json!({})),
    )?;
    for (results, _) in [&json, &otlp, &by_count, &free] {
        for (signal, records) in [("logs", 1_000), ("metrics", 2_000), ("traces", 400)] {
            results.ensure_exact(signal, records)?;
        }
    }
    let largest = |seen: &Seen| seen.requests.iter().map(|request| request.body.len()).max().unwrap_or(0);
    for (_, seen) in [&json, &otlp] {
        ensure!((BYTES / 2..=BYTES).contains(&largest(seen)), "{} bytes", largest(seen));
    }
    ensure!(largest(&free.1) > BYTES, "the bound bounds nothing: {} bytes", largest(&free.1));
    let mut most = 0;
    for request in &by_count.1.requests {
        most = most.max(request.records()?.len());
    }
    ensure!(most == 7, "{most} records in one body");
    Ok(())
}

#[tokio::test]
async fn a_record_waits_for_others_as_long_as_it_may_linger() -> Result<()> {
    // Five a second for four seconds, a fifth of a second apart.
    let lingering = |linger: u64| async move { taken(5, 4, &json!({"linger": linger})).await };
    let (at_once, a_second, long) = tokio::try_join!(lingering(0), lingering(1), lingering(10))?;
    for (linger, (results, seen)) in [(0, &at_once), (1, &a_second), (10, &long)] {
        results.ensure_exact("logs", 20)?;
        seen.ensure_exact(20)?;
        for request in &seen.requests {
            let records = request.records()?;
            let (first, last) = (&records[0].timestamp, &records[records.len() - 1].timestamp);
            ensure!(*last - *first <= chrono::TimeDelta::seconds(linger), "waited for others: {records:?}");
            // The two clocks, the wall's and the monotonic one, may drift apart by some milliseconds.
            let early = *last - request.at;
            ensure!(
                early < chrono::TimeDelta::milliseconds(50),
                "there {early} before it was due: {records:?}"
            );
        }
    }
    let sizes = |seen: &Seen| -> Result<Vec<usize>> {
        let sizes = seen.requests.iter().map(|request| Ok(request.records()?.len()));
        let mut sizes: Vec<usize> = sizes.collect::<Result<_>>()?;
        sizes.sort_unstable();
        Ok(sizes)
    };
    ensure!(sizes(&at_once.1)? == [1; 20], "{:?}", sizes(&at_once.1)?);
    ensure!(sizes(&a_second.1)? == [2, 6, 6, 6], "{:?}", sizes(&a_second.1)?);
    ensure!(sizes(&long.1)? == [20], "{:?}", sizes(&long.1)?);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_waited_for_until_the_timeout() -> Result<()> {
    // Both requests that may wait would do so to the end of the drain, which is longer than the test may take.
    let fields = json!({"timeout": "300ms", "maxInFlight": 2, "drain": 600});
    let script = |_: &Request| Reply::status(200).after(Duration::from_hours(1));
    let (results, seen) = sent(script, &with(logs(100, 2), &fields)).await?;
    let lane = results.lane("logs")?;
    ensure!(lane.failures == BTreeMap::from([("timeout".to_owned(), lane.issued)]), "{lane:?}");
    ensure!(lane.due == 200 && lane.missed == 0 && lane.retries == 0, "{lane:?}");
    ensure!(seen.at_once <= 2 && seen.requests.len() > 4, "{} requests", seen.requests.len());
    seen.ensure_exact(200)
}

#[tokio::test]
async fn after_the_load_answers_are_waited_for_until_the_drain_ends() -> Result<()> {
    let slow = |drain: u64| async move {
        let script = |_: &Request| Reply::status(200).after(Duration::from_secs(7));
        sent(script, &with(logs(100, 1), &json!({"drain": drain, "timeout": 60}))).await
    };
    let (short, long) = tokio::try_join!(slow(1), slow(30))?;
    long.0.ensure_exact("logs", 100)?;
    let lane = short.0.lane("logs")?;
    ensure!((lane.issued, lane.failures.get("timeout")) == (100, Some(&100)), "{lane:?}");
    for (_, seen) in [short, long] {
        seen.ensure_exact(100)?;
    }
    Ok(())
}

fn logs(rate: u64, seconds: u64) -> Value {
    body::logs("delivered", "", rate, seconds)
}

/// Sends logs with these fields to a destination that takes everything.
async fn taken(rate: u64, seconds: u64, fields: &Value) -> Result<(Results, Seen)> {
    sent(|_| Reply::status(200), &with(logs(rate, seconds), fields)).await
}

/// Runs a spec against a destination with that script: what the run says, and what the destination saw.
async fn sent(
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    spec: &Value,
) -> Result<(Results, Seen)> {
    let destination = Scripted::start(script).await?;
    let spec = with(spec.clone(), &json!({"destination": {"endpoint": destination.address()}}));
    let (ended, results) = alone::results(&spec).await?;
    ended.ensure_as_judged(&results)?;
    results.ensure_settled()?;
    Ok((results, destination.seen()))
}
