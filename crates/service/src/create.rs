//! Create: stores a test, pending; scheduled when it says when to start.

use moniflux_domain::draft::Draft;
use moniflux_domain::id::{TestId, UserId};
use moniflux_domain::test::Test;
use moniflux_ports::test_store::InsertError;

use crate::error::UseCaseError;
use crate::schedule::start_time;
use crate::service::{Service, refused};

impl Service {
    /// Stores a new test.
    ///
    /// # Errors
    /// The input is wrong, or the name is taken.
    pub async fn create(&self, draft: Draft) -> Result<Test, UseCaseError> {
        self.insert(self.created(draft)?).await
    }

    /// Says what [`Service::create`] would refuse, and stores nothing.
    ///
    /// # Errors
    /// The input is wrong, or the name is taken.
    pub async fn validate(&self, draft: Draft) -> Result<(), UseCaseError> {
        let test = self.created(draft)?;
        match self.stores.tests.get(&test.id).await? {
            Some(_) => Err(UseCaseError::Exists(test.id)),
            None => Ok(()),
        }
    }

    fn created(&self, draft: Draft) -> Result<Test, UseCaseError> {
        let schedule = draft.schedule;
        let test = self.drafted(draft)?;
        match schedule {
            Some(at) => {
                let at = start_time(at, self.now())?;
                test.scheduled(at, self.now()).map_err(refused(&test.id))
            }
            None => Ok(test),
        }
    }

    /// The test that a full draft describes.
    pub(crate) fn drafted(&self, draft: Draft) -> Result<Test, UseCaseError> {
        let id = draft.test.clone().unwrap_or_else(|| TestId::from_uuid(self.new_uuid()));
        let user = draft.user.clone().unwrap_or_else(UserId::anonymous);
        Ok(Test::create(id, user, draft.into_spec()?, self.now()))
    }

    /// Stores a test whose name must be free.
    pub(crate) async fn insert(&self, test: Test) -> Result<Test, UseCaseError> {
        match self.stores.tests.insert(&test).await {
            Ok(()) => {
                let run = test.run.map(|run| run.id);
                tracing::info!(
                    testID = %test.id, runID = run.map(tracing::field::display), status = %test.status, "test created"
                );
                self.tell_runs(None, &test);
                Ok(test)
            }
            Err(InsertError::Exists) => Err(UseCaseError::Exists(test.id)),
            Err(InsertError::Store(fault)) => Err(fault.into()),
        }
    }
}
