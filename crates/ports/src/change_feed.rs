//! What changed in the store, on any replica.

use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::TestId;

use crate::error::StoreFault;

/// Tells of changed tests.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// Begins to watch: every change of a test that is answered after this call returned is told within a second.
    async fn watch(&self) -> Result<Box<dyn Changes>, StoreFault>;

    /// How long a change mostly takes to be told on another replica; none when the store is one process's own.
    fn delay(&self) -> Option<Duration>;
}

/// A watch that goes on until it is dropped.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Changes: Send {
    /// Waits for the next change. Cancel safe: a dropped call loses no change.
    ///
    /// It never fails and never ends: an adapter that loses its connection makes a new one by itself, and then says
    /// [`Change::Any`].
    async fn next(&mut self) -> Change;
}

/// Something changed. A change may be told more than once, and several of one test may be told as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// This test was inserted, replaced or deleted.
    Test(TestId),
    /// Changes may have been missed: look at everything that matters to you.
    Any,
}
