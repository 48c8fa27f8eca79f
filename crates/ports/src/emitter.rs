//! How batches leave, and what is answered.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use moniflux_domain::answer::Answer;
use moniflux_domain::destination::Destination;
use moniflux_domain::signal::Signal;

/// Sends encoded batches to one destination.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Emitter: Send + Sync {
    /// Sends one batch, once, and answers what became of it. No answer in time is [`Kind::Timeout`].
    ///
    /// A batch is never sent twice. A dropped call may or may not have reached the destination. The body is dropped
    /// when it is no longer needed, which gives its buffer back.
    ///
    /// [`Kind::Timeout`]: moniflux_domain::answer::Kind::Timeout
    async fn send(&self, batch: Batch) -> Answer;
}

/// Makes emitters; one for each run.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait EmitterFactory: Send + Sync {
    /// An emitter to that destination that waits for an answer no longer than `timeout`.
    ///
    /// # Errors
    /// Nothing can be sent there, whatever is tried: a header that cannot be, no trust anchors.
    fn emitter(&self, destination: &Destination, timeout: Duration)
    -> Result<Arc<dyn Emitter>, EmitterError>;
}

/// Consecutive records of one share of a lane, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The lane.
    pub signal: Signal,
    /// The share of the lane, from 0.
    pub share: u32,
    /// The encoded records.
    pub body: Bytes,
}

/// Why there is no emitter for a destination.
#[derive(Debug, thiserror::Error)]
#[error("nothing can be sent to this destination")]
pub struct EmitterError {
    /// What stands in the way.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}
