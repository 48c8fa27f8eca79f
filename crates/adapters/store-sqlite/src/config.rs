//! Where the file is, and how SQLite is to treat it.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// Where the embedded store keeps its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteConfig {
    /// The folder; it is made when it is not there.
    pub dir: PathBuf,
}

impl SqliteConfig {
    /// The database file. SQLite keeps two more of that name beside it, `-wal` and `-shm`.
    pub fn file(&self) -> PathBuf {
        self.dir.join("moniflux.db")
    }

    /// Held by the process that opens the store, so that two do not make the tables at once.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.dir.join("moniflux.lock")
    }

    pub(crate) fn writer(&self) -> SqliteConnectOptions {
        // A power cut loses nothing that was answered: the log is synced at every commit.
        self.reader().read_only(false).journal_mode(SqliteJournalMode::Wal)
    }

    pub(crate) fn reader(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.file())
            .create_if_missing(false)
            .read_only(true)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
    }
}

/// A pool that keeps its connections for good: there is no server that could close them.
pub(crate) fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, _| {
            // A full disk makes SQLite end a transaction by itself, which the driver does not learn: it would refuse
            // every later one. Such a connection is replaced.
            let is_sound = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_sound) })
        })
}

/// How long to wait for a lock that another process holds, or for a connection that another call uses.
const PATIENCE: Duration = Duration::from_secs(5);
