//! The suite of all stores on SQLite, each property on a file of its own.

use async_trait::async_trait;
use moniflux_ports::error::StoreFault;
use moniflux_store_conformance::{Deployment, Outcome, Stores};
use moniflux_store_sqlite::{SqliteConfig, SqliteStore};
use tempfile::TempDir;

moniflux_store_conformance::one_test_a_property!(empty_store);

struct Folder(TempDir);

async fn empty_store() -> Outcome<impl Deployment> {
    Ok(Folder(tempfile::tempdir()?))
}

#[async_trait]
impl Deployment for Folder {
    async fn open(&self) -> Result<Stores, StoreFault> {
        // As if by another process: handles share nothing but the file.
        let config = SqliteConfig { dir: self.0.path().join("data") };
        Ok(Stores::of(SqliteStore::open(config).await?))
    }
}
