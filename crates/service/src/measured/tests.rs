//! Tests, measured.

use async_trait::async_trait;
use moniflux_domain::id::{TestId, Version};
use moniflux_domain::test::Test;
use moniflux_ports::error::StoreFault;
use moniflux_ports::test_store::{InsertError, ReplaceError, TestPage, TestQuery, TestStore};

use super::Measured;

#[async_trait]
impl TestStore for Measured<dyn TestStore> {
    async fn insert(&self, test: &Test) -> Result<(), InsertError> {
        self.watch.call("insert", self.store.insert(test)).await
    }

    async fn get(&self, id: &TestId) -> Result<Option<Test>, StoreFault> {
        self.watch.call("get", self.store.get(id)).await
    }

    async fn list(&self, query: &TestQuery) -> Result<TestPage, StoreFault> {
        self.watch.call("list", self.store.list(query)).await
    }

    async fn compare_and_set(&self, test: &Test, expected: Version) -> Result<(), ReplaceError> {
        self.watch.call("compare_and_set", self.store.compare_and_set(test, expected)).await
    }

    async fn delete(&self, id: &TestId, expected: Version) -> Result<(), ReplaceError> {
        self.watch.call("delete", self.store.delete(id, expected)).await
    }

    async fn check(&self) -> Result<(), StoreFault> {
        self.watch.call("check", self.store.check()).await
    }
}
