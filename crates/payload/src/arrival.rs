//! What comes back out of a body: which records of which lane arrived.

use std::num::NonZeroU64;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::RunId;
use moniflux_domain::signal::{Share, Signal};

use crate::{json, otlp};

/// Where a record comes from; its signal is the body's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin<'a> {
    /// The name of the test; whether it is a valid one is not checked.
    pub test: &'a str,
    /// The run.
    pub run: RunId,
    /// The share of the lane.
    pub share: Share,
}

/// One record that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// Its place among the share's records, from 0. The number that it carries is [`Share::lane_number`] of this.
    ///
    /// A gauge carries that number modulo 2^45, which is more than ten million a second for a month.
    pub seq: u64,
    /// Its own time in nanoseconds since 1970; none when it has lost that on its way.
    pub at: Option<NonZeroU64>,
}

impl<'a> Arrival<'a> {
    /// The record with that number in its lane and that time of its own.
    ///
    /// # Errors
    /// Another share's record has that number.
    #[inline]
    pub(crate) fn of(
        origin: Origin<'a>,
        lane_number: u64,
        at: Option<NonZeroU64>,
    ) -> Result<Self, DecodeError> {
        let seq = origin.share.own_number(lane_number);
        let seq = seq.ok_or(DecodeError::OtherShare { number: lane_number, share: origin.share })?;
        Ok(Self { origin, seq, at })
    }
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
    share: Share,
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
    /// A record's number is one of another share than the body says.
    #[error("no record of share {share} has the number {number}")]
    OtherShare {
        /// The number in the lane.
        number: u64,
        /// What the body says.
        share: Share,
    },
}
