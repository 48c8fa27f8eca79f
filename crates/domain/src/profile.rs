//! What is due when: rates, active time, and the integral of one over the other.
//!
//! A [`RateProfile`] is a list of curves over active time. `due(t)` is its integral rounded down, computed from `t` in
//! integers, never by adding up ticks, so 500/s for 600 s is 300,000 records, whatever happened in between.

mod curve;
mod load;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::curve::{Curve, Knot, MilliRate};
pub use self::load::{Demand, Extent, LaneRate, Load, LoadDuration};

use self::curve::AREA_OF_A_RECORD;

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

    /// Later than any run lasts: 292 years, the most that stores have a number for.
    pub const FOREVER: Self = Self(i64::MAX as u64);

    /// That many nanoseconds of load.
    pub fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// That much load; [`ActiveTime::FOREVER`] is the most.
    pub fn from_duration(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)).min(Self::FOREVER)
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
        Self(self.0.saturating_add(Self::from_duration(by).0)).min(Self::FOREVER)
    }

    /// How long after `earlier` this is; zero when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A lane's rate over active time: one curve after the other, each of which holds until the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Piece>", into = "Vec<Piece>")]
pub struct RateProfile {
    /// In order; the first begins at zero.
    pieces: Vec<Piece>,
    /// The area before each piece.
    before: Vec<u128>,
}

/// A stretch of active time that follows one curve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Piece {
    start: ActiveTime,
    curve: Curve,
}

impl RateProfile {
    /// One curve from the beginning.
    pub fn of(curve: Curve) -> Self {
        Self { pieces: vec![Piece { start: ActiveTime::ZERO, curve }], before: vec![0] }
    }

    /// From `at` on another curve is followed, from its beginning; what was due before stays due.
    ///
    /// Pieces that would begin at `at` or later are dropped.
    pub fn change(&mut self, at: ActiveTime, curve: Curve) {
        let kept = self.pieces.partition_point(|piece| piece.start < at);
        self.pieces.truncate(kept);
        self.before.truncate(kept);
        let area = self.area(at);
        let start = if kept == 0 { ActiveTime::ZERO } else { at };
        self.pieces.push(Piece { start, curve });
        self.before.push(area);
    }

    /// The rate asked for at `t`.
    pub fn rate_at(&self, t: ActiveTime) -> MilliRate {
        let index = self.pieces.partition_point(|piece| piece.start <= t).saturating_sub(1);
        self.pieces.get(index).map_or(MilliRate(0), |piece| piece.curve.rate_at(t.since(piece.start)))
    }

    /// How many records are due by `t`.
    pub fn due(&self, t: ActiveTime) -> u64 {
        u64::try_from(self.area(t) / AREA_OF_A_RECORD).unwrap_or(u64::MAX)
    }

    /// The first moment by which `n` records are due; none when the profile never gets there.
    pub fn due_at(&self, n: u64) -> Option<ActiveTime> {
        let wanted = u128::from(n) * AREA_OF_A_RECORD;
        if n == 0 {
            return Some(ActiveTime::ZERO);
        }
        let index = self.before.partition_point(|before| *before < wanted).saturating_sub(1);
        let piece = self.pieces.get(index)?;
        let within = piece.curve.reaches(wanted - self.before.get(index)?)?;
        let at = piece.start.0.checked_add(within).map(ActiveTime)?;
        // What the curve would reach later is the next piece's matter, and no later piece has it either.
        (at <= ActiveTime::FOREVER).then_some(at)
    }

    /// The area under all pieces up to `t`.
    fn area(&self, t: ActiveTime) -> u128 {
        let index = self.pieces.partition_point(|piece| piece.start <= t).saturating_sub(1);
        let before = self.before.get(index).copied().unwrap_or(0);
        self.pieces.get(index).map_or(0, |piece| before + piece.curve.area(t.0.saturating_sub(piece.start.0)))
    }
}

impl From<Vec<Piece>> for RateProfile {
    fn from(pieces: Vec<Piece>) -> Self {
        let mut profile = Self { pieces: Vec::new(), before: Vec::new() };
        for Piece { start, curve } in pieces {
            profile.change(start, curve);
        }
        profile
    }
}

impl From<RateProfile> for Vec<Piece> {
    fn from(profile: RateProfile) -> Self {
        profile.pieces
    }
}

impl From<Rate> for Curve {
    fn from(rate: Rate) -> Self {
        Self::constant(MilliRate(rate.0 * 1_000))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(records: u64) -> Rate {
        Rate::per_second(records).unwrap()
    }

    fn constant(records: u64) -> RateProfile {
        RateProfile::of(rate(records).into())
    }

    fn secs(seconds: u64) -> ActiveTime {
        ActiveTime::from_duration(Duration::from_secs(seconds))
    }

    #[test]
    fn the_numbers_of_the_load_model_hold() {
        assert_eq!(constant(500).due(secs(600)), 300_000);
        let slow = constant(1);
        assert_eq!(slow.due(ActiveTime(999_999_999)), 0);
        assert_eq!(slow.due(secs(1)), 1);
        assert_eq!(slow.due_at(3), Some(secs(3)));
        assert_eq!(constant(10_000_000).due(secs(2_592_000)), 25_920_000_000_000);
    }

    #[test]
    fn a_lane_that_is_off_is_never_due() {
        let off = constant(0);
        assert_eq!(off.due(secs(1000)), 0);
        assert_eq!(off.due_at(1), None);
        assert_eq!(off.due_at(0), Some(ActiveTime::ZERO));
    }

    #[test]
    fn a_change_at_the_very_start_replaces_the_first_piece() {
        let mut profile = constant(5);
        profile.change(ActiveTime::ZERO, rate(7).into());
        assert_eq!(profile, constant(7));
    }

    /// A profile built by changes, and the same changes as plain steps for a slow reference.
    fn changed() -> impl Strategy<Value = (RateProfile, Vec<(u64, u64)>)> {
        prop::collection::vec((1_u64..5_000_000_000, 0_u64..2_000), 0..12).prop_map(|gaps| {
            let mut profile = constant(100);
            let mut steps = vec![(0, 100)];
            let mut at = 0;
            for (gap, records) in gaps {
                at += gap;
                profile.change(ActiveTime(at), rate(records).into());
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
            } else {
                prop_assert!(profile.due(ActiveTime::FOREVER) < n);
            }
        }

        #[test]
        fn a_change_leaves_what_was_due(records in 0_u64..1_000, at in 0_u64..10_000_000_000) {
            let mut profile = constant(977);
            let before = profile.due(ActiveTime(at));
            profile.change(ActiveTime(at), rate(records).into());
            prop_assert_eq!(profile.due(ActiveTime(at)), before);
        }

        #[test]
        fn it_survives_being_stored((profile, _) in changed()) {
            let text = serde_json::to_string(&profile).unwrap();
            prop_assert_eq!(serde_json::from_str::<RateProfile>(&text).unwrap(), profile);
        }
    }
}
