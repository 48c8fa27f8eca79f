//! Reads records out of a JSON array as objects, one after the other, and no further than the last that is wanted.

use std::borrow::Cow;

use moniflux_domain::signal::Signal;
use serde::{Deserialize, de};
use serde_json::Deserializer;

use crate::arrival::DecodeError;
use crate::record::{LogObject, MetricObject, Picked, SpanObject, TraceObject};

/// Keeps what is picked.
pub(crate) fn records(signal: Signal, body: &[u8], picked: &mut Picked<'_>) -> Result<(), DecodeError> {
    match signal {
        Signal::Logs => each(body, |log: LogObject<'_>| {
            if picked.wants(log.seq) {
                picked.keep(log.into_record()?);
            }
            Ok(!picked.is_done())
        }),
        Signal::Metrics => each(body, |point: MetricObject<'_>| {
            if picked.wants(point.seq) {
                picked.keep(point.into_record()?);
            }
            Ok(!picked.is_done())
        }),
        Signal::Traces => traces(body, picked),
    }
}

/// The objects below a root stand behind it.
fn traces(body: &[u8], picked: &mut Picked<'_>) -> Result<(), DecodeError> {
    let mut open: Option<TraceObject<'_>> = None;
    each(body, |span: SpanRow<'_>| {
        match &mut open {
            Some(root) if span.parent.is_some() => root.spans.push(span.into_child()),
            Some(_) | None if span.parent.is_some() => {}
            _ => {
                if let Some(root) = open.take() {
                    picked.keep(root.into_record()?);
                }
                open = picked.wants(span.seq).then(|| span.into_root());
            }
        }
        Ok(open.is_some() || !picked.is_done())
    })?;
    open.map_or(Ok(()), |root| {
        picked.keep(root.into_record()?);
        Ok(())
    })
}

/// An object of a body of traces: a root or a span below one.
#[derive(Deserialize)]
struct SpanRow<'a> {
    #[serde(rename = "testID", borrow)]
    test: Cow<'a, str>,
    #[serde(rename = "runID", borrow)]
    run: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(rename = "traceID", borrow)]
    trace: Cow<'a, str>,
    #[serde(rename = "spanID", borrow)]
    span: Cow<'a, str>,
    #[serde(rename = "parentSpanID", borrow, default)]
    parent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    duration: f64,
}

impl<'a> SpanRow<'a> {
    fn into_root(self) -> TraceObject<'a> {
        TraceObject {
            test: self.test,
            run: self.run,
            seq: self.seq,
            timestamp: self.timestamp,
            trace: self.trace,
            span: self.span,
            operation: self.operation,
            duration: self.duration,
            spans: Vec::new(),
        }
    }

    fn into_child(self) -> SpanObject<'a> {
        SpanObject {
            timestamp: self.timestamp,
            span: self.span,
            parent: self.parent.unwrap_or_default(),
            operation: self.operation,
            duration: self.duration,
        }
    }
}

/// Tells the elements of an array for as long as they are asked for.
fn each<'a, T: Deserialize<'a>>(
    body: &'a [u8],
    mut take: impl FnMut(T) -> Result<bool, DecodeError>,
) -> Result<(), DecodeError> {
    let no_array = || DecodeError::Json(de::Error::custom("it is no array of objects"));
    let mut rest = body.trim_ascii_start().strip_prefix(b"[").ok_or_else(no_array)?;
    loop {
        let mut elements = Deserializer::from_slice(rest).into_iter();
        let Some(element) = elements.next() else { return Err(no_array()) };
        if !take(element.map_err(DecodeError::Json)?)? {
            return Ok(());
        }
        let read = elements.byte_offset();
        match rest[read..].trim_ascii_start().split_first() {
            Some((b',', more)) => rest = more,
            Some((b']', _)) => return Ok(()),
            Some(_) | None => return Err(no_array()),
        }
    }
}
