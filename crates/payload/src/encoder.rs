//! What is to be encoded, and the encoder that does it.

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace, Spec};

use crate::batch::{self, BatchBuffer, Span};
use crate::{json, otlp};

/// Everything that the bytes of a lane's share depend on, but the records' numbers and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The wire format.
    pub kind: DestinationKind,
    /// What kind of records.
    pub signal: Signal,
    /// The test that every record names.
    pub test: TestId,
    /// The run that every record names.
    pub run: RunId,
    /// The share of the lane.
    pub share: Share,
    /// Severity of the logs.
    pub log_type: LogType,
    /// Bytes of a log message.
    pub log_size: LogSize,
    /// How much chance there is in the text of logs and the values of gauges.
    pub entropy: Entropy,
    /// Spans of a trace.
    pub spans_per_trace: SpansPerTrace,
    /// The same seed gives the same records, timestamps aside, into however many shares and batches they are divided.
    pub seed: u64,
    /// When cumulative sums begin, in unix nanoseconds.
    pub started_at: u64,
}

impl Shape {
    /// The shape of a share of a spec's lane.
    pub fn of(spec: &Spec, test: &TestId, run: RunId, signal: Signal, share: Share, started_at: u64) -> Self {
        Self {
            kind: spec.destination.kind,
            signal,
            test: test.clone(),
            run,
            share,
            log_type: spec.log_type,
            log_size: spec.log_size,
            entropy: spec.entropy,
            spans_per_trace: spec.spans_per_trace,
            seed: spec.seed.unwrap_or_else(|| seed_of(test)),
            started_at,
        }
    }
}

/// The same test makes the same texts in every run.
fn seed_of(test: &TestId) -> u64 {
    const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const FNV_PRIME: u64 = 0x0100_0000_01b3;
    test.as_str().bytes().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

/// Encodes the records of one share of a lane.
#[derive(Debug)]
pub struct Encoder {
    share: Share,
    items_per_record: u32,
    format: Format,
}

/// One variant a format and signal, so that the loop over records is compiled for each.
#[derive(Debug)]
enum Format {
    JsonLogs(json::Rows<json::LogTail>),
    JsonMetrics(json::Rows<json::MetricTail>),
    JsonTraces(json::Rows<json::TraceTail>),
    OtlpLogs(otlp::Logs),
    OtlpMetrics(otlp::Metrics),
    OtlpTraces(otlp::Traces),
}

impl Encoder {
    /// Prepares the templates; what they are made of is made here, and not again for each batch.
    pub fn new(shape: &Shape) -> Self {
        let format = match (shape.kind, shape.signal) {
            (DestinationKind::Http, Signal::Logs) => Format::JsonLogs(json::logs(shape)),
            (DestinationKind::Http, Signal::Metrics) => Format::JsonMetrics(json::metrics(shape)),
            (DestinationKind::Http, Signal::Traces) => Format::JsonTraces(json::traces(shape)),
            (DestinationKind::OtlpHttp, Signal::Logs) => Format::OtlpLogs(otlp::Logs::new(shape)),
            (DestinationKind::OtlpHttp, Signal::Metrics) => Format::OtlpMetrics(otlp::Metrics::new(shape)),
            (DestinationKind::OtlpHttp, Signal::Traces) => Format::OtlpTraces(otlp::Traces::new(shape)),
        };
        let items_per_record = match shape.signal {
            Signal::Traces => shape.spans_per_trace.count(),
            Signal::Logs | Signal::Metrics => 1,
        };
        Self { share: shape.share, items_per_record, format }
    }

    /// How many a destination counts where we count one record: it counts log records, data points and spans.
    pub fn items_per_record(&self) -> u32 {
        self.items_per_record
    }

    /// How many records surely fit a body of that many bytes, whatever their numbers; at least 1.
    pub fn records_within(&self, bytes: u64) -> u32 {
        let (overhead, record) = match &self.format {
            Format::JsonLogs(records) => batch::bounds(records),
            Format::JsonMetrics(records) => batch::bounds(records),
            Format::JsonTraces(records) => batch::bounds(records),
            Format::OtlpLogs(records) => batch::bounds(records),
            Format::OtlpMetrics(metrics) => metrics.bounds(),
            Format::OtlpTraces(records) => batch::bounds(records),
        };
        let records = bytes.saturating_sub(overhead as u64) / record as u64;
        u32::try_from(records).unwrap_or(u32::MAX).max(1)
    }

    /// Lays out or patches the buffer, so that it holds exactly these records.
    ///
    /// The buffer is empty, or was filled by this encoder before.
    pub fn encode(&self, buffer: &mut BatchBuffer, span: Span) {
        match &self.format {
            Format::JsonLogs(records) => batch::encode(records, self.share, buffer, span),
            Format::JsonMetrics(records) => batch::encode(records, self.share, buffer, span),
            Format::JsonTraces(records) => batch::encode(records, self.share, buffer, span),
            Format::OtlpLogs(records) => batch::encode(records, self.share, buffer, span),
            Format::OtlpMetrics(metrics) => metrics.encode(self.share, buffer, span),
            Format::OtlpTraces(records) => batch::encode(records, self.share, buffer, span),
        }
    }
}
