//! `moniflux-bench steady`: a high rate for a while; how evenly it leaves, and what that costs.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;

use crate::clock::Stopwatch;
use crate::counts::{Counter, Counts, PARTS};
use crate::generator::{Binary, Lane, logs};
use crate::proc::Memory;
use crate::program::Ended;
use crate::statistics::{deviations, extremes, quantile, sums};

/// How much for how long.
#[derive(Debug, Args)]
pub(crate) struct SteadyArgs {
    #[command(flatten)]
    binary: Binary,
    /// Records a second
    #[arg(long, default_value_t = 1_000_000)]
    rate: u32,
    /// Seconds of load
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(2..=900))]
    seconds: u16,
    /// Seconds after which the sink reads and answers nothing any more
    #[arg(long)]
    stall_after: Option<u16>,
}

pub(crate) fn main(args: &SteadyArgs) -> Result<String> {
    let stall = args.stall_after.map(|seconds| format!("--stall-after={seconds}"));
    let counter = Counter::start_with(stall.as_slice())?;
    let spec = logs(&counter.url(), &args.rate.into(), args.seconds.into(), None);
    let mut memory = Vec::new();
    let mut watch = Stopwatch::start();
    let (ended, lane) = args.binary.run(&spec, Duration::from_secs(args.seconds.into()), |pid| {
        if watch.elapsed() >= SAMPLING {
            watch = Stopwatch::start();
            memory.extend(Memory::of(pid));
        }
    })?;
    let counts = counter.counts()?;
    ensure!(!memory.is_empty(), "it ended before its memory was looked at");
    Ok(report(args, &ended, &lane, &counts, &memory))
}

fn report(args: &SteadyArgs, ended: &Ended, lane: &Lane, counts: &Counts, memory: &[Memory]) -> String {
    let (cpu, seconds) = (ended.cpu.as_secs_f64(), f64::from(args.seconds));
    let peak = memory.iter().map(|one| one.peak).max().unwrap_or_default();
    let settled: Vec<f64> = memory[memory.len() / 5..].iter().map(|one| one.resident as f64).collect();
    let (least, most) = extremes(&settled);
    let evenness = Evenness::of(counts, args.seconds);
    let exact = match args.stall_after {
        Some(_) => "it stalled",
        None if lane.is_exactly(u64::from(args.rate) * u64::from(args.seconds)) => "exact",
        None => "NOT EXACT",
    };
    let ms = |time: Option<f64>| time.map_or_else(|| "-".to_owned(), |time| format!("{time:.2}"));
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut line = |name: &str, value: String| writeln!(text, "{name:<28} {value}").ok();
    line("asked", format!("{} records/s for {} s", args.rate, args.seconds));
    line("due, issued, acked", format!("{}, {}, {}: {exact}", lane.due, lane.issued, lane.acked));
    line("lateness ms p50, p99", format!("{}, {}", ms(lane.lateness.p50), ms(lane.lateness.p99)));
    line(
        "CPU seconds",
        format!("{cpu:.2}: {:.3} cores, {:.3} a million", cpu / seconds, cpu / (lane.acked as f64 / 1e6)),
    );
    line("peak RSS MiB", format!("{:.1}", peak as f64 / MIB));
    line("RSS MiB, last 80 %", format!("{:.1} to {:.1}", least / MIB, most / MIB));
    line("worst second", format!("{:.3} % off", evenness.second * 100.0));
    line("100 ms windows, p99", format!("{:.3} % off", evenness.tenth * 100.0));
    text
}

/// By how much requests, of equally many records, were off an even flow at the sink, as shares.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Evenness {
    /// The worst second.
    second: f64,
    /// All but one in a hundred windows of 100 ms were no worse.
    tenth: f64,
}

impl Evenness {
    /// What came behind the last whole second of load belongs to no window.
    fn of(counts: &Counts, seconds: u16) -> Self {
        let within = counts.windows.len().min(usize::from(seconds) * 10);
        let windows = &counts.windows[..within];
        let a_second = (counts.requests * PARTS) as f64 / f64::from(seconds);
        let seconds = deviations(&sums(windows, 10), a_second);
        Self { second: quantile(&seconds, 1.0), tenth: quantile(&deviations(windows, a_second / 10.0), 0.99) }
    }
}

const MIB: f64 = 1_048_576.0;

/// Between two looks at the memory.
const SAMPLING: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_flow_is_not_off_and_a_burst_is() {
        let counts = |windows: Vec<u64>| Counts {
            requests: windows.iter().sum(),
            windows: windows.into_iter().map(|requests| requests * PARTS).collect(),
            ..Counts::default()
        };
        let even = Evenness::of(&counts(vec![100; 20]), 2);
        assert_eq!(even, Evenness { second: 0.0, tenth: 0.0 });
        let mut windows = vec![100; 20];
        (windows[3], windows[14]) = (50, 150);
        let off = Evenness::of(&counts(windows), 2);
        assert!((off.second - 0.05).abs() < 1e-9 && (off.tenth - 0.5).abs() < 1e-9, "{off:?}");
    }
}
