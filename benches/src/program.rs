//! A program that was started to be measured; it never outlives its owner.
//!
//! Its standard input is a pipe that this process holds. A companion watches another such pipe and kills the program by
//! its number when this process is gone; the companion goes first, before the program is reaped and its number is free.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::clock::Stopwatch;
use crate::proc::Stat;

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    name: String,
    child: Child,
    companion: Child,
    began: Stopwatch,
    folder: TempDir,
}

/// What a program that came to its end has used.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// User and system time of all its threads.
    pub(crate) cpu: Duration,
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// What it wrote to its standard output.
    pub(crate) stdout: String,
}

impl Program {
    /// Starts a program in an empty folder.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        let folder = TempDir::with_prefix("moniflux-bench-")?;
        let mut child = command
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(File::create(folder.path().join(STDOUT))?)
            .stderr(File::create(folder.path().join(STDERR))?)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let began = Stopwatch::start();
        match companion_of(child.id()) {
            Ok(companion) => Ok(Self { name: name.to_owned(), child, companion, began, folder }),
            Err(error) => {
                child.kill().and_then(|()| child.wait())?;
                Err(error)
            }
        }
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The word that follows `intro` on its standard output, once it is there.
    ///
    /// # Errors
    /// It ended, or did not say so in time.
    pub(crate) fn address(&self, intro: &str, patience: Duration) -> Result<String> {
        loop {
            // Only what ends in a line break was written as a whole.
            let stdout = self.written(STDOUT)?;
            let lines = stdout.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            let mut rests = lines.filter_map(|line| line.split_once(intro)).map(|(_, rest)| rest);
            if let Some(address) = rests.find_map(|rest| rest.split_whitespace().next()) {
                return Ok(address.trim_end_matches([',', ';', '.']).to_owned());
            }
            self.ensure_runs(patience)?;
            thread::sleep(GAP);
        }
    }

    /// Waits until it ends by itself with success; `meanwhile` is called again and again.
    ///
    /// # Errors
    /// It failed, or did not end in time.
    pub(crate) fn wait(mut self, patience: Duration, mut meanwhile: impl FnMut(u32)) -> Result<Ended> {
        let stat = loop {
            let stat = Stat::of(self.pid())?;
            if stat.ended {
                break stat;
            }
            ensure!(self.began.elapsed() < patience, "{} did not end within {patience:?}", self.name);
            meanwhile(self.pid());
            thread::sleep(GAP);
        };
        let wall = self.began.elapsed();
        let status = self.reap()?;
        if !status.success() {
            bail!("{} failed ({status}): {}{}", self.name, self.written(STDERR)?, self.written(STDOUT)?);
        }
        Ok(Ended { cpu: stat.cpu, wall, stdout: self.written(STDOUT)? })
    }

    fn ensure_runs(&self, patience: Duration) -> Result<()> {
        ensure!(!Stat::of(self.pid())?.ended, "{} ended at once: {}", self.name, self.written(STDERR)?);
        ensure!(self.began.elapsed() < patience, "{} did not start within {patience:?}", self.name);
        Ok(())
    }

    fn written(&self, stream: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(self.folder.path().join(stream))?).into_owned())
    }

    fn reap(&mut self) -> std::io::Result<std::process::ExitStatus> {
        // It can only have ended already, and then there is nothing to do.
        self.companion.kill().ok();
        self.companion.wait().ok();
        self.child.wait()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both do nothing to a child that was reaped before.
        self.child.kill().ok();
        self.reap().ok();
    }
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

/// Longer than any of our programs takes until it listens.
pub(crate) const STARTING: Duration = Duration::from_secs(30);

const STDOUT: &str = "stdout";
const STDERR: &str = "stderr";

/// Between two looks at a program. Short beside what is measured, long beside what a look costs.
const GAP: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::start("a shell", Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn the_cost_of_a_program_is_known_after_its_end() {
        let program = shell("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done");
        let ended = program.wait(STARTING, |_| {}).unwrap();
        assert_eq!(ended.stdout, "done\n");
        assert!(ended.cpu > Duration::ZERO && ended.cpu <= ended.wall + GAP * 2, "{ended:?}");
    }

    #[test]
    fn an_address_is_read_off_its_line() {
        let program = shell("echo it listens on 127.0.0.1:1; read -r line");
        assert_eq!(program.address("listens on ", STARTING).unwrap(), "127.0.0.1:1");
    }

    #[test]
    fn failure_and_delay_are_errors() {
        let failed = shell("echo broken >&2; exit 3").wait(STARTING, |_| {}).unwrap_err();
        assert!(failed.to_string().contains("broken"), "{failed}");
        assert!(shell("read -r line").wait(Duration::from_millis(50), |_| {}).is_err());
    }
}
