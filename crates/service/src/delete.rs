//! Delete: forgets a test, its runs and what they left.

use moniflux_domain::id::TestId;
use moniflux_domain::lifecycle::Command;
use moniflux_ports::test_store::ReplaceError;

use crate::error::UseCaseError;
use crate::service::{Service, refused};

impl Service {
    /// Forgets a test that has no run in progress.
    ///
    /// The test goes first, so that nobody can start it any more. Should the rest fail, it is a leftover that nobody
    /// sees and that a test of the same name replaces.
    ///
    /// # Errors
    /// There is no such test, or its state does not allow it.
    pub async fn delete(&self, id: &TestId) -> Result<(), UseCaseError> {
        loop {
            let test = self.stored(id).await?;
            test.decide(Command::Delete).map_err(refused(id))?;
            match self.stores.tests.delete(id, test.version).await {
                Ok(()) => break,
                Err(ReplaceError::Conflict) => {}
                Err(ReplaceError::NotFound) => return Err(UseCaseError::NotFound(id.clone())),
                Err(ReplaceError::Store(fault)) => return Err(fault.into()),
            }
        }
        tracing::info!(testID = %id, "test deleted");
        let runs = self.stores.runs.delete_of(id).await?;
        self.stores.results.delete_of(&runs).await?;
        Ok(())
    }
}
