//! `moniflux-bench compare`: the generator beside other senders of the same bodies, in interleaved rounds.
//!
//! Every measurement has a process and a counting sink of its own. CPU time is all that the sending process used from its
//! start to its end; what the sink uses is nobody's. Rounds are interleaved so that a noisy minute of the machine meets
//! every sender, and medians are printed.

mod measure;
mod table;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::measure::{Measurement, Sender};
use crate::body;
use crate::generator::Binary;

/// How long and how often to measure.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    binary: Binary,
    /// Seconds a measurement
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=60))]
    seconds: u16,
    /// Rounds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(3..=20))]
    rounds: u16,
    /// Measures a generator without `logRate: max`, `batchSize` and `connections`: at this rate, in its own batches
    #[arg(long, value_name = "RATE")]
    fixed_rate: Option<u32>,
}

impl CompareArgs {
    /// The load's rate as a spec has it; batches are the generator's own when it is fixed.
    fn rate(&self) -> Value {
        self.fixed_rate.map_or_else(|| json!("max"), Value::from)
    }
}

/// One size of bodies: so many records each, and the file that holds such a body.
#[derive(Debug)]
struct Bodies {
    records: u32,
    bytes: usize,
    file: PathBuf,
}

pub(crate) fn main(args: &CompareArgs) -> Result<String> {
    let folder = TempDir::with_prefix("moniflux-bench-")?;
    let mut sizes = Vec::new();
    for records in RECORDS {
        let body = body::batch(records)?;
        let file = folder.path().join(format!("{records}.bin"));
        std::fs::write(&file, &body)?;
        sizes.push(Bodies { records, bytes: body.len(), file });
    }
    let senders = Sender::available();
    let mut measured: Vec<(usize, Sender, Vec<Measurement>)> = sizes
        .iter()
        .enumerate()
        .flat_map(|(size, _)| senders.iter().map(move |sender| (size, *sender, Vec::new())))
        .collect();
    for round in 1..=args.rounds {
        for (size, sender, measurements) in &mut measured {
            let measurement = sender.measure(args, &sizes[*size])?;
            // When stderr is closed nobody watches.
            write!(std::io::stderr(), "round {round}  {}", table::row(*sender, &[measurement])).ok();
            measurements.push(measurement);
        }
    }
    let mut report = table::head();
    for (size, bodies) in sizes.iter().enumerate() {
        report += &table::title(bodies.records, bodies.bytes);
        for (_, sender, measurements) in measured.iter().filter(|(of, ..)| *of == size) {
            report += &table::row(*sender, measurements);
        }
    }
    if !senders.contains(&Sender::Wrk) {
        report += "wrk is not installed and was left out: scripts/install-bench-tools installs it\n";
    }
    Ok(report)
}

/// Records a body: about 100 and about 600 KiB.
const RECORDS: [u32; 2] = [318, 1_908];
