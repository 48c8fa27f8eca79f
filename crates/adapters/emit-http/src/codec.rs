//! What answers say in the ledger's terms: classes of statuses, how long to wait, and, in the body of a success, how many
//! records an OTLP receiver refused after all.
//!
//! The answers of the three signals (`ExportLogsServiceResponse` …, OTLP 1.x) differ in names only: the first field
//! holds the partial success, whose first field counts the refused. So one message reads all three.

use std::time::{Duration, SystemTime};

use moniflux_domain::answer::{Answer, Kind};
use serde::Deserialize;
use serde_json::Value;

/// How many records were refused in an answer of that content type; none when it says nothing of the kind.
///
/// A body that cannot be read says nothing: see [`crate::emitter`] for what follows.
pub(crate) fn rejected(content_type: Option<&str>, body: &[u8]) -> Option<u64> {
    let media_type = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    let is_json = media_type.is_some_and(|text| text.eq_ignore_ascii_case("application/json"));
    let count = if is_json { rejected_in_json(body) } else { rejected_in_protobuf(body) };
    count.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0)
}

/// The class of an answer that is no success.
pub(crate) fn refusal(status: u16) -> Answer {
    let kind = Kind::Status(status);
    if (400..500).contains(&status) { Answer::Rejected(kind) } else { Answer::Failed(kind) }
}

/// How long `Retry-After` (RFC 9110) asks to wait: seconds, or until a date; an hour at the most.
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the header names a time of day, and nobody else needs to know"
    )]
    let now = SystemTime::now();
    let wait = match value.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value.trim()).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(wait.min(LONGEST_WAIT))
}

const LONGEST_WAIT: Duration = Duration::from_hours(1);

fn rejected_in_protobuf(body: &[u8]) -> Option<i64> {
    use prost::Message;

    let answer = ExportResponse::decode(body).ok()?;
    Some(answer.partial_success?.rejected)
}

fn rejected_in_json(body: &[u8]) -> Option<i64> {
    let answer: JsonExportResponse = serde_json::from_slice(body).ok()?;
    // The protobuf mapping to JSON writes 64-bit integers as text; a number is accepted as well.
    let count = answer.partial_success?.rejected?;
    count.as_str().map_or_else(|| count.as_i64(), |text| text.parse().ok())
}

#[derive(Clone, PartialEq, prost::Message)]
struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

/// The second field, a message for people, is skipped.
#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonExportResponse {
    #[serde(alias = "partial_success")]
    partial_success: Option<JsonPartialSuccess>,
}

#[derive(Deserialize)]
struct JsonPartialSuccess {
    #[serde(
        alias = "rejectedLogRecords",
        alias = "rejected_log_records",
        alias = "rejectedDataPoints",
        alias = "rejected_data_points",
        alias = "rejectedSpans",
        alias = "rejected_spans"
    )]
    rejected: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTOBUF: Option<&str> = Some("application/x-protobuf");
    const JSON: Option<&str> = Some("application/json; charset=utf-8");

    #[test]
    fn a_wait_is_given_in_seconds_or_as_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("86400"), Some(LONGEST_WAIT));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("Fri, 31 Dec 9999 23:59:59 GMT"), Some(LONGEST_WAIT));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn a_partial_success_in_protobuf_is_counted() {
        // Field 1, 8 bytes: field 1 the number 300, field 2 the text "why".
        assert_eq!(rejected(PROTOBUF, b"\x0a\x08\x08\xac\x02\x12\x03why"), Some(300));
        assert_eq!(rejected(None, b"\x0a\x02\x08\x05"), Some(5));
    }

    #[test]
    fn a_partial_success_in_json_is_counted_whatever_the_signal() {
        for body in [
            r#"{"partialSuccess":{"rejectedLogRecords":"7","errorMessage":"why"}}"#,
            r#"{"partialSuccess":{"rejectedDataPoints":7}}"#,
            r#"{"partial_success":{"rejected_spans":"7"}}"#,
        ] {
            assert_eq!(rejected(JSON, body.as_bytes()), Some(7), "{body}");
        }
    }

    #[test]
    fn full_success_warnings_and_nonsense_refuse_nothing() {
        // A warning: nothing refused, and a text.
        for body in [&b""[..], b"\x0a\x00", b"\x0a\x05\x12\x03why", b"\xff\xff\xff", b"<html>"] {
            assert_eq!(rejected(PROTOBUF, body), None, "{body:?}");
        }
        // A negative count, in protobuf ten bytes long.
        let negative = b"\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!(rejected(PROTOBUF, negative), None);
        for body in
            ["", "{}", "[]", r#"{"partialSuccess":{}}"#, r#"{"partialSuccess":{"rejectedSpans":"x"}}"#]
        {
            assert_eq!(rejected(JSON, body.as_bytes()), None, "{body}");
        }
    }
}
