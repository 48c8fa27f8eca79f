//! The scheduler: begins the runs of tests whose start time has come.
//!
//! Every replica runs one. A test is started by compare-and-set, so of several schedulers exactly one wins; a moment
//! that passed while no replica was alive is caught up with once.

use std::sync::Arc;
use std::time::Duration;

use moniflux_domain::id::TestId;
use moniflux_domain::lifecycle::{Command, Refusal, Status};
use moniflux_ports::test_store::TestQuery;
use tokio_util::sync::CancellationToken;

use crate::error::UseCaseError;
use crate::service::{Service, refused};

/// Looks for due tests a few times a second.
#[derive(Debug)]
pub struct Scheduler {
    service: Arc<Service>,
}

impl Scheduler {
    /// A scheduler that starts tests through the service's own steps.
    pub fn new(service: Arc<Service>) -> Self {
        Self { service }
    }

    /// Runs until cancelled.
    pub async fn run(self, cancelled: CancellationToken) {
        let clock = Arc::clone(&self.service.clock);
        let mut failing = false;
        while !cancelled.is_cancelled() {
            match self.start_due().await {
                Ok(()) => failing = false,
                Err(error) if failing => tracing::debug!(%error, "due tests cannot be looked for"),
                Err(error) => {
                    failing = true;
                    tracing::warn!(%error, "due tests cannot be looked for; trying on");
                }
            }
            tokio::select! {
                () = cancelled.cancelled() => {}
                () = clock.sleep_until(clock.monotonic() + PERIOD) => {}
            }
        }
    }

    /// Starts every test that is due now.
    pub(crate) async fn start_due(&self) -> Result<(), UseCaseError> {
        let now = self.service.now();
        let query = TestQuery {
            statuses: vec![Status::Scheduled],
            due_by: Some(now),
            limit: 100,
            ..TestQuery::default()
        };
        for test in self.service.list(&query).await?.tests {
            match self.start_one(&test.id).await {
                // Refused and the like: another replica was first, or a person started, moved or cancelled it.
                Ok(())
                | Err(
                    UseCaseError::Refused { .. } | UseCaseError::NotFound(_) | UseCaseError::Contended(_),
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn start_one(&self, id: &TestId) -> Result<(), UseCaseError> {
        let service = &self.service;
        // A test that is started has no start time any more.
        let (before, test) = service
            .step(id, |test| {
                let now = service.now();
                if test.schedule.is_some_and(|at| at > now) {
                    // It was moved meanwhile: as far from being due as a test without a schedule.
                    let refusal = Refusal { state: Some(test.status), command: Command::DueTime };
                    return Err(refused(id)(refusal));
                }
                test.with_run(Command::DueTime, service.new_run_id(), now).map_err(refused(id))
            })
            .await?;
        service.begin_run(&test).await?;
        if let Some(due) = before.schedule {
            service.telemetry.started_late((service.now() - due).to_std().unwrap_or_default());
        }
        Ok(())
    }
}

const PERIOD: Duration = Duration::from_millis(200);
