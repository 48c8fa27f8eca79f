//! A fault of a store that no caller can do anything about but wait or report.

use std::error::Error;
use std::fmt;

/// Why a store could not answer, with the driver's error inside.
#[derive(Debug)]
pub struct StoreFault {
    source: Box<dyn Error + Send + Sync>,
    retryable: bool,
}

impl StoreFault {
    /// The store cannot be reached or is busy; the same call may succeed later.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: source.into(), retryable: true }
    }

    /// The store answered what it must not, or holds what cannot be read; the same call will fail again.
    pub fn broken(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: source.into(), retryable: false }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.retryable { "the store is unavailable" } else { "the store is broken" })
    }
}

impl Error for StoreFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}
