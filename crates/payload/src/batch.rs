//! A laid-out batch: records of equal length side by side, patched in place.
//!
//! A buffer is laid out for a number of records and for the widths of their numbers. As long as both stay, the next batch
//! only patches what changes: time, number, ids, text. Nothing is allocated and nothing but text is copied for a record.

use std::fmt;

use moniflux_domain::signal::Share;

use crate::numbers::Numbers;
use crate::times::Times;

/// Which records of a share a batch holds. There is at least one, and the lane's number after the last is at most `u64::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first record, counted within the share from 0; the others follow without a gap. What is written into a record is
    /// its number in the lane, [`Share::lane_number`].
    pub first: u64,
    /// How many records.
    pub count: u32,
    /// When the first record is due, in unix nanoseconds.
    pub first_due: u64,
    /// When the last record is due, in unix nanoseconds; those between are spread evenly.
    pub last_due: u64,
}

/// The encoded body of a batch; its memory serves any later batch of the same encoder.
#[derive(Default)]
pub struct BatchBuffer {
    pub(crate) body: Vec<u8>,
    /// Where the records begin.
    pub(crate) start: usize,
    /// What `body` is laid out for.
    pub(crate) layout: Vec<Segment>,
}

impl AsRef<[u8]> for BatchBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for BatchBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchBuffer").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Records side by side that are of equal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// What their length depends on; mostly the width of their sequence numbers.
    pub(crate) width: usize,
    pub(crate) count: u32,
}

/// Records whose length depends only on the width of their sequence number.
pub(crate) trait Records {
    /// The width of a number.
    fn width(seq: u64) -> usize;

    /// The largest number of that width.
    fn last_of(width: usize) -> u64;

    /// The length of a record, in bytes.
    fn len(&self, width: usize) -> usize;

    /// Appends what comes before `bytes` bytes of records.
    fn open(&self, bytes: usize, body: &mut Vec<u8>);

    /// Appends one record with room for a number of that width.
    fn lay_out(&self, width: usize, body: &mut Vec<u8>);

    /// Finishes the body after its last record.
    fn close(&self, body: &mut Vec<u8>);

    /// Patches records side by side, which have these numbers.
    fn patch(&self, width: usize, records: &mut [u8], numbers: Numbers, times: &mut Times);
}

/// Makes the buffer hold the records of that span of a share.
pub(crate) fn encode<R: Records>(records: &R, share: Share, buffer: &mut BatchBuffer, span: Span) {
    let mut numbers = Numbers::of(share, span.first);
    let segments = segments::<R>(numbers.clone(), span.count);
    let laid_out = !buffer.body.is_empty() && buffer.layout.iter().copied().eq(segments.clone());
    if !laid_out {
        lay_out(records, buffer, segments);
    }
    let BatchBuffer { body, start, layout } = buffer;
    let mut times = Times::over(span);
    let mut rest = &mut body[*start..];
    for segment in layout {
        let (part, tail) = rest.split_at_mut(records.len(segment.width) * segment.count as usize);
        records.patch(segment.width, part, numbers.clone(), &mut times);
        numbers = numbers.after(segment.count);
        rest = tail;
    }
}

/// The most that a body takes besides its records, and the most that one record takes, in bytes.
pub(crate) fn bounds<R: Records>(records: &R) -> (usize, usize) {
    let mut empty = Vec::new();
    // Length prefixes are widest in the longest of bodies.
    records.open(u32::MAX as usize, &mut empty);
    records.close(&mut empty);
    (empty.len(), records.len(R::width(u64::MAX)))
}

fn lay_out<R: Records>(records: &R, buffer: &mut BatchBuffer, segments: impl Iterator<Item = Segment>) {
    let BatchBuffer { body, start, layout } = buffer;
    layout.clear();
    layout.extend(segments);
    let bytes = layout.iter().map(|segment| records.len(segment.width) * segment.count as usize).sum();

    body.clear();
    records.open(bytes, body);
    *start = body.len();
    body.reserve(bytes);
    for segment in layout {
        let record = body.len();
        records.lay_out(segment.width, body);
        debug_assert_eq!(body.len() - record, records.len(segment.width));
        for _ in 1..segment.count {
            body.extend_from_within(record..record + records.len(segment.width));
        }
    }
    records.close(body);
}

/// Cuts so many records where the width of their numbers changes.
fn segments<R: Records>(mut numbers: Numbers, mut left: u32) -> impl Iterator<Item = Segment> + Clone {
    std::iter::from_fn(move || {
        (left > 0).then(|| {
            let width = R::width(numbers.next);
            let after_first = R::last_of(width).saturating_sub(numbers.next) / numbers.stride;
            let count = u32::try_from(after_first).map_or(left, |after| left.min(after.saturating_add(1)));
            numbers = numbers.after(count);
            left -= count;
            Segment { width, count }
        })
    })
}
