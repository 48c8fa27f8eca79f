//! What Prometheus reads: that it is well formed, that it counts what happens, and that rules and dashboard ask for what is there.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use moniflux_tests::body::{self, with};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, now, until};
use moniflux_tests::tools;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

#[tokio::test]
async fn metrics_under_load_are_well_formed_and_count_what_happens() -> Result<()> {
    let store = Store::sqlite()?;
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let load = body::readme("watched", "otlp-http", sink.address());
    service.api().post("/start-test", &with(load, &json!({"duration": 60}))).await?.with(200)?;
    let soon = now() + TimeDelta::seconds(2);
    let scheduled = with(body::logs("later", sink.address(), 5, 1), &json!({"schedule": soon.to_rfc3339()}));
    service.api().post("/create-test", &scheduled).await?.with(201)?;
    service.run_over("later", "Completed", Duration::from_secs(30)).await?;

    let metrics = until("a second of load is shown", SOON, async || {
        let metrics = read(&service).await?;
        let acked = metrics
            .count(r#"moniflux_run_records_total{class="acked",run="1",signal="logs",test_id="watched"}"#)?;
        ensure!(acked >= 500, "{acked} are acked");
        Ok(metrics)
    })
    .await?;
    check(&["check", "metrics"], &metrics.0).await?;

    let asked = r#"moniflux_run_asked_records_per_second{run="1",signal="metrics",test_id="watched"}"#;
    ensure!(metrics.count(asked)? == 1_000, "{}", metrics.0);
    ensure!(metrics.count("moniflux_runs_begun_total")? == 2, "{}", metrics.0);
    ensure!(metrics.count(r#"moniflux_runs_ended_total{outcome="Completed"}"#)? == 1, "{}", metrics.0);
    ensure!(metrics.count("moniflux_schedule_lateness_seconds_count")? == 1, "{}", metrics.0);
    ensure!(metrics.value("moniflux_schedule_lateness_seconds_sum")?.parse::<f64>()? < 5.0, "{}", metrics.0);
    let renewals = r#"moniflux_store_call_duration_seconds_count{operation="renew",port="runs"}"#;
    ensure!(metrics.count(renewals)? >= 1, "{}", metrics.0);
    ensure!(metrics.count("moniflux_lease_takeovers_total")? == 0, "{}", metrics.0);

    for file in ["docs/prometheus/alerts.yaml", "docs/grafana/moniflux.json"] {
        let file = tools::workspace().join(file);
        let wanted = names_in(&std::fs::read_to_string(&file)?);
        ensure!(wanted.len() > 8, "{} asks for {wanted:?} only", file.display());
        let missing: Vec<_> = wanted.difference(&metrics.names()).cloned().collect();
        ensure!(missing.is_empty(), "{} asks for what is not there: {missing:?}", file.display());
    }
    Ok(())
}

#[tokio::test]
async fn a_takeover_is_counted_by_who_goes_on() -> Result<()> {
    let store = Store::sqlite()?;
    let sink = Sink::start(&[]).await?;
    let first = Service::start(&store).await?;
    first.api().post("/start-test", &body::logs("moved", sink.address(), 50, 60)).await?.with(200)?;
    until("it is under load", SOON, async || {
        ensure!(first.api().results("moved").await?.lane("logs")?.acked > 0, "nothing is acked");
        Ok(())
    })
    .await?;
    first.kill()?;

    let second = Service::start(&store).await?;
    until("the run goes on", Duration::from_secs(20), async || {
        let metrics = read(&second).await?;
        ensure!(metrics.count("moniflux_lease_takeovers_total")? == 1, "{}", metrics.0);
        ensure!(metrics.count("moniflux_runs_begun_total")? == 0, "{}", metrics.0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_alert_rules_are_rules() -> Result<()> {
    let rules = tools::workspace().join("docs/prometheus/alerts.yaml");
    check(&["check", "rules", path(&rules)?], "").await
}

/// What `/metrics` answered.
#[derive(Debug)]
struct Metrics(String);

async fn read(service: &Service) -> Result<Metrics> {
    let answer = service.api().get("/metrics").await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(Metrics(answer.text))
}

impl Metrics {
    /// The value of a series that has a whole one.
    fn count(&self, series: &str) -> Result<u64> {
        Ok(self.value(series)?.parse()?)
    }

    /// The value of a series, as it is written.
    fn value(&self, series: &str) -> Result<&str> {
        let rest = self.0.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        rest.with_context(|| format!("{series} is not in\n{}", self.0))
    }

    /// The names of all samples.
    fn names(&self) -> BTreeSet<String> {
        let samples = self.0.lines().filter(|line| !line.starts_with('#'));
        samples.filter_map(|line| line.split(['{', ' ']).next()).map(str::to_owned).collect()
    }
}

/// The names of our metrics in a text.
fn names_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("moniflux_")).map(str::to_owned).collect()
}

/// Lets promtool judge, which must have nothing to say against it.
async fn check(arguments: &[&str], input: &str) -> Result<()> {
    let mut promtool = Command::new(tools::promtool()?)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    // Dropped at the end of this line, so that it sees the end of its input.
    promtool.stdin.take().context("its input is a pipe")?.write_all(input.as_bytes()).await?;
    let output = tokio::time::timeout(SOON, promtool.wait_with_output()).await??;
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    ensure!(output.status.success(), "promtool {arguments:?}: {said}\n{input}");
    Ok(())
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is text")
}
