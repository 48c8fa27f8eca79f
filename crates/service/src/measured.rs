//! Store ports that tell how long each of their calls took, and which failed; they do nothing else.
//!
//! One wrapper for all ports; how each port goes through it is a file of its own.

mod results;
mod runs;
mod tests;

use std::sync::Arc;
use std::time::Duration;

use moniflux_ports::clock::Clock;
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::HolderError;
use moniflux_ports::telemetry::{StoreCall, StorePort, Telemetry};
use moniflux_ports::test_store::{InsertError, ReplaceError};

use crate::service::Stores;

impl Stores {
    /// The same stores, each of whose calls is told.
    #[must_use]
    pub(crate) fn measured(self, telemetry: &Arc<dyn Telemetry>, clock: &Arc<dyn Clock>) -> Self {
        let watch = |port| Watch { port, telemetry: Arc::clone(telemetry), clock: Arc::clone(clock) };
        Self {
            tests: Arc::new(Measured { store: self.tests, watch: watch(StorePort::Tests) }),
            runs: Arc::new(Measured { store: self.runs, watch: watch(StorePort::Runs) }),
            results: Arc::new(Measured { store: self.results, watch: watch(StorePort::Results) }),
        }
    }
}

/// A port whose calls are told.
struct Measured<P: ?Sized> {
    store: Arc<P>,
    watch: Watch,
}

/// Who is told, and of which port.
struct Watch {
    port: StorePort,
    telemetry: Arc<dyn Telemetry>,
    clock: Arc<dyn Clock>,
}

impl Watch {
    /// Waits for a call, and tells of it, also when the call is dropped half-way.
    async fn call<T, E: MayBeFault>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let mut pending = Pending { watch: self, operation, began: self.clock.monotonic(), failed: true };
        let answer = call.await;
        pending.failed = answer.as_ref().is_err_and(MayBeFault::is_fault);
        answer
    }
}

/// A call that is told of when this is dropped.
struct Pending<'a> {
    watch: &'a Watch,
    operation: &'static str,
    began: Duration,
    failed: bool,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let Watch { port, telemetry, clock } = self.watch;
        let took = clock.monotonic().saturating_sub(self.began);
        telemetry.store_call(StoreCall { port: *port, operation: self.operation }, took, self.failed);
    }
}

/// An error of a port, which may be an answer like any other: a name that is taken is no fault of the store.
trait MayBeFault {
    fn is_fault(&self) -> bool;
}

impl MayBeFault for StoreFault {
    fn is_fault(&self) -> bool {
        true
    }
}

impl MayBeFault for InsertError {
    fn is_fault(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

impl MayBeFault for ReplaceError {
    fn is_fault(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

impl MayBeFault for HolderError {
    fn is_fault(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

#[cfg(test)]
mod measuring;
