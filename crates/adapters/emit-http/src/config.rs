//! What an operator may tune in how batches are sent; the destination itself comes with each test.

use std::time::Duration;

/// How connections are kept and answers are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// A connection that was idle for longer is closed, not used again.
    ///
    /// It should be shorter than the receiver keeps idle connections, else a batch now and then meets a connection
    /// that is being closed, and is counted as failed by `reset`.
    pub idle_timeout: Duration,
    /// Bytes of an answer's body that are read; a connection whose answer is longer is closed.
    pub answer_limit: usize,
}

impl Default for Config {
    /// Four seconds, since several common servers close after five; 64 KiB.
    fn default() -> Self {
        Self { idle_timeout: Duration::from_secs(4), answer_limit: 64 * 1024 }
    }
}
