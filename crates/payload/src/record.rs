//! Records as people read them: one JSON object each, read out of the body in which they are sent.
//!
//! Whatever the wire format, an object has the fields of the `http` format, and what stands in them is what the body says. A
//! trace of several spans is one record, the root span's, with the spans below it in `spans`.

use std::borrow::Cow;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::arrival::DecodeError;
use crate::{json, otlp};

/// One record of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The number that it carries: its place in its lane, from 0.
    pub number: u64,
    /// Its time, as RFC 3339 with nine digits of fraction.
    pub timestamp: String,
    /// Its severity, if it is a log.
    pub level: Option<String>,
    /// Its trace id in 32 hexadecimal digits, if it is a trace.
    pub trace: Option<String>,
    /// All of it as JSON.
    pub json: String,
}

/// The records of a body that have these numbers, which are sorted; by number.
///
/// # Errors
/// The body is not of that format, or what stands before the last of them is not a record of ours.
pub fn records(
    kind: DestinationKind,
    signal: Signal,
    body: &[u8],
    numbers: &[u64],
) -> Result<Vec<Record>, DecodeError> {
    let mut picked = Picked { numbers, records: Vec::with_capacity(numbers.len()) };
    match kind {
        DestinationKind::Http => json::records(signal, body, &mut picked)?,
        DestinationKind::OtlpHttp => otlp::records(signal, body, &mut picked)?,
    }
    picked.records.sort_unstable_by_key(|record| record.number);
    Ok(picked.records)
}

/// What is looked for, and what was found of it.
#[derive(Debug)]
pub(crate) struct Picked<'n> {
    pub(crate) numbers: &'n [u64],
    records: Vec<Record>,
}

impl Picked<'_> {
    #[inline]
    pub(crate) fn wants(&self, number: u64) -> bool {
        self.numbers.binary_search(&number).is_ok()
    }

    /// Whether everything was found.
    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.records.len() >= self.numbers.len()
    }

    pub(crate) fn keep(&mut self, record: Record) {
        self.records.push(record);
    }
}

/// A log.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LogObject<'a> {
    #[serde(rename = "testID", borrow)]
    pub(crate) test: Cow<'a, str>,
    #[serde(rename = "runID", borrow)]
    pub(crate) run: Cow<'a, str>,
    pub(crate) seq: u64,
    #[serde(borrow)]
    pub(crate) timestamp: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) level: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) message: Cow<'a, str>,
}

/// A point of a metric.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MetricObject<'a> {
    #[serde(rename = "testID", borrow)]
    pub(crate) test: Cow<'a, str>,
    #[serde(rename = "runID", borrow)]
    pub(crate) run: Cow<'a, str>,
    pub(crate) seq: u64,
    #[serde(borrow)]
    pub(crate) timestamp: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Number,
}

/// A trace: its root span, and those below.
#[derive(Debug, Serialize)]
pub(crate) struct TraceObject<'a> {
    #[serde(rename = "testID")]
    pub(crate) test: Cow<'a, str>,
    #[serde(rename = "runID")]
    pub(crate) run: Cow<'a, str>,
    pub(crate) seq: u64,
    pub(crate) timestamp: Cow<'a, str>,
    #[serde(rename = "traceID")]
    pub(crate) trace: Cow<'a, str>,
    #[serde(rename = "spanID")]
    pub(crate) span: Cow<'a, str>,
    pub(crate) operation: Cow<'a, str>,
    /// In milliseconds.
    pub(crate) duration: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) spans: Vec<SpanObject<'a>>,
}

/// A span below a root. Its test, run, number and trace are the root's.
#[derive(Debug, Serialize)]
pub(crate) struct SpanObject<'a> {
    pub(crate) timestamp: Cow<'a, str>,
    #[serde(rename = "spanID")]
    pub(crate) span: Cow<'a, str>,
    #[serde(rename = "parentSpanID")]
    pub(crate) parent: Cow<'a, str>,
    pub(crate) operation: Cow<'a, str>,
    /// In milliseconds.
    pub(crate) duration: f64,
}

impl LogObject<'_> {
    pub(crate) fn into_record(self) -> Result<Record, DecodeError> {
        Ok(Record {
            number: self.seq,
            json: text(&self)?,
            timestamp: self.timestamp.into_owned(),
            level: Some(self.level.into_owned()),
            trace: None,
        })
    }
}

impl MetricObject<'_> {
    pub(crate) fn into_record(self) -> Result<Record, DecodeError> {
        let json = text(&self)?;
        let timestamp = self.timestamp.into_owned();
        Ok(Record { number: self.seq, timestamp, level: None, trace: None, json })
    }
}

impl TraceObject<'_> {
    pub(crate) fn into_record(self) -> Result<Record, DecodeError> {
        Ok(Record {
            number: self.seq,
            json: text(&self)?,
            timestamp: self.timestamp.into_owned(),
            level: None,
            trace: Some(self.trace.into_owned()),
        })
    }
}

fn text(object: &impl Serialize) -> Result<String, DecodeError> {
    serde_json::to_string(object).map_err(DecodeError::Json)
}
