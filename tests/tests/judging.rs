//! Thresholds decide what a run says, and its series and timeline tell how it came to that.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body::{self, with};
use moniflux_tests::on_both_stores;
use moniflux_tests::scripted::{Reply, Scripted};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, until};
use serde_json::{Value, json};

on_both_stores!(
    a_run_passes_when_every_threshold_held_and_fails_when_one_did_not,
    a_breach_that_is_to_abort_ends_the_run_and_stands_in_the_timeline,
    a_series_adds_up_to_the_results_whatever_its_step,
);

async fn a_run_passes_when_every_threshold_held_and_fails_when_one_did_not(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    for (test, last, result) in [("good", "acked == 400", "passed"), ("bad", "acked > 400", "failed")] {
        let thresholds = ["missed == 0", "logs.failed.rate < 0.1%", "logs.responseTime.p99 < 10s", last];
        let body = with(body::logs(test, sink.address(), 200, 2), &json!({"thresholds": thresholds}));
        service.api().post("/start-test", &body).await?.with(200)?;
        let stored = service.api().get(&format!("/tests/{test}")).await?.with(200)?;
        ensure!(stored["thresholds"] == json!(thresholds), "{stored}");
        service.run_over(test, "Completed", SOON).await?;
        let results = service.api().get(&format!("/tests/{test}/results")).await?.with(200)?;
        ensure!(results["conclusion"]["result"] == result, "{results}");
        let judged = results["thresholds"].as_array().context("no thresholds")?;
        let oks: Vec<_> = judged.iter().map(|threshold| threshold["ok"] == json!(true)).collect();
        ensure!(oks == [true, true, true, test == "good"], "{results}");
        ensure!(judged[3]["value"] == json!(400.0) && judged[3]["shown"] == "400", "{results}");
        if test == "bad" {
            let reason = results["conclusion"]["reason"].as_str().context("no reason")?;
            ensure!(reason == "acked > 400 did not hold: 400", "{reason}");
        }
        let runs = service.api().get(&format!("/tests/{test}/runs")).await?.with(200)?;
        ensure!(runs[0]["conclusion"]["result"] == result, "{runs}");
    }
    Ok(())
}

async fn a_breach_that_is_to_abort_ends_the_run_and_stands_in_the_timeline(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let refusing =
        Scripted::start(|_| Reply { delay: Duration::ZERO, status: 500, retry_after: None }).await?;
    let thresholds = json!([{"threshold": "failed.rate < 0.5", "abortOnFail": true}]);
    let body = with(body::logs("doomed", &refusing.address(), 50, 600), &json!({"thresholds": thresholds}));
    service.api().post("/start-test", &body).await?.with(200)?;
    let results = service.run_over("doomed", "Failed", SOON).await?;
    let reason = results.reason.context("no reason")?;
    ensure!(reason.contains("failed.rate < 0.5") && reason.contains("abortOnFail"), "{reason}");
    let conclusion = service.api().get("/tests/doomed/results").await?.with(200)?["conclusion"].clone();
    ensure!(conclusion["result"] == "failed" && conclusion["reason"] == json!(reason), "{conclusion}");
    let series = service.api().get("/tests/doomed/series").await?.with(200)?;
    let timeline = series["timeline"].as_array().context("no timeline")?;
    let events: Vec<_> = timeline.iter().filter_map(|entry| entry["event"].as_str()).collect();
    ensure!(events == ["started", "thresholdBreached", "stopped", "failed"], "{timeline:?}");
    let detail = timeline[1]["detail"].as_str().context("no detail")?;
    ensure!(detail.starts_with("failed.rate < 0.5: "), "{detail}");
    Ok(())
}

async fn a_series_adds_up_to_the_results_whatever_its_step(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let body =
        with(body::logs("series", sink.address(), 300, 6), &json!({"metricsRate": 100, "parallelism": 2}));
    service.api().post("/start-test", &body).await?.with(200)?;
    let during = until("it reports while it runs", SOON, async || {
        let series = service.api().get("/tests/series/series").await?.with(200)?;
        ensure!(series["points"].as_array().is_some_and(|points| points.len() >= 2), "{series}");
        Ok(series)
    })
    .await?;
    ensure!(during["step"] == json!(1.0), "{during}");
    service.api().patch("/tests/series", &json!({"logRate": 600})).await?.with(200)?;
    service.api().act("/tests/series/pause").await?.with(200)?;
    service.api().act("/tests/series/resume").await?.with(200)?;
    let results = service.run_over("series", "Completed", Duration::from_secs(30)).await?;
    for step in ["", "?step=1", "?step=2", "?step=60"] {
        let series = service.api().get(&format!("/tests/series/series{step}")).await?.with(200)?;
        for (signal, lane) in &results.lanes {
            for (figure, expected) in [("due", lane.due), ("issued", lane.issued), ("acked", lane.acked)] {
                let sum = sum(&series, signal, figure)?;
                ensure!(sum == expected, "{step} {signal} {figure}: {sum}, not {expected}");
            }
        }
    }
    let whole = service.api().get("/tests/series/series?step=60").await?.with(200)?;
    ensure!(whole["points"].as_array().is_some_and(|points| points.len() == 1), "{whole}");
    let part = service.api().get("/tests/series/series?from=2&to=4").await?.with(200)?;
    let times: Vec<_> =
        part["points"].as_array().context("no points")?.iter().map(|p| p["t"].clone()).collect();
    ensure!(times == [json!(3.0), json!(4.0)], "{times:?}");
    let events: Vec<_> = whole["timeline"]
        .as_array()
        .context("no timeline")?
        .iter()
        .filter_map(|entry| Some((entry["event"].as_str()?, entry["detail"].as_str())))
        .collect();
    let names: Vec<_> = events.iter().map(|(event, _)| *event).collect();
    ensure!(names == ["started", "changed", "paused", "resumed", "completed"], "{events:?}");
    ensure!(events[1].1 == Some("logs from 300/s to 600/s"), "{events:?}");

    let refused = service.api().get("/tests/series/series?step=0&from=x&until=3").await?;
    let problem = refused.refused(400, "invalid_field")?;
    ensure!(problem.fields() == ["from", "step", "until"], "{problem:?}");
    service.api().get("/tests/series/series?run=2").await?.refused(404, "run_not_found")?;
    Ok(())
}

fn sum(series: &Value, signal: &str, figure: &str) -> Result<u64> {
    let points = series["points"].as_array().context("no points")?;
    Ok(points.iter().filter_map(|point| point["lanes"][signal][figure].as_u64()).sum())
}
