//! Time.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Wall time, monotonic time, and sleeping by the latter.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day; it may jump.
    fn now(&self) -> DateTime<Utc>;

    /// The time since some moment in the past; it never jumps.
    fn monotonic(&self) -> Duration;

    /// Waits until [`Clock::monotonic`] is `deadline` or later; not at all when it is. Cancel safe.
    async fn sleep_until(&self, deadline: Duration);
}
