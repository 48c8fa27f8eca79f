//! Start: begins a run now; a full body creates or updates the test first.

use moniflux_domain::draft::Draft;
use moniflux_domain::id::TestId;
use moniflux_domain::lifecycle::Command;
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::{Service, refused};

impl Service {
    /// Starts a test. A draft that names only the test starts it as stored; any other one creates the test, or replaces
    /// the given fields of the stored one.
    ///
    /// # Errors
    /// The input is wrong, the state does not allow it, or a test that is only named does not exist.
    pub async fn start(&self, draft: Draft) -> Result<Test, UseCaseError> {
        let test = match draft.test.clone() {
            None => self.start_new(draft).await?,
            Some(id) if draft.is_reference() => self.start_stored(&id, draft).await?,
            Some(id) => {
                match self.start_stored(&id, draft.clone()).await {
                    Err(UseCaseError::NotFound(_)) => match self.start_new(draft.clone()).await {
                        // Someone else created it meanwhile.
                        Err(UseCaseError::Exists(_)) => self.start_stored(&id, draft).await?,
                        begun => begun?,
                    },
                    begun => begun?,
                }
            }
        };
        self.begin_run(&test).await?;
        Ok(test)
    }

    async fn start_new(&self, draft: Draft) -> Result<Test, UseCaseError> {
        let test = self.drafted(draft)?;
        let begun =
            test.with_run(Command::Start, self.new_run_id(), self.now()).map_err(refused(&test.id))?;
        self.insert(begun).await
    }

    async fn start_stored(&self, id: &TestId, draft: Draft) -> Result<Test, UseCaseError> {
        self.update(id, |test| {
            let mut begun =
                test.with_run(Command::Start, self.new_run_id(), self.now()).map_err(refused(id))?;
            begun.spec = draft.clone().amend(&test.spec)?;
            Ok(begun)
        })
        .await
    }
}
