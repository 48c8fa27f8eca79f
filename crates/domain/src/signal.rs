//! The three signals, and which part of a signal's records is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Logs, metrics or traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// Log records.
    Logs,
    /// Metric data points.
    Metrics,
    /// Traces.
    Traces,
}

impl Signal {
    /// Every signal, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Logs, Self::Metrics, Self::Traces];

    /// `logs`, `metrics` or `traces`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }

    /// The signal of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.as_str() == name)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Share `index` of `count`: parallel parts of one lane that add up to it exactly.
///
/// A share takes `⌊(n + index) / count⌋` of the first `n` records of its lane: every `count`-th. It is written `index/count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Share {
    index: u32,
    count: u32,
}

impl Share {
    /// The only share of a lane that is not divided.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Share `index` of `count`; none when there is no such share.
    pub fn new(index: u32, count: u32) -> Option<Self> {
        (index < count).then_some(Self { index, count })
    }

    /// The share that is written so: `index/count`, in decimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (index, count) = text.split_once('/')?;
        let number =
            |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?;
        Self::new(number(index)?, number(count)?)
    }

    /// Its place among its siblings, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many shares there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// How many of the lane's first `n` records are this share's.
    pub fn of(self, n: u64) -> u64 {
        let part = (u128::from(n) + u128::from(self.index)) / u128::from(self.count);
        u64::try_from(part).unwrap_or(u64::MAX)
    }

    /// The smallest `n` for which [`Share::of`] reaches `k`: the lane's record that is this share's `k`-th.
    pub fn lane_count_for(self, k: u64) -> u64 {
        let n = (u128::from(k) * u128::from(self.count)).saturating_sub(u128::from(self.index));
        u64::try_from(n).unwrap_or(u64::MAX)
    }

    /// The lane's number of this share's record `k`, both from 0; modulo 2^64.
    #[inline]
    pub fn lane_number(self, k: u64) -> u64 {
        k.wrapping_mul(u64::from(self.count)).wrapping_add(self.first())
    }

    /// Which of this share's records, from 0, has that number in the lane; none when another share's has.
    #[inline]
    pub fn own_number(self, lane_number: u64) -> Option<u64> {
        let count = u64::from(self.count);
        (lane_number % count == self.first()).then_some(lane_number / count)
    }

    /// The lane's number of this share's first record.
    fn first(self) -> u64 {
        u64::from(self.count - 1 - self.index)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_share_reads_as_it_is_written() {
        for (index, count) in [(0, 1), (3, 4), (63, 64)] {
            let share = Share::new(index, count).unwrap();
            assert_eq!(Share::parse(&share.to_string()), Some(share));
        }
        for text in ["", "3", "4/4", "0/0", "-1/2", "+1/2", "1/2/3", "a/2", "1/"] {
            assert_eq!(Share::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_whole(n in 0_u64..1 << 50, count in 1_u32..64) {
            let sum: u64 = (0..count).map(|i| Share::new(i, count).unwrap().of(n)).sum();
            prop_assert_eq!(sum, n);
        }

        #[test]
        fn the_inverse_is_the_first_count_that_reaches_it(k in 1_u64..1 << 40, count in 1_u32..64, i in 0_u32..64) {
            let share = Share::new(i % count, count).unwrap();
            let n = share.lane_count_for(k);
            prop_assert!(share.of(n) >= k);
            prop_assert!(n == 0 || share.of(n - 1) < k);
        }

        #[test]
        fn every_record_of_a_lane_is_one_of_one_share(number in 0_u64..1 << 50, count in 1_u32..64) {
            let shares = (0..count).filter_map(|i| Share::new(i, count));
            let owners: Vec<_> = shares.filter_map(|share| Some((share, share.own_number(number)?))).collect();
            prop_assert_eq!(owners.len(), 1);
            let (share, own) = owners[0];
            prop_assert_eq!(share.lane_number(own), number);
            // It is taken when it becomes due, and not before.
            prop_assert_eq!((share.of(number), share.of(number + 1)), (own, own + 1));
        }
    }
}
