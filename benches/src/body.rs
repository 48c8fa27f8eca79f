//! Encoded OTLP logs: one body for all who send the same one, and `moniflux-bench encode`, which only encodes.

use std::hint::black_box;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Stopwatch;

/// What to encode.
#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// Records a batch
    #[arg(long, default_value_t = 318)]
    records: u32,
    /// For how long
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
}

/// What was encoded.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Encoded {
    /// Records.
    pub(crate) records: u64,
    /// Bytes of bodies.
    pub(crate) bytes: u64,
}

pub(crate) fn main(args: &EncodeArgs) -> Result<String> {
    let encoder = encoder()?;
    let mut buffer = BatchBuffer::default();
    let mut encoded = Encoded::default();
    let watch = Stopwatch::start();
    while watch.elapsed() < Duration::from_secs(args.seconds.into()) {
        encoder.encode(&mut buffer, span(encoded.records, args.records));
        encoded.records += u64::from(args.records);
        encoded.bytes += black_box(buffer.as_ref()).len() as u64;
    }
    Ok(serde_json::to_string(&encoded)?)
}

/// A batch of so many records.
///
/// # Errors
/// Never, with the constants of this file.
pub(crate) fn batch(records: u32) -> Result<Vec<u8>> {
    batch_after(0, records)
}

/// A batch of so many records that begins with that number.
///
/// # Errors
/// Never, with the constants of this file.
pub(crate) fn batch_after(first: u64, records: u32) -> Result<Vec<u8>> {
    let mut buffer = BatchBuffer::default();
    encoder()?.encode(&mut buffer, span(first, records));
    Ok(buffer.as_ref().to_vec())
}

fn encoder() -> Result<Encoder> {
    Ok(Encoder::new(&Shape {
        kind: DestinationKind::OtlpHttp,
        signal: Signal::Logs,
        test: TestId::parse("bench")?,
        run: RunId(Uuid::from_u128(7)),
        share: Share::WHOLE,
        log_type: LogType::Info,
        log_size: LogSize::default(),
        entropy: Entropy::default(),
        spans_per_trace: SpansPerTrace::default(),
        seed: 1,
        started_at: NOON,
    }))
}

fn span(first: u64, count: u32) -> Span {
    Span { first, count, first_due: NOON, last_due: NOON + 1_000_000 }
}

/// Some moment, in nanoseconds of Unix time.
const NOON: u64 = 1_767_268_800_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_hundred_and_eighteen_records_are_about_a_hundred_kibibytes() {
        let bytes = batch(318).unwrap().len();
        assert!((95 * 1024..105 * 1024).contains(&bytes), "{bytes}");
    }
}
