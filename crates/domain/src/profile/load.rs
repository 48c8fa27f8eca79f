//! The load of one share of a lane: what is asked for, and how much of it is due when.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::profile::{ActiveTime, Curve, MilliRate, Rate, RateProfile};
use crate::shape::Shape;
use crate::signal::Share;

/// What a spec asks of one lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The lane's rate.
    pub rate: LaneRate,
    /// How it goes over time.
    pub shape: Shape,
    /// How long, or how much.
    pub extent: Extent,
}

impl Demand {
    /// A constant rate for a time.
    pub fn constant(rate: Rate, duration: LoadDuration) -> Self {
        Self { rate: LaneRate::PerSecond(rate), shape: Shape::Constant, extent: Extent::For(duration) }
    }

    /// The rate over time; nothing for a lane that is not paced.
    fn curve(&self) -> Curve {
        let LaneRate::PerSecond(rate) = self.rate else { return Rate::ZERO.into() };
        self.shape.curve(rate, self.extent.duration()).unwrap_or_else(|| rate.into())
    }
}

/// The rate of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LaneRate {
    /// As many records per second; zero is off.
    PerSecond(Rate),
    /// As many as the destination takes.
    Max,
}

impl LaneRate {
    /// Whether the lane is off.
    pub fn is_zero(self) -> bool {
        self == Self::PerSecond(Rate::ZERO)
    }
}

impl Default for LaneRate {
    fn default() -> Self {
        Self::PerSecond(Rate::ZERO)
    }
}

/// When a load ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// After a time.
    For(LoadDuration),
    /// With that many records of each lane: 1 to 1,000,000,000,000.
    Count(u64),
    /// When someone ends it.
    Open,
}

impl Extent {
    /// The largest count.
    pub const MAX_COUNT: u64 = 1_000_000_000_000;

    /// How long, if that is what ends it.
    pub fn duration(self) -> Option<Duration> {
        match self {
            Self::For(duration) => Some(duration.as_duration()),
            Self::Count(_) | Self::Open => None,
        }
    }

    fn count(self) -> Option<u64> {
        match self {
            Self::Count(records) => Some(records),
            Self::For(_) | Self::Open => None,
        }
    }
}

/// Seconds of active load: 1 to 2,592,000 (30 days).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoadDuration(u32);

impl LoadDuration {
    /// The longest load.
    pub const MAX: u32 = 2_592_000;

    /// That many seconds; none out of range.
    pub fn seconds(seconds: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&seconds).then_some(Self(seconds))
    }

    /// In seconds.
    pub fn as_secs(self) -> u32 {
        self.0
    }

    /// As a length of time.
    pub fn as_duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

/// The load of one share of a lane, with every change so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The latest demand.
    demand: Demand,
    /// The rate of the whole lane, with every change of it.
    profile: RateProfile,
    /// Nothing is due after this.
    end: ActiveTime,
    /// Which part of the lane's records this is.
    share: Share,
    /// What the profile does not know of.
    #[serde(default)]
    unpaced: Unpaced,
}

/// What was due while the load was not paced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Unpaced {
    /// This share's records.
    records: u64,
    /// By when: nothing that is due later was due before.
    until: ActiveTime,
}

impl Load {
    /// One share of a load from its beginning.
    pub fn of(demand: Demand, share: Share) -> Self {
        let profile = RateProfile::of(demand.curve());
        let mut load = Self { demand, profile, end: ActiveTime::FOREVER, share, unpaced: Unpaced::default() };
        load.end = load.end_of();
        load
    }

    /// A load that joins a run at a moment: nothing is due before it.
    pub fn joining(demand: Demand, share: Share, at: ActiveTime) -> Self {
        let mut load = Self::of(demand, share);
        let curve = load.demand.curve();
        load.profile = RateProfile::of(Rate::ZERO.into());
        load.profile.change(at, curve);
        load.end = load.end_of();
        load
    }

