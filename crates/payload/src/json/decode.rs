//! Reads JSON arrays of records, one record at a time, and nothing but what tells where and when they come from.

use std::fmt;

use moniflux_domain::id::RunId;
use moniflux_domain::signal::Share;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use uuid::Uuid;

use crate::arrival::{Arrival, DecodeError, Origin};
use crate::json::timestamp::ReadTimestamps;

/// Tells every record of a body.
pub(crate) fn decode<'a>(
    share: Share,
    body: &'a [u8],
    tell: &mut dyn FnMut(Arrival<'a>),
) -> Result<(), DecodeError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    json.deserialize_seq(Records { share, tell }).and_then(|()| json.end()).map_err(DecodeError::Json)
}

/// What is read of a record; other fields are passed over.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(rename = "testID", borrow)]
    test: &'a str,
    #[serde(rename = "runID", borrow)]
    run: &'a str,
    seq: u64,
    #[serde(borrow, default)]
    timestamp: Stamp<'a>,
    /// Of a span below a root, which belongs to a record that is told once.
    #[serde(rename = "parentSpanID", borrow)]
    parent_span: Option<&'a str>,
}

/// A timestamp as it is written; none for what is no plain string, which is not our business to refuse.
#[derive(Debug, Clone, Copy, Default)]
struct Stamp<'a>(Option<&'a str>);

struct Records<'t, 'a> {
    share: Share,
    tell: &'t mut dyn FnMut(Arrival<'a>),
}

impl<'a> Visitor<'a> for Records<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut records: A) -> Result<(), A::Error> {
        // Records side by side mostly are of one run.
        let mut last: Option<(&str, RunId)> = None;
        let mut timestamps = ReadTimestamps::default();
        while let Some(Record { test, run, seq, timestamp, parent_span }) = records.next_element()? {
            if parent_span.is_some_and(|parent| !parent.is_empty()) {
                continue;
            }
            let run = match last {
                Some((text, id)) if text == run => id,
                Some(_) | None => {
                    let id =
                        RunId(Uuid::try_parse(run).map_err(|e| A::Error::custom(format!("runID: {e}")))?);
                    last = Some((run, id));
                    id
                }
            };
            let origin = Origin { test, run, share: self.share };
            let at = timestamp.0.and_then(|text| timestamps.read(text));
            (self.tell)(Arrival::of(origin, seq, at).map_err(A::Error::custom)?);
        }
        Ok(())
    }
}

impl<'body: 'a, 'a> Deserialize<'body> for Stamp<'a> {
    fn deserialize<D: Deserializer<'body>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyStamp)
    }
}

struct AnyStamp;

impl<'a> Visitor<'a> for AnyStamp {
    type Value = Stamp<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timestamp")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Stamp<'a>, E> {
        Ok(Stamp(Some(text)))
    }

    fn visit_str<E>(self, _: &str) -> Result<Stamp<'a>, E> {
        Ok(Stamp(None))
    }

    fn visit_unit<E>(self) -> Result<Stamp<'a>, E> {
        Ok(Stamp(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Stamp<'a>, E> {
        Ok(Stamp(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Stamp<'a>, E> {
        Ok(Stamp(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Stamp<'a>, E> {
        Ok(Stamp(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Stamp<'a>, E> {
        Ok(Stamp(None))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Stamp<'a>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Stamp(None))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut fields: A) -> Result<Stamp<'a>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Stamp(None))
    }
}
