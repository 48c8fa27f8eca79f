//! The use cases' common ground: what they stand on, and how a stored test is changed.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use moniflux_domain::fault::Faults;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::lifecycle::{Refusal, Status};
use moniflux_domain::run::{Outcome, Run};
use moniflux_domain::test::Test;
use moniflux_ports::clock::Clock;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::ResultStore;
use moniflux_ports::run_store::RunStore;
use moniflux_ports::sink_reader::SinkReader;
use moniflux_ports::telemetry::Telemetry;
use moniflux_ports::test_store::{ReplaceError, TestStore};
use tokio::sync::Notify;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::error::UseCaseError;
use crate::live::Live;
use crate::supervisor::{Held, LiveRun};

/// Where everything is kept.
#[derive(Clone)]
pub struct Stores {
    /// Tests.
    pub tests: Arc<dyn TestStore>,
    /// Runs and leases.
    pub runs: Arc<dyn RunStore>,
    /// Points and samples.
    pub results: Arc<dyn ResultStore>,
}

/// Everything that can be asked for. One file a use case.
pub struct Service {
    pub(crate) stores: Stores,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sinks: Arc<dyn SinkReader>,
    pub(crate) live: Arc<Live>,
    pub(crate) telemetry: Arc<dyn Telemetry>,
    held: Arc<Held>,
    begun: Arc<Notify>,
}

impl Service {
    /// A service over these stores, beside the supervisor that holds `held`, is woken by `begun` and lets `live` tell.
    pub(crate) fn new(
        stores: Stores,
        clock: Arc<dyn Clock>,
        sinks: Arc<dyn SinkReader>,
        live: Arc<Live>,
        telemetry: Arc<dyn Telemetry>,
        held: Arc<Held>,
        begun: Arc<Notify>,
    ) -> Self {
        Self { stores, clock, sinks, live, telemetry, held, begun }
    }

    /// Whether the store can be read and written.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn check(&self) -> Result<(), StoreFault> {
        self.stores.tests.check().await
    }

    /// The runs that this replica drives, as of the last second.
    pub fn live(&self) -> Vec<LiveRun> {
        self.held.live()
    }

    /// The stored test of that name.
    pub(crate) async fn stored(&self, id: &TestId) -> Result<Test, UseCaseError> {
        self.stores.tests.get(id).await?.ok_or_else(|| UseCaseError::NotFound(id.clone()))
    }

    /// Reads a test, lets `next` make its next version, and stores that; again when someone else was first.
    pub(crate) async fn update(
        &self,
        id: &TestId,
        next: impl Fn(&Test) -> Result<Test, UseCaseError>,
    ) -> Result<Test, UseCaseError> {
        Ok(self.step(id, next).await?.1)
    }

    /// [`Service::update`] that answers what the test was as well.
    pub(crate) async fn step(
        &self,
        id: &TestId,
        next: impl Fn(&Test) -> Result<Test, UseCaseError>,
    ) -> Result<(Test, Test), UseCaseError> {
        for _ in 0..ATTEMPTS {
            let before = self.stored(id).await?;
            let after = next(&before)?;
            match self.stores.tests.compare_and_set(&after, before.version).await {
                Ok(()) => {
                    log_event(&before, &after);
                    self.tell_runs(Some(&before), &after);
                    return Ok((before, after));
                }
                Err(ReplaceError::Conflict) => {}
                Err(ReplaceError::NotFound) => return Err(UseCaseError::NotFound(id.clone())),
                Err(ReplaceError::Store(fault)) => return Err(fault.into()),
            }
        }
        Err(UseCaseError::Contended(id.clone()))
    }

    /// Stores the run that a test was just given, and has it driven.
    ///
    /// Should this fail, or the process die before it, the supervisor's sweep finds the test without its run and stores
    /// the run then.
    pub(crate) async fn begin_run(&self, test: &Test) -> Result<(), UseCaseError> {
        if let Some(run) = Run::begin(test) {
            self.stores.runs.begin(&run).await?;
            self.begun.notify_one();
        }
        Ok(())
    }

    /// Tells of a run that ended with this step of a test's life, and of one that began. Of several replicas that would make the
    /// step one succeeds, so that each is told once.
    pub(crate) fn tell_runs(&self, before: Option<&Test>, after: &Test) {
        let run_before = before.and_then(|before| before.run);
        let is_new = run_before.map(|run| run.id) != after.run.map(|run| run.id);
        let went_on = before.is_some_and(|before| before.status.has_run());
        if went_on && (is_new || !after.status.has_run()) {
            self.telemetry.run_ended(match after.status {
                Status::Completed => Outcome::Completed,
                Status::Failed => Outcome::Failed,
                // Replaced by the next run, if not cancelled.
                Status::Cancelled
                | Status::Running
                | Status::Paused
                | Status::Pending
                | Status::Scheduled => Outcome::Cancelled,
            });
        }
        if is_new && after.run.is_some() {
            self.telemetry.run_began();
        }
    }

    /// Now, as exactly as every store keeps it: to the millisecond.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }

    /// A name for a run that sorts by time.
    pub(crate) fn new_run_id(&self) -> RunId {
        RunId(self.new_uuid())
    }

    /// A UUID v7 of this moment.
    pub(crate) fn new_uuid(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(ContextV7::new(), seconds, now.timestamp_subsec_nanos()))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("held", &self.held).finish_non_exhaustive()
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

/// The test's name, which a request that names no definition must give.
pub(crate) fn required_id(id: Option<TestId>) -> Result<TestId, UseCaseError> {
    id.ok_or_else(|| UseCaseError::Invalid(Faults::one("testID", "is required: the name of a stored test")))
}

/// Names the test that a refusal is about.
pub(crate) fn refused(test: &TestId) -> impl Fn(Refusal) -> UseCaseError + '_ {
    |refusal| UseCaseError::Refused { test: test.clone(), refusal }
}

/// One line of the log for every step of a test's life.
pub(crate) fn log_event(before: &Test, after: &Test) {
    let run = after.run.map(|run| run.id);
    tracing::info!(
        testID = %after.id,
        runID = run.map(tracing::field::display),
        from = %before.status,
        to = %after.status,
        version = after.version.0,
        "test changed"
    );
}

/// More than there are likely to be writers of one test at once.
const ATTEMPTS: usize = 64;
