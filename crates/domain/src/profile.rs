//! What is due when: rates, active time, and the integral of one over the other.
//!
//! A [`RateProfile`] is a list of pieces over active time. `due(t)` is its integral rounded down, computed from `t` in
//! integers, never by adding up ticks, so 500/s for 600 s is 300,000 records, whatever happened in between.
//! Times are nanoseconds; the integral is kept in record-nanoseconds (rate × ns), which 128 bits hold exactly.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::signal::Share;

/// Records per second of a whole lane: 0 to 10,000,000.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(u64);

impl Rate {
    /// The highest rate that can be asked for.
    pub const MAX: u64 = 10_000_000;
    /// A lane that is off.
    pub const ZERO: Self = Self(0);

    /// That many records per second; none above [`Rate::MAX`].
    pub fn per_second(records: u64) -> Option<Self> {
        (records <= Self::MAX).then_some(Self(records))
    }

    /// Records per second.
    pub fn records_per_second(self) -> u64 {
        self.0
    }

    /// Whether the lane is off.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// Time under load since a run began, in nanoseconds; it stands still while the run is paused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActiveTime(u64);

impl ActiveTime {
    /// The start of a run.
    pub const ZERO: Self = Self(0);

    /// That many nanoseconds of load.
    pub fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// That much load; 584 years is the most.
    pub fn from_duration(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Nanoseconds of load.
    pub fn as_nanos(self) -> u64 {
        self.0
    }

    /// As a length of time.
    pub fn as_duration(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// This much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(Self::from_duration(by).0))
    }

    /// How long after `earlier` this is; zero when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A lane's rate over active time.
///
/// The pieces are in order, the first begins at zero, and each holds until the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateProfile {
    pieces: Vec<Piece>,
}

/// A stretch of one shape. Today's only shape is a constant rate; another one gives its own integral and inverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Piece {
    start: ActiveTime,
    rate: Rate,
}

impl RateProfile {
    /// The same rate for ever.
    pub fn constant(rate: Rate) -> Self {
        Self { pieces: vec![Piece { start: ActiveTime::ZERO, rate }] }
    }

    /// From `at` on the rate is another; what was due before stays due.
    ///
    /// Pieces that would begin at `at` or later are dropped.
    pub fn change(&mut self, at: ActiveTime, rate: Rate) {
        if self.rate_at(at) == rate && self.pieces.last().is_some_and(|last| last.start <= at) {
            return;
        }
        self.pieces.retain(|piece| piece.start < at);
        self.pieces.push(Piece { start: at, rate });
        if let Some(first) = self.pieces.first_mut() {
            first.start = ActiveTime::ZERO;
        }
    }

    /// The rate asked for at `t`.
    pub fn rate_at(&self, t: ActiveTime) -> Rate {
        self.pieces.iter().rev().find(|piece| piece.start <= t).map_or(Rate::ZERO, |piece| piece.rate)
    }

    /// How many records are due by `t`.
    pub fn due(&self, t: ActiveTime) -> u64 {
        let integral: u128 = self.stretches().map(|(piece, end)| piece.integral(end.min(t))).sum();
        u64::try_from(integral / NANOS_PER_SECOND).unwrap_or(u64::MAX)
    }

    /// The first moment by which `n` records are due; none when the profile never gets there.
    pub fn due_at(&self, n: u64) -> Option<ActiveTime> {
        let mut wanted = u128::from(n) * NANOS_PER_SECOND;
        for (piece, end) in self.stretches() {
            let whole = piece.integral(end);
            if wanted <= whole {
                return piece.reaches(wanted);
            }
            wanted -= whole;
        }
        None
    }

    /// Every piece with the moment it ends.
    fn stretches(&self) -> impl Iterator<Item = (Piece, ActiveTime)> + '_ {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.start).chain([ActiveTime(u64::MAX)]);
        self.pieces.iter().copied().zip(ends)
    }
}

impl Piece {
    /// Record-nanoseconds from the start of the piece to `t`; zero before it.
    fn integral(self, t: ActiveTime) -> u128 {
        u128::from(t.0.saturating_sub(self.start.0)) * u128::from(self.rate.0)
    }

    /// The first moment at which [`Piece::integral`] is at least `wanted`.
    fn reaches(self, wanted: u128) -> Option<ActiveTime> {
        if wanted == 0 {
            return Some(self.start);
        }
        if self.rate.is_zero() {
            return None;
        }
        let nanos = u64::try_from(wanted.div_ceil(u128::from(self.rate.0))).ok()?;
        self.start.0.checked_add(nanos).map(ActiveTime)
    }
}

/// The load of one share of a lane: a profile, when it ends, and which part of it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The rate of the whole lane.
    pub profile: RateProfile,
    /// Nothing is due after this.
    pub end: ActiveTime,
    /// Which part of the lane's records this is.
    pub share: Share,
}

impl Load {
    /// A constant rate for a time.
    pub fn constant(rate: Rate, duration: Duration) -> Self {
        Self {
            profile: RateProfile::constant(rate),
            end: ActiveTime::from_duration(duration),
            share: Share::WHOLE,
        }
    }

