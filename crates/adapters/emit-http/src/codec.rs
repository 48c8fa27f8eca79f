//! What an OTLP receiver says in the body of a success: how many log records, data points or spans it refused after all.
//!
//! The answers of the three signals (`ExportLogsServiceResponse` …, OTLP 1.x) differ in names only: the first field
//! holds the partial success, whose first field counts the refused. So one message reads all three.

use serde::Deserialize;
use serde_json::Value;

/// How an answer's body is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// As the requests are; also of whatever says that it is something else.
    #[default]
    Protobuf,
    Json,
}

impl Format {
    /// What a `Content-Type` says.
    pub(crate) fn of(content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/json") { Self::Json } else { Self::Protobuf }
    }
}

/// How many were refused, by an answer's body; none when it says nothing of the kind.
///
/// A body that cannot be read says nothing: see [`crate::answer`] for what follows.
pub(crate) fn rejected(format: Format, body: &[u8]) -> Option<u64> {
    let count = match format {
        Format::Json => rejected_in_json(body),
        Format::Protobuf => rejected_in_protobuf(body),
    };
    count.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0)
}

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

    const PROTOBUF: Format = Format::Protobuf;
    const JSON: Format = Format::Json;

    #[test]
    fn a_content_type_names_the_format_whatever_its_parameters() {
        assert_eq!(Format::of("Application/JSON; charset=utf-8"), JSON);
        for text in ["application/x-protobuf", "text/plain", ""] {
            assert_eq!(Format::of(text), PROTOBUF, "{text}");
        }
    }

    #[test]
    fn a_partial_success_in_protobuf_is_counted() {
        // Field 1, 8 bytes: field 1 the number 300, field 2 the text "why".
        assert_eq!(rejected(PROTOBUF, b"\x0a\x08\x08\xac\x02\x12\x03why"), Some(300));
        assert_eq!(rejected(PROTOBUF, b"\x0a\x02\x08\x05"), Some(5));
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
