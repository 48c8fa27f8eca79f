//! Runs and leases, measured.

use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::{ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::run::{Run, RunEnd};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{ClaimLimit, HolderError, Renewal, RunStore, StaleEpoch};

use super::Measured;

#[async_trait]
impl RunStore for Measured<dyn RunStore> {
    async fn begin(&self, run: &Run) -> Result<(), StoreFault> {
        self.watch.call("begin", self.store.begin(run)).await
    }

    async fn claim(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        limit: ClaimLimit,
    ) -> Result<Vec<Run>, StoreFault> {
        self.watch.call("claim", self.store.claim(replica, ttl, limit)).await
    }

    async fn renew(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        renewals: Vec<Renewal>,
    ) -> Result<Vec<Result<(), StaleEpoch>>, StoreFault> {
        self.watch.call("renew", self.store.renew(replica, ttl, renewals)).await
    }

    async fn release(&self, renewal: Renewal) -> Result<(), HolderError> {
        self.watch.call("release", self.store.release(renewal)).await
    }

    async fn finish(&self, renewal: Renewal, end: RunEnd) -> Result<(), HolderError> {
        self.watch.call("finish", self.store.finish(renewal, end)).await
    }

    async fn get(&self, test: &TestId, number: RunNumber) -> Result<Option<Run>, StoreFault> {
        self.watch.call("get", self.store.get(test, number)).await
    }

    async fn find(&self, run: RunId) -> Result<Option<Run>, StoreFault> {
        self.watch.call("find", self.store.find(run)).await
    }

    async fn list(
        &self,
        test: &TestId,
        after: Option<RunNumber>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreFault> {
        self.watch.call("list", self.store.list(test, after, limit)).await
    }

    async fn delete_of(&self, test: &TestId) -> Result<Vec<RunId>, StoreFault> {
        self.watch.call("delete_of", self.store.delete_of(test)).await
    }
}
