//! `moniflux-bench pages`: how soon the API answers what pages of the dashboard ask for, while many tests are stored and some
//! run. `wrk` asks as fast as it is answered.

use std::fmt::Write as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use moniflux_store_mongo::mongod::{Mongod, Topology};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::generator::Binary;
use crate::post;
use crate::program::{Program, STARTING};

/// How much is stored, and how it is asked for.
#[derive(Debug, Args)]
pub(crate) struct PagesArgs {
    #[command(flatten)]
    binary: Binary,
    /// Stored tests
    #[arg(long, default_value_t = 10_000)]
    tests: u32,
    /// Of these, tests that run: each with logs, metrics and traces, every other one without samples
    #[arg(long, default_value_t = 100)]
    running: u32,
    /// Records a second of each signal of a running test
    #[arg(long, default_value_t = 10)]
    rate: u32,
    /// Seconds under load before it is asked
    #[arg(long, default_value_t = 60)]
    settle: u64,
    /// Connections that ask
    #[arg(long, default_value_t = 2)]
    connections: u32,
    /// Seconds of asking, for each page
    #[arg(long, default_value_t = 10)]
    seconds: u32,
}

/// Where the service keeps what it stores.
enum Store {
    Sqlite(TempDir),
    Mongo(Box<Mongod>),
}

pub(crate) fn main(args: &PagesArgs) -> Result<String> {
    ensure!(
        args.running >= 2 && args.running <= args.tests,
        "two tests or more run, and no more than are stored"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut report = args.on(&runtime, &Store::Sqlite(TempDir::with_prefix("moniflux-bench-")?))?;
    if has_mongod() {
        let server = runtime.block_on(Mongod::start(Topology::ReplicaSet))?;
        report += &args.on(&runtime, &Store::Mongo(Box::new(server)))?;
    } else {
        report += "MongoDB is not measured: MONIFLUX_TEST_MONGOD names none\n";
    }
    Ok(report)
}

/// Whether a MongoDB is to be measured as well.
pub(crate) fn has_mongod() -> bool {
    std::env::var_os("MONIFLUX_TEST_MONGOD").is_some_and(|path| !path.is_empty())
}

impl PagesArgs {
    fn on(&self, runtime: &Runtime, store: &Store) -> Result<String> {
        let sink = Program::start("moniflux sink", self.binary.command()?.args(["sink", "--port", "0"]))?;
        let target = sink.address("sink listens on ", STARTING)?;
        let mut command: Command = self.binary.command()?;
        command.arg("serve").env("PORT", "0");
        let name = match store {
            Store::Sqlite(folder) => {
                command.env("MONIFLUX_DATA_DIR", folder.path());
                "SQLite"
            }
            Store::Mongo(server) => {
                command.env("MONGO_URI", server.uri()).env("MONGO_DB", "moniflux_bench");
                "MongoDB"
            }
        };
        let service = Program::start("moniflux serve", &mut command)?;
        let base = service.address("MoniFlux listens on ", STARTING)?;
        let api = Api { client: post::client()?, base: base.clone() };

        runtime.block_on(api.each(self.tests, "/create-test", |number| self.body(number, &target)))?;
        // The newest ones: those that a listing has to look for.
        let first = self.tests - self.running;
        runtime.block_on(api.each(
            self.running,
            "/start-test",
            |number| json!({"testID": test(first + number)}),
        ))?;
        thread::sleep(Duration::from_secs(self.settle));

        // The one that keeps samples.
        let one = test(if first.is_multiple_of(2) { first + 1 } else { first });
        let mut lines = format!(
            "{name}: {} tests stored, {} running at {} records/s x 3; wrk with {} connections, {} s each\n",
            self.tests, self.running, self.rate, self.connections, self.seconds
        );
        for path in [
            "/tests?limit=100".to_owned(),
            "/tests?status=Running&limit=100".to_owned(),
            "/get-all-tests?order=newest&limit=100".to_owned(),
            format!("/tests/{one}"),
            format!("/tests/{one}/results"),
            format!("/tests/{one}/series"),
            format!("/tests/{one}/runs"),
            format!("/tests/{one}/samples?limit=50"),
            "/metrics".to_owned(),
        ] {
            let asked = self.ask(&format!("{base}{path}"))?;
            writeln!(
                lines,
                "  {path:<40} p50 {:>8.2} ms  p99 {:>8.2} ms  {:>8.0} a second",
                asked.p50, asked.p99, asked.rate
            )?;
        }
        Ok(lines)
    }

    fn ask(&self, url: &str) -> Result<Asked> {
        let [connections, seconds] = [format!("-c{}", self.connections), format!("-d{}s", self.seconds)];
        let output = Command::new("wrk")
            .args(["-t1", &connections, &seconds, "--latency", url])
            .output()
            .context("wrk cannot be started: scripts/install-bench-tools installs it")?;
        let text = String::from_utf8_lossy(&output.stdout);
        Asked::read(&text).with_context(|| format!("{url} was not answered as it should be:\n{text}"))
    }

    fn body(&self, number: u32, target: &str) -> Value {
        let mut body = json!({
            "testID": test(number), "duration": 3_600,
            "logRate": self.rate, "metricsRate": self.rate, "traceRate": self.rate,
            "destination": {"name": "sink", "type": "otlp-http", "endpoint": target},
        });
        if number.is_multiple_of(2)
            && let Some(fields) = body.as_object_mut()
        {
            fields.insert("capture".to_owned(), json!({"perSecond": 0}));
        }
        body
    }
}

/// What wrk says.
#[derive(Debug, PartialEq)]
struct Asked {
    /// Milliseconds.
    p50: f64,
    /// Milliseconds.
    p99: f64,
    /// Answers a second.
    rate: f64,
}

impl Asked {
    fn read(text: &str) -> Result<Self> {
        for trouble in ["Non-2xx", "Socket errors"] {
            if let Some(line) = text.lines().find(|line| line.contains(trouble)) {
                bail!("{}", line.trim());
            }
        }
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
            line.map(str::trim).with_context(|| format!("wrk does not say {name}"))
        };
        let rate = value("Requests/sec:")?.parse()?;
        Ok(Self { p50: millis(value("50%")?)?, p99: millis(value("99%")?)?, rate })
    }
}

