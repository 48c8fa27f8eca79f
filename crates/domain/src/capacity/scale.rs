//! How high a step of the search is: a factor on the rates of all signals.

use serde::{Deserialize, Serialize};

use crate::profile::{LaneRate, Rate};
use crate::shape::Target;
use crate::signal::Signal;
use crate::spec::Rates;

/// A factor on rates, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scale(u64);

impl Scale {
    /// The rates as they are.
    pub const ONE: Self = Self(1_000_000);
    /// No load.
    pub const ZERO: Self = Self(0);

    /// The highest at which no signal is above that target.
    pub(super) fn top(max: Target, rates: &Rates) -> Self {
        let top = |rate: Rate| {
            let milli = u128::from(max.resolve(rate).0);
            u64::try_from(milli * 1_000 / u128::from(rate.records_per_second().max(1))).unwrap_or(u64::MAX)
        };
        Self(on(rates).map(top).min().unwrap_or(Self::ONE.0).max(1))
    }

    /// That rate at this scale, to the nearest record: at least one a second unless one of the two is zero.
    pub fn of(self, rate: LaneRate) -> Rate {
        let LaneRate::PerSecond(rate) = rate else { return Rate::ZERO };
        let product = u128::from(rate.records_per_second()) * u128::from(self.0);
        let least = u64::from(product > 0);
        let records = u64::try_from((product + 500_000) / 1_000_000).unwrap_or(Rate::MAX);
        Rate::per_second(records.clamp(least, Rate::MAX)).unwrap_or_default()
    }

    /// Whether not even one record a second is left of the highest rate.
    pub(super) fn is_nothing_of(self, rates: &Rates) -> bool {
        on(rates)
            .all(|rate| u128::from(rate.records_per_second()) * u128::from(self.0) < u128::from(Self::ONE.0))
    }

    pub(super) fn doubled(self) -> Self {
        Self(self.0.saturating_mul(2))
    }

    pub(super) fn halved(self) -> Self {
        Self(self.0 / 2)
    }

    pub(super) fn middle(self, other: Self) -> Self {
        Self(u64::midpoint(self.0, other.0))
    }

    /// Whether `higher` is above this by no more than so many thousandths.
    pub(super) fn is_within(self, thousandths: u32, higher: Self) -> bool {
        let limit = u128::from(self.0) * u128::from(1_000 + thousandths);
        u128::from(higher.0) * 1_000 <= limit || higher.0 - self.0 <= 1
    }
}

/// The rates of signals that are on.
fn on(rates: &Rates) -> impl Iterator<Item = Rate> {
    Signal::ALL.map(|signal| rates.of(signal)).into_iter().filter_map(|rate| match rate {
        LaneRate::PerSecond(rate) if !rate.is_zero() => Some(rate),
        LaneRate::PerSecond(_) | LaneRate::Max => None,
    })
}
