//! Where runs are kept, and who may drive them.
//!
//! A share of a run that has not ended is driven by the replica that holds its lease. A lease is taken by
//! [`RunStore::claim`], which raises the share's epoch; every later write of the holder names that epoch and fails once
//! it is no longer the share's. Leases run out by the store's clock, so that replicas need not agree on the time.

use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::{Epoch, ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::run::{Checkpoint, Run, RunEnd, ShareId};

use crate::error::StoreFault;

/// Keeps runs and their leases. Every call is atomic for each share of a run, and what it answered survives a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Stores a new run that nobody holds yet.
    ///
    /// Storing the same run (by [`Run::id`]) again changes no share that is stored, and adds those that are not, as after a
    /// crash half-way. Another run stored under the same test and number is a leftover of a deleted test of that name, and is
    /// replaced.
    async fn begin(&self, run: &Run) -> Result<(), StoreFault>;

    /// Takes the leases of shares that have not ended and that nobody holds: never held, given back, or run out. Oldest run
    /// first. Answers the runs with the shares that were taken, as they are now, with the raised epoch.
    ///
    /// Of several concurrent callers exactly one gets each share.
    async fn claim(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        limit: ClaimLimit,
    ) -> Result<Vec<Run>, StoreFault>;

    /// Prolongs leases by `ttl` from now and stores the checkpoints; one answer for each renewal, in order.
    ///
    /// A lease that has run out, but that nobody else took, is prolonged as well.
    ///
    /// # Errors
    /// The outer error when the store failed: then any of them may have taken effect. The inner error for a share whose
    /// epoch is another one, or that has ended or is gone.
    async fn renew(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        renewals: Vec<Renewal>,
    ) -> Result<Vec<Result<(), StaleEpoch>>, StoreFault>;

    /// Stores the checkpoint and gives the lease back, so that another replica can claim the share at once.
    ///
    /// # Errors
    /// [`HolderError::Stale`] when the epoch is another one, or the share has ended or is gone.
    async fn release(&self, renewal: Renewal) -> Result<(), HolderError>;

    /// Stores how the share ended with its last checkpoint, and drops the lease. Nothing changes the share afterwards.
    ///
    /// # Errors
    /// [`HolderError::Stale`] when the epoch is another one, or the share has ended or is gone.
    async fn finish(&self, renewal: Renewal, end: RunEnd) -> Result<(), HolderError>;

    /// One run of a test, with all of its shares.
    async fn get(&self, test: &TestId, number: RunNumber) -> Result<Option<Run>, StoreFault>;

    /// The run of that name, with all of its shares, of whichever test.
    async fn find(&self, run: RunId) -> Result<Option<Run>, StoreFault>;

    /// The runs of a test, with all of their shares, with numbers above `after`, lowest number first, at most `limit`.
    async fn list(&self, test: &TestId, after: Option<RunNumber>, limit: u32)
    -> Result<Vec<Run>, StoreFault>;

    /// Forgets every run of a test and answers their names. Forgetting what is not there succeeds.
    async fn delete_of(&self, test: &TestId) -> Result<Vec<RunId>, StoreFault>;
}

/// How much is claimed at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLimit {
    /// Shares in all.
    pub shares: u32,
    /// Shares of one run.
    pub per_run: u32,
}

/// A holder's report on a share of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The share.
    pub share: ShareId,
    /// The epoch of the holder's lease.
    pub epoch: Epoch,
    /// How far it came.
    pub checkpoint: Checkpoint,
}

/// The caller does not hold the share any more: another replica claimed it, or it has ended or is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the share is held under another epoch, has ended or is gone")]
pub struct StaleEpoch;

/// Why a holder's last write did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum HolderError {
    /// The caller does not hold the share any more.
    #[error(transparent)]
    Stale(#[from] StaleEpoch),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}
