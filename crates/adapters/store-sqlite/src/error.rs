//! SQLite's errors as faults of a store: what passes by itself or can be mended from outside, and what cannot.

use std::error::Error;
use std::path::{Path, PathBuf};

use moniflux_ports::error::StoreFault;
use sqlx::migrate::MigrateError;

/// The store's fault that an error of the driver means.
pub(crate) fn fault(error: sqlx::Error) -> StoreFault {
    if may_pass(&error) { StoreFault::unavailable(error) } else { StoreFault::broken(error) }
}

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open {}", path.display())]
pub(crate) struct Unopened {
    path: PathBuf,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Unopened {
    /// The file system said no.
    pub(crate) fn files(path: &Path, source: std::io::Error) -> StoreFault {
        StoreFault::unavailable(Self { path: path.to_owned(), source: source.into() })
    }

    /// SQLite said no.
    pub(crate) fn database(path: &Path, source: sqlx::Error) -> StoreFault {
        let may_pass = may_pass(&source);
        Self { path: path.to_owned(), source: source.into() }.fault(may_pass)
    }

    /// The tables could not be made, or are those of another version.
    pub(crate) fn tables(path: &Path, source: MigrateError) -> StoreFault {
        let may_pass =
            if let MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) = &source {
                may_pass(error)
            } else {
                false
            };
        Self { path: path.to_owned(), source: source.into() }.fault(may_pass)
    }

    fn fault(self, may_pass: bool) -> StoreFault {
        if may_pass { StoreFault::unavailable(self) } else { StoreFault::broken(self) }
    }
}

fn may_pass(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        let code = error.code().and_then(|code| code.parse::<u32>().ok());
        // The low byte is the kind of error; the rest says more about it.
        return code.is_some_and(|code| PASSING.contains(&(code & 0xff)));
    }
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
    )
}

/// The result codes of <https://sqlite.org/rescode.html> that speak of the moment and of the machine, not of the data.
const PASSING: [u32; 10] = [
    3,  // PERM
    5,  // BUSY
    6,  // LOCKED
    7,  // NOMEM
    8,  // READONLY
    9,  // INTERRUPT
    10, // IOERR
    13, // FULL
    14, // CANTOPEN
    15, // PROTOCOL: locking, in a write-ahead log
];
