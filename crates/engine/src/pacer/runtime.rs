//! Absolute deadlines by the timers of the async runtime, for systems without the kernel's: the same, but for their grain
//! of a millisecond.

use std::future::pending;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_ports::clock::Clock;

use crate::clock::SystemClock;

/// The clock of one thread, whose runtime's timers wake who sleeps.
#[derive(Debug, Clone)]
pub(crate) struct RuntimePacer(SystemClock);

impl RuntimePacer {
    /// A pacer for the runtime that it is called on.
    ///
    /// # Errors
    /// Never; other pacers need what the system may have none of.
    #[expect(clippy::unnecessary_wraps, reason = "as other pacers are made")]
    pub(crate) fn new(clock: SystemClock) -> io::Result<Self> {
        Ok(Self(clock))
    }

    /// Leaves it to the runtime to wake whoever is due, for ever.
    ///
    /// # Errors
    /// Never.
    pub(crate) async fn wake(&self) -> io::Result<()> {
        pending().await
    }
}

#[async_trait]
impl Clock for RuntimePacer {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    async fn sleep_until(&self, deadline: Duration) {
        self.0.sleep_until(deadline).await;
    }
}
