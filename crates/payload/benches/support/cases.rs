//! What is measured: every format of every signal, and what makes a difference to one of them.

use std::fmt;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span};
use uuid::Uuid;

/// Records of one shape, in batches of [`BATCH`].
#[derive(Clone, Copy)]
pub(crate) struct Case {
    kind: DestinationKind,
    signal: Signal,
    entropy: Entropy,
    spans: u32,
    shares: u32,
}

/// All of them. Messages are of the default size, 256 bytes; metrics have ten attributes.
pub(crate) const CASES: [Case; 11] = [
    OTLP_LOGS,
    Case { entropy: Entropy::Low, ..OTLP_LOGS },
    Case { entropy: Entropy::High, ..OTLP_LOGS },
    Case { shares: 3, ..OTLP_LOGS },
    Case { signal: Signal::Metrics, ..OTLP_LOGS },
    Case { signal: Signal::Traces, ..OTLP_LOGS },
    Case { signal: Signal::Traces, spans: 5, ..OTLP_LOGS },
    JSON_LOGS,
    Case { signal: Signal::Metrics, ..JSON_LOGS },
    Case { signal: Signal::Traces, ..JSON_LOGS },
    Case { signal: Signal::Traces, spans: 5, ..JSON_LOGS },
];

const OTLP_LOGS: Case = Case {
    kind: DestinationKind::OtlpHttp,
    signal: Signal::Logs,
    entropy: Entropy::Realistic,
    spans: 1,
    shares: 1,
};
const JSON_LOGS: Case = Case { kind: DestinationKind::Http, ..OTLP_LOGS };

impl Case {
    pub(crate) fn shape(self) -> Shape {
        Shape {
            kind: self.kind,
            signal: self.signal,
            test: TestId::from_uuid(Uuid::from_u128(9)),
            run: RunId(Uuid::from_u128(7)),
            share: Share::new(0, self.shares).unwrap_or(Share::WHOLE),
            log_type: LogType::Info,
            log_size: LogSize::default(),
            entropy: self.entropy,
            spans_per_trace: SpansPerTrace::of(self.spans).unwrap_or_default(),
            seed: 1,
            started_at: NOON,
        }
    }

    /// A batch, encoded.
    pub(crate) fn body(self) -> Vec<u8> {
        let mut buffer = BatchBuffer::default();
        Encoder::new(&self.shape()).encode(&mut buffer, batch(0));
        buffer.as_ref().to_vec()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.signal)?;
        if self.entropy != Entropy::default() {
            write!(f, ", {} entropy", self.entropy.as_str())?;
        }
        if self.spans > 1 {
            write!(f, ", {} spans", self.spans)?;
        }
        if self.shares > 1 {
            write!(f, ", share of {}", self.shares)?;
        }
        Ok(())
    }
}

/// The records of batch `index`, whose numbers are of one width.
pub(crate) fn batch(index: u64) -> Span {
    let first = 10_000_000 + index * u64::from(BATCH);
    Span { first, count: BATCH, first_due: NOON, last_due: NOON + 1_000_000 }
}

/// Records of a batch.
pub(crate) const BATCH: u32 = 1_000;
const NOON: u64 = 1_767_268_800_000_000_000;
