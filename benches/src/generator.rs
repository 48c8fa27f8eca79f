//! `moniflux run`, as users start it: a spec file in, results as JSON out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::program::{Ended, Program};

/// Which binary is measured.
#[derive(Debug, Args)]
pub(crate) struct Binary {
    /// The release binary [default: moniflux beside this program]
    #[arg(long, value_name = "FILE")]
    moniflux: Option<PathBuf>,
}

impl Binary {
    /// A command of the binary, with none of its variables set.
    ///
    /// # Errors
    /// It was not built.
    pub(crate) fn command(&self) -> Result<Command> {
        let path = match &self.moniflux {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("moniflux"),
        };
        let path =
            path.canonicalize().with_context(|| format!("{}: `make build` makes it", path.display()))?;
        let mut command = Command::new(path);
        for variable in ["MONGO_URI", "MONGO_DB", "MONIFLUX_DATA_DIR", "HOST", "PORT", "LOG_FORMAT"] {
            command.env_remove(variable);
        }
        command.env("LOG_LEVEL", "warn");
        Ok(command)
    }

    /// Runs a spec to its end; `meanwhile` is called with the process's number again and again.
    ///
    /// # Errors
    /// It failed, or it took much longer than the load lasts.
    pub(crate) fn run(
        &self,
        spec: &Value,
        lasts: Duration,
        meanwhile: impl FnMut(u32),
    ) -> Result<(Ended, Lane)> {
        let file = NamedTempFile::with_prefix("moniflux-bench-")?;
        serde_json::to_writer(&file, spec)?;
        let mut command = self.command()?;
        command.args(["run", "--output", "json"]).arg(file.path());
        let ended = Program::start("moniflux run", &mut command)?.wait(lasts + AFTER, meanwhile)?;
        let lane = Lane::of(&ended.stdout, "logs")?;
        Ok((ended, lane))
    }
}

/// How batches are cut and sent; the generator's defaults when none is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batches {
    /// Records a batch.
    pub(crate) records: u32,
    /// Connections, each of which has one request in flight.
    pub(crate) connections: u32,
}

/// A spec of OTLP logs with messages of 256 bytes; `rate` is a number, or `max` for as fast as it goes.
pub(crate) fn logs(url: &str, rate: &Value, seconds: u32, batches: Option<Batches>) -> Value {
    let mut spec = json!({
        "testID": "bench", "logRate": rate, "logSize": 256, "duration": seconds,
        "destination": {"type": "otlp-http", "endpoint": url},
    });
    if let Some(Batches { records, connections }) = batches {
        spec["batchSize"] = records.into();
        spec["maxBatchBytes"] = MAX_BATCH_BYTES.into();
        spec["connections"] = connections.into();
        spec["maxInFlight"] = connections.into();
    }
    spec
}

/// What became of a signal's records, as results have it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lane {
    /// Asked for by the schedule.
    pub(crate) due: u64,
    /// Left.
    pub(crate) issued: u64,
    /// Answered with success.
    pub(crate) acked: u64,
    /// Without success, by kind.
    #[serde(default)]
    pub(crate) failures: BTreeMap<String, u64>,
    /// Due time to issue, in milliseconds.
    pub(crate) lateness: Lateness,
}

/// A distribution, in milliseconds; none without records.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Lateness {
    /// Half were no later.
    pub(crate) p50: Option<f64>,
    /// All but one in a hundred were no later.
    pub(crate) p99: Option<f64>,
}

impl Lane {
    fn of(results: &str, signal: &str) -> Result<Self> {
        let mut results: Results =
            serde_json::from_str(results).with_context(|| format!("not results: {results}"))?;
        let lane = results.lanes.remove(signal).with_context(|| format!("no {signal} in the results"))?;
        ensure!(lane.acked > 0, "nothing was acked: {lane:?}");
        Ok(lane)
    }

    /// Exactly so many records were due, left, and were taken.
    pub(crate) fn is_exactly(&self, records: u64) -> bool {
        [self.due, self.issued, self.acked] == [records; 3]
    }
}

/// What is read of results.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    /// None while the run goes on.
    pub(crate) ended_at: Option<String>,
    /// By signal.
    pub(crate) lanes: BTreeMap<String, Lane>,
}

/// What a run may take beyond its load: its start, its drain, a busy machine.
const AFTER: Duration = Duration::from_secs(30);

/// Above every batch that is measured, so that records alone say how large a batch is.
const MAX_BATCH_BYTES: u32 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_names_batches_only_when_they_are_asked_for() {
        let spec = logs("http://h:1", &json!("max"), 5, Some(Batches { records: 318, connections: 4 }));
        assert_eq!((&spec["logRate"], &spec["batchSize"]), (&json!("max"), &json!(318)));
        assert_eq!((&spec["connections"], &spec["maxInFlight"]), (&json!(4), &json!(4)));
        assert!(logs("http://h:1", &json!(1), 5, None).get("batchSize").is_none());
    }

    #[test]
    fn results_are_read_and_nothing_acked_is_refused() {
        let results = |acked| {
            let lane = json!({"due": 9, "issued": 9, "acked": acked, "lateness": {"p50": 0.5, "p99": null}});
            json!({"endedAt": "now", "lanes": {"logs": lane}}).to_string()
        };
        assert!(Lane::of(&results(9), "logs").unwrap().is_exactly(9));
        assert!(!Lane::of(&results(8), "logs").unwrap().is_exactly(9));
        assert!(Lane::of(&results(0), "logs").is_err() && Lane::of(&results(9), "traces").is_err());
    }
}
