//! Reads JSON arrays of records, one record at a time, and nothing but what tells where they come from.

use std::fmt;

use moniflux_domain::id::RunId;
use moniflux_domain::signal::Share;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use uuid::Uuid;

use crate::arrival::{Arrival, DecodeError, Origin};

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
    /// Of a span below a root, which belongs to a record that is told once.
    #[serde(rename = "parentSpanID", borrow)]
    parent_span: Option<&'a str>,
}

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
        while let Some(Record { test, run, seq, parent_span }) = records.next_element()? {
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
            (self.tell)(Arrival::of(origin, seq).map_err(A::Error::custom)?);
        }
        Ok(())
    }
}