    /// How many of this share's records are due by `t`.
    pub fn due(&self, t: ActiveTime) -> u64 {
        self.share.of(self.profile.due(t.min(self.end)))
    }

    /// How many of this share's records are due in all.
    pub fn total(&self) -> u64 {
        self.due(self.end)
    }

    /// The moment this share's `n`-th record (counted from 1) is due; none when it never is.
    pub fn due_at(&self, n: u64) -> Option<ActiveTime> {
        self.profile.due_at(self.share.lane_count_for(n)).filter(|t| *t <= self.end)
    }
}

const NANOS_PER_SECOND: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(records: u64) -> Rate {
        Rate::per_second(records).unwrap()
    }

    fn secs(seconds: u64) -> ActiveTime {
        ActiveTime::from_duration(Duration::from_secs(seconds))
    }

    #[test]
    fn the_numbers_of_the_load_model_hold() {
        assert_eq!(RateProfile::constant(rate(500)).due(secs(600)), 300_000);
        let slow = RateProfile::constant(rate(1));
        assert_eq!(slow.due(ActiveTime(999_999_999)), 0);
        assert_eq!(slow.due(secs(1)), 1);
        assert_eq!(slow.due_at(3), Some(secs(3)));
        assert_eq!(RateProfile::constant(rate(10_000_000)).due(secs(2_592_000)), 25_920_000_000_000);
    }

    #[test]
    fn a_lane_that_is_off_is_never_due() {
        let off = RateProfile::constant(Rate::ZERO);
        assert_eq!(off.due(secs(1000)), 0);
        assert_eq!(off.due_at(1), None);
        assert_eq!(off.due_at(0), Some(ActiveTime::ZERO));
    }

    #[test]
    fn a_change_at_the_very_start_replaces_the_first_piece() {
        let mut profile = RateProfile::constant(rate(5));
        profile.change(ActiveTime::ZERO, rate(7));
        assert_eq!(profile, RateProfile::constant(rate(7)));
    }

    #[test]
    fn nothing_is_due_after_the_end() {
        let load = Load::constant(rate(3), Duration::from_secs(2));
        assert_eq!(
            (load.total(), load.due(secs(100)), load.due_at(6), load.due_at(7)),
            (6, 6, Some(secs(2)), None)
        );
    }

    /// A profile built by changes, and the same changes as plain steps for a slow reference.
    fn changed() -> impl Strategy<Value = (RateProfile, Vec<(u64, u64)>)> {
        prop::collection::vec((1_u64..5_000_000_000, 0_u64..2_000), 0..12).prop_map(|gaps| {
            let mut profile = RateProfile::constant(rate(100));
            let mut steps = vec![(0, 100)];
            let mut at = 0;
            for (gap, records) in gaps {
                at += gap;
                profile.change(ActiveTime(at), rate(records));
                steps.push((at, records));
            }
            (profile, steps)
        })
    }

    proptest! {
        #[test]
        fn due_is_the_integral_rounded_down((profile, steps) in changed(), t in 0_u64..60_000_000_000) {
            let mut integral = 0_u128;
            for (i, (start, records)) in steps.iter().enumerate() {
                let end = steps.get(i + 1).map_or(u64::MAX, |next| next.0).min(t);
                integral += u128::from(end.saturating_sub(*start)) * u128::from(*records);
            }
            prop_assert_eq!(u128::from(profile.due(ActiveTime(t))), integral / 1_000_000_000);
        }

        #[test]
        fn due_never_falls((profile, _) in changed(), a in 0_u64..60_000_000_000, b in 0_u64..60_000_000_000) {
            prop_assert!(profile.due(ActiveTime(a.min(b))) <= profile.due(ActiveTime(a.max(b))));
        }

        #[test]
        fn due_at_is_the_first_moment_that_many_are_due((profile, _) in changed(), n in 1_u64..20_000) {
            if let Some(t) = profile.due_at(n) {
                prop_assert!(profile.due(t) >= n);
                prop_assert!(profile.due(ActiveTime(t.0 - 1)) < n);
            }
        }

        #[test]
        fn a_change_leaves_what_was_due(records in 0_u64..1_000, at in 0_u64..10_000_000_000) {
            let mut profile = RateProfile::constant(rate(977));
            let before = profile.due(ActiveTime(at));
            profile.change(ActiveTime(at), rate(records));
            prop_assert_eq!(profile.due(ActiveTime(at)), before);
        }

        #[test]
        fn the_shares_of_a_load_add_up(count in 1_u32..16, records in 1_u64..5_000, t in 0_u64..20_000_000_000) {
            let whole = Load::constant(rate(records), Duration::from_secs(15));
            let sum: u64 = (0..count)
                .map(|i| Load { share: Share::new(i, count).unwrap(), ..whole.clone() }.due(ActiveTime(t)))
                .sum();
            prop_assert_eq!(sum, whole.due(ActiveTime(t)));
        }
    }
}
