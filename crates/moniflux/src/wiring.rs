//! How the pieces fit: adapters behind ports, the engine on threads of its own, use cases and supervisor over both.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Context;
use moniflux_domain::id::ReplicaId;
use moniflux_emit_http::HttpEmitters;
use moniflux_engine::run::RESERVE;
use moniflux_engine::{Engine, SystemClock, WorkerThreads, Workers};
use moniflux_ports::change_feed::ChangeFeed;
use moniflux_ports::result_store::ResultStore;
use moniflux_ports::run_store::RunStore;
use moniflux_ports::sink_reader::SinkReader;
use moniflux_ports::test_store::TestStore;
use moniflux_service::Stores;
use moniflux_store_mongo::{MongoConfig, MongoStore};
use moniflux_store_sqlite::{SqliteConfig, SqliteStore};
use moniflux_verify_http::HttpSinks;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::settings::StoreSettings;

/// The chosen store, as ports.
pub(crate) struct Store {
    pub(crate) stores: Stores,
    pub(crate) feed: Arc<dyn ChangeFeed>,
    /// What it is and where, for people; without secrets.
    pub(crate) name: String,
}

/// Opens the store that the settings choose.
pub(crate) async fn open_store(settings: &StoreSettings) -> anyhow::Result<Store> {
    match settings {
        StoreSettings::Sqlite { folder } => {
            let config = SqliteConfig { dir: folder.clone() };
            let name = format!("SQLite in {}", folder.display());
            let store = SqliteStore::open(config).await.with_context(|| format!("cannot open {name}"))?;
            Ok(Store::of(store, name))
        }
        StoreSettings::Mongo { uri, database } => {
            let name = format!("MongoDB, database {database}");
            let config = MongoConfig { uri: uri.clone(), database: database.clone() };
            let store = MongoStore::connect(config).await.with_context(|| format!("cannot use {name}"))?;
            Ok(Store::of(store, name))
        }
    }
}

impl Store {
    fn of<S>(store: S, name: String) -> Self
    where
        S: TestStore + RunStore + ResultStore + ChangeFeed + Clone + 'static,
    {
        let stores = Stores {
            tests: Arc::new(store.clone()),
            runs: Arc::new(store.clone()),
            results: Arc::new(store.clone()),
        };
        Self { stores, feed: Arc::new(store), name }
    }
}

/// The engine, and its threads: one a core, apart from those for everything else.
pub(crate) fn engine() -> anyhow::Result<(Engine, WorkerThreads)> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let clock = SystemClock::start();
    let (workers, threads) = Workers::start(cores, clock).context("cannot start the threads for load")?;
    let emitters = Arc::new(HttpEmitters::default());
    Ok((Engine { clock: Arc::new(clock), emitters, workers, reserve: RESERVE }, threads))
}

/// Whoever asks sinks what arrived.
pub(crate) fn sinks() -> Arc<dyn SinkReader> {
    Arc::new(HttpSinks::default())
}

/// Threads for everything but load.
pub(crate) fn main_threads() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name("moniflux-main")
        .build()
        .context("cannot start threads")
}

/// For a client, one thread is enough.
pub(crate) fn client_threads() -> anyhow::Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("cannot start an event loop")
}

/// The name of this process among the replicas; a new one at every start.
pub(crate) fn replica() -> ReplicaId {
    ReplicaId(format!("{}-{}", std::process::id(), Uuid::now_v7()))
}
