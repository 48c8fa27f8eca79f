//! JSON traces: `{testID, runID, seq, timestamp, traceID, spanID, operation, duration}`, the duration in milliseconds.
//!
//! An object is a span, and stands for its trace when it is the root. Behind it come the spans below it, which have besides a
//! `parentSpanID`; all of a trace's objects carry its number. Their timestamps are their ends.

use crate::descendant::Descendant;
use crate::encoder::Shape;
use crate::hex;
use crate::json::decimal;
use crate::json::rows::Tail;
use crate::mix::mix;
use crate::operation::{self, OPERATIONS};
use crate::trace_id::TraceIds;

/// Ids, operation and duration.
#[derive(Debug)]
pub(crate) struct TraceTail {
    ids: TraceIds,
    key: u64,
    operations: Vec<String>,
    root: Vec<u8>,
    descendants: Vec<(Descendant, Vec<u8>)>,
}

impl TraceTail {
    pub(crate) fn new(shape: &Shape) -> Self {
        let operations: Vec<String> =
            OPERATIONS.iter().map(|operation| format!("{} {}", operation.method, operation.route)).collect();
        let blank = |parent: &str, operation: &str| {
            format!(
                r#"","traceID":"{:032}","spanID":"{:016}"{parent},"operation":"{operation}","duration":{:DURATION_WIDTH$}}}"#,
                0, 0, 0
            )
        };
        let with_parent = format!(r#","parentSpanID":"{:016}""#, 0);
        let descendants = Descendant::all(shape.spans_per_trace.count()).into_iter();
        Self {
            ids: TraceIds::of(shape.run),
            key: mix(shape.seed),
            root: blank("", &operations[0]).into_bytes(),
            descendants: descendants
                .map(|span| (span, blank(&with_parent, span.work.name).into_bytes()))
                .collect(),
            operations,
        }
    }

    /// The span below the root that an object is of, and its tail; none for the root's.
    fn descendant(&self, index: usize) -> Option<&(Descendant, Vec<u8>)> {
        index.checked_sub(1).map(|below| &self.descendants[below])
    }
}

impl Tail for TraceTail {
    #[inline]
    fn objects(&self) -> usize {
        1 + self.descendants.len()
    }

    #[inline]
    fn blank(&self, index: usize) -> &[u8] {
        self.descendant(index).map_or(&self.root, |(_, blank)| blank)
    }

    #[inline]
    fn time(&self, index: usize, number: u64, time: u64) -> u64 {
        self.descendant(index).map_or(time, |(span, _)| {
            let nanos = operation::request(self.key, number).1 * 1_000;
            span.times(time.saturating_sub(nanos), nanos).1
        })
    }

    #[inline]
    fn patch(&self, index: usize, tail: &mut [u8], number: u64) {
        let (operation, micros) = operation::request(self.key, number);
        hex::put(&mut tail[TRACE_AT..][..32], &self.ids.trace(number));
        hex::put(&mut tail[SPAN_AT..][..16], &self.ids.span(number, index));
        let micros = if let Some((span, _)) = self.descendant(index) {
            hex::put(&mut tail[PARENT_AT..][..16], &self.ids.span(number, span.parent));
            let (start, end) = span.times(0, micros);
            end - start
        } else {
            let operation = self.operations[operation].as_bytes();
            tail[OPERATION_AT..][..operation.len()].copy_from_slice(operation);
            micros
        };
        let end = tail.len() - 1;
        decimal::put_fraction(&mut tail[end - DURATION_WIDTH..end], micros, 3);
    }
}

const TRACE_AT: usize = r#"","traceID":""#.len();
const SPAN_AT: usize = TRACE_AT + 32 + r#"","spanID":""#.len();
const PARENT_AT: usize = SPAN_AT + 16 + r#"","parentSpanID":""#.len();
/// Of a root.
const OPERATION_AT: usize = SPAN_AT + 16 + r#"","operation":""#.len();

/// Up to `9999.999`.
const DURATION_WIDTH: usize = 8;
