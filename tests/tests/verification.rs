//! What arrived at the sink is joined into the results: nothing lost, lost after the ack, and a sink that is not there.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::api::{Answer, Api};
use moniflux_tests::body::{self, with};
use moniflux_tests::port::free_port;
use moniflux_tests::rotel::Rotel;
use moniflux_tests::scripted::{Reply, Request, Scripted};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, until};
use moniflux_tests::{alone, on_both_stores};
use reqwest::Method;
use serde_json::{Value, json};

on_both_stores!(
    nothing_is_lost_on_its_way_through_a_collector,
    a_run_whose_service_was_killed_while_it_waited_is_verified_all_the_same,
);

/// Three seconds of the README's test.
const COUNTS: [(&str, u64); 3] = [("logs", 1_500), ("metrics", 3_000), ("traces", 600)];

/// Two hundred logs in twenty bodies.
const RECORDS: u64 = 200;
const A_BODY: usize = 10;

async fn nothing_is_lost_on_its_way_through_a_collector(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let collector = Rotel::start(sink.address()).await?;
    let fields = json!({
        "duration": 3,
        "parallelism": 3,
        "verify": {"sink": sink.address(), "wait": "15s"},
        "thresholds": ["loss == 0", "duplicates == 0", "traces.loss.rate == 0", "endToEnd.p99 < 10s", "endToEnd.max > 0"],
    });
    let body = with(body::readme("through", "otlp-http", collector.address()), &fields);
    service.api().post("/start-test", &body).await?.with(200)?;
    let run = service.run_over("through", "Completed", Duration::from_secs(30)).await?;
    let results = settled(service.api(), "through", Duration::from_secs(20)).await?;

    let delivery = &results["delivery"];
    ensure!(delivery["lost"] == 0 && delivery["fault"].is_null(), "{delivery}");
    for (signal, records) in COUNTS {
        run.ensure_exact(signal, records)?;
        let lane = &delivery["lanes"][signal];
        let told =
            ["received", "unique", "duplicates", "lost", "lostAtMost", "lostAtTail"].map(|name| &lane[name]);
        ensure!(told.map(Value::as_u64) == [records, records, 0, 0, 0, 0].map(Some), "{signal}: {lane}");
        let times = &lane["endToEnd"];
        ensure!(times["count"] == records, "{signal}: {times}");
        let (p50, max) = (times["p50"].as_f64().context("p50")?, times["max"].as_f64().context("max")?);
        ensure!(0.0 < p50 && p50 <= max, "{signal}: {times}");
    }
    let thresholds = results["thresholds"].as_array().context("thresholds")?;
    ensure!(thresholds.iter().all(|threshold| threshold["ok"] == true), "{results}");
    // On a machine that is busy with other things the load may not have been offered as asked.
    let expected = if run.verdict == "valid" { "passed" } else { "invalid" };
    ensure!(results["conclusion"]["result"] == expected, "{results}");

    let listed = service.api().get("/tests/through/runs").await?.with(200)?;
    ensure!(
        listed[0]["delivery"] == *delivery && listed[0]["conclusion"] == results["conclusion"],
        "{listed}"
    );
    Ok(())
}

#[tokio::test]
async fn what_was_acked_and_lost_is_told_exactly() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let (sink, destination) = (Sink::start(&[]).await?, acks_everything().await?);
    let fields = json!({"verify": {"sink": sink.address(), "wait": "6s"}, "thresholds": ["logs.loss < 5"]});
    service.api().post("/start-test", &with(logs("lossy", &destination), &fields)).await?.with(200)?;
    service.run_over("lossy", "Completed", SOON).await?.ensure_exact("logs", RECORDS)?;

    let before = delivery(service.api(), "lossy").await?;
    ensure!(before["settled"] == false && before["lost"] == RECORDS, "nothing was passed on yet: {before}");
    let bodies = by_number(&destination)?;
    let (last, lost) = (bodies.len() - 2, [3, 7]);
    for (place, body) in bodies.iter().enumerate().take(last).filter(|(place, _)| !lost.contains(place)) {
        // What comes twice must not make up for what does not come.
        for _ in 0..=usize::from(place < 2) {
            pass_on(&sink, body).await?;
        }
    }

    let results = settled(service.api(), "lossy", SOON).await?;
    let lane = &results["delivery"]["lanes"]["logs"];
    let told = ["received", "unique", "duplicates", "reordered", "lost", "lostAtMost", "lostAtTail"];
    let told = told.map(|name| lane[name].as_u64());
    ensure!(told == [180, 160, 20, 0, 40, 40, 20].map(Some), "{lane}");
    ensure!(results["delivery"]["lost"] == 40, "{results}");
    let conclusion = &results["conclusion"];
    let reason = conclusion["reason"].as_str().context("a reason")?;
    let expected = conclusion["result"] == "failed" && reason.contains("logs.loss < 5 did not hold: 40");
    ensure!(expected || conclusion["result"] == "invalid", "{conclusion}");
    Ok(())
}

