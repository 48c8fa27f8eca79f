//! How batches leave, and what is answered.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::Destination;
use moniflux_domain::signal::{Share, Signal};

/// Sends the batches of one share of a lane to its destination.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Emitter: Send + Sync {
    /// Sends one batch, once, and answers what became of it. No answer in time is [`Kind::Timeout`].
    ///
    /// A batch is never sent twice by itself: whether it is sent again is the caller's decision. A dropped call may or
    /// may not have reached the destination. The body is dropped when it is no longer needed, which gives its buffer
    /// back.
    ///
    /// [`Kind::Timeout`]: moniflux_domain::answer::Kind::Timeout
    async fn send(&self, batch: Batch) -> Reply;
}

/// Makes emitters; one for each share of each lane.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait EmitterFactory: Send + Sync {
    /// An emitter to that destination that keeps to `delivery`'s timeout, connections and their greatest age.
    ///
    /// # Errors
    /// Nothing can be sent there, whatever is tried: a header that cannot be, no trust anchors.
    fn emitter(
        &self,
        destination: &Destination,
        delivery: &Delivery,
    ) -> Result<Arc<dyn Emitter>, EmitterError>;
}

/// Consecutive records of one share of a lane, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The lane.
    pub signal: Signal,
    /// The share of the lane.
    pub share: Share,
    /// The encoded records, not yet compressed.
    pub body: Bytes,
}

/// What became of a batch that was sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its records' class.
    pub answer: Answer,
    /// Bytes of the body as it left, compressed if the destination wants that; zero when nothing left.
    pub wire_bytes: u64,
    /// How long the destination asks to wait before anything is sent again.
    pub retry_after: Option<Duration>,
}

impl Reply {
    /// An answer without more to say, to a body that left as so many bytes.
    pub fn of(answer: Answer, wire_bytes: u64) -> Self {
        Self { answer, wire_bytes, retry_after: None }
    }
}

/// Why there is no emitter for a destination.
#[derive(Debug, thiserror::Error)]
#[error("nothing can be sent to this destination")]
pub struct EmitterError {
    /// What stands in the way.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}
