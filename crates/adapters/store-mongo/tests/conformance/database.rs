//! Empty databases, on servers that the tests of this process share.
//!
//! `MONIFLUX_TEST_MONGO_URI` names a server to use instead of starting some; its databases are dropped again.

use async_trait::async_trait;
use mongodb::Client;
use moniflux_domain::secret::Secret;
use moniflux_ports::error::StoreFault;
use moniflux_store_conformance::{Deployment, Outcome, Stores};
use moniflux_store_mongo::mongod::{Mongod, Topology};
use moniflux_store_mongo::{MongoConfig, MongoStore};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A database that nothing is in yet.
pub(crate) struct Database(MongoConfig);

pub(crate) async fn empty(topology: Topology) -> Outcome<Database> {
    let uri = Secret::new(uri(topology).await?);
    let database = format!("moniflux-test-{}", Uuid::now_v7());
    Ok(Database(MongoConfig { uri, database }))
}

#[async_trait]
impl Deployment for Database {
    async fn open(&self) -> Result<Stores, StoreFault> {
        Ok(Stores::of(MongoStore::connect(self.0.clone()).await?))
    }

    async fn remove(&self) -> Result<(), StoreFault> {
        let client = Client::with_uri_str(self.0.uri.expose()).await.map_err(StoreFault::broken)?;
        client.database(&self.0.database).drop().await.map_err(StoreFault::broken)
    }
}

/// Where the server is. It is started by the first test that asks, and ends with the process.
async fn uri(topology: Topology) -> Outcome<String> {
    static REPLICA_SET: OnceCell<Mongod> = OnceCell::const_new();
    static STANDALONE: OnceCell<Mongod> = OnceCell::const_new();

    #[expect(clippy::disallowed_methods, reason = "a test has no other place to be told of it")]
    if let Ok(uri) = std::env::var("MONIFLUX_TEST_MONGO_URI") {
        return Ok(uri);
    }
    let server = match topology {
        Topology::ReplicaSet => &REPLICA_SET,
        Topology::Standalone => &STANDALONE,
    };
    Ok(server.get_or_try_init(|| Mongod::start(topology)).await?.uri().to_owned())
}
