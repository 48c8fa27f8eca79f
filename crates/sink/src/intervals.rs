//! A set of numbers, kept as intervals: its memory grows with the gaps, not with the numbers.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Numbers that were seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intervals {
    /// First number → last number. Intervals neither overlap nor touch.
    last_by_first: BTreeMap<u64, u64>,
    count: u64,
}

impl Intervals {
    /// Adds an interval, and answers how many of its numbers are new.
    pub fn insert(&mut self, interval: RangeInclusive<u64>) -> u64 {
        let (mut first, mut last) = interval.into_inner();
        if first > last {
            return 0;
        }
        let mut known = 0;
        // From the right: every interval that begins within, or right behind, until one ends before.
        while let Some((&begin, &end)) = self.last_by_first.range(..=last.saturating_add(1)).next_back() {
            if end < first.saturating_sub(1) {
                break;
            }
            self.last_by_first.remove(&begin);
            known += length(begin, end);
            first = first.min(begin);
            last = last.max(end);
        }
        self.last_by_first.insert(first, last);
        let new = length(first, last) - known;
        self.count += new;
        new
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The highest number; none when there is none.
    pub fn highest(&self) -> Option<u64> {
        self.last_by_first.last_key_value().map(|(_, last)| *last)
    }

    /// How many numbers from 0 to the highest are not there.
    pub fn missing(&self) -> u64 {
        self.highest().map_or(0, |highest| highest - (self.count - 1))
    }

    /// How many intervals there are.
    pub fn len(&self) -> usize {
        self.last_by_first.len()
    }

    /// Whether there is no number.
    pub fn is_empty(&self) -> bool {
        self.last_by_first.is_empty()
    }
}

/// How many numbers an interval holds. All numbers but one are more than fit.
fn length(first: u64, last: u64) -> u64 {
    (last - first).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn intervals_that_touch_become_one() {
        let mut intervals = Intervals::default();
        assert_eq!(intervals.insert(10..=19), 10);
        assert_eq!(intervals.insert(0..=4), 5);
        assert_eq!((intervals.len(), intervals.missing()), (2, 5));
        assert_eq!(intervals.insert(5..=9), 5);
        assert_eq!((intervals.len(), intervals.missing(), intervals.highest()), (1, 0, Some(19)));
    }

    #[test]
    fn a_million_numbers_in_turn_take_one_interval() {
        let mut intervals = Intervals::default();
        for first in (0..1_000_000).step_by(100) {
            intervals.insert(first..=first + 99);
        }
        assert_eq!((intervals.len(), intervals.count()), (1, 1_000_000));
    }

    #[test]
    fn the_ends_of_the_range_are_numbers_too() {
        let mut intervals = Intervals::default();
        assert_eq!(intervals.insert(u64::MAX..=u64::MAX), 1);
        assert_eq!(intervals.insert(0..=0), 1);
        assert_eq!(intervals.missing(), u64::MAX - 1);
        assert_eq!(intervals.insert(u64::MAX - 1..=u64::MAX), 1);
    }

    proptest! {
        #[test]
        fn it_is_a_set(inserted in prop::collection::vec((0_u64..300, 0_u64..20), 1..80)) {
            let (mut intervals, mut set) = (Intervals::default(), HashSet::new());
            for (first, more) in inserted {
                let new = (first..=first + more).filter(|number| set.insert(*number)).count();
                prop_assert_eq!(intervals.insert(first..=first + more), new as u64);
            }
            let highest = set.iter().copied().max();
            prop_assert_eq!(intervals.count(), set.len() as u64);
            prop_assert_eq!(intervals.highest(), highest);
            prop_assert_eq!(intervals.missing(), highest.map_or(0, |highest| highest + 1 - set.len() as u64));
            // No two intervals touch, so there are no more than gaps.
            let starts = set.iter().filter(|number| **number == 0 || !set.contains(&(**number - 1))).count();
            prop_assert_eq!(intervals.len(), starts);
        }
    }
}
