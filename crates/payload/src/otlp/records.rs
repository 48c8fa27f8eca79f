//! Reads records out of OTLP export requests as objects with the fields of the `http` format.
//!
//! Numbers come first: what is not picked is not looked into any further.

use std::borrow::Cow;

use moniflux_domain::signal::Signal;
use serde_json::Number;

use crate::arrival::DecodeError;
use crate::hex;
use crate::json::Timestamps;
use crate::otlp::decode::{
    Source, bytes, each_message, gauge_place, read_log, read_point, read_span, sum_place, text,
};
use crate::otlp::fields::{Fields, Value};
use crate::record::{LogObject, MetricObject, Picked, SpanObject, TraceObject};
use crate::series::{self, CATALOGUE};
use crate::trace_id::TraceIds;

/// Keeps what is picked.
pub(crate) fn records(signal: Signal, body: &[u8], picked: &mut Picked<'_>) -> Result<(), DecodeError> {
    each_message(body, 1, |resource_records| {
        if picked.is_done() {
            return Ok(());
        }
        let source = Source::read(resource_records)?;
        each_message(resource_records, 2, |scope_records| match signal {
            Signal::Logs => each_while(scope_records, 2, |record| {
                log(record, &source, picked)?;
                Ok(!picked.is_done())
            }),
            Signal::Metrics => each_message(scope_records, 2, |metric| points(metric, &source, picked)),
            Signal::Traces => traces(scope_records, &source, picked),
        })
    })
}

fn log(record: &[u8], source: &Source<'_>, picked: &mut Picked<'_>) -> Result<(), DecodeError> {
    let (seq, _) = read_log(record)?;
    if !picked.wants(seq) {
        return Ok(());
    }
    let (mut time, mut level, mut message) = (0, None, None);
    let mut fields = Fields(record);
    while let Some((tag, value)) = fields.read()? {
        match (tag, value) {
            (1, Value::Fixed64(nanos)) => time = nanos,
            (3, Value::Bytes(bytes)) => level = std::str::from_utf8(bytes).ok(),
            (5, Value::Bytes(any)) => message = text(any),
            _ => {}
        }
    }
    let missing = |name| DecodeError::Missing { place: "a log record", name };
    let object = LogObject {
        test: source.origin.test.into(),
        run: source.origin.run.to_string().into(),
        seq,
        timestamp: timestamp(time),
        level: level.ok_or(missing("severity text"))?.into(),
        message: message.ok_or(missing("body"))?.into(),
    };
    picked.keep(object.into_record()?);
    Ok(())
}

/// The points of a metric: of a gauge (5) or of a sum (7).
fn points(metric: &[u8], source: &Source<'_>, picked: &mut Picked<'_>) -> Result<(), DecodeError> {
    let mut name = None;
    let mut fields = Fields(metric);
    while let Some((tag, value)) = fields.read()? {
        let place_of: fn(Value<'_>, u64) -> Option<u64> = match (tag, value) {
            (1, Value::Bytes(bytes)) => {
                name = std::str::from_utf8(bytes).ok();
                continue;
            }
            (5, _) => gauge_place,
            (7, _) => sum_place,
            _ => continue,
        };
        let name = name.ok_or(DecodeError::Missing { place: "a metric", name: "name" })?;
        // A number says of which metric its point is.
        let is_of_this = |number: &u64| CATALOGUE[series::instrument_of(*number)].name == name;
        if picked.is_done() || !picked.numbers.iter().any(is_of_this) {
            return Ok(());
        }
        each_while(bytes(value)?, 1, |point| {
            let (seq, _) = read_point(point, source.series_count()?, place_of)?;
            if picked.wants(seq) {
                keep_point(name, seq, point, source, picked)?;
            }
            Ok(!picked.is_done())
        })?;
    }
    Ok(())
}

