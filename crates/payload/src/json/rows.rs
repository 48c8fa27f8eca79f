//! What the JSON records of every signal have in common.

use crate::batch::Records;
use crate::encoder::Shape;
use crate::json::decimal;
use crate::json::timestamp::{self, Timestamps};
use crate::numbers::Numbers;
use crate::times::Times;

/// Records of one signal.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    /// From the brace to the sequence number.
    head: Vec<u8>,
    tail: T,
}

/// What follows the timestamp in a record, the closing brace included; always of the same length.
pub(crate) trait Tail {
    /// A tail to be patched.
    fn blank(&self) -> &[u8];

    /// Patches the tail of the record with that number.
    fn patch(&self, tail: &mut [u8], number: u64);
}

impl<T: Tail> Rows<T> {
    pub(crate) fn new(shape: &Shape, tail: T) -> Self {
        // Test names hold nothing that JSON escapes.
        let head = format!(r#"{{"testID":"{}","runID":"{}","seq":"#, shape.test, shape.run);
        Self { head: head.into_bytes(), tail }
    }
}

impl<T: Tail> Records for Rows<T> {
    fn width(seq: u64) -> usize {
        decimal::width(seq)
    }

    fn last_of(width: usize) -> u64 {
        decimal::last_of(width)
    }

    fn len(&self, width: usize) -> usize {
        self.head.len() + width + BEFORE_TIME.len() + timestamp::LENGTH + self.tail.blank().len() + SEPARATOR
    }

    fn open(&self, _bytes: usize, body: &mut Vec<u8>) {
        body.push(b'[');
    }

    fn lay_out(&self, width: usize, body: &mut Vec<u8>) {
        body.extend_from_slice(&self.head);
        body.resize(body.len() + width, b'0');
        body.extend_from_slice(BEFORE_TIME);
        body.resize(body.len() + timestamp::LENGTH, b'Z');
        body.extend_from_slice(self.tail.blank());
        body.push(b',');
    }

    fn close(&self, body: &mut Vec<u8>) {
        if body.last() == Some(&b',') {
            body.pop();
        }
        body.push(b']');
    }

    #[inline]
    fn patch(&self, width: usize, records: &mut [u8], numbers: Numbers, times: &mut Times) {
        let mut timestamps = Timestamps::new();
        let (seq_at, time_at) = (self.head.len(), self.head.len() + width + BEFORE_TIME.len());
        let tail_at = time_at + timestamp::LENGTH;
        let tail_end = tail_at + self.tail.blank().len();
        for (record, seq) in records.chunks_exact_mut(self.len(width)).zip(numbers) {
            decimal::put(&mut record[seq_at..seq_at + width], seq);
            timestamps.put(&mut record[time_at..tail_at], times.tick());
            self.tail.patch(&mut record[tail_at..tail_end], seq);
        }
    }
}

const BEFORE_TIME: &[u8] = br#","timestamp":""#;

/// The comma between records, or the bracket after the last.
const SEPARATOR: usize = 1;
