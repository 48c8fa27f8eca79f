//! Which records of a share are kept, by nothing but their numbers and when they are due.
//!
//! So many a second are kept evenly over active time: sample `k` of a lane is due at `k / perSecond`, and the first record that
//! is due then or later is kept. Samples are divided among shares as records are, so the shares keep together what one would.

use moniflux_domain::capture::{Capture, Kept};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Share;

use crate::lane::schedule::DueBatch;

/// Says which records are kept.
#[derive(Debug)]
pub(super) struct Picker {
    kept: Kept,
    share: Share,
    /// How many more may be kept.
    left: u64,
    /// The next record that is due then or later is kept.
    next: ActiveTime,
}

impl Picker {
    /// Goes on behind the first `issued` records of the share. How many of them were kept is not known: as many as can have been.
    pub(super) fn new(capture: Capture, share: Share, issued: u64, active: ActiveTime) -> Self {
        let (kept, next) = match capture.kept {
            Kept::All => (issued, ActiveTime::ZERO),
            Kept::PerSecond(rate) => {
                let taken = if issued == 0 { 0 } else { due(rate, share, active) };
                (taken.min(issued), after(rate, share, taken))
            }
        };
        let left = share.of(capture.max.into()).saturating_sub(kept);
        Self { kept: capture.kept, share, left, next }
    }

    pub(super) fn share(&self) -> Share {
        self.share
    }

    #[inline]
    pub(super) fn is_due(&self, batch: DueBatch) -> bool {
        batch.due >= self.next && self.left > 0
    }

    /// The records of the batch that are kept.
    pub(super) fn pick(&mut self, batch: DueBatch) -> impl Iterator<Item = u64> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let index = from.max(first_at(batch, self.next));
            if self.left == 0 || index >= batch.count {
                return None;
            }
            self.left -= 1;
            if let Kept::PerSecond(rate) = self.kept {
                self.next = after(rate, self.share, due(rate, self.share, time_of(batch, index)));
            }
            from = index + 1;
            Some(batch.first + u64::from(index))
        })
    }
}

/// How many samples of a share are due by that time, the first of a lane at once.
fn due(rate: u32, share: Share, time: ActiveTime) -> u64 {
    let of_lane = u128::from(time.as_nanos()) * u128::from(rate) / NANOS_A_SECOND;
    share.of(u64::try_from(of_lane).unwrap_or(u64::MAX).saturating_add(1))
}

