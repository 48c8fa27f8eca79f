//! How long and how much of an answer is waited for.

use std::time::Duration;

/// The patience with a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// From the first packet to the last byte of the answer.
    pub timeout: Duration,
    /// Bytes of an answer that are read; a longer one is refused.
    pub answer_limit: usize,
}

impl Default for Config {
    /// Two seconds; 16 MiB, which is a run of forty thousand shares of lanes.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(2), answer_limit: 16 * 1024 * 1024 }
    }
}
