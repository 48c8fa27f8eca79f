//! A receiver that is not ours: Python, with the OpenTelemetry project's own types. See `python/receiver.py`.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;

use crate::api::Api;
use crate::process::Process;
use crate::time::SOON;
use crate::tools;

/// A running receiver.
#[derive(Debug)]
pub struct Receiver {
    api: Api,
    _process: Process,
}

/// What it read.
#[derive(Debug, Clone, Deserialize)]
pub struct Read {
    /// Records by signal.
    pub records: BTreeMap<String, u64>,
    /// Records by signal, each counted once for its test, run and number.
    pub unique: BTreeMap<String, u64>,
    /// How many messages of each size, in bytes.
    pub sizes: BTreeMap<usize, u64>,
    /// Everything that is not as its format's specification or the API's description says; at most a few of each sort.
    pub faults: Vec<String>,
    /// How many metric points of each sort: gauges, monotonic sums.
    pub points: BTreeMap<String, u64>,
    /// The authorization headers seen.
    pub authorizations: Vec<String>,
}

impl Receiver {
    /// A receiver of both formats that rejects so many records of every OTLP request, by a partial success.
    ///
    /// # Errors
    /// It is not installed, or does not come up.
    pub async fn start(reject: u32) -> Result<Self> {
        let mut command = Command::new(tools::python()?);
        command.arg(tools::workspace().join("tests/python/receiver.py"));
        command.args(["--reject", &reject.to_string()]);
        let mut process = Process::start("receiver", &mut command)?;
        let address = process.address("receiver listens on", SOON).await?;
        Ok(Self { api: Api::at(&address)?, _process: process })
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.api.address()
    }

    /// What it read so far.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn read(&self) -> Result<Read> {
        Ok(serde_json::from_value(self.api.get("/read").await?.with(200)?)?)
    }
}