/// When the sample of a share is due that comes after `taken` others.
fn after(rate: u32, share: Share, taken: u64) -> ActiveTime {
    let before = share.lane_count_for(taken.saturating_add(1)).saturating_sub(1);
    let nanos = (u128::from(before) * NANOS_A_SECOND).div_ceil(u128::from(rate.max(1)));
    ActiveTime::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// When that record of a batch is due, which are spread evenly over its time.
fn time_of(batch: DueBatch, index: u32) -> ActiveTime {
    let (first, length, gaps) = spread(batch);
    let behind = u128::from(length) * u128::from(index) / gaps;
    ActiveTime::from_nanos(first.saturating_add(u64::try_from(behind).unwrap_or(u64::MAX)))
}

/// The first record of a batch that is due at that time or later; its count for none.
fn first_at(batch: DueBatch, time: ActiveTime) -> u32 {
    let (first, length, gaps) = spread(batch);
    match time.as_nanos().saturating_sub(first) {
        0 => 0,
        behind if behind > length => batch.count,
        behind => {
            let index = (u128::from(behind) * gaps).div_ceil(length.into());
            u32::try_from(index).unwrap_or(batch.count)
        }
    }
}

/// Where the records of a batch begin, how far they reach, and into how many gaps that is divided.
fn spread(batch: DueBatch) -> (u64, u64, u128) {
    let (first, last) = (batch.first_due.as_nanos(), batch.due.as_nanos());
    (first, last.saturating_sub(first), u128::from(batch.count.saturating_sub(1).max(1)))
}

const NANOS_A_SECOND: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picker(kept: Kept, max: u32, share: Share) -> Picker {
        Picker::new(Capture { kept, max }, share, 0, ActiveTime::ZERO)
    }

    /// The times of the records that are kept of a share with a record every `gap` nanoseconds, in batches of `size`.
    fn kept_times(picker: &mut Picker, gap: u64, size: u32, until: u64) -> Vec<u64> {
        let mut times = Vec::new();
        let mut first = 0;
        while (first + u64::from(size)) * gap <= until {
            let at = |index: u64| ActiveTime::from_nanos((first + index + 1) * gap);
            let batch = DueBatch { first, count: size, first_due: at(0), due: at(u64::from(size) - 1) };
            if picker.is_due(batch) {
                times.extend(picker.pick(batch).map(|own| (own + 1) * gap));
            }
            first += u64::from(size);
        }
        times
    }

    proptest! {
        #[test]
        fn shares_keep_together_as_many_as_are_due_and_each_evenly(
            rate in 1_u32..200,
            shares in 1_u32..9,
            gap in 100_000_u64..4_000_000,
            size in 1_u32..400,
        ) {
            let until = 5_000_000_000;
            let mut together = 0;
            for share in (0..shares).filter_map(|index| Share::new(index, shares)) {
                let mut picker = picker(Kept::PerSecond(rate), u32::MAX, share);
                let times = kept_times(&mut picker, gap, size, until);
                // At the most one for each of the share's samples that are due.
                for (count, time) in (1..).zip(&times) {
                    prop_assert!(count <= due(rate, share, ActiveTime::from_nanos(*time)));
                }
                for pair in times.windows(2) {
                    prop_assert!(
                        due(rate, share, ActiveTime::from_nanos(pair[0])) < due(rate, share, ActiveTime::from_nanos(pair[1]))
                    );
                }
                // Where records are dense, no sample is left out.
                if gap * u64::from(rate) < 1_000_000_000 {
                    let sent = until - until % (gap * u64::from(size));
                    let least = due(rate, share, ActiveTime::from_nanos(sent.saturating_sub(gap)));
                    prop_assert!(times.len() as u64 >= least.saturating_sub(1), "{} of {least}", times.len());
                }
                together += times.len() as u64;
            }
            prop_assert!(together <= 5 * u64::from(rate) + 1);
        }

        #[test]
        fn all_of_a_share_are_kept_until_there_are_enough(max in 0_u32..3_000, shares in 1_u32..5, size in 1_u32..300) {
            let mut together = 0;
            for share in (0..shares).filter_map(|index| Share::new(index, shares)) {
                let times = kept_times(&mut picker(Kept::All, max, share), 1_000_000, size, 1_000_000_000);
                prop_assert!(times.iter().zip(1..).all(|(time, own)| *time == own * 1_000_000));
                let sent = 1_000 - 1_000 % u64::from(size);
                prop_assert_eq!(times.len() as u64, share.of(max.into()).min(sent));
                together += times.len() as u64;
            }
            prop_assert!(together <= u64::from(max));
        }

        #[test]
        fn the_first_record_at_a_time_is_the_first(first in 0_u64..1 << 40, length in 0_u64..1 << 40, count in 1_u32..500, time in 0_u64..1 << 41) {
            let length = if count == 1 { 0 } else { length };
            let [first_due, due] = [first, first + length].map(ActiveTime::from_nanos);
            let batch = DueBatch { first: 0, count, first_due, due };
            let time = ActiveTime::from_nanos(time);
            let index = first_at(batch, time);
            prop_assert!(index == count || time_of(batch, index) >= time);
            prop_assert!(index == 0 || time_of(batch, index - 1) < time);
        }
    }

    #[test]
    fn whoever_goes_on_keeps_no_more_than_is_left() {
        let went_on = |kept, max, issued, seconds: u64| {
            let active = ActiveTime::from_nanos(seconds * 1_000_000_000);
            Picker::new(Capture { kept, max }, Share::WHOLE, issued, active)
        };
        assert_eq!(went_on(Kept::All, 1_000, 400, 4).left, 600);
        assert_eq!(went_on(Kept::All, 1_000, 4_000, 4).left, 0);
        assert_eq!(went_on(Kept::PerSecond(10), 1_000, 400, 4).left, 959);
        assert_eq!(went_on(Kept::PerSecond(10), 1_000, 3, 4).left, 997);
        assert_eq!(went_on(Kept::PerSecond(10), 30, 400, 4).left, 0);
        let next = went_on(Kept::PerSecond(10), 1_000, 400, 4).next;
        assert_eq!(next, ActiveTime::from_nanos(4_100_000_000));
        // Nothing was sent yet, so nothing was kept, whatever the time is.
        assert_eq!(went_on(Kept::PerSecond(10), 1_000, 0, 4).next, ActiveTime::ZERO);
    }
}
