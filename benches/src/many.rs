//! `moniflux-bench many`: many small tests of all three signals at once in one service with the embedded store.

use std::collections::BTreeMap;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use reqwest::Client;
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::clock::Stopwatch;
use crate::generator::{Binary, Lane, Results};
use crate::post;
use crate::proc::{Memory, Stat};
use crate::program::{Program, STARTING};

/// How many for how long.
#[derive(Debug, Args)]
pub(crate) struct ManyArgs {
    #[command(flatten)]
    binary: Binary,
    /// Tests, each with logs, metrics and traces
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    tests: u32,
    /// Records a second of each signal
    #[arg(long, default_value_t = 30)]
    rate: u32,
    /// Records a second of each signal that are kept; as many as when nothing is said, when left out
    #[arg(long)]
    capture: Option<u32>,
    /// Seconds of load
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(5..=900))]
    seconds: u16,
}

pub(crate) fn main(args: &ManyArgs) -> Result<String> {
    let sink = Program::start("moniflux sink", args.binary.command()?.args(["sink", "--port", "0"]))?;
    let target = sink.address("sink listens on ", STARTING)?;
    let data = TempDir::with_prefix("moniflux-bench-")?;
    let mut command: Command = args.binary.command()?;
    command.arg("serve").env("PORT", "0").env("MONIFLUX_DATA_DIR", data.path());
    let service = Program::start("moniflux serve", &mut command)?;
    let api = Api { client: post::client()?, base: service.address("MoniFlux listens on ", STARTING)? };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;

    let load = Duration::from_secs(args.seconds.into());
    let watch = Stopwatch::start();
    runtime.block_on(each(args.tests, |number| api.clone().start(number, args.body(number, &target))))?;
    let starting = watch.elapsed();
    // All tests run between the start of the last one and the end of the first one.
    let together = load.saturating_sub(starting + Duration::from_secs(1));
    ensure!(!together.is_zero(), "starting took {starting:?}: give it more --seconds");
    let before = Stat::of(service.pid())?;
    thread::sleep(together);
    let cores =
        Stat::of(service.pid())?.cpu.saturating_sub(before.cpu).as_secs_f64() / together.as_secs_f64();
    let patience = (load + ENDING).saturating_sub(together);
    let results = runtime.block_on(each(args.tests, |number| api.clone().over(number, patience)))?;
    let memory = Memory::of(service.pid()).context("the service ended")?;

    let records = u64::from(args.rate) * u64::from(args.seconds);
    let exact = results
        .iter()
        .filter(|one| one.lanes.len() == 3 && one.lanes.values().all(|lane| lane.is_exactly(records)))
        .count();
    Ok(format!(
        "{} tests x 3 signals x {} records/s for {} s: {exact} exact; {}\n\
         started in {:.1} s; {cores:.3} cores of the service while all ran ({:.0} s), peak RSS {:.1} MiB\n",
        args.tests,
        args.rate,
        args.seconds,
        sums(&results),
        starting.as_secs_f64(),
        together.as_secs_f64(),
        memory.peak as f64 / 1_048_576.0
    ))
}

/// What became of all records of all tests, in words.
fn sums(results: &[Results]) -> String {
    let lanes = || results.iter().flat_map(|results| results.lanes.values());
    let sum = |count: fn(&Lane) -> u64| lanes().map(count).sum::<u64>();
    let mut failures = BTreeMap::new();
    for (kind, records) in lanes().flat_map(|lane| &lane.failures) {
        *failures.entry(kind.as_str()).or_insert(0) += records;
    }
    let failures: Vec<_> = failures.iter().map(|(kind, records)| format!(", {kind} {records}")).collect();
    let (due, issued, acked) = (sum(|lane| lane.due), sum(|lane| lane.issued), sum(|lane| lane.acked));
    format!("due {due}, issued {issued}, acked {acked}{}", failures.concat())
}

impl ManyArgs {
    fn body(&self, number: u32, target: &str) -> serde_json::Value {
        let mut body = json!({
            "testID": test(number), "duration": self.seconds,
            "logRate": self.rate, "metricsRate": self.rate, "traceRate": self.rate,
            "destination": {"type": "otlp-http", "endpoint": target},
        });
        if let Some(kept) = self.capture {
            body["capture"] = json!({"perSecond": kept});
        }
        body
    }
}

/// The service's API.
#[derive(Debug, Clone)]
struct Api {
    client: Client,
    base: String,
}

impl Api {
    async fn start(self, number: u32, body: serde_json::Value) -> Result<()> {
        let request = self.client.post(format!("{}/start-test", self.base)).json(&body);
        let response = request.send().await?;
        let status = response.status();
        ensure!(
            status.is_success(),
            "{} was not started ({status}): {}",
            test(number),
            response.text().await?
        );
        Ok(())
    }

    async fn over(self, number: u32, patience: Duration) -> Result<Results> {
        let watch = Stopwatch::start();
        let url = format!("{}/tests/{}/results", self.base, test(number));
        loop {
            let response = self.client.get(&url).send().await?.error_for_status()?;
            let results: Results = response.json().await?;
            if results.ended_at.is_some() {
                return Ok(results);
            }
            ensure!(watch.elapsed() < patience, "{} does not end", test(number));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// Does the same for every test, for a few at a time.
async fn each<T, F>(tests: u32, what: impl Fn(u32) -> F) -> Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut done = Vec::new();
    for number in 0..tests {
        if tasks.len() == AT_A_TIME
            && let Some(ended) = tasks.join_next().await
        {
            done.push(ended??);
        }
        tasks.spawn(what(number));
    }
    while let Some(ended) = tasks.join_next().await {
        done.push(ended??);
    }
    Ok(done)
}

fn test(number: u32) -> String {
    format!("many-{number}")
}

const AT_A_TIME: usize = 16;

/// What a service with so many tests may take to end them all.
const ENDING: Duration = Duration::from_mins(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_named_by_kind() {
        let lane = json!({"due": 9, "issued": 8, "acked": 5, "failures": {"connect": 3}, "lateness": {}});
        let results = json!({"endedAt": "now", "lanes": {"logs": lane, "traces": lane}});
        let results: Vec<Results> = vec![serde_json::from_value(results).unwrap()];
        assert_eq!(sums(&results), "due 18, issued 16, acked 10, connect 6");
    }

    #[test]
    fn every_test_gets_its_turn() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut done = runtime.block_on(each(100, async |number| Ok(number))).unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
        let failed = runtime.block_on(each(9, async |number| {
            ensure!(number != 5, "five");
            Ok(())
        }));
        assert_eq!(failed.unwrap_err().to_string(), "five");
    }
}