#[tokio::test]
async fn a_sink_that_is_down_is_told_in_words_and_lets_nothing_pass() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let destination = acks_everything().await?;
    let nobody = format!("http://127.0.0.1:{}", free_port()?);
    let fields =
        json!({"verify": {"sink": nobody, "wait": "1s"}, "thresholds": ["failed == 0", "loss == 0"]});
    let body = with(logs("blind", &destination), &fields);
    service.api().post("/start-test", &body).await?.with(200)?;
    service.run_over("blind", "Completed", SOON).await?;
    let results = settled(service.api(), "blind", SOON).await?;
    let delivery = &results["delivery"];
    let fault = delivery["fault"].as_str().context("a fault")?;
    ensure!(fault.contains(&nobody) && fault.contains("refused"), "{fault}");
    ensure!(delivery["lost"].is_null() && delivery["lanes"] == json!({}), "{delivery}");
    let oks: Vec<_> =
        results["thresholds"].as_array().into_iter().flatten().map(|found| &found["ok"]).collect();
    ensure!(oks == [&json!(true), &json!(false)], "{results}");
    ensure!(results["conclusion"]["result"] != "passed", "{results}");
    Ok(())
}

async fn a_run_whose_service_was_killed_while_it_waited_is_verified_all_the_same(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let (sink, destination) = (Sink::start(&[]).await?, acks_everything().await?);
    let fields = json!({"verify": {"sink": sink.address(), "wait": "3s"}});
    service.api().post("/start-test", &with(logs("orphaned", &destination), &fields)).await?.with(200)?;
    service.run_over("orphaned", "Completed", SOON).await?;
    let waiting = delivery(service.api(), "orphaned").await?;
    ensure!(waiting["settled"] == false && waiting["lost"] == RECORDS, "{waiting}");
    service.kill()?;
    for body in by_number(&destination)? {
        pass_on(&sink, &body).await?;
    }

    let service = Service::start(&store).await?;
    let results = settled(service.api(), "orphaned", Duration::from_secs(30)).await?;
    ensure!(results["delivery"]["lost"] == 0 && results["status"] == "Completed", "{results}");
    ensure!(results["delivery"]["fault"].is_null(), "{results}");
    Ok(())
}

#[tokio::test]
async fn the_command_line_waits_for_the_sink_as_well() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let fields =
        json!({"duration": 1, "verify": {"sink": sink.address(), "wait": "5s"}, "thresholds": ["loss == 0"]});
    let spec = with(body::readme("alone", "otlp-http", sink.address()), &fields);
    let ended = alone::run(&spec, &["--output", "json"]).await?;
    let results: Value = serde_json::from_str(&ended.stdout).context("stdout is not the results alone")?;
    let delivery = &results["delivery"];
    ensure!(delivery["settled"] == true && delivery["lost"] == 0, "{results}");
    ensure!(delivery["lanes"]["metrics"]["unique"] == 1_000, "{delivery}");
    ensure!(results["thresholds"][0]["ok"] == true, "{results}");
    Ok(())
}

/// A destination that acks everything and passes nothing on.
async fn acks_everything() -> Result<Scripted> {
    Scripted::start(|_: &Request| Reply::status(200)).await
}

fn logs(test: &str, destination: &Scripted) -> Value {
    let body = body::logs(test, &destination.address(), RECORDS / 2, 2);
    with(body, &json!({"batchSize": A_BODY, "linger": 1}))
}

/// The bodies that came in, by the numbers of their records.
fn by_number(destination: &Scripted) -> Result<Vec<Vec<u8>>> {
    let requests = destination.seen().requests;
    let mut bodies = Vec::with_capacity(requests.len());
    for request in requests {
        let records = request.records()?;
        ensure!(records.len() == A_BODY, "a body of {}", records.len());
        bodies.push((records[0].seq, request.body));
    }
    bodies.sort_unstable();
    Ok(bodies.into_iter().map(|(_, body)| body).collect())
}

/// Brings a body to the sink.
async fn pass_on(sink: &Sink, body: &[u8]) -> Result<()> {
    let request = sink.api().request(Method::POST, "/in").header("x-moniflux-signal", "logs");
    Answer::to(request.body(body.to_vec())).await?.with(200)?;
    Ok(())
}

async fn delivery(api: &Api, test: &str) -> Result<Value> {
    let mut results = api.get(&format!("/tests/{test}/results")).await?.with(200)?;
    Ok(results["delivery"].take())
}

/// The results once the sink has been asked for the last time.
async fn settled(api: &Api, test: &str, patience: Duration) -> Result<Value> {
    until(&format!("{test}'s delivery is settled"), patience, async || {
        let results = api.get(&format!("/tests/{test}/results")).await?.with(200)?;
        ensure!(results["delivery"]["settled"] == true, "not yet: {results}");
        Ok(results)
    })
    .await
}
