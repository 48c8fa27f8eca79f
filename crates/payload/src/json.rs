//! The `http` format: a JSON array of records, one object each.
//!
//! Every object begins with `testID`, `runID`, `seq` and `timestamp`, and goes on with a tail of its signal, whose length
//! does not depend on the record. Numbers of changing length are set flush right behind spaces, which JSON allows.

mod decimal;
mod decode;
mod logs;
mod metrics;
mod records;
mod rows;
mod timestamp;
mod traces;

pub(crate) use decode::decode;
pub(crate) use logs::LogTail;
pub(crate) use metrics::MetricTail;
pub(crate) use records::records;
pub(crate) use rows::Rows;
pub(crate) use timestamp::Timestamps;
pub(crate) use traces::TraceTail;

use crate::encoder::Shape;

pub(crate) fn logs(shape: &Shape) -> Rows<LogTail> {
    Rows::new(shape, LogTail::new(shape))
}

pub(crate) fn metrics(shape: &Shape) -> Rows<MetricTail> {
    Rows::new(shape, MetricTail::new(shape))
}

pub(crate) fn traces(shape: &Shape) -> Rows<TraceTail> {
    Rows::new(shape, TraceTail::new(shape))
}
