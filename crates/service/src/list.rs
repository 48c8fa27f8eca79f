//! Reading tests and their runs.

use moniflux_domain::id::{RunNumber, TestId};
use moniflux_domain::run::Run;
use moniflux_domain::test::Test;
use moniflux_ports::test_store::{TestPage, TestQuery};

use crate::error::UseCaseError;
use crate::service::Service;

impl Service {
    /// One test.
    ///
    /// # Errors
    /// There is no such test.
    pub async fn test(&self, id: &TestId) -> Result<Test, UseCaseError> {
        self.stored(id).await
    }

    /// The tests that fit, a page at a time.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, query: &TestQuery) -> Result<TestPage, UseCaseError> {
        Ok(self.stores.tests.list(query).await?)
    }

    /// The runs of a test with numbers above `after`, lowest first, at most `limit`.
    ///
    /// # Errors
    /// There is no such test.
    pub async fn runs(
        &self,
        id: &TestId,
        after: Option<RunNumber>,
        limit: u32,
    ) -> Result<Vec<Run>, UseCaseError> {
        let latest = self.stored(id).await?.run.map(|run| run.number);
        let mut runs = self.stores.runs.list(id, after, limit).await?;
        // Higher numbers are leftovers of a deleted test of the same name.
        runs.retain(|run| Some(run.number) <= latest);
        Ok(runs)
    }

    /// One run of a test.
    ///
    /// # Errors
    /// There is no such test, or no such run.
    pub async fn run(&self, id: &TestId, number: RunNumber) -> Result<Run, UseCaseError> {
        self.run_of(&self.stored(id).await?, Some(number)).await
    }

    /// One run of a stored test; the latest for no number.
    pub(crate) async fn run_of(&self, test: &Test, number: Option<RunNumber>) -> Result<Run, UseCaseError> {
        let missing = || UseCaseError::RunNotFound { test: test.id.clone(), number };
        let latest = test.run.ok_or_else(missing)?;
        let wanted = number.unwrap_or(latest.number);
        let run = self.stores.runs.get(&test.id, wanted).await?.filter(|_| wanted <= latest.number);
        match run {
            Some(run) => Ok(run),
            // Begun this very moment: it is stored right after its test.
            None if wanted == latest.number => Run::begin(test).ok_or_else(missing),
            None => Err(missing()),
        }
    }
}
