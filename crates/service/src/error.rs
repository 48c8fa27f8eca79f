//! Why a use case was not done.

use moniflux_domain::fault::Faults;
use moniflux_domain::id::{RunNumber, TestId};
use moniflux_domain::lifecycle::Refusal;
use moniflux_engine::latency::UnreadableDistribution;
use moniflux_ports::error::StoreFault;

/// What a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// The input is wrong; every fault of it.
    #[error("the input is wrong: {0}")]
    Invalid(Faults),
    /// The name is taken.
    #[error("a test \"{0}\" exists")]
    Exists(TestId),
    /// There is no such test.
    #[error("there is no test \"{0}\"")]
    NotFound(TestId),
    /// There is no such run.
    #[error("test \"{test}\" has no {}", match number { Some(number) => format!("run {number}"), None => "run yet".to_owned() })]
    RunNotFound {
        /// The test.
        test: TestId,
        /// The run asked for; none for the latest.
        number: Option<RunNumber>,
    },
    /// The test's state does not allow it; the refusal says what would be allowed.
    #[error("test \"{test}\": {refusal}")]
    Refused {
        /// The test.
        test: TestId,
        /// State, command, way out.
        refusal: Refusal,
    },
    /// Others changed the test again and again at the same time.
    #[error("test \"{0}\" is being changed by others; try again")]
    Contended(TestId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl From<Faults> for UseCaseError {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults)
    }
}

impl From<UnreadableDistribution> for UseCaseError {
    fn from(error: UnreadableDistribution) -> Self {
        Self::Store(StoreFault::broken(error))
    }
}
