//! Cancel: ends a running or paused test, or drops its start time.

use moniflux_domain::id::TestId;
use moniflux_domain::lifecycle::Command;
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::{Service, refused};

impl Service {
    /// Cancels a test. Its run's holder, on whichever replica, learns of it through the change feed.
    ///
    /// # Errors
    /// There is no such test, or its state does not allow it.
    pub async fn cancel(&self, id: &TestId) -> Result<Test, UseCaseError> {
        self.update(id, |test| test.ended(Command::Cancel, self.now()).map_err(refused(id))).await
    }
}
