//! Reads OTLP export requests: walks down to the records, and passes over everything that does not tell where they come
//! from.
//!
//! The three signals share the way down: `1: Resource… { 1: Resource, 2: Scope… { 2: record } }`. A resource may stand behind
//! its records, and there may be any number of resources, scopes, metrics and records.

use std::num::NonZeroU64;

use moniflux_domain::id::RunId;
use moniflux_domain::signal::{Share, Signal};
use uuid::Uuid;

use crate::arrival::{Arrival, DecodeError, Origin};
use crate::otlp::fields::{Fields, Value};
use crate::otlp::names;
use crate::series;
use crate::trace_id::TraceIds;

/// Tells every record of a body.
pub(crate) fn decode<'a>(
    signal: Signal,
    body: &'a [u8],
    tell: &mut dyn FnMut(Arrival<'a>),
) -> Result<(), DecodeError> {
    each_message(body, 1, |resource_records| {
        let source = Source::read(resource_records)?;
        let origin = source.origin;
        let mut tell = |(number, at)| {
            tell(Arrival::of(origin, number, at)?);
            Ok(())
        };
        each_message(resource_records, 2, |scope_records| match signal {
            Signal::Logs => each_message(scope_records, 2, |record| tell(read_log(record)?)),
            Signal::Metrics => each_message(scope_records, 2, |metric| points(metric, &source, &mut tell)),
            Signal::Traces => {
                let ids = TraceIds::of(origin.run);
                each_message(scope_records, 2, |span| read_span(span, ids)?.map_or(Ok(()), &mut tell))
            }
        })
    })
}

/// What a resource says of its records.
pub(super) struct Source<'a> {
    pub(super) origin: Origin<'a>,
    series: Option<u64>,
}

impl<'a> Source<'a> {
    pub(super) fn read(resource_records: &'a [u8]) -> Result<Self, DecodeError> {
        let (mut test, mut run, mut share, mut shares, mut series) = (None, None, None, None, None);
        each_message(resource_records, 1, |resource| {
            each_message(resource, 1, |attribute| {
                let (key, value) = key_value(attribute)?;
                match key {
                    _ if key == names::TEST.as_bytes() => test = text(value),
                    _ if key == names::RUN.as_bytes() => {
                        run = text(value).and_then(|text| Uuid::try_parse(text).ok());
                    }
                    _ if key == names::SHARE.as_bytes() => share = small(value),
                    _ if key == names::SHARE_COUNT.as_bytes() => shares = small(value),
                    _ if key == names::SERIES_COUNT.as_bytes() => series = int(value),
                    _ => {}
                }
                Ok(())
            })
        })?;
        let missing = |name| DecodeError::Missing { place: "a resource", name };
        Ok(Self {
            origin: Origin {
                test: test.ok_or(missing(names::TEST))?,
                run: RunId(run.ok_or(missing(names::RUN))?),
                share: share.ok_or(missing(names::SHARE)).and_then(|index| {
                    shares.and_then(|count| Share::new(index, count)).ok_or(missing(names::SHARE_COUNT))
                })?,
            },
            series,
        })
    }

    /// How many series the points are of.
    pub(super) fn series_count(&self) -> Result<u64, DecodeError> {
        let missing = DecodeError::Missing { place: "a resource", name: names::SERIES_COUNT };
        self.series.filter(|count| *count > 0).ok_or(missing)
    }
}

/// A record's number in its lane, and its own time.
type Record = (u64, Option<NonZeroU64>);

#[inline]
pub(super) fn read_log(record: &[u8]) -> Result<Record, DecodeError> {
    let (mut seq, mut at) = (None, None);
    let mut fields = Fields(record);
    while let Some((tag, value)) = fields.read()? {
        match tag {
            1 => at = time(value),
            6 => {
                let (key, value) = key_value(bytes(value)?)?;
                if key == names::SEQ.as_bytes() {
                    seq = int(value);
                }
            }
            _ => {}
        }
    }
    let seq = seq.ok_or(DecodeError::Missing { place: "a log record", name: names::SEQ })?;
    Ok((seq, at))
}

/// Tells the points of a metric: of a gauge (5) or of a sum (7).
fn points(
    metric: &[u8],
    source: &Source<'_>,
    tell: &mut impl FnMut(Record) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let series_count = source.series_count()?;
    let mut fields = Fields(metric);
    while let Some((tag, value)) = fields.read()? {
        let place_of: fn(Value<'_>, u64) -> Option<u64> = match tag {
            5 => gauge_place,
            7 => sum_place,
            9..=11 => return Err(DecodeError::Missing { place: "a metric", name: "gauge or sum" }),
            _ => continue,
        };
        each_message(bytes(value)?, 1, |point| tell(read_point(point, series_count, place_of)?))?;
    }
    Ok(())
}

