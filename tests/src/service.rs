//! `moniflux serve`: the service under test, on either store.

use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use moniflux_store_mongo::mongod::{Mongod, Topology};
use tempfile::TempDir;

use crate::api::Api;
use crate::process::Process;
use crate::results::Results;
use crate::time::{SOON, until};
use crate::tools;

/// Where a service keeps its tests. It outlives the service, so that another one can go on from there.
#[derive(Debug, Clone)]
pub enum Store {
    /// The embedded store, in a folder of its own.
    Sqlite(Arc<TempDir>),
    /// A database of its own on a real server.
    Mongo(Arc<Mongod>),
}

impl Store {
    /// An empty embedded store.
    ///
    /// # Errors
    /// No folder can be made.
    pub fn sqlite() -> Result<Self> {
        Ok(Self::Sqlite(Arc::new(TempDir::with_prefix("moniflux-test-")?)))
    }

    /// An empty database on a server of its own.
    ///
    /// # Errors
    /// No server can be started.
    pub async fn mongodb() -> Result<Self> {
        Ok(Self::Mongo(Arc::new(Mongod::start(Topology::ReplicaSet).await?)))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Sqlite(folder) => vec![("MONIFLUX_DATA_DIR", folder.path().display().to_string())],
            Self::Mongo(server) => {
                vec![("MONGO_URI", server.uri().to_owned()), ("MONGO_DB", "moniflux_test".to_owned())]
            }
        }
    }
}

/// A running service.
#[derive(Debug)]
pub struct Service {
    process: Process,
    api: Api,
    /// Kept for as long as the service may need it.
    _store: Store,
    _folder: TempDir,
}

impl Service {
    /// A service on a port of its own, once it is ready.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(store: &Store) -> Result<Self> {
        Self::start_with(store, &[]).await
    }

    /// The same, with more settings.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start_with(store: &Store, settings: &[(&str, &str)]) -> Result<Self> {
        let folder = TempDir::with_prefix("moniflux-test-")?;
        let mut command = moniflux(&folder)?;
        command.arg("serve").env("PORT", "0").envs(store.settings()).envs(settings.iter().copied());
        let mut process = Process::start("moniflux", &mut command)?;
        let api = Api::at(&process.address("MoniFlux listens on", SOON).await?)?;
        until("the service is ready", SOON, async || api.get("/ready").await?.with(200)).await?;
        Ok(Self { process, api, _store: store.clone(), _folder: folder })
    }

    /// Its API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Memory that is its own right now, in bytes.
    ///
    /// # Errors
    /// It does not run.
    pub fn resident_bytes(&self) -> Result<u64> {
        self.process.resident_bytes()
    }

    /// What it logged so far.
    ///
    /// # Errors
    /// It was not text.
    pub fn log(&self) -> Result<String> {
        self.process.stderr()
    }

    /// Ends it at once, as a power failure would.
    ///
    /// # Errors
    /// It cannot be signalled.
    pub fn kill(mut self) -> Result<()> {
        self.process.kill()
    }

    /// Asks it to end and waits until it did.
    ///
    /// # Errors
    /// It does not end within the time that a platform gives it.
    pub async fn terminate(mut self) -> Result<ExitStatus> {
        self.process.terminate(Duration::from_secs(25)).await
    }

    /// Waits until a test's latest run is over, which must end as `outcome` and have a class for every record.
    ///
    /// # Errors
    /// It ends otherwise, or not in time.
    pub async fn run_over(&self, test: &str, outcome: &str, patience: Duration) -> Result<Results> {
        let api = self.api();
        let results = until(&format!("{test} ends"), patience, async || {
            let results = api.results(test).await?;
            ensure!(results.ended_at.is_some(), "it goes on: {results:?}");
            Ok(results)
        })
        .await?;
        ensure!(results.status == outcome, "{test} did not end as {outcome}: {results:?}");
        until(&format!("{test} is {outcome}"), SOON, async || {
            let status = api.status(test).await?;
            ensure!(status == outcome, "it is {status}");
            Ok(())
        })
        .await?;
        results.ensure_settled()?;
        Ok(results)
    }
}

/// The binary, in a folder without settings, and with none of its variables set.
///
/// # Errors
/// It was not built.
pub fn moniflux(folder: &TempDir) -> Result<Command> {
    let mut command = Command::new(tools::moniflux()?);
    command.current_dir(folder.path());
    for variable in SETTINGS {
        command.env_remove(variable);
    }
    Ok(command)
}

/// The variables that a service takes.
const SETTINGS: [&str; 8] = [
    "MONGO_URI",
    "MONGO_DB",
    "MONIFLUX_DATA_DIR",
    "MONIFLUX_RETENTION_DAYS",
    "HOST",
    "PORT",
    "LOG_LEVEL",
    "LOG_FORMAT",
];
