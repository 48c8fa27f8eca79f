//! What the core asks of the world: traits, and the types that cross them.
//!
//! * **Lives here:** one trait a file, each with its contract; mocks of all of them behind the feature `mock`.
//! * **Never lives here:** an implementation, a driver's type.
//! * **Depends on:** `domain`.
//! * **Read first:** [`test_store`], then [`run_store`].
//!
//! Every call is coarse: one a batch, or one a second for all runs of a replica; never one a record. A call may be
//! dropped before it answers (it is cancel safe): then it took effect or it did not, never in part.

pub mod change_feed;
pub mod clock;
pub mod emitter;
pub mod error;
pub mod result_store;
pub mod run_store;
pub mod sink_reader;
pub mod telemetry;
pub mod test_store;

#[cfg(feature = "mock")]
pub use mock::{
    MockChangeFeed, MockChanges, MockClock, MockEmitter, MockEmitterFactory, MockResultStore, MockRunStore,
    MockSinkReader, MockTelemetry, MockTestStore,
};

#[cfg(feature = "mock")]
mod mock {
    pub use crate::change_feed::{MockChangeFeed, MockChanges};
    pub use crate::clock::MockClock;
    pub use crate::emitter::{MockEmitter, MockEmitterFactory};
    pub use crate::result_store::MockResultStore;
    pub use crate::run_store::MockRunStore;
    pub use crate::sink_reader::MockSinkReader;
    pub use crate::telemetry::MockTelemetry;
    pub use crate::test_store::MockTestStore;
}
