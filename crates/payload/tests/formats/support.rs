//! Shapes, spans and bodies to test with.

use std::num::NonZeroU64;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_payload::{BatchBuffer, DecodeError, Encoder, Shape, Span, decode};
use uuid::Uuid;

pub(crate) const TEST: &str = "test-1";
pub(crate) const RUN: RunId = RunId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0007));
/// 2026-01-01T12:00:00Z.
pub(crate) const NOON: u64 = 1_767_268_800_000_000_000;

pub(crate) fn shape(kind: DestinationKind, signal: Signal) -> Shape {
    Shape {
        kind,
        signal,
        test: TestId::parse(TEST).unwrap(),
        run: RUN,
        share: Share::WHOLE,
        log_type: LogType::Warn,
        log_size: LogSize::bytes(64).unwrap(),
        entropy: Entropy::default(),
        spans_per_trace: SpansPerTrace::default(),
        seed: 42,
        started_at: NOON - 5_000_000_000,
    }
}

pub(crate) fn span(first: u64, count: u32) -> Span {
    Span { first, count, first_due: NOON, last_due: NOON + 1_000 * (u64::from(count) - 1) }
}

pub(crate) fn body(shape: &Shape, span: Span) -> Vec<u8> {
    let mut buffer = BatchBuffer::default();
    Encoder::new(shape).encode(&mut buffer, span);
    buffer.as_ref().to_vec()
}

/// Which records of their share a body tells, after a check of where they come from.
pub(crate) fn numbers(shape: &Shape, body: &[u8]) -> Result<Vec<u64>, DecodeError> {
    let mut numbers = Vec::new();
    decode(shape.kind, shape.signal, shape.share, body, &mut |arrival| {
        assert_eq!(
            (arrival.origin.test, arrival.origin.run, arrival.origin.share),
            (shape.test.as_str(), shape.run, shape.share)
        );
        numbers.push(arrival.seq);
    })?;
    Ok(numbers)
}

/// The times that a body tells of its records, by their numbers.
pub(crate) fn times(shape: &Shape, body: &[u8]) -> Vec<(u64, Option<u64>)> {
    let mut times = Vec::new();
    decode(shape.kind, shape.signal, shape.share, body, &mut |arrival| {
        times.push((arrival.seq, arrival.at.map(NonZeroU64::get)));
    })
    .unwrap();
    times.sort_unstable();
    times
}

/// Every format of every signal.
pub(crate) fn every_shape() -> impl Iterator<Item = Shape> {
    DestinationKind::ALL.into_iter().flat_map(|kind| Signal::ALL.map(|signal| shape(kind, signal)))
}

/// First numbers and counts around which widths change.
pub(crate) const AROUND_WIDTHS: [(u64, u32); 9] = [
    (0, 1),
    (7, 5),
    (95, 10),
    (120, 20),
    (990, 33),
    (16_380, 9),
    (9_999_990, 40),
    ((1 << 21) - 3, 5),
    ((1 << 36) - 20, 40),
];
