//! `moniflux run`: a test without a service.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Ended, run_to_end};
use crate::results::Results;
use crate::service::moniflux;

/// Runs a spec to its end.
///
/// # Errors
/// It cannot be started, or does not end in time.
pub async fn run(spec: &Value, arguments: &[&str]) -> Result<Ended> {
    let folder = TempDir::with_prefix("moniflux-test-")?;
    let file = folder.path().join("spec.json");
    std::fs::write(&file, spec.to_string())?;
    let mut command = moniflux(&folder)?;
    run_to_end("moniflux run", command.arg("run").arg(&file).args(arguments), PATIENCE).await
}

/// The same, and its results.
///
/// # Errors
/// It printed something else.
pub async fn results(spec: &Value) -> Result<(Ended, Results)> {
    let ended = run(spec, &["--output", "json"]).await?;
    let results = serde_json::from_str(&ended.stdout).context("stdout is not the results alone")?;
    Ok((ended, results))
}

impl Ended {
    /// Ended with the code that its results stand for when there are no thresholds: 1 when the verdict is that they say little.
    ///
    /// # Errors
    /// It ended otherwise.
    pub fn ensure_as_judged(&self, results: &Results) -> Result<()> {
        let expected = i32::from(results.verdict != "valid");
        ensure!(
            self.code == expected,
            "exit code {} of a {} run: {}",
            self.code,
            results.verdict,
            self.stderr
        );
        Ok(())
    }
}

/// Longer than any spec of the tests takes.
const PATIENCE: Duration = Duration::from_mins(2);
