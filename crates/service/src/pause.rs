//! Pause: active time stands still.

use moniflux_domain::id::TestId;
use moniflux_domain::lifecycle::Command;
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::{Service, refused};

impl Service {
    /// Lets the run of a test stand still.
    ///
    /// # Errors
    /// There is no such test, or its state does not allow it.
    pub async fn pause(&self, id: &TestId) -> Result<Test, UseCaseError> {
        self.update(id, |test| test.held(Command::Pause, self.now()).map_err(refused(id))).await
    }
}
