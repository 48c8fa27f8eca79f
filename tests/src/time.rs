//! Real time: waiting for conditions with a deadline, and measuring.
//!
//! The only place that reads a clock. Nothing here sleeps for its own sake: [`until`] looks again and again at what a
//! test waits for.

use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};
use chrono::{DateTime, SecondsFormat, Utc};

/// Longer than anything takes that is to happen soon, on a busy machine as well.
pub const SOON: Duration = Duration::from_secs(15);

/// Looks until `look` succeeds, and answers what it found.
///
/// # Errors
/// It did not succeed in time: what was waited for, and what `look` said last.
pub async fn until<T>(what: &str, patience: Duration, mut look: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let mut last: Option<Error> = None;
    let looking = async {
        loop {
            match look().await {
                Ok(found) => return found,
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(GAP).await;
        }
    };
    match tokio::time::timeout(patience, looking).await {
        Ok(found) => Ok(found),
        Err(_) => Err(last.unwrap_or_else(|| Error::msg("nothing was seen")))
            .with_context(|| format!("waited {patience:?} in vain: {what}")),
    }
}

/// Lets that much time of a run go by. For moments "in the middle of it", never for something to happen.
pub async fn let_run(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Measures from when it was made.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[expect(clippy::disallowed_methods, reason = "whole-system tests live in real time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "whole-system tests live in real time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A moment that far ahead, as requests name it.
pub fn moment_in(ahead: Duration) -> String {
    (now() + ahead).to_rfc3339_opts(SecondsFormat::Millis, true)
}

const GAP: Duration = Duration::from_millis(20);
