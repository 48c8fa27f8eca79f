//! The sweep: mends what a crash between two writes left behind.
//!
//! A start writes the test and then its run, share by share; an end writes the test between the last checkpoint of the last
//! share and its end. So a test may say that it has a run which was never stored as a whole, or which has ended.

use std::time::Duration;

use chrono::TimeDelta;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::{Command, Status};
use moniflux_domain::run::{Outcome, Run};
use moniflux_domain::test::Test;
use moniflux_ports::test_store::TestQuery;
use tokio_util::sync::CancellationToken;

use super::Supervisor;
use super::wish::{Wish, wish};
use crate::error::UseCaseError;
use crate::service::refused;

impl Supervisor {
    pub(super) async fn sweep(self, cancelled: CancellationToken) {
        loop {
            if let Err(error) = self.sweep_once().await {
                tracing::debug!(%error, "the sweep failed; trying on");
            }
            if !self.rest(PERIOD, &cancelled).await {
                return;
            }
        }
    }

    /// Looks at every test that says it has a run in progress which is not held here.
    pub(crate) async fn sweep_once(&self) -> Result<(), UseCaseError> {
        let mut query =
            TestQuery { statuses: vec![Status::Running, Status::Paused], limit: 500, ..TestQuery::default() };
        loop {
            let page = self.stores.tests.list(&query).await?;
            for test in &page.tests {
                self.mend(test).await?;
            }
            match page.next {
                Some(after) => query.after = Some(after),
                None => return Ok(()),
            }
        }
    }

    async fn mend(&self, test: &Test) -> Result<(), UseCaseError> {
        let Some(current) = test.run else { return Ok(()) };
        let is_settling = self.clock.now() - test.updated_at < SETTLING;
        if is_settling || self.held.is_whole(current.id) {
            return Ok(());
        }
        let stored = self.stores.runs.get(&test.id, current.number).await?;
        match stored.filter(|run| run.id == current.id) {
            Some(run) if run.is_complete() => self.end_with(&test.id, &run).await,
            Some(_) | None => {
                tracing::warn!(testID = %test.id, runID = %current.id, "the run was not stored as a whole; storing it now");
                self.service.begin_run(test).await
            }
        }
    }

    /// Ends a test whose run has ended, if it has.
    pub(super) async fn end_with_run(
        &self,
        test: &TestId,
        number: RunNumber,
        run: RunId,
    ) -> Result<(), UseCaseError> {
        match self.stores.runs.get(test, number).await? {
            Some(stored) if stored.id == run => self.end_with(test, &stored).await,
            Some(_) | None => Ok(()),
        }
    }

    async fn end_with(&self, test: &TestId, run: &Run) -> Result<(), UseCaseError> {
        let Some(end) = run.end() else { return Ok(()) };
        let command = match end.outcome {
            Outcome::Completed => Command::LoadEnds,
            Outcome::Cancelled => Command::Cancel,
            Outcome::Failed => Command::CannotGoOn,
        };
        let ended = self.service.update(test, |stored| match wish(Some(stored), run.id) {
            Wish::Go(_) | Wish::Hold(_) => stored.ended(command, end.at).map_err(refused(test)),
            Wish::End(_) => Err(UseCaseError::NotFound(test.clone())),
        });
        match ended.await {
            Ok(_) => {
                tracing::info!(testID = %test, runID = %run.id, "the run has ended; so has the test now");
                Ok(())
            }
            // Someone else moved it on meanwhile, or it is paused and ends when it is resumed.
            Err(UseCaseError::NotFound(_) | UseCaseError::Refused { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

const PERIOD: Duration = Duration::from_secs(3);

/// Longer than a start or an end takes between its writes.
const SETTLING: TimeDelta = TimeDelta::seconds(2);
