//! Opening and closing.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};

use moniflux_ports::error::StoreFault;
use sqlx::SqlitePool;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::config::{SqliteConfig, pool};
use crate::error::Unopened;

/// Every store port on one SQLite file. Clones share its connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// One connection: SQLite has one writer at a time, and here the others queue in the order they came.
    pub(crate) writer: SqlitePool,
    pub(crate) reader: SqlitePool,
    /// Wakes the watchers in this process when a test has changed.
    pub(crate) changed: watch::Sender<()>,
}

impl SqliteStore {
    /// Opens the store, making what is not there: the folder, the file and its tables.
    ///
    /// Folder and file are made for their owner only, because the store holds keys of destinations. What is already
    /// there keeps its permissions.
    ///
    /// # Errors
    /// The folder or the file cannot be made or opened, is no database, or holds the tables of a later version. The
    /// source names the path.
    pub async fn open(config: SqliteConfig) -> Result<Self, StoreFault> {
        let file = config.file();
        let lock = {
            let config = config.clone();
            let prepared = spawn_blocking(move || prepare(&config)).await.map_err(io::Error::other);
            prepared.and_then(|lock| lock).map_err(|error| Unopened::files(&file, error))?
        };
        let unopened = |error| Unopened::database(&file, error);
        let writer = pool(1).connect_with(config.writer()).await.map_err(unopened)?;
        sqlx::migrate!().run(&writer).await.map_err(|error| Unopened::tables(&file, error))?;
        let reader = pool(READERS).connect_with(config.reader()).await.map_err(unopened)?;
        drop(lock);
        Ok(Self { writer, reader, changed: watch::Sender::new(()) })
    }

    /// Ends every connection, after the calls in progress; calls that come later fail.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Makes the folder and an empty file, and waits until no other process does so; the answer is the lock that is held.
fn prepare(config: &SqliteConfig) -> io::Result<File> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    owners_only::folder(&mut folder);
    folder.create(&config.dir)?;

    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    owners_only::file(&mut options);
    let lock = options.open(config.lock_file())?;
    lock.lock()?;

    // Never opened when it is there: closing it again would drop the locks that SQLite holds on it in this process.
    match options.create_new(true).open(config.file()) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(lock)
}

#[cfg(unix)]
mod owners_only {
    use std::fs::{DirBuilder, OpenOptions};
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

    pub(super) fn folder(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    /// SQLite gives the files that it makes beside this one the same permissions.
    pub(super) fn file(options: &mut OpenOptions) {
        options.mode(0o600);
    }
}

#[cfg(not(unix))]
mod owners_only {
    use std::fs::{DirBuilder, OpenOptions};

    pub(super) fn folder(_: &mut DirBuilder) {}

    pub(super) fn file(_: &mut OpenOptions) {}
}

const READERS: u32 = 4;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use moniflux_domain::id::{ReplicaId, RunId};
    use moniflux_domain::point::Sample;
    use moniflux_domain::signal::Signal;
    use moniflux_ports::result_store::{ResultStore, SampleQuery};
    use moniflux_ports::run_store::{ClaimLimit, RunStore};
    use moniflux_ports::test_store::TestStore;
    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;

    const RUN: RunId = RunId(Uuid::nil());

    /// Five hundred samples, more than SQLite keeps in memory.
    fn samples(from: u64) -> Vec<Sample> {
        let sample = |seq| Sample {
            run: RUN,
            signal: Signal::Logs,
            share: 0,
            seq,
            at: DateTime::UNIX_EPOCH,
            level: None,
            trace_id: None,
            body: "x".repeat(1_000),
        };
        (from..from + 500).map(sample).collect()
    }

    #[tokio::test]
    async fn a_full_disk_is_unavailable_and_a_freed_one_works_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(SqliteConfig { dir: folder.path().to_owned() }).await.unwrap();
        let limit = |pages: &'static str| sqlx::query(pages).execute(&store.writer);
        limit("PRAGMA max_page_count = 1").await.unwrap();
        let fault = store.append_samples(&samples(0)).await.unwrap_err();
        assert!(fault.is_retryable(), "{fault:?}");
        limit("PRAGMA max_page_count = 1000000").await.unwrap();
        store.append_samples(&samples(0)).await.unwrap();
    }

    #[tokio::test]
    async fn a_call_given_up_takes_effect_or_not_and_the_next_one_works() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(SqliteConfig { dir: folder.path().to_owned() }).await.unwrap();
        let replica = ReplicaId("a".to_owned());
        let limit_of_one = ClaimLimit { shares: 1, per_run: 1 };
        for i in 0..60 {
            let patience = Duration::from_micros(150 * i);
            let given_up = timeout(patience, store.append_samples(&samples(i * 500))).await;
            let claimed = timeout(patience, store.claim(&replica, Duration::ZERO, limit_of_one)).await;
            drop((given_up, claimed));
            store.check().await.unwrap();
        }
        let all = SampleQuery { limit: u32::MAX, ..SampleQuery::default() };
        let stored = store.samples(RUN, &all).await.unwrap();
        assert!(stored.len().is_multiple_of(500), "{} samples: a call took effect in part", stored.len());
    }
}