    /// From `at` on another demand is followed; what was due before, `due` records of this share, stays due. A demand that is
    /// the present one changes nothing, so that a shape does not begin anew.
    pub fn follow(&mut self, demand: &Demand, at: ActiveTime, due: u64) {
        if self.demand == *demand {
            return;
        }
        let same_rate = self.demand.rate == demand.rate && self.demand.shape == demand.shape;
        let was_unpaced = self.is_unpaced();
        self.demand = demand.clone();
        if !same_rate {
            self.profile.change(at, demand.curve());
        }
        if was_unpaced && !self.is_unpaced() {
            let records = due.saturating_sub(self.share.of(self.profile.due(at)));
            self.unpaced = Unpaced { records, until: at };
        }
        self.end = self.end_of().max(at);
    }

    /// Nothing is due after `at`.
    pub fn end_by(&mut self, at: ActiveTime) {
        self.end = self.end.min(at);
    }

    /// Whether records are due whenever the destination takes them.
    pub fn is_unpaced(&self) -> bool {
        self.demand.rate == LaneRate::Max
    }

    /// The latest demand.
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// Which part of the lane's records this is.
    pub fn share(&self) -> Share {
        self.share
    }

    /// Nothing is due after this; [`ActiveTime::FOREVER`] when only someone's word ends the load.
    pub fn end(&self) -> ActiveTime {
        self.end
    }

    /// How many of this share's records are due by `t`; of a load that is not paced, those that were before.
    pub fn due(&self, t: ActiveTime) -> u64 {
        let paced = self.share.of(self.profile.due(t.min(self.end)));
        let due = self.unpaced.records.saturating_add(paced);
        self.limit().map_or(due, |limit| due.min(limit))
    }

    /// The rate that is asked of the whole lane at `t`; zero when the load is over, or not paced.
    pub fn rate_at(&self, t: ActiveTime) -> MilliRate {
        if t < self.end { self.profile.rate_at(t) } else { MilliRate(0) }
    }

    /// How many of this share's records there are at the most, if that is limited by number.
    pub fn limit(&self) -> Option<u64> {
        self.demand.extent.count().map(|count| self.share.of(count))
    }

    /// How many of this share's records are due in all.
    pub fn total(&self) -> u64 {
        self.due(self.end)
    }

    /// The moment this share's `n`-th record (counted from 1) is due; none when it never is.
    pub fn due_at(&self, n: u64) -> Option<ActiveTime> {
        if self.limit().is_some_and(|limit| n > limit) {
            return None;
        }
        let Unpaced { records, until } = self.unpaced;
        let due = match n.checked_sub(records) {
            None | Some(0) => Some(until),
            Some(paced) => self.profile.due_at(self.share.lane_count_for(paced)).map(|t| t.max(until)),
        };
        due.filter(|t| *t <= self.end)
    }

