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

/// What follows the timestamp in an object, the closing brace included; always of the same length.
///
/// A record is one object, or a row of several that all carry its number.
pub(crate) trait Tail {
    /// How many objects a record has.
    #[inline]
    fn objects(&self) -> usize {
        1
    }

    /// A tail to be patched, of a record's object `index`.
    fn blank(&self, index: usize) -> &[u8];

    /// The time of that object of a record.
    #[inline]
    fn time(&self, _index: usize, _number: u64, time: u64) -> u64 {
        time
    }

    /// Patches the tail of that object of the record with that number.
    fn patch(&self, index: usize, tail: &mut [u8], number: u64);
}

impl<T: Tail> Rows<T> {
    pub(crate) fn new(shape: &Shape, tail: T) -> Self {
        // Test names hold nothing that JSON escapes.
        let head = format!(r#"{{"testID":"{}","runID":"{}","seq":"#, shape.test, shape.run);
        Self { head: head.into_bytes(), tail }
    }

    fn object_len(&self, width: usize, index: usize) -> usize {
        self.head.len()
            + width
            + BEFORE_TIME.len()
            + timestamp::LENGTH
            + self.tail.blank(index).len()
            + SEPARATOR
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
        (0..self.tail.objects()).map(|index| self.object_len(width, index)).sum()
    }

    fn open(&self, _bytes: usize, body: &mut Vec<u8>) {
        body.push(b'[');
    }

    fn lay_out(&self, width: usize, body: &mut Vec<u8>) {
        for index in 0..self.tail.objects() {
            body.extend_from_slice(&self.head);
            body.resize(body.len() + width, b'0');
            body.extend_from_slice(BEFORE_TIME);
            body.resize(body.len() + timestamp::LENGTH, b'Z');
            body.extend_from_slice(self.tail.blank(index));
            body.push(b',');
        }
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
        for (record, number) in records.chunks_exact_mut(self.len(width)).zip(numbers) {
            let time = times.tick();
            let mut rest = record;
            for index in 0..self.tail.objects() {
                let (object, after) = rest.split_at_mut(self.object_len(width, index));
                decimal::put(&mut object[seq_at..seq_at + width], number);
                timestamps.put(&mut object[time_at..tail_at], self.tail.time(index, number, time));
                let tail_end = object.len() - SEPARATOR;
                self.tail.patch(index, &mut object[tail_at..tail_end], number);
                rest = after;
            }
        }
    }
}

const BEFORE_TIME: &[u8] = br#","timestamp":""#;

/// The comma between records, or the bracket after the last.
const SEPARATOR: usize = 1;
