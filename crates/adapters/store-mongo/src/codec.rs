//! Documents, and what they are in the domain.
//!
//! What the domain counts in 64 bits without a sign is refused above 2⁶³ − 1, where BSON has no number for it.

mod document;
mod result;

pub(crate) use document::{ChangesDocument, CheckpointDocument, EndDocument, RunDocument, TestDocument};
pub(crate) use result::{AttachmentDocument, PointDocument, SampleDocument};

use std::error::Error;

use chrono::{DateTime, Utc};
use mongodb::bson;
use moniflux_domain::id::RunId;
use moniflux_ports::error::StoreFault;
use uuid::Uuid;

/// A number as BSON holds it.
pub(crate) fn integer(number: u64) -> Result<i64, StoreFault> {
    i64::try_from(number).map_err(StoreFault::broken)
}

/// A moment as BSON holds it, in milliseconds.
pub(crate) fn date(moment: DateTime<Utc>) -> bson::DateTime {
    bson::DateTime::from_millis(moment.timestamp_millis())
}

/// A run's name as BSON holds it.
pub(crate) fn uuid(run: RunId) -> bson::Uuid {
    bson::Uuid::from_bytes(run.0.into_bytes())
}

pub(crate) fn run_id(uuid: bson::Uuid) -> RunId {
    RunId(Uuid::from_bytes(uuid.bytes()))
}

type Read<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A document that this version did not write, or that someone changed by hand.
#[derive(Debug, thiserror::Error)]
#[error("{subject} cannot be read")]
struct Unreadable {
    subject: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

fn unreadable(subject: String, source: Box<dyn Error + Send + Sync>) -> StoreFault {
    StoreFault::broken(Unreadable { subject, source })
}

fn moment(date: bson::DateTime) -> Read<DateTime<Utc>> {
    let millis = date.timestamp_millis();
    DateTime::from_timestamp_millis(millis).ok_or_else(|| format!("{millis} is no time").into())
}

fn binary(bytes: &[u8]) -> bson::Binary {
    bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: bytes.to_vec() }
}
