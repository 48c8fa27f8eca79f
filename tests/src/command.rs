//! The command line: the real binary with any arguments, in a folder of its own.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Ended, Process, run_to_end};
use crate::service::moniflux;

/// A folder to run commands in.
#[derive(Debug)]
pub struct CommandLine {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl CommandLine {
    /// An empty folder.
    ///
    /// # Errors
    /// No folder can be made.
    pub fn new() -> Result<Self> {
        Ok(Self { folder: TempDir::with_prefix("moniflux-test-")?, variables: Vec::new() })
    }

    /// The same, with a variable set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// It cannot be started, or does not end in time.
    pub async fn run(&self, arguments: &[&str]) -> Result<Ended> {
        run_to_end(&format!("moniflux {}", arguments.join(" ")), &mut self.command(arguments)?, PATIENCE)
            .await
    }

    /// The same, which must end with that code; what it printed on stdout.
    ///
    /// # Errors
    /// It ended otherwise.
    pub async fn ended(&self, code: i32, arguments: &[&str]) -> Result<String> {
        let Ended { code: found, stdout, stderr } = self.run(arguments).await?;
        ensure!(found == code, "{arguments:?} ended with {found} and not {code}:\n{stdout}\n{stderr}");
        Ok(stdout)
    }

    /// Runs a test that deserves that code. Should the machine have stood still, the run says that it was the generator's
    /// fault, and ends with 1.
    ///
    /// # Errors
    /// It ended otherwise.
    pub async fn judged(&self, code: i32, arguments: &[&str]) -> Result<Ended> {
        let ended = self.run(arguments).await?;
        let expected = if ended.stdout.contains("generator-limited") { 1 } else { code };
        let Ended { code, stdout, stderr } = &ended;
        ensure!(*code == expected, "{arguments:?} ended with {code} and not {expected}:\n{stdout}\n{stderr}");
        Ok(ended)
    }

    /// Runs a command that answers JSON.
    ///
    /// # Errors
    /// It printed something else.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments = [arguments, &["--output", "json"]].concat();
        let stdout = self.ended(0, &arguments).await?;
        serde_json::from_str(&stdout).with_context(|| format!("{arguments:?} prints no JSON: {stdout}"))
    }

    /// Starts a command that goes on.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&self, arguments: &[&str]) -> Result<Process> {
        Process::start(&format!("moniflux {}", arguments.join(" ")), &mut self.command(arguments)?)
    }

    fn command(&self, arguments: &[&str]) -> Result<std::process::Command> {
        let mut command = moniflux(&self.folder)?;
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "MONIFLUX_URL"] {
            command.env_remove(variable);
        }
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }
}

/// Longer than any command of the tests takes.
const PATIENCE: Duration = Duration::from_mins(2);
