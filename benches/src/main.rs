//! Measures the whole generator from outside: what a record costs it, beside other senders, and how evenly it sends.
//!
//! * **Lives here:** the programs to compare, a sink that only counts, and the reading of what the kernel says of a process.
//! * **Never lives here:** product code. The generator is the release binary, started as users start it.
//! * **Depends on:** what is measured by itself as well: `payload` and `emit-http`; `service` over either store, for `day`.
//! * **Read first:** `compare`, then `program`.

#![expect(clippy::cast_precision_loss, reason = "what is counted here stays far below 2^53")]
#![cfg_attr(test, expect(clippy::float_cmp, reason = "the numbers of these tests are exact"))]

mod body;
mod clock;
mod compare;
mod count;
mod counts;
mod day;
mod generator;
mod head;
mod many;
mod packed;
mod pages;
mod post;
mod proc;
mod program;
mod slow;
mod statistics;
mod steady;

use std::io::Write as _;

use clap::{Parser, Subcommand};

/// Measures MoniFlux.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Records and bytes per CPU second: the generator, its client and encoder alone, reqwest and wrk
    Compare(compare::CompareArgs),
    /// Bytes per CPU second with packed bodies, beside the compressor alone
    Packed(packed::PackedArgs),
    /// How evenly a million records a second leave, and what that costs
    Steady(steady::SteadyArgs),
    /// How exactly one record a second leaves
    Slow(slow::SlowArgs),
    /// Many small tests at once in one service
    Many(many::ManyArgs),
    /// How soon the API answers what pages ask for, with many stored tests and some that run
    Pages(pages::PagesArgs),
    /// How soon a day of points is read for a chart
    Day(day::DayArgs),
    /// A sink that only counts, until its standard input ends
    Count(count::CountArgs),
    /// Posts one body again and again
    Post(post::PostArgs),
    /// Packs bodies and drops them
    Pack(packed::PackArgs),
    /// Encodes batches and drops them
    Encode(body::EncodeArgs),
}

fn main() -> anyhow::Result<()> {
    let report = match Cli::parse().command {
        Command::Compare(args) => compare::main(&args),
        Command::Packed(args) => packed::main(&args),
        Command::Steady(args) => steady::main(&args),
        Command::Slow(args) => slow::main(&args),
        Command::Many(args) => many::main(&args),
        Command::Pages(args) => pages::main(&args),
        Command::Day(args) => day::main(&args),
        Command::Count(args) => count::main(&args),
        Command::Post(args) => post::main(&args),
        Command::Pack(args) => packed::pack(&args),
        Command::Encode(args) => body::main(&args),
    }?;
    write!(std::io::stdout(), "{report}")?;
    Ok(())
}
