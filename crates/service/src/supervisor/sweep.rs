//! The sweep: mends what a crash between two writes left behind.
//!
//! A start writes the test and then its run; an end writes the test between the run's last checkpoint and its end. So a
//! test may say that it has a run which was never stored, or which has ended.

use std::time::Duration;

use chrono::TimeDelta;
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
        if is_settling || self.held.lock().contains_key(&current.id) {
            return Ok(());
        }
        let stored = self.stores.runs.get(&test.id, current.number).await?.filter(|run| run.id == current.id);
        match stored {
            None => {
                tracing::warn!(testID = %test.id, runID = %current.id, "the run was never stored; storing it now");
                self.service.begin_run(test).await
            }
            Some(Run { end: Some(end), .. }) => {
                let command = match end.outcome {
                    Outcome::Completed => Command::LoadEnds,
                    Outcome::Cancelled => Command::Cancel,
                    Outcome::Failed => Command::CannotGoOn,
                };
                tracing::warn!(testID = %test.id, runID = %current.id, "the run has ended; so does the test now");
                let ended = self.service.update(&test.id, |stored| match wish(Some(stored), current.id) {
                    Wish::Go(_) | Wish::Hold(_) => stored.ended(command, end.at).map_err(refused(&test.id)),
                    Wish::End(_) => Err(UseCaseError::NotFound(test.id.clone())),
                });
                match ended.await {
                    // Someone else moved it on meanwhile.
                    Ok(_) | Err(UseCaseError::NotFound(_) | UseCaseError::Refused { .. }) => Ok(()),
                    Err(error) => Err(error),
                }
            }
            Some(_) => Ok(()),
        }
    }
}

const PERIOD: Duration = Duration::from_secs(3);

/// Longer than a start or an end takes between its writes.
const SETTLING: TimeDelta = TimeDelta::seconds(2);
