//! Asking the sink what arrived, so that what was acked can be told from what was received.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::destination::Endpoint;

/// Where the sink at the end of the pipeline is, and how long to wait for what is still on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// The sink's address; its ledger is at `/ledger/{testID}` below it.
    pub sink: Endpoint,
    /// The longest wait, after the load has ended, for everything that was acked to arrive.
    pub wait: Duration,
}

impl Verify {
    /// What suits a pipeline that batches for a few seconds.
    pub const WAIT: Duration = Duration::from_secs(10);
}
