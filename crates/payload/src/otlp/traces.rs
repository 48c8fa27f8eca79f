//! OTLP traces: one trace a record, with a root span of kind server. The number rides in the trace id.
//!
//! A record's time is the **end** of its span, since a span is exported after it ended; the start lies before it by a
//! seeded duration.

use crate::batch::Records;
use crate::encoder::Shape;
use crate::mix::mix;
use crate::numbers::Numbers;
use crate::operation::{self, OPERATIONS, Operation};
use crate::otlp::envelope::Envelope;
use crate::otlp::message::Message;
use crate::times::Times;
use crate::trace_id::TraceIds;

/// Spans of requests to a server.
#[derive(Debug)]
pub(crate) struct Traces {
    envelope: Envelope,
    ids: TraceIds,
    key: u64,
    /// One for each of [`OPERATIONS`]; all of equal length.
    templates: Vec<Template>,
}

/// A span of one operation.
#[derive(Debug)]
struct Template {
    blank: Vec<u8>,
    trace_at: usize,
    span_at: usize,
    start_at: usize,
    end_at: usize,
}

impl Traces {
    pub(crate) fn new(shape: &Shape) -> Self {
        Self {
            envelope: Envelope::new(shape),
            ids: TraceIds::of(shape.run),
            key: mix(shape.seed),
            templates: OPERATIONS.iter().map(Template::new).collect(),
        }
    }
}

impl Records for Traces {
    /// Ids do not change their width.
    fn width(_seq: u64) -> usize {
        0
    }

    fn last_of(_width: usize) -> u64 {
        u64::MAX
    }

    fn len(&self, _width: usize) -> usize {
        self.templates[0].blank.len()
    }

    fn open(&self, bytes: usize, body: &mut Vec<u8>) {
        self.envelope.open(bytes, body);
    }

    fn lay_out(&self, _width: usize, body: &mut Vec<u8>) {
        body.extend_from_slice(&self.templates[0].blank);
    }

    fn close(&self, _body: &mut Vec<u8>) {}

    #[inline]
    fn patch(&self, width: usize, records: &mut [u8], numbers: Numbers, times: &mut Times) {
        for (span, number) in records.chunks_exact_mut(self.len(width)).zip(numbers) {
            let (index, micros) = operation::request(self.key, number);
            let template = &self.templates[index];
            let end = times.tick();
            // A start of 0 would mean that it is unknown.
            let start = end.saturating_sub(micros * 1_000).max(1);
            span.copy_from_slice(&template.blank);
            span[template.trace_at..][..16].copy_from_slice(&self.ids.trace(number));
            span[template.span_at..][..8].copy_from_slice(&self.ids.root_span(number));
            span[template.start_at..][..8].copy_from_slice(&start.to_le_bytes());
            span[template.end_at..][..8].copy_from_slice(&end.to_le_bytes());
        }
    }
}

impl Template {
    fn new(operation: &Operation) -> Self {
        let mut span = Message::default();
        let trace_end = span.bytes(1, &[0; 16]).0.len();
        let span_end = span.bytes(2, &[0; 8]).0.len();
        span.string(5, &format!("{} {}", operation.method, operation.route)).varint(6, SPAN_KIND_SERVER);
        let start_end = span.fixed64(7, 0).0.len();
        let end_end = span.fixed64(8, 0).0.len();
        span.text_attribute(9, "http.request.method", operation.method)
            .text_attribute(9, "http.route", operation.route)
            .int_attribute(9, "http.response.status_code", u64::from(operation.status));

        let mut field = Message::default();
        field.bytes(2, &span.0);
        let prefix = field.0.len() - span.0.len();
        Self {
            trace_at: prefix + trace_end - 16,
            span_at: prefix + span_end - 8,
            start_at: prefix + start_end - 8,
            end_at: prefix + end_end - 8,
            blank: field.0,
        }
    }
}

const SPAN_KIND_SERVER: u64 = 2;
