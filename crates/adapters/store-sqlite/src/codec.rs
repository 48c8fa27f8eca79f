//! Rows and documents, and what they are in the domain.
//!
//! `Spec` and its destination cannot be serialized, so that a key does not slip into a log or an answer; here they get
//! documents of their own, which cannot be printed. Histograms are blobs in rows and base64 in documents.

mod document;
mod row;

pub(crate) use document::{checkpoint_document, json, spec_document};
pub(crate) use row::{AttachmentRow, PointRow, RunRow, SampleRow, TestRow};

use chrono::{DateTime, Utc};
use moniflux_ports::error::StoreFault;

/// A number as a column holds it; above 2⁶³ − 1 none does.
pub(crate) fn integer(number: u64) -> Result<i64, StoreFault> {
    i64::try_from(number).map_err(StoreFault::broken)
}

/// A moment as a column holds it, in milliseconds.
pub(crate) fn millis(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}
