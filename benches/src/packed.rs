//! `moniflux-bench packed`: the generator with packed bodies, beside the compressor that does nothing but pack the like.

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use flate2::{Compress, Compression, FlushCompress, Status};
use serde_json::json;

use crate::body;
use crate::clock::Stopwatch;
use crate::counts::Counter;
use crate::generator::{Batches, Binary, logs};
use crate::program::Program;
use crate::statistics::median;

/// How long and how often to measure.
#[derive(Debug, Args)]
pub(crate) struct PackedArgs {
    #[command(flatten)]
    binary: Binary,
    /// Seconds a measurement
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=60))]
    seconds: u16,
    /// Rounds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(3..=20))]
    rounds: u16,
}

/// What to pack bodies with.
#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// The compressor, at its fast level
    #[arg(long)]
    compression: Kind,
    /// For how long
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
}

/// A compressor.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Gzip,
    Zstd,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

pub(crate) fn main(args: &PackedArgs) -> Result<String> {
    let mut report = String::new();
    for kind in [Kind::Gzip, Kind::Zstd] {
        let mut measured = (Vec::new(), Vec::new());
        for _ in 0..args.rounds {
            measured.0.push(generator(args, kind)?);
            measured.1.push(alone(args, kind)?);
        }
        let (sent, packed) = (median(&measured.0), median(&measured.1));
        // Writing to a string cannot fail.
        writeln!(
            report,
            "{}  moniflux run {sent:.0} MB a CPU second, the compressor alone {packed:.0}: {:.0} %",
            kind.name(),
            sent / packed * 100.0
        )
        .ok();
    }
    Ok(report)
}

/// Packs bodies until the time is over, and prints how many.
pub(crate) fn pack(args: &PackArgs) -> Result<String> {
    let begins = (0..DIFFERENT).map(|batch| 10_000_000 + batch * u64::from(RECORDS));
    let different = begins.map(|first| body::batch_after(first, RECORDS)).collect::<Result<Vec<_>>>()?;
    let mut packed = Vec::with_capacity(different.iter().map(Vec::len).max().unwrap_or_default() * 2);
    let mut next = different.iter().cycle();
    let mut deflate = Compress::new(Compression::fast(), false);
    let mut zstd = zstd::bulk::Compressor::new(1)?;
    let mut bodies = 0_u64;
    let watch = Stopwatch::start();
    while watch.elapsed() < Duration::from_secs(args.seconds.into()) {
        let Some(body) = next.next() else { break };
        packed.clear();
        match args.compression {
            Kind::Gzip => {
                deflate.reset();
                let status = deflate.compress_vec(body, &mut packed, FlushCompress::Finish)?;
                ensure!(status == Status::StreamEnd, "a body does not fit twice its length");
            }
            Kind::Zstd => {
                zstd.compress_to_buffer(body, &mut packed)?;
            }
        }
        black_box(&packed);
        bodies += 1;
    }
    Ok(bodies.to_string())
}

/// Megabytes of bodies, before they were packed, a CPU second.
fn generator(args: &PackedArgs, kind: Kind) -> Result<f64> {
    let counter = Counter::start()?;
    let batches = Batches { records: RECORDS, connections: 4 };
    let mut spec = logs(&counter.url(), &"max".into(), args.seconds.into(), Some(batches));
    spec["destination"]["compression"] = json!(kind.name());
    let (ended, lane) = args.binary.run(&spec, Duration::from_secs(args.seconds.into()), |_| {})?;
    ensure!(lane.issued == lane.acked, "some failed: {lane:?}");
    let bodies = lane.acked as f64 / f64::from(RECORDS);
    Ok(bodies * body::batch(RECORDS)?.len() as f64 / ended.cpu.as_secs_f64() / 1e6)
}

fn alone(args: &PackedArgs, kind: Kind) -> Result<f64> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["pack", "--compression", kind.name(), "--seconds", &args.seconds.to_string()]);
    let lasts = Duration::from_secs(args.seconds.into()) + AFTER;
    let ended = Program::start("the compressor", &mut command)?.wait(lasts, |_| {})?;
    let bodies: f64 = ended.stdout.trim().parse()?;
    Ok(bodies * body::batch(RECORDS)?.len() as f64 / ended.cpu.as_secs_f64() / 1e6)
}

/// So many bodies are packed in turn, or the processor would soon know each of their bytes.
const DIFFERENT: u64 = 64;

/// Records a body: about 100 KiB.
const RECORDS: u32 = 318;

/// What a measurement may take beyond its time.
const AFTER: Duration = Duration::from_secs(30);
