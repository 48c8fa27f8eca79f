//! `moniflux-bench slow`: one record a second; how far each one's arrival is off its second.

use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;

use crate::counts::Counter;
use crate::generator::{Binary, logs};
use crate::statistics::{median, quantile};

/// For how long.
#[derive(Debug, Args)]
pub(crate) struct SlowArgs {
    #[command(flatten)]
    binary: Binary,
    /// Seconds of load
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(2..=3_600))]
    seconds: u16,
}

pub(crate) fn main(args: &SlowArgs) -> Result<String> {
    let counter = Counter::start()?;
    let spec = logs(&counter.url(), &json!(1), args.seconds.into(), None);
    let (ended, lane) = args.binary.run(&spec, Duration::from_secs(args.seconds.into()), |_| {})?;
    let arrivals = counter.counts()?.arrivals;
    ensure!(lane.is_exactly(args.seconds.into()), "not exactly {} records: {lane:?}", args.seconds);
    ensure!(arrivals.len() == usize::from(args.seconds), "{} requests arrived", arrivals.len());
    let off = off_by(&arrivals);
    Ok(format!(
        "{} records in {} s, one a second: arrivals off their second by {:.2} ms in the middle, {:.2} ms at the most; \
         {:.2} CPU seconds\n",
        arrivals.len(),
        args.seconds,
        median(&off),
        quantile(&off, 1.0),
        ended.cpu.as_secs_f64()
    ))
}

/// By how many milliseconds each arrival is off its second; both count from the first.
fn off_by(arrivals: &[u64]) -> Vec<f64> {
    let second = |index: usize| index as f64 * 1e6;
    arrivals.iter().enumerate().map(|(index, micros)| (*micros as f64 - second(index)).abs() / 1e3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_and_late_arrivals_are_off_their_second() {
        assert_eq!(off_by(&[0, 1_000_500, 1_998_000]), [0.0, 0.5, 2.0]);
    }
}
