//! A kept record as it is answered, and where the next page of them begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use moniflux_domain::point::Sample;
use moniflux_domain::signal::Signal;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::SampleCursor;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A record that was generated, and kept to be looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sample)]
pub(crate) struct SampleView {
    /// `logs`, `metrics` or `traces`.
    #[schema(example = "logs")]
    signal: &'static str,
    /// The share of the lane that sent it, from 0.
    share: u32,
    /// Its number in its lane, from 0.
    #[schema(example = 17)]
    seq: u64,
    /// Its own time, to the millisecond.
    at: DateTime<Utc>,
    /// All of it, with the fields of the `http` type's JSON whatever the wire format was. The spans below a trace's root are in `spans`.
    #[schema(value_type = Object)]
    record: Box<RawValue>,
}

impl TryFrom<Sample> for SampleView {
    type Error = StoreFault;

    fn try_from(sample: Sample) -> Result<Self, StoreFault> {
        Ok(Self {
            signal: sample.signal.as_str(),
            share: sample.share,
            seq: sample.seq,
            at: sample.at,
            record: RawValue::from_string(sample.body).map_err(StoreFault::broken)?,
        })
    }
}

/// The cursor as text.
pub(crate) fn write(cursor: SampleCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}/{}/{}", cursor.signal, cursor.seq, cursor.share))
}

/// The cursor of that text.
///
/// # Errors
/// [`write`] gave no such text.
pub(crate) fn read(text: &str) -> Result<SampleCursor, &'static str> {
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (signal, place) = plain.split_once('/')?;
        let (seq, share) = place.split_once('/')?;
        Some(SampleCursor {
            signal: Signal::from_name(signal)?,
            seq: seq.parse().ok()?,
            share: share.parse().ok()?,
        })
    };
    read().ok_or("is none that a Link header gave")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_anything_else_is_refused() {
        let cursor = SampleCursor { signal: Signal::Traces, seq: u64::MAX, share: 63 };
        assert_eq!(read(&write(cursor)), Ok(cursor));
        for text in ["", "x", "MTIz", "%%%", &URL_SAFE_NO_PAD.encode("smells/1/2")] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
