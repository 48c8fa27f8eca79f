//! The search for the highest rate that a destination takes, against one whose ceiling is known.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::until;
use moniflux_tests::{alone, on_both_stores};
use serde_json::{Value, json};

on_both_stores!(a_service_finds_the_ceiling_and_goes_on_with_it_after_a_crash);

/// Records a second that the sink acknowledges.
const CEILING: u64 = 20_000;

/// A search takes a dozen steps of some two seconds each.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test]
async fn the_command_line_finds_the_ceiling() -> Result<()> {
    let sink = slow_sink().await?;
    let arguments = ["--find-capacity", "--p99", "250ms", "--output", "json"];
    let ended = alone::run(&search("capacity", sink.address()), &arguments).await?;
    ensure!(ended.code == 0, "exit code {}", ended.code);
    is_found(&serde_json::from_str(&ended.stdout).context("stdout is not the results alone")?)
}

#[tokio::test]
async fn the_text_leads_with_what_was_found() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let mut spec = search("capacity", sink.address());
    spec["profile"]["max"] = "200%".into();
    let ended = alone::run(&spec, &[]).await?;
    let first = ended.stdout.lines().next().context("nothing was printed")?;
    let rate = first.strip_prefix("capacity: at least ");
    let rate = rate.and_then(|rest| rest.strip_suffix(" logs/s; no higher rate was tried"));
    let rate: u64 = rate.and_then(|rate| rate.parse().ok()).with_context(|| ended.stdout.clone())?;
    // What was measured of a step at 4,000: a batch more or less may fall into it.
    ensure!(rate.abs_diff(4_000) <= 200, "{}", ended.stdout);
    Ok(())
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_so_in_words_and_by_its_exit_code() -> Result<()> {
    let sink = Sink::start(&["--status", "503"]).await?;
    let mut spec = search("capacity", sink.address());
    spec["logRate"] = 4.into();
    spec["profile"]["settle"] = 0.into();
    let (words, figures) =
        tokio::try_join!(alone::run(&spec, &[]), alone::run(&spec, &["--output", "json"]))?;
    ensure!((words.code, figures.code) == (99, 99), "exit codes {} and {}", words.code, figures.code);
    let mut lines = words.stdout.lines();
    let first = lines.next().context("nothing was printed")?;
    ensure!(first == "capacity: none; the condition failed at every rate, down to the lowest", "{first}");
    let why = lines.next().context("no reason was printed")?;
    ensure!(why.trim().starts_with("at 1 logs/s: ") && why.ends_with("failed or were rejected"), "{why}");

    let results: Value = serde_json::from_str(&figures.stdout)?;
    let capacity = &results["capacity"];
    ensure!(results["status"] == "Completed" && capacity["found"] == false, "{results:#}");
    ensure!(capacity["limit"].is_string() && capacity["rates"] == json!({}), "{capacity:#}");
    let steps = steps_of(&results)?;
    let asked = steps.iter().filter_map(|step| step["lanes"]["logs"]["rate"].as_u64());
    let mut asked: Vec<_> = asked.collect();
    // A step in which the machine stood still is made again.
    asked.dedup();
    ensure!(asked == [4, 2, 1] && steps.iter().all(|step| step["held"] == false), "{capacity:#}");
    Ok(())
}

async fn a_service_finds_the_ceiling_and_goes_on_with_it_after_a_crash(store: Store) -> Result<()> {
    let sink = slow_sink().await?;
    let service = Service::start(&store).await?;
    service.api().post("/start-test", &search("capacity", sink.address())).await?.with(200)?;
    let some = until("some steps are made", PATIENCE, async || {
        let steps = steps_of(&results(&service).await?)?;
        ensure!(steps.len() >= 4, "{} steps", steps.len());
        Ok(steps)
    })
    .await?;
    service.kill()?;

    let service = Service::start(&store).await?;
    service.run_over("capacity", "Completed", PATIENCE).await?;
    let results = results(&service).await?;
    ensure!(steps_of(&results)?.starts_with(&some), "it began anew: {results}");
    is_found(&results)
}

async fn slow_sink() -> Result<Sink> {
    Sink::start(&["--max-rate", &CEILING.to_string()]).await
}

fn search(test: &str, endpoint: &str) -> Value {
    json!({
        "testID": test, "logRate": 2_000, "logSize": 100, "batchSize": 200,
        "profile": {"type": "capacity", "hold": 1, "precision": 0.02},
        "destination": {"type": "otlp-http", "endpoint": endpoint},
    })
}

async fn results(service: &Service) -> Result<Value> {
    service.api().get("/tests/capacity/results").await?.with(200)
}

fn steps_of(results: &Value) -> Result<Vec<Value>> {
    results["capacity"]["steps"].as_array().cloned().with_context(|| format!("no steps: {results}"))
}

/// Within 5 % of the ceiling, with evidence.
fn is_found(results: &Value) -> Result<()> {
    let capacity = &results["capacity"];
    let found = capacity["rates"]["logs"].as_u64().with_context(|| format!("nothing: {results:#}"))?;
    ensure!(capacity["found"] == true && capacity["limit"] == "destination", "{capacity:#}");
    ensure!(found.abs_diff(CEILING) <= CEILING / 20, "{found} of {CEILING}: {capacity:#}");
    let steps = steps_of(results)?;
    ensure!(steps.iter().any(|step| step["held"] == true && step["verdict"] == "valid"), "{capacity:#}");
    let failed = steps.iter().find(|step| step["held"] == false).context("no step failed")?;
    ensure!(failed["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{failed}");
    let lane = &results["lanes"]["logs"];
    ensure!(lane["failed"] == 0 && lane["rejected"] == 0, "records got lost: {lane}");
    Ok(())
}
