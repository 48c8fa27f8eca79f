//! What a report shows, as plain figures and texts: everything that its pages, charts and tables need, and nothing of
//! where it came from. Times are milliseconds, `t` seconds of active time.

use chrono::{DateTime, Utc};

/// A run, whole.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) test: String,
    pub(super) run: u32,
    pub(super) run_id: String,
    pub(super) status: String,
    pub(super) started_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) active_seconds: f64,
    /// `running`, `passed`, `failed` or `invalid`.
    pub(super) result: &'static str,
    /// Why, in words.
    pub(super) reason: String,
    /// Whether it is to be trusted.
    pub(super) verdict: &'static str,
    pub(super) generator: Generator,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) lanes: Vec<Lane>,
    pub(super) delivery: Option<Delivery>,
    pub(super) capacity: Option<Capacity>,
    pub(super) series: Series,
    pub(super) timeline: Vec<Mark>,
    /// As YAML.
    pub(super) spec: String,
    pub(super) samples: Vec<Sample>,
    /// Names and values.
    pub(super) environment: Vec<(&'static str, String)>,
}

/// How the generator itself did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generator {
    pub(super) headroom: f64,
    pub(super) late: u64,
    pub(super) dropped: u64,
}

/// A condition, and how it fared.
#[derive(Debug, Clone)]
pub(super) struct Threshold {
    pub(super) text: String,
    /// None while there was nothing to measure.
    pub(super) ok: Option<bool>,
    pub(super) shown: String,
}

/// What became of one signal's records.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) signal: &'static str,
    pub(super) due: u64,
    pub(super) issued: u64,
    pub(super) acked: u64,
    pub(super) rejected: u64,
    pub(super) failed: u64,
    pub(super) missed: u64,
    pub(super) in_doubt: u64,
    pub(super) in_flight: u64,
    pub(super) waiting: u64,
    /// Failed and rejected records by kind.
    pub(super) kinds: Vec<Refused>,
    pub(super) requests: u64,
    pub(super) retries: u64,
    pub(super) bytes: u64,
    pub(super) wire_bytes: u64,
    pub(super) asked: f64,
    pub(super) achieved: f64,
    pub(super) lateness: Times,
    pub(super) response: Times,
    pub(super) service: Times,
    pub(super) received: Option<Received>,
}

/// Records that were not taken, for one reason.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    /// `failed` or `rejected`.
    pub(super) class: &'static str,
    pub(super) kind: String,
    pub(super) records: u64,
}

/// Percentiles; those that were not measured are none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    pub(super) p50: Option<f64>,
    pub(super) p90: Option<f64>,
    pub(super) p95: Option<f64>,
    pub(super) p99: Option<f64>,
    pub(super) p999: Option<f64>,
    pub(super) max: Option<f64>,
}

/// What the sink saw of one signal.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) unique: u64,
    pub(super) duplicates: u64,
    pub(super) reordered: u64,
    pub(super) lost: u64,
    /// More than `lost` where records that were not acked may have arrived in the place of some that were.
    pub(super) lost_at_most: u64,
    pub(super) lost_at_tail: u64,
    pub(super) end_to_end: Times,
}

/// Whether what was acked arrived.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) sink: String,
    /// None when the sink never answered.
    pub(super) lost: Option<u64>,
    /// Whether everything that could still come had the time to.
    pub(super) settled: bool,
    /// Why it is not known, if it is not.
    pub(super) fault: Option<String>,
}

/// What a search for the capacity found.
#[derive(Debug, Clone)]
pub(super) struct Capacity {
    /// In words.
    pub(super) found: String,
    pub(super) reason: String,
    pub(super) steps: Vec<CapacityStep>,
}

/// One step of a search.
#[derive(Debug, Clone)]
pub(super) struct CapacityStep {
    pub(super) asked: String,
    pub(super) p99: Option<f64>,
    pub(super) held: bool,
    pub(super) reason: String,
}

/// Points over time, in columns of one length.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    /// Seconds between two points.
    pub(super) step: f64,
    pub(super) t: Vec<f64>,
    pub(super) at: Vec<DateTime<Utc>>,
    pub(super) lanes: Vec<LaneSeries>,
}

/// One signal's columns.
#[derive(Debug, Clone)]
pub(super) struct LaneSeries {
    pub(super) signal: &'static str,
    pub(super) asked: Column,
    pub(super) achieved: Column,
    pub(super) acked: Column,
    pub(super) lateness: [Column; 3],
    pub(super) response: [Column; 4],
    /// Records that did not make it in each step, by class or kind.
    pub(super) failures: Vec<(String, Column)>,
}

/// One figure at every point; none where there was nothing to measure.
pub(super) type Column = Vec<Option<f64>>;

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) event: String,
    pub(super) at: DateTime<Utc>,
    pub(super) t: f64,
    pub(super) detail: Option<String>,
}

/// A record that was kept.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) signal: &'static str,
    pub(super) seq: u64,
    pub(super) at: DateTime<Utc>,
    /// As JSON.
    pub(super) record: String,
}
