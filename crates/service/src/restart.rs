//! Restart: begins a new run with some fields replaced; a run in progress ends as cancelled.

use moniflux_domain::draft::Draft;
use moniflux_domain::lifecycle::Command;
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::{Service, refused, required_id};

impl Service {
    /// Begins a new run of a stored test with the given fields replaced.
    ///
    /// # Errors
    /// The input is wrong, there is no such test, or its state does not allow it.
    pub async fn restart(&self, draft: Draft) -> Result<Test, UseCaseError> {
        let id = required_id(draft.test.clone())?;
        let test = self
            .update(&id, |test| {
                let mut begun =
                    test.with_run(Command::Restart, self.new_run_id(), self.now()).map_err(refused(&id))?;
                begun.spec = draft.clone().amend(&test.spec)?;
                Ok(begun)
            })
            .await?;
        self.begin_run(&test).await?;
        Ok(test)
    }
}
