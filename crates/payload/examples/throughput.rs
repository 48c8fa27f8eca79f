//! Prints how long a record takes to encode and to decode, by format and signal. To be run in release.

#![expect(clippy::disallowed_methods, reason = "it measures")]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span, decode};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("batches of {BATCH} records, messages of {} bytes", LogSize::default().as_bytes());
    println!(
        "{:<10} {:<8} {:>13} {:>13} {:>14}",
        "format", "signal", "encode ns", "decode ns", "bytes/record"
    );
    for kind in DestinationKind::ALL {
        for signal in Signal::ALL {
            let encoder = Encoder::new(&shape(kind, signal)?);
            let mut buffer = BatchBuffer::default();
            let mut first = 10_000_000;
            let encoding = nanos_a_record(|| {
                encoder.encode(&mut buffer, span(first));
                black_box(buffer.as_ref());
                first += u64::from(BATCH);
                Ok(())
            })?;
            let decoding = nanos_a_record(|| {
                let mut sum = 0_u64;
                decode(kind, signal, Share::WHOLE, buffer.as_ref(), &mut |arrival| {
                    sum = sum.wrapping_add(arrival.seq);
                })?;
                black_box(sum);
                Ok(())
            })?;
            let bytes = buffer.as_ref().len() / BATCH as usize;
            println!(
                "{:<10} {:<8} {encoding:>13.1} {decoding:>13.1} {bytes:>14}",
                kind.as_str(),
                signal.as_str()
            );
        }
    }
    Ok(())
}

/// The best of several rounds: what disturbs only ever adds.
fn nanos_a_record(
    mut batch: impl FnMut() -> Result<(), Box<dyn std::error::Error>>,
) -> Result<f64, Box<dyn std::error::Error>> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..BATCHES {
            batch()?;
        }
        best = best.min(began.elapsed());
    }
    Ok(best.as_secs_f64() * 1e9 / f64::from(BATCHES * BATCH))
}

fn shape(kind: DestinationKind, signal: Signal) -> Result<Shape, Box<dyn std::error::Error>> {
    Ok(Shape {
        kind,
        signal,
        test: TestId::parse("throughput")?,
        run: RunId(Uuid::from_u128(7)),
        share: Share::WHOLE,
        log_type: LogType::Info,
        log_size: LogSize::default(),
        entropy: Entropy::default(),
        spans_per_trace: SpansPerTrace::default(),
        seed: 1,
        started_at: NOON,
    })
}

fn span(first: u64) -> Span {
    Span { first, count: BATCH, first_due: NOON, last_due: NOON + 1_000_000 }
}

const BATCH: u32 = 1_000;
const BATCHES: u32 = 500;
const ROUNDS: u32 = 8;
const NOON: u64 = 1_767_268_800_000_000_000;
