//! What an adapter brings along to be tested.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use moniflux_ports::change_feed::ChangeFeed;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::ResultStore;
use moniflux_ports::run_store::RunStore;
use moniflux_ports::test_store::TestStore;

/// What a property answers: an error, like a panic, says that it does not hold.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A store that was empty when it was made, and that nobody else uses.
#[async_trait]
pub trait Deployment: Send + Sync {
    /// One more handle on it, as another process would open it.
    async fn open(&self) -> Result<Stores, StoreFault>;

    /// Takes away what outlives the test, after a property held.
    async fn remove(&self) -> Result<(), StoreFault> {
        Ok(())
    }
}

/// One handle on a store: every store port.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "ports need not print themselves")]
pub struct Stores {
    /// Tests.
    pub tests: Arc<dyn TestStore>,
    /// Runs and leases.
    pub runs: Arc<dyn RunStore>,
    /// Points and samples.
    pub results: Arc<dyn ResultStore>,
    /// What changed.
    pub changes: Arc<dyn ChangeFeed>,
}

impl Stores {
    /// The handle of a store that implements every port.
    pub fn of<S>(store: S) -> Self
    where
        S: TestStore + RunStore + ResultStore + ChangeFeed + 'static,
    {
        let store = Arc::new(store);
        Self {
            tests: Arc::<S>::clone(&store),
            runs: Arc::<S>::clone(&store),
            results: Arc::<S>::clone(&store),
            changes: store,
        }
    }
}
