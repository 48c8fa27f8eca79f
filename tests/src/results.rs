//! What the service says became of a run's records, and what must hold of it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The summary of a run, as it is answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// The run's own name.
    #[serde(rename = "runID")]
    pub run_id: String,
    /// The how-many-eth run of its test.
    pub run: u32,
    /// How it ended, or what it does.
    pub status: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Seconds under load.
    pub active_seconds: f64,
    /// Whether it is to be trusted.
    pub verdict: String,
    /// Why it failed, if it did.
    pub reason: Option<String>,
    /// How the generator itself did.
    pub generator: Generator,
    /// Each signal that was on.
    pub lanes: BTreeMap<String, Lane>,
}

/// What the verdict says of the generator.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Generator {
    /// The share of its time that was left, 0 to 1.
    pub headroom: f64,
    /// Records that left late although the destination did not hold them back.
    pub late: u64,
    /// Records that never left although the destination did not hold them back.
    pub dropped: u64,
}

/// What became of one signal's records.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lane {
    /// Asked for by the schedule.
    pub due: u64,
    /// Left.
    pub issued: u64,
    /// Answered with success.
    pub acked: u64,
    /// Answered and refused.
    pub rejected: u64,
    /// Without success.
    pub failed: u64,
    /// Due and never issued.
    pub missed: u64,
    /// Reserved by a replica that died.
    pub in_doubt: u64,
    /// Failed records by kind.
    pub failures: BTreeMap<String, u64>,
    /// Rejected records by kind.
    pub rejections: BTreeMap<String, u64>,
    /// Requests made.
    pub requests: u64,
    /// Requests that repeated another.
    pub retries: u64,
    /// Bytes of the bodies.
    pub bytes: u64,
    /// Of those, for each byte that left; none before an answer.
    pub compression_ratio: Option<f64>,
    /// Records per second.
    pub rate: Rate,
    /// Due time to issue, in milliseconds.
    pub lateness: Lateness,
}

/// Records per second of load.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Rate {
    /// Due.
    pub asked: f64,
    /// Issued.
    pub achieved: f64,
}

/// A distribution, in milliseconds; none without records.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Lateness {
    /// Half were no later.
    pub p50: Option<f64>,
    /// All but one in a hundred were no later.
    pub p99: Option<f64>,
    /// None was later.
    pub max: Option<f64>,
}

impl Results {
    /// One signal's lane.
    ///
    /// # Errors
    /// It was off.
    pub fn lane(&self, signal: &str) -> Result<&Lane> {
        self.lanes.get(signal).with_context(|| format!("no {signal} in {self:?}"))
    }

    /// Every record of a run that is over has its class.
    ///
    /// # Errors
    /// An identity of the ledger does not hold.
    pub fn ensure_settled(&self) -> Result<()> {
        ensure!(self.ended_at.is_some(), "not over: {self:?}");
        for (signal, lane) in &self.lanes {
            let answered = lane.acked + lane.rejected + lane.failed + lane.in_doubt;
            ensure!(
                lane.due == lane.issued + lane.missed,
                "{signal}: due is not issued and missed: {lane:?}"
            );
            ensure!(lane.issued == answered, "{signal}: issued is not the sum of its classes: {lane:?}");
            ensure!(
                lane.failed == lane.failures.values().sum::<u64>(),
                "{signal}: failed has no kind: {lane:?}"
            );
        }
        Ok(())
    }

    /// Exactly so many records of a signal were due, left, and were taken.
    ///
    /// # Errors
    /// Another number was, or the run does not vouch for itself.
    pub fn ensure_exact(&self, signal: &str, records: u64) -> Result<()> {
        let lane = self.lane(signal)?;
        ensure!(
            (lane.due, lane.issued, lane.acked) == (records, records, records),
            "{signal}: not {records} each: {lane:?}"
        );
        self.ensure_settled()
    }
}
