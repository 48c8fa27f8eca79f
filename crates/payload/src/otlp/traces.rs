//! OTLP traces: one trace a record, with a root span of kind server and its descendants. The number rides in the trace id.
//!
//! A record's time is the **end** of its root span, since a span is exported after it ended; the start lies before it by a
//! seeded duration.

use crate::batch::Records;
use crate::descendant::Descendant;
use crate::encoder::Shape;
use crate::mix::mix;
use crate::numbers::Numbers;
use crate::operation::{self, OPERATIONS, Operation};
use crate::otlp::envelope::Envelope;
use crate::otlp::message::Message;
use crate::times::Times;
use crate::trace_id::TraceIds;

/// Traces of requests to a server.
#[derive(Debug)]
pub(crate) struct Traces {
    envelope: Envelope,
    ids: TraceIds,
    key: u64,
    /// The root, for each of [`OPERATIONS`]; all of equal length.
    roots: Vec<Template>,
    descendants: Vec<Child>,
}

/// One span of a trace.
#[derive(Debug)]
struct Template {
    blank: Vec<u8>,
    trace_at: usize,
    span_at: usize,
    start_at: usize,
    end_at: usize,
}

/// A span below the root.
#[derive(Debug)]
struct Child {
    descendant: Descendant,
    template: Template,
    parent_at: usize,
}

impl Traces {
    pub(crate) fn new(shape: &Shape) -> Self {
        Self {
            envelope: Envelope::new(shape),
            ids: TraceIds::of(shape.run),
            key: mix(shape.seed),
            roots: OPERATIONS.iter().map(Template::of_root).collect(),
            descendants: Descendant::all(shape.spans_per_trace.count()).into_iter().map(Child::new).collect(),
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
        let descendants = self.descendants.iter().map(|child| child.template.blank.len());
        self.roots[0].blank.len() + descendants.sum::<usize>()
    }

    fn open(&self, bytes: usize, body: &mut Vec<u8>) {
        self.envelope.open(bytes, body);
    }

    fn lay_out(&self, _width: usize, body: &mut Vec<u8>) {
        body.extend_from_slice(&self.roots[0].blank);
        for child in &self.descendants {
            body.extend_from_slice(&child.template.blank);
        }
    }

    fn close(&self, _body: &mut Vec<u8>) {}

    #[inline]
    fn patch(&self, width: usize, records: &mut [u8], numbers: Numbers, times: &mut Times) {
        for (record, number) in records.chunks_exact_mut(self.len(width)).zip(numbers) {
            let (index, micros) = operation::request(self.key, number);
            let end = times.tick();
            // A start of 0 would mean that it is unknown.
            let start = end.saturating_sub(micros * 1_000).max(1);
            let took = end.saturating_sub(start);
            let trace = self.ids.trace(number);
            let root = &self.roots[index];
            let (place, mut rest) = record.split_at_mut(root.blank.len());
            place.copy_from_slice(&root.blank);
            root.put(place, trace, self.ids.span(number, 0), start, end);
            // What else there is in the others is the same in every trace.
            for Child { descendant, template, parent_at } in &self.descendants {
                let (place, after) = rest.split_at_mut(template.blank.len());
                let (start, end) = descendant.times(start, took);
                template.put(place, trace, self.ids.span(number, descendant.index), start, end);
                place[*parent_at..][..8].copy_from_slice(&self.ids.span(number, descendant.parent));
                rest = after;
            }
        }
    }
}

impl Template {
    fn of_root(operation: &Operation) -> Self {
        let name = format!("{} {}", operation.method, operation.route);
        let mut attributes = Message::default();
        attributes
            .text_attribute(9, "http.request.method", operation.method)
            .text_attribute(9, "http.route", operation.route)
            .int_attribute(9, "http.response.status_code", u64::from(operation.status));
        Self::new(&Message::default(), &name, SPAN_KIND_SERVER, &attributes)
    }

    /// A span with these fields for its parent and its attributes.
    fn new(parent: &Message, name: &str, kind: u64, attributes: &Message) -> Self {
        let mut span = Message::default();
        let trace_end = span.bytes(1, &[0; 16]).0.len();
        let span_end = span.bytes(2, &[0; 8]).0.len();
        span.0.extend_from_slice(&parent.0);
        span.string(5, name).varint(6, kind);
        let start_end = span.fixed64(7, 0).0.len();
        let end_end = span.fixed64(8, 0).0.len();
        span.0.extend_from_slice(&attributes.0);

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

    #[inline]
    fn put(&self, place: &mut [u8], trace: [u8; 16], span: [u8; 8], start: u64, end: u64) {
        place[self.trace_at..][..16].copy_from_slice(&trace);
        place[self.span_at..][..8].copy_from_slice(&span);
        place[self.start_at..][..8].copy_from_slice(&start.to_le_bytes());
        place[self.end_at..][..8].copy_from_slice(&end.to_le_bytes());
    }
}

impl Child {
    fn new(descendant: Descendant) -> Self {
        let (mut parent, mut attributes) = (Message::default(), Message::default());
        parent.bytes(4, &[0; 8]);
        for (key, value) in descendant.work.attributes {
            attributes.text_attribute(9, key, value);
        }
        let template = Template::new(&parent, descendant.work.name, descendant.work.kind, &attributes);
        let parent_at = template.span_at + parent.0.len();
        Self { descendant, template, parent_at }
    }
}

const SPAN_KIND_SERVER: u64 = 2;
