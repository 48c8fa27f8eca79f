//! A program that a test started: its output is kept, and it never outlives the test.
//!
//! Dropping a [`Process`] kills it and prints the end of what it wrote; test runners show that when the test fails.
//! Should the test itself be killed, a companion notices that its pipe closed and kills the program. No process is ever
//! signalled after it was reaped, when its number may be another's.

use std::fs::{self, File};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::time::until;

/// A running program.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    companion: Option<Child>,
    ended: Option<ExitStatus>,
    logs: TempDir,
}

impl Process {
    /// Starts a program.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        let logs = TempDir::with_prefix("moniflux-test-")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(logs.path().join(STDOUT))?)
            .stderr(File::create(logs.path().join(STDERR))?)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut process = Self { name: name.to_owned(), child, companion: None, ended: None, logs };
        process.companion = Some(companion_of(process.pid())?);
        Ok(process)
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its standard output so far.
    ///
    /// # Errors
    /// It was not text.
    pub fn stdout(&self) -> Result<String> {
        Ok(fs::read_to_string(self.logs.path().join(STDOUT))?)
    }

    /// What it wrote to its standard error so far.
    ///
    /// # Errors
    /// It was not text.
    pub fn stderr(&self) -> Result<String> {
        Ok(fs::read_to_string(self.logs.path().join(STDERR))?)
    }

    /// Waits until it says at which address it listens, on a line that begins with `intro`.
    ///
    /// # Errors
    /// It ended, or did not say so in time.
    pub async fn address(&mut self, intro: &str, patience: Duration) -> Result<String> {
        let name = self.name.clone();
        until(&format!("{name} says where it listens"), patience, async || {
            if let Some(status) = self.poll()? {
                return Ok(Err(format!("{name} ended at once ({status}): {}", self.stderr()?)));
            }
            let stdout = self.stdout()?;
            let line = stdout.lines().find(|line| line.starts_with(intro)).context("not yet")?;
            let address = line.split_whitespace().find(|word| word.starts_with("http://"));
            Ok(Ok(address.context("no address on the line")?.trim_end_matches([',', ';', '.']).to_owned()))
        })
        .await?
        .map_err(anyhow::Error::msg)
    }

    /// Ends it at once, as a power failure would.
    ///
    /// # Errors
    /// It cannot be signalled.
    pub fn kill(&mut self) -> Result<()> {
        self.dismiss_companion();
        if self.ended.is_none() {
            self.child.kill()?;
            self.ended = Some(self.child.wait()?);
        }
        Ok(())
    }

    /// Asks it to end (SIGTERM) and waits until it did.
    ///
    /// # Errors
    /// It did not end in time.
    pub async fn terminate(&mut self, patience: Duration) -> Result<ExitStatus> {
        ensure!(self.poll()?.is_none(), "{} has already ended", self.name);
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.pid().to_string()]).status()?;
        ensure!(asked.success(), "{} cannot be signalled", self.name);
        self.wait(patience).await
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// It did not end in time.
    pub async fn wait(&mut self, patience: Duration) -> Result<ExitStatus> {
        until(&format!("{} ends", self.name.clone()), patience, async || {
            self.poll()?.context("it still runs")
        })
        .await
    }

    /// Memory that is its own right now, in bytes.
    ///
    /// # Errors
    /// It does not run.
    pub fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }

    fn poll(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait()?;
            if self.ended.is_some() {
                self.dismiss_companion();
            }
        }
        Ok(self.ended)
    }

    fn dismiss_companion(&mut self) {
        if let Some(mut companion) = self.companion.take() {
            // It can only have ended already, and then there is nothing to do.
            drop(companion.kill());
            drop(companion.wait());
        }
    }
}

impl Drop for Process {
    #[expect(clippy::print_stderr, reason = "test runners show it when the test fails")]
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{} cannot be killed: {error}", self.name);
        }
        for stream in [STDOUT, STDERR] {
            let text = fs::read_to_string(self.logs.path().join(stream)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let end = &lines[lines.len().saturating_sub(SHOWN)..];
            if !end.is_empty() {
                eprintln!("--- {} {}, {stream}\n{}", self.name, self.pid(), end.join("\n"));
            }
        }
    }
}

/// Runs a program to its end, and answers what it said.
///
/// # Errors
/// It cannot be started, or does not end in time.
pub async fn run_to_end(name: &str, command: &mut Command, patience: Duration) -> Result<Ended> {
    let mut process = Process::start(name, command)?;
    let status = process.wait(patience).await?;
    let Some(code) = status.code() else { bail!("{name} was ended by a signal: {status}") };
    Ok(Ended { code, stdout: process.stdout()?, stderr: process.stderr()? })
}

/// What a program left behind.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
}

/// Waits for the end of its input, which is the end of this process, and then kills `pid`.
fn companion_of(pid: u32) -> Result<Child> {
    Command::new("sh")
        .args(["-c", "cat >/dev/null; kill -KILL \"$0\" 2>/dev/null", &pid.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start the companion")
}

const STDOUT: &str = "stdout";
const STDERR: &str = "stderr";

/// Lines of each stream that are shown of a failed test.
const SHOWN: usize = 120;
