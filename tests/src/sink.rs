//! `moniflux sink`: the receiving end, good or bad on purpose.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::api::Api;
use crate::process::Process;
use crate::time::SOON;
use crate::tools;

/// A running sink.
#[derive(Debug)]
pub struct Sink {
    _process: Process,
    api: Api,
}

/// What arrived of one lane: all shares together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Records.
    pub received: u64,
    /// Records with a number of their own.
    pub unique: u64,
    /// Records whose number had been there before.
    pub duplicates: u64,
    /// Gaps below the highest number.
    pub missing: u64,
    /// Bytes of the bodies.
    pub bytes: u64,
}

impl Sink {
    /// A sink on a port of its own; `faults` are flags such as `--status 500`.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(faults: &[&str]) -> Result<Self> {
        let mut command = Command::new(tools::moniflux()?);
        command.args(["sink", "--port", "0"]).args(faults);
        let mut process = Process::start("sink", &mut command)?;
        let address = process.address("sink listens on", SOON).await?;
        Ok(Self { _process: process, api: Api::at(&address)? })
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.api.address()
    }

    /// Its API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// What arrived of a test: by run, then by signal. A test that nothing arrived of has no run.
    ///
    /// # Errors
    /// It does not answer as documented.
    pub async fn runs(&self, test: &str) -> Result<BTreeMap<String, BTreeMap<String, Arrived>>> {
        let ledger: Ledger = serde_json::from_value(self.api.get("/ledger").await?.with(200)?)?;
        let runs = ledger.tests.into_iter().filter(|found| found.test == test).flat_map(|found| found.runs);
        let mut arrived = BTreeMap::new();
        for run in runs {
            let lanes: &mut BTreeMap<String, Arrived> = arrived.entry(run.run).or_default();
            for lane in run.lanes {
                ensure!(lane.received == lane.unique + lane.duplicates, "the sink counts wrong: {lane:?}");
                ensure!(lane.highest.is_none_or(|top| top + 1 == lane.unique + lane.missing), "{lane:?}");
                lanes.entry(lane.signal.clone()).or_default().add(&lane);
            }
        }
        Ok(arrived)
    }

    /// What arrived of one run's signal.
    ///
    /// # Errors
    /// It does not answer as documented.
    pub async fn lane(&self, test: &str, run: &str, signal: &str) -> Result<Arrived> {
        let runs = self.runs(test).await?;
        Ok(runs.get(run).and_then(|lanes| lanes.get(signal)).copied().unwrap_or_default())
    }

    /// Every record of all of a test's runs and signals so far.
    ///
    /// # Errors
    /// It does not answer as documented.
    pub async fn received(&self, test: &str) -> Result<u64> {
        Ok(self.runs(test).await?.values().flat_map(BTreeMap::values).map(|lane| lane.received).sum())
    }

    /// The only run that anything arrived of.
    ///
    /// # Errors
    /// There is none, or another one.
    pub async fn only_run(&self, test: &str) -> Result<BTreeMap<String, Arrived>> {
        let mut runs = self.runs(test).await?;
        ensure!(runs.len() == 1, "not one run: {runs:?}");
        runs.pop_first().map(|(_, lanes)| lanes).context("no run")
    }
}

impl Arrived {
    /// Exactly so many, each once, without a gap.
    ///
    /// # Errors
    /// That is not what arrived.
    pub fn ensure_exact(&self, records: u64) -> Result<()> {
        let Self { received, unique, duplicates, missing, bytes } = *self;
        ensure!(
            (received, unique, duplicates, missing) == (records, records, 0, 0) && bytes > 0,
            "not {records} each once: {self:?}"
        );
        Ok(())
    }

    fn add(&mut self, share: &ShareOfLane) {
        self.received += share.received;
        self.unique += share.unique;
        self.duplicates += share.duplicates;
        self.missing += share.missing;
        self.bytes += share.bytes;
    }
}

#[derive(Debug, Deserialize)]
struct Ledger {
    tests: Vec<TestInLedger>,
}

#[derive(Debug, Deserialize)]
struct TestInLedger {
    #[serde(rename = "testID")]
    test: String,
    runs: Vec<RunInLedger>,
}

#[derive(Debug, Deserialize)]
struct RunInLedger {
    #[serde(rename = "runID")]
    run: String,
    lanes: Vec<ShareOfLane>,
}

#[derive(Debug, Deserialize)]
struct ShareOfLane {
    signal: String,
    received: u64,
    unique: u64,
    duplicates: u64,
    missing: u64,
    highest: Option<u64>,
    bytes: u64,
}
