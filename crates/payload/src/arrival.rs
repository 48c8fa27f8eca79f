//! What comes back out of a body: which records of which lane arrived.

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::RunId;
use moniflux_domain::signal::Signal;

use crate::{json, otlp};

/// Where a record comes from; its signal is the body's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin<'a> {
    /// The name of the test; whether it is a valid one is not checked.
    pub test: &'a str,
    /// The run.
    pub run: RunId,
    /// The share of the lane, from 0.
    pub share: u32,
}

/// One record that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// Its sequence number. A gauge carries it modulo 2^40, which a share reaches after 10^12 records.
    pub seq: u64,
}

/// Tells every record of a body, in the order in which they stand there.
///
/// The JSON of `http` does not say which share its records are of: that is `share`. OTLP says it itself.
///
/// # Errors
/// The body is not of that format, or a record is not one of ours; what is missing is named. Records before the error have
/// been told.
pub fn decode<'a>(
    kind: DestinationKind,
    signal: Signal,
    share: u32,
    body: &'a [u8],
    tell: &mut dyn FnMut(Arrival<'a>),
) -> Result<(), DecodeError> {
    match kind {
        DestinationKind::Http => json::decode(share, body, tell),
        DestinationKind::OtlpHttp => otlp::decode(signal, body, tell),
    }
}

/// Why a body cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It is not JSON, or a record lacks what our records have.
    #[error("the body is not a JSON array of records with testID, runID and seq")]
    Json(#[source] serde_json::Error),
    /// It is not protobuf.
    #[error("the body is not protobuf: {0}")]
    Protobuf(&'static str),
    /// It is OTLP, and not from us.
    #[error("{place} has no valid {name}")]
    Missing {
        /// Where it was looked for.
        place: &'static str,
        /// What was looked for.
        name: &'static str,
    },
}
