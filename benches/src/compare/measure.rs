//! The senders that are compared, and one measurement of each.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Bodies, CompareArgs};
use crate::body::Encoded;
use crate::counts::{Counter, Counts};
use crate::generator::{Batches, logs};
use crate::program::{Ended, Program};

/// Who sends, or at least encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// `moniflux run`.
    Generator,
    /// Our HTTP client, with one static body.
    Emitter,
    /// reqwest, with one static body.
    Reqwest,
    /// wrk, with one static body.
    Wrk,
    /// Our encoder, which sends nothing.
    Encoder,
}

/// What a sender did, and what that cost it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measurement {
    /// Records that were taken.
    pub(super) records: f64,
    /// Bytes of their bodies.
    pub(super) bytes: f64,
    /// Bytes a body, on the average.
    pub(super) body: f64,
    /// CPU seconds of the sending process.
    pub(super) cpu: f64,
    /// Seconds from its start to its end.
    pub(super) wall: f64,
}

impl Sender {
    /// All that can be measured on this machine.
    pub(super) fn available() -> Vec<Self> {
        let all = [Self::Generator, Self::Emitter, Self::Reqwest, Self::Wrk, Self::Encoder];
        // It has no flag that succeeds, so that it can be started at all must do.
        let wrk = Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
        all.into_iter().filter(|sender| *sender != Self::Wrk || wrk.is_ok()).collect()
    }

    /// What the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Generator => "moniflux run",
            Self::Emitter => "emit-http, static body",
            Self::Reqwest => "reqwest, static body",
            Self::Wrk => "wrk, static body",
            Self::Encoder => "encoder alone",
        }
    }

    /// Measures it once.
    ///
    /// # Errors
    /// It failed, or what it says it sent is not what arrived.
    pub(super) fn measure(self, args: &CompareArgs, bodies: &Bodies) -> Result<Measurement> {
        let counter = Counter::start()?;
        let lasts = Duration::from_secs(args.seconds.into());
        let run =
            |mut command: Command| Program::start(self.name(), &mut command)?.wait(lasts + AFTER, |_| {});
        let ended = match self {
            Self::Generator => {
                let batches = Batches { records: bodies.records, connections: CONNECTIONS };
                let batches = args.fixed_rate.is_none().then_some(batches);
                let spec = logs(&counter.url(), &args.rate(), args.seconds.into(), batches);
                let (ended, lane) = args.binary.run(&spec, lasts, |_| {})?;
                ensure!(lane.issued == lane.acked, "some of {} failed: {lane:?}", self.name());
                return Ok(Measurement::of(lane.acked as f64, &counter.counts()?, &ended));
            }
            Self::Emitter => run(poster("emitter", args, bodies, &counter.url())?)?,
            Self::Reqwest => run(poster("reqwest", args, bodies, &counter.url())?)?,
            Self::Wrk => run(wrk(args, bodies, &counter.url()))?,
            Self::Encoder => {
                let ended = run(encoder(args, bodies)?)?;
                let encoded: Encoded = serde_json::from_str(&ended.stdout)?;
                let batches = encoded.records / u64::from(bodies.records);
                let counts = Counts { requests: batches, bytes: encoded.bytes, ..Counts::default() };
                return Ok(Measurement::of(encoded.records as f64, &counts, &ended));
            }
        };
        let counts = counter.counts()?;
        Ok(Measurement::of(
            counts.bytes as f64 / bodies.bytes as f64 * f64::from(bodies.records),
            &counts,
            &ended,
        ))
    }
}

impl Measurement {
    fn of(records: f64, counts: &Counts, ended: &Ended) -> Self {
        let bytes = counts.bytes as f64;
        Self {
            records,
            bytes,
            body: bytes / counts.requests as f64,
            cpu: ended.cpu.as_secs_f64(),
            wall: ended.wall.as_secs_f64(),
        }
    }
}

fn poster(client: &str, args: &CompareArgs, bodies: &Bodies, url: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["post", "--client", client, "--url", url, "--connections", &CONNECTIONS.to_string()]);
    command.args(["--seconds", &args.seconds.to_string(), "--body"]).arg(&bodies.file);
    Ok(command)
}

fn wrk(args: &CompareArgs, bodies: &Bodies, url: &str) -> Command {
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--connections", &CONNECTIONS.to_string()]);
    command.args(["--duration", &format!("{}s", args.seconds), "--script", SCRIPT]);
    command.arg(format!("{url}/v1/logs")).env("BODY", &bodies.file);
    command
}

fn encoder(args: &CompareArgs, bodies: &Bodies) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["encode", "--records", &bodies.records.to_string()]);
    command.args(["--seconds", &args.seconds.to_string()]);
    Ok(command)
}

/// Connections of every sender, one request in flight on each.
const CONNECTIONS: u32 = 4;

/// What a measurement may take beyond its time.
const AFTER: Duration = Duration::from_secs(30);

/// Lets wrk post the file that `BODY` names.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/post.lua");
