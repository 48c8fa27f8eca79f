//! What went wrong, in words.

use std::error::Error;
use std::time::Duration;

use moniflux_ports::sink_reader::SinkError;

/// There is no client: no certificate authorities to trust.
pub(crate) type BuildError = Box<dyn Error + Send + Sync>;

/// Why a sink at that address said nothing.
pub(crate) fn silent(address: &str, error: &reqwest::Error, patience: Duration) -> SinkError {
    if error.is_timeout() {
        return SinkError::Silent(format!("{address}: nothing within {patience:?}"));
    }
    SinkError::Silent(format!("{address}: {}", innermost(error)))
}

/// An error's first cause, which says what happened; those around it say what was being done.
pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