    fn end_of(&self) -> ActiveTime {
        match self.demand.extent {
            Extent::For(duration) => ActiveTime::from_duration(duration.as_duration()),
            Extent::Count(_) if self.is_unpaced() => ActiveTime::FOREVER,
            // All shares of a load that was always paced end at one moment.
            Extent::Count(count) if self.unpaced == Unpaced::default() => {
                self.profile.due_at(count).unwrap_or(ActiveTime::FOREVER)
            }
            Extent::Count(count) => {
                let ends_with = Self { end: ActiveTime::FOREVER, ..self.clone() };
                ends_with.due_at(self.share.of(count)).unwrap_or(ActiveTime::FOREVER)
            }
            Extent::Open => ActiveTime::FOREVER,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shape::Target;

    fn rate(records: u64) -> Rate {
        Rate::per_second(records).unwrap()
    }

    fn secs(seconds: u32) -> LoadDuration {
        LoadDuration::seconds(seconds).unwrap()
    }

    fn at(seconds: u64) -> ActiveTime {
        ActiveTime::from_duration(Duration::from_secs(seconds))
    }

    #[test]
    fn nothing_is_due_after_the_end() {
        let load = Load::of(Demand::constant(rate(3), secs(2)), Share::WHOLE);
        assert_eq!(
            (load.total(), load.due(at(100)), load.due_at(6), load.due_at(7)),
            (6, 6, Some(at(2)), None)
        );
    }

    #[test]
    fn a_count_ends_a_load_with_its_last_record() {
        let demand = Demand { extent: Extent::Count(250), ..Demand::constant(rate(100), secs(1)) };
        let load = Load::of(demand.clone(), Share::WHOLE);
        assert_eq!((load.total(), load.limit(), load.end().as_nanos()), (250, Some(250), 2_500_000_000));
        assert_eq!((load.due_at(250).is_some(), load.due_at(251)), (true, None));
        let halves = [0, 1].map(|half| Load::of(demand.clone(), Share::new(half, 2).unwrap()).total());
        assert_eq!(halves, [125, 125]);
    }

    #[test]
    fn an_unpaced_load_is_limited_by_its_extent_only() {
        let demand = Demand { rate: LaneRate::Max, shape: Shape::Constant, extent: Extent::Count(9) };
        let load = Load::of(demand, Share::new(0, 2).unwrap());
        assert!(load.is_unpaced());
        assert_eq!((load.due(at(9)), load.limit(), load.end()), (0, Some(4), ActiveTime::FOREVER));
    }

    #[test]
    fn a_load_that_is_paced_again_goes_on_behind_what_left_meanwhile() {
        let paced = Demand::constant(rate(10), secs(60));
        let unpaced = Demand { rate: LaneRate::Max, ..paced.clone() };
        let mut load = Load::of(paced.clone(), Share::new(1, 2).unwrap());
        load.follow(&unpaced, at(4), load.due(at(4)));
        assert_eq!((load.is_unpaced(), load.due(at(9))), (true, 20));
        load.follow(&paced, at(10), 5_000);
        assert_eq!((load.due(at(10)), load.due(at(20)), load.total()), (5_000, 5_050, 5_250));
        assert_eq!((load.due_at(3), load.due_at(5_000)), (Some(at(10)), Some(at(10))));
        // The 5,050th is the whole lane's last but one by then.
        let tenth_before = ActiveTime::from_nanos(19_900_000_000);
        assert_eq!((load.due_at(5_050), load.due_at(5_251)), (Some(tenth_before), None));
        load.follow(&unpaced, at(20), 5_050);
        load.follow(&paced, at(21), 9_000);
        assert_eq!((load.due(at(21)), load.due(at(31))), (9_000, 9_050));
        for (count, total, end) in [(20_000, 10_000, 220_900), (18_000, 9_000, 40_000), (100, 50, 40_000)] {
            let mut load = load.clone();
            load.follow(&Demand { extent: Extent::Count(count), ..paced.clone() }, at(40), 9_095);
            assert_eq!((load.total(), load.end().as_duration().as_millis()), (total, end), "{count}");
        }
    }

    #[test]
    fn a_demand_told_again_does_not_begin_its_shape_anew() {
        let shape = Shape::Ramp { from: Target::ZERO, to: Target::FULL, over: None };
        let demand = Demand { shape, ..Demand::constant(rate(100), secs(60)) };
        let mut load = Load::of(demand.clone(), Share::WHOLE);
        let before = load.clone();
        load.follow(&demand, at(30), 750);
        assert_eq!(load, before);
        load.follow(&Demand { extent: Extent::For(secs(40)), ..demand.clone() }, at(30), 750);
        assert_eq!((load.due(at(30)), load.end()), (750, at(40)));
        load.follow(&Demand::constant(rate(10), secs(50)), at(35), 1_020);
        assert_eq!(load.total(), 1_020 + 150);
    }

    #[test]
    fn what_joins_late_is_due_from_then_on() {
        let load = Load::joining(Demand::constant(rate(10), secs(20)), Share::WHOLE, at(15));
        assert_eq!((load.due(at(15)), load.total()), (0, 50));
    }

    proptest! {
        #[test]
        fn the_shares_of_a_load_add_up(count in 1_u32..16, records in 1_u64..5_000, t in 0_u64..20_000_000_000) {
            let demand = Demand::constant(rate(records), secs(15));
            let due = |share| Load::of(demand.clone(), share).due(ActiveTime::from_nanos(t));
            let sum: u64 = (0..count).map(|i| due(Share::new(i, count).unwrap())).sum();
            prop_assert_eq!(sum, due(Share::WHOLE));
        }
    }
}
