//! How batches are cut and how many may be on their way.

use std::time::Duration;

/// The bounds that a lane keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most records in a batch.
    pub batch_size: u32,
    /// The most bytes in a body; a single record may be larger.
    pub max_batch_bytes: u64,
    /// The longest that a record waits, once due, for others to fill its batch.
    pub linger: Duration,
    /// The most requests of one share of a lane that wait for their answer.
    pub max_in_flight: u32,
    /// The longest wait for an answer.
    pub timeout: Duration,
    /// The longest wait for answers after the load ended; what is unanswered then counts as timed out.
    pub drain: Duration,
    /// How far ahead of the schedule sequence numbers are reserved; longer than two checkpoints lie apart.
    pub reserve: Duration,
}

impl Default for Limits {
    /// A few requests a second at low rates, bodies of some hundred kilobytes at high ones, and a timeout as
    /// OpenTelemetry's exporters have it.
    fn default() -> Self {
        Self {
            batch_size: 1_000,
            max_batch_bytes: 512 * 1024,
            linger: Duration::from_millis(100),
            max_in_flight: 64,
            timeout: Duration::from_secs(10),
            drain: Duration::from_secs(5),
            reserve: Duration::from_secs(2),
        }
    }
}
