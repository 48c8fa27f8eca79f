//! Baseline: the run of a test that others are compared with.

use moniflux_domain::id::{RunNumber, TestId};
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::Service;

impl Service {
    /// Sets the baseline of a test to one of its runs, or to none.
    ///
    /// # Errors
    /// There is no such test, or no such run.
    pub async fn set_baseline(&self, id: &TestId, run: Option<RunNumber>) -> Result<Test, UseCaseError> {
        if let Some(number) = run {
            self.run(id, number).await?;
        }
        self.update(id, |test| Ok(test.with_baseline(run, self.now()))).await
    }
}
