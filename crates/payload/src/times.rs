//! The times of a batch's records: spread evenly from the first due time to the last.

use crate::batch::Span;

/// One time after the other, in unix nanoseconds; monotone, the last one exact. It adds, and divides only once a batch.
#[derive(Debug)]
pub(crate) struct Times {
    now: u64,
    gaps: u64,
    step: u64,
    remainder: u64,
    carried: u64,
}

impl Times {
    pub(crate) fn over(span: Span) -> Self {
        let gaps = u64::from(span.count).saturating_sub(1).max(1);
        // A time of 0 means "unknown" in OTLP, and is left out of the body.
        let first = span.first_due.max(1);
        let length = span.last_due.saturating_sub(first);
        Self { now: first, gaps, step: length / gaps, remainder: length % gaps, carried: 0 }
    }

    #[inline]
    pub(crate) fn tick(&mut self) -> u64 {
        let now = self.now;
        self.carried += self.remainder;
        let carry = u64::from(self.carried >= self.gaps);
        self.carried -= carry * self.gaps;
        self.now = now.wrapping_add(self.step + carry);
        now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(first_due: u64, last_due: u64, count: u32) -> Vec<u64> {
        let mut times = Times::over(Span { first: 0, count, first_due, last_due });
        (0..count).map(|_| times.tick()).collect()
    }

    #[test]
    fn records_are_spread_evenly() {
        assert_eq!(all(100, 200, 5), [100, 125, 150, 175, 200]);
        assert_eq!(all(100, 110, 4), [100, 103, 106, 110]);
        assert_eq!(all(100, 200, 1), [100]);
        assert_eq!(all(0, 0, 2), [1, 1], "0 would mean unknown");
        assert_eq!(all(9, 3, 3), [9, 9, 9], "a clock that was set back");
    }

    proptest! {
        #[test]
        fn times_are_monotone_and_within_the_span(first in 1_u64..1 << 62, length in 0_u64..1 << 40, count in 2_u32..999) {
            let times = all(first, first + length, count);
            prop_assert!(times.is_sorted());
            prop_assert_eq!((times[0], times[times.len() - 1]), (first, first + length));
        }
    }
}
