//! JSON traces: `{testID, runID, seq, timestamp, traceID, spanID, operation, duration}`, the duration in milliseconds.

use crate::encoder::Shape;
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
    blank: Vec<u8>,
}

impl TraceTail {
    pub(crate) fn new(shape: &Shape) -> Self {
        let operations: Vec<String> =
            OPERATIONS.iter().map(|operation| format!("{} {}", operation.method, operation.route)).collect();
        let blank = format!(
            r#"","traceID":"{:032}","spanID":"{:016}","operation":"{}","duration":{:DURATION_WIDTH$}}}"#,
            0, 0, operations[0], 0
        );
        Self { ids: TraceIds::of(shape.run), key: mix(shape.seed), operations, blank: blank.into_bytes() }
    }
}

impl Tail for TraceTail {
    fn blank(&self) -> &[u8] {
        &self.blank
    }

    #[inline]
    fn patch(&self, tail: &mut [u8], number: u64) {
        let (index, micros) = operation::request(self.key, number);
        let operation = self.operations[index].as_bytes();
        put_hex(&mut tail[TRACE_AT..][..32], &self.ids.trace(number));
        put_hex(&mut tail[SPAN_AT..][..16], &self.ids.root_span(number));
        tail[OPERATION_AT..][..operation.len()].copy_from_slice(operation);
        let end = tail.len() - 1;
        decimal::put_fraction(&mut tail[end - DURATION_WIDTH..end], micros, 3);
    }
}

#[inline]
fn put_hex(place: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in place.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

const TRACE_AT: usize = r#"","traceID":""#.len();
const SPAN_AT: usize = TRACE_AT + 32 + r#"","spanID":""#.len();
const OPERATION_AT: usize = SPAN_AT + 16 + r#"","operation":""#.len();

/// Up to `9999.999`.
const DURATION_WIDTH: usize = 8;