fn keep_point(
    name: &str,
    seq: u64,
    point: &[u8],
    source: &Source<'_>,
    picked: &mut Picked<'_>,
) -> Result<(), DecodeError> {
    let (mut time, mut number) = (0, None);
    let mut fields = Fields(point);
    while let Some((tag, value)) = fields.read()? {
        match (tag, value) {
            (3, Value::Fixed64(nanos)) => time = nanos,
            (4, Value::Fixed64(bits)) => number = Number::from_f64(f64::from_bits(bits)),
            (6, Value::Fixed64(bits)) => number = Some(bits.cast_signed().into()),
            _ => {}
        }
    }
    let object = MetricObject {
        test: source.origin.test.into(),
        run: source.origin.run.to_string().into(),
        seq,
        timestamp: timestamp(time),
        name: name.into(),
        value: number.ok_or(DecodeError::Missing { place: "a data point", name: "value" })?,
    };
    picked.keep(object.into_record()?);
    Ok(())
}

/// The spans below a root stand behind it.
fn traces(spans: &[u8], source: &Source<'_>, picked: &mut Picked<'_>) -> Result<(), DecodeError> {
    let ids = TraceIds::of(source.origin.run);
    let mut open: Option<TraceObject<'_>> = None;
    each_while(spans, 2, |bytes| {
        let Some((seq, _)) = read_span(bytes, ids)? else {
            if let Some(root) = &mut open {
                let span = Span::read(bytes)?;
                root.spans.push(SpanObject {
                    timestamp: timestamp(span.end),
                    duration: span.millis(),
                    span: hexadecimal(span.id).into(),
                    parent: hexadecimal(span.parent).into(),
                    operation: span.name.into(),
                });
            }
            return Ok(true);
        };
        if let Some(root) = open.take() {
            picked.keep(root.into_record()?);
        }
        if picked.wants(seq) {
            let span = Span::read(bytes)?;
            open = Some(TraceObject {
                test: source.origin.test.into(),
                run: source.origin.run.to_string().into(),
                seq,
                timestamp: timestamp(span.end),
                duration: span.millis(),
                trace: hexadecimal(span.trace).into(),
                span: hexadecimal(span.id).into(),
                operation: span.name.into(),
                spans: Vec::new(),
            });
        }
        Ok(open.is_some() || !picked.is_done())
    })?;
    if let Some(root) = open {
        picked.keep(root.into_record()?);
    }
    Ok(())
}

/// Hands on the messages in the fields with that tag for as long as they are asked for.
fn each_while<'a>(
    message: &'a [u8],
    wanted: u64,
    mut take: impl FnMut(&'a [u8]) -> Result<bool, DecodeError>,
) -> Result<(), DecodeError> {
    let mut fields = Fields(message);
    while let Some((tag, value)) = fields.read()? {
        if tag == wanted && !take(bytes(value)?)? {
            break;
        }
    }
    Ok(())
}

/// What is read of a span.
struct Span<'a> {
    trace: &'a [u8],
    id: &'a [u8],
    parent: &'a [u8],
    name: &'a str,
    start: u64,
    end: u64,
}

impl<'a> Span<'a> {
    fn read(span: &'a [u8]) -> Result<Self, DecodeError> {
        let mut read = Self { trace: &[], id: &[], parent: &[], name: "", start: 0, end: 0 };
        let mut fields = Fields(span);
        while let Some((tag, value)) = fields.read()? {
            match (tag, value) {
                (1, Value::Bytes(bytes)) => read.trace = bytes,
                (2, Value::Bytes(bytes)) => read.id = bytes,
                (4, Value::Bytes(bytes)) => read.parent = bytes,
                (5, Value::Bytes(bytes)) => {
                    let missing = DecodeError::Missing { place: "a span", name: "name" };
                    read.name = std::str::from_utf8(bytes).map_err(|_not_text| missing)?;
                }
                (7, Value::Fixed64(nanos)) => read.start = nanos,
                (8, Value::Fixed64(nanos)) => read.end = nanos,
                _ => {}
            }
        }
        Ok(read)
    }

    #[expect(clippy::cast_precision_loss, reason = "a span takes less than the 104 days that are exact")]
    fn millis(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / 1e6
    }
}

fn timestamp(unix_nanos: u64) -> Cow<'static, str> {
    Timestamps::new().text(unix_nanos).into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = vec![b'0'; 2 * bytes.len()];
    hex::put(&mut digits, bytes);
    String::from_utf8_lossy(&digits).into_owned()
}
