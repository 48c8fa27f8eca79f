//! Lets points and samples be forgotten when they are old.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Supervisor;

impl Supervisor {
    pub(super) async fn forget(self, cancelled: CancellationToken) {
        loop {
            if let Err(error) = self.stores.results.retain(self.keep).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "old results cannot be forgotten; trying on"
                );
            }
            if !self.rest(PERIOD, &cancelled).await {
                return;
            }
        }
    }
}

const PERIOD: Duration = Duration::from_hours(1);

/// For how long results are kept when nothing else is said.
pub const KEEP: Duration = Duration::from_hours(30 * 24);