#[inline]
pub(super) fn read_point(
    point: &[u8],
    series_count: u64,
    place_of: fn(Value<'_>, u64) -> Option<u64>,
) -> Result<Record, DecodeError> {
    let missing = |name| DecodeError::Missing { place: "a data point", name };
    let (mut series, mut place, mut at) = (None, None, None);
    let mut fields = Fields(point);
    while let Some((tag, value)) = fields.read()? {
        match tag {
            3 => at = time(value),
            4 | 6 => place = place_of(value, tag),
            7 => {
                let (key, value) = key_value(bytes(value)?)?;
                if key == names::SERIES.as_bytes() {
                    series = int(value);
                }
            }
            _ => {}
        }
    }
    let series = series.filter(|series| *series < series_count).ok_or(missing(names::SERIES))?;
    let place: u64 = place.ok_or(missing("value"))?;
    let seq = place.checked_mul(series_count).and_then(|seq| seq.checked_add(series));
    Ok((seq.ok_or(missing("value"))?, at))
}

/// The place in the low bits of an `as_double`.
pub(super) fn gauge_place(value: Value<'_>, tag: u64) -> Option<u64> {
    match value {
        Value::Fixed64(bits) if tag == 4 => Some(series::place_of(f64::from_bits(bits))),
        Value::Fixed64(_) | Value::Varint(_) | Value::Fixed32 | Value::Bytes(_) => None,
    }
}

/// The place that a sum has counted up to: an `as_int`, or an `as_double` that some collector made of it.
pub(super) fn sum_place(value: Value<'_>, tag: u64) -> Option<u64> {
    let Value::Fixed64(bits) = value else { return None };
    if tag == 6 {
        return bits.checked_sub(1);
    }
    let count = f64::from_bits(bits);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number"
    )]
    ((1.0..EXACT_BELOW).contains(&count) && count.fract() == 0.0).then(|| count as u64 - 1)
}

/// The number of a root span's trace, and its end; none for other spans, which belong to a record that is told once.
#[inline]
pub(super) fn read_span(span: &[u8], ids: TraceIds) -> Result<Option<Record>, DecodeError> {
    let (mut trace, mut is_root, mut at) = (None, true, None);
    let mut fields = Fields(span);
    while let Some((tag, value)) = fields.read()? {
        match tag {
            1 => trace = <[u8; 16]>::try_from(bytes(value)?).ok(),
            4 => is_root = bytes(value)?.is_empty(),
            8 => at = time(value),
            _ => {}
        }
    }
    if !is_root {
        return Ok(None);
    }
    let number = trace.and_then(|trace| ids.number(trace));
    let number = number.ok_or(DecodeError::Missing { place: "a root span", name: "trace id of its run" })?;
    Ok(Some((number, at)))
}

/// A time in nanoseconds since 1970; 0 is an unknown one.
#[inline]
fn time(value: Value<'_>) -> Option<NonZeroU64> {
    match value {
        Value::Fixed64(nanos) => NonZeroU64::new(nanos),
        Value::Varint(_) | Value::Fixed32 | Value::Bytes(_) => None,
    }
}

/// Hands on every message in the fields with that tag.
#[inline]
pub(super) fn each_message<'a>(
    message: &'a [u8],
    wanted: u64,
    mut take: impl FnMut(&'a [u8]) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut fields = Fields(message);
    while let Some((tag, value)) = fields.read()? {
        if tag == wanted {
            take(bytes(value)?)?;
        }
    }
    Ok(())
}

/// The key of an attribute, and its `AnyValue`.
#[inline]
fn key_value(attribute: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    let (mut key, mut any): (&[u8], &[u8]) = (&[], &[]);
    let mut fields = Fields(attribute);
    while let Some((tag, value)) = fields.read()? {
        match tag {
            1 => key = bytes(value)?,
            2 => any = bytes(value)?,
            _ => {}
        }
    }
    Ok((key, any))
}

/// The string in an `AnyValue`.
pub(super) fn text(any: &[u8]) -> Option<&str> {
    match Fields(any).read() {
        Ok(Some((1, Value::Bytes(bytes)))) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The integer in an `AnyValue`.
#[inline]
fn int(any: &[u8]) -> Option<u64> {
    match Fields(any).read() {
        Ok(Some((3, Value::Varint(number)))) => Some(number),
        _ => None,
    }
}

/// The integer in an `AnyValue`, when it is a small one.
fn small(any: &[u8]) -> Option<u32> {
    int(any).and_then(|number| u32::try_from(number).ok())
}

#[inline]
pub(super) fn bytes(value: Value<'_>) -> Result<&[u8], DecodeError> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        Value::Varint(_) | Value::Fixed64(_) | Value::Fixed32 => {
            Err(DecodeError::Protobuf("a field is not of the type that it has in OTLP"))
        }
    }
}

/// Every whole number below is a double.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;
