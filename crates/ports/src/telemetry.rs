//! What a replica tells of its own work while it does it, for whoever watches the service.
//!
//! Every word told is one of a short list, so that an implementation may make a label of it.

use std::time::Duration;

use moniflux_domain::run::Outcome;

/// Is told what the service does. A call returns at once and cannot fail.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Telemetry: Send + Sync {
    /// A call of a store took so long; it failed when the store did, or when nobody waited for its answer.
    fn store_call(&self, call: StoreCall, took: Duration, failed: bool);

    /// A run began: on whichever replica it is driven, it is told once, by the one that began it.
    fn run_began(&self);

    /// A run ended; told once, by the replica that ended it.
    fn run_ended(&self, outcome: Outcome);

    /// This replica goes on with a share of a run that was held before.
    fn taken_over(&self);

    /// A share of a run that this replica drove is another one's.
    fn lease_lost(&self);

    /// A scheduled test was started so long after its start time.
    fn started_late(&self, late: Duration);
}

/// A call of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoreCall {
    /// Of which port.
    pub port: StorePort,
    /// The name of its method.
    pub operation: &'static str,
}

/// The ports of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorePort {
    /// [`crate::test_store::TestStore`].
    Tests,
    /// [`crate::run_store::RunStore`].
    Runs,
    /// [`crate::result_store::ResultStore`].
    Results,
}

impl StorePort {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Runs => "runs",
            Self::Results => "results",
        }
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Telemetry for Unwatched {
    fn store_call(&self, _: StoreCall, _: Duration, _: bool) {}

    fn run_began(&self) {}

    fn run_ended(&self, _: Outcome) {}

    fn taken_over(&self) {}

    fn lease_lost(&self) {}

    fn started_late(&self, _: Duration) {}
}
