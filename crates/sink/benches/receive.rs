//! How long it takes the ledger to count a body of a thousand records, decoding included: `cargo bench --package moniflux-sink`.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span};
use moniflux_sink::ledger::Ledger;
use uuid::Uuid;

fn main() {
    divan::main();
}

/// A body that was made within ten milliseconds, and came a little later.
#[divan::bench(args = CASES)]
fn receive(bencher: Bencher<'_, '_>, case: Case) {
    let Case(kind, signal) = case;
    let body = body(kind, signal);
    let ledger = Ledger::default();
    let arrived = UNIX_EPOCH + Duration::from_nanos(NOON + 12_345_678);
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        ledger.receive(kind, signal, Share::WHOLE, black_box(&body), shifted(arrived)).is_ok()
    });
}

/// So that the latency is not known when this is compiled.
fn shifted(arrived: SystemTime) -> SystemTime {
    black_box(arrived)
}

fn body(kind: DestinationKind, signal: Signal) -> Vec<u8> {
    let shape = Shape {
        kind,
        signal,
        test: TestId::from_uuid(Uuid::nil()),
        run: RunId(Uuid::from_u128(7)),
        share: Share::WHOLE,
        log_type: LogType::Info,
        log_size: LogSize::default(),
        entropy: Entropy::default(),
        spans_per_trace: SpansPerTrace::default(),
        seed: 1,
        started_at: NOON,
    };
    let mut buffer = BatchBuffer::default();
    let span = Span { first: 5_000_000, count: BATCH, first_due: NOON, last_due: NOON + 10_000_000 };
    Encoder::new(&shape).encode(&mut buffer, span);
    buffer.as_ref().to_vec()
}

#[derive(Clone, Copy)]
struct Case(DestinationKind, Signal);

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.as_str(), self.1)
    }
}

const CASES: [Case; 6] = [
    Case(DestinationKind::OtlpHttp, Signal::Logs),
    Case(DestinationKind::OtlpHttp, Signal::Metrics),
    Case(DestinationKind::OtlpHttp, Signal::Traces),
    Case(DestinationKind::Http, Signal::Logs),
    Case(DestinationKind::Http, Signal::Metrics),
    Case(DestinationKind::Http, Signal::Traces),
];

const BATCH: u32 = 1_000;

/// 2026-01-01T12:00:00Z.
const NOON: u64 = 1_767_268_800_000_000_000;
