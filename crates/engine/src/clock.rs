//! The real clock: the only place where time is read.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_ports::clock::Clock;
use tokio::time::Instant;

/// The machine's clock; its monotonic time begins when it is made.
///
/// Under `tokio::time::pause` its monotonic time is tokio's, so that tests of pacing take no time.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// Begins counting now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock adapter")]
    pub fn start() -> Self {
        Self { origin: Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock adapter")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    async fn sleep_until(&self, deadline: Duration) {
        tokio::time::sleep_until(self.origin + deadline).await;
    }
}