/// A time as wrk writes it.
fn millis(text: &str) -> Result<f64> {
    // The longer names first: each ends with an "s".
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    bail!("{text} is no time")
}

/// The service's API.
#[derive(Debug, Clone)]
struct Api {
    client: Client,
    base: String,
}

impl Api {
    /// Posts so many bodies, a few at a time, in order of their numbers.
    async fn each(&self, count: u32, path: &str, body: impl Fn(u32) -> Value) -> Result<()> {
        let mut tasks = JoinSet::new();
        for number in 0..count {
            if tasks.len() >= AT_ONCE {
                tasks.join_next().await.transpose()?.transpose()?;
            }
            let request = self.client.post(format!("{}{path}", self.base)).json(&body(number));
            tasks.spawn(async move {
                let response = request.send().await?;
                let status = response.status();
                ensure!(status.is_success(), "refused ({status}): {}", response.text().await?);
                Ok(())
            });
        }
        while let Some(posted) = tasks.join_next().await {
            posted??;
        }
        Ok(())
    }
}

fn test(number: u32) -> String {
    format!("stored-{number}")
}

const AT_ONCE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "Running 1s test @ http://127.0.0.1:1/\n  Latency Distribution\n     50%  950.00us\n     \
                          75%    1.10ms\n     90%    1.30ms\n     99%    1.02s \n  100 requests in 1.00s, 1MB read\n\
                          Requests/sec:   1234.50\nTransfer/sec:      1.00MB\n";

    #[test]
    fn what_wrk_says_is_read_in_milliseconds() {
        let asked = Asked::read(ANSWER).unwrap();
        assert!((asked.p50 - 0.95).abs() < 1e-9 && (asked.p99 - 1_020.0).abs() < 1e-9, "{asked:?}");
        assert!((asked.rate - 1_234.5).abs() < 1e-9, "{asked:?}");
    }

    #[test]
    fn answers_that_are_errors_are_not_measured() {
        let error = Asked::read(&format!("{ANSWER}  Non-2xx or 3xx responses: 7\n")).unwrap_err();
        assert!(error.to_string().contains("responses: 7"), "{error}");
        assert!(Asked::read("").is_err());
    }
}
