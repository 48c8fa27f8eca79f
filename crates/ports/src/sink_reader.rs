//! What a sink counted of a run.

use async_trait::async_trait;
use moniflux_domain::destination::Endpoint;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::verify::SinkLedger;

/// Asks sinks for their ledgers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SinkReader: Send + Sync {
    /// What this sink counted of the run so far; an empty ledger when nothing of it arrived.
    ///
    /// It answers within a few seconds, whatever the sink does. Asking changes nothing.
    async fn ledger(&self, sink: &Endpoint, test: &TestId, run: RunId) -> Result<SinkLedger, SinkError>;
}

/// Why a sink's ledger cannot be read, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// Nothing was answered, or not in time; it may be later.
    #[error("the sink did not answer: {0}")]
    Silent(String),
    /// What answered is no sink, or one of another version.
    #[error("what the sink answered is no ledger: {0}")]
    NoLedger(String),
}
