//! Load shapes as people write them, and the curves that they mean.
//!
//! A target is a rate of its own, or a part of the signal's rate (`"150%"`), so that one shape can serve three signals of
//! different rates.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::capacity::Capacity;
use crate::profile::{Curve, Knot, MilliRate, Rate};
use crate::signal::Signal;

/// The shapes of a test's lanes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Profile {
    /// One for every signal that is on.
    Whole(Shape),
    /// Of its own for some signals; the others are constant.
    BySignal(BTreeMap<Signal, Shape>),
    /// As high as the destination takes them: each step of the search is constant.
    Capacity(Capacity),
}

impl Profile {
    /// The shape of that signal's lane.
    pub fn of(&self, signal: Signal) -> Shape {
        match self {
            Self::Whole(shape) => shape.clone(),
            Self::BySignal(shapes) => shapes.get(&signal).cloned().unwrap_or(Shape::Constant),
            Self::Capacity(_) => Shape::Constant,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::Whole(Shape::Constant)
    }
}

/// How a rate goes over time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// The signal's rate, always.
    #[default]
    Constant,
    /// In a straight line from one target to another, which then stays.
    Ramp {
        /// Where it begins.
        from: Target,
        /// Where it ends.
        to: Target,
        /// How long it takes; the whole load for none.
        over: Option<Duration>,
    },
    /// From one target to another in steps of equal height and length; the last one stays.
    Steps {
        /// The first step.
        from: Target,
        /// The last step.
        to: Target,
        /// How many, the first and the last included; at least 2.
        steps: u32,
        /// How long all of them take; the whole load for none.
        over: Option<Duration>,
    },
    /// The signal's rate, but for one stretch.
    Spike {
        /// The rate in that stretch.
        peak: Target,
        /// When it begins.
        at: Duration,
        /// How long it lasts.
        lasts: Duration,
    },
    /// Up and down, beginning in the middle and going up. Drawn in 64 straight pieces a period.
    Sine {
        /// The lowest rate.
        low: Target,
        /// The highest rate.
        high: Target,
        /// How long one turn takes.
        period: Duration,
    },
    /// In straight lines from target to target.
    Stages {
        /// Where the first stage begins.
        from: Target,
        /// One after the other; the last target stays.
        stages: Vec<Stage>,
    },
}

/// A stretch of load that ends at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// How long it takes to get there; zero is a jump.
    pub duration: Duration,
    /// Where it ends.
    pub target: Target,
}

/// A rate in a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Records per second.
    Rate(Rate),
    /// A part of the signal's rate, in thousandths of a percent.
    Part(u32),
}

impl Target {
    /// All of the signal's rate.
    pub const FULL: Self = Self::Part(100_000);
    /// Nothing.
    pub const ZERO: Self = Self::Rate(Rate::ZERO);
    /// The largest part: a thousand times the signal's rate.
    pub const MAX_PART: u32 = 100_000_000;

    /// A part as it is written: `50%`, `12.5%`, at most three digits behind the point; none for anything else.
    pub fn parse_part(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.strip_suffix('%')?.trim_end().split_once('.') {
            Some((whole, fraction)) if (1..=3).contains(&fraction.len()) => (whole, fraction),
            Some(_) => return None,
            None => (text.strip_suffix('%')?.trim_end(), ""),
        };
        let digits = format!("{whole}{fraction:0<3}");
        let are_digits = !whole.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let part: u32 = digits.parse().ok().filter(|_| are_digits)?;
        (part <= Self::MAX_PART).then_some(Self::Part(part))
    }

    /// In thousandths of a record per second, to the nearest; never above the highest rate.
    pub fn resolve(self, base: Rate) -> MilliRate {
        let milli = match self {
            Self::Rate(rate) => u128::from(rate.records_per_second()) * 1_000,
            Self::Part(part) => (u128::from(base.records_per_second()) * u128::from(part) + 50) / 100,
        };
        MilliRate(u64::try_from(milli).unwrap_or(u64::MAX).min(Rate::MAX * 1_000))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(rate) => write!(f, "{}", rate.records_per_second()),
            Self::Part(part) => {
                let fraction = format!("{:03}", part % 1_000);
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                write!(f, "{}{point}{fraction}%", part / 1_000)
            }
        }
    }
}

impl Shape {
    /// The curve of a lane of that rate whose load lasts so long; none when the shape needs a length and there is none.
    pub fn curve(&self, base: Rate, load: Option<Duration>) -> Option<Curve> {
        let curve = match self {
            Self::Constant => Curve::constant(Target::FULL.resolve(base)),
            Self::Ramp { from, to, over } => Curve::through(vec![
                knot(Duration::ZERO, from.resolve(base)),
                knot((*over).or(load)?, to.resolve(base)),
            ]),
            Self::Steps { from, to, steps, over } => {
                Curve::through(staircase(from.resolve(base), to.resolve(base), *steps, (*over).or(load)?))
            }
            Self::Spike { peak, at, lasts } => {
                let (usual, peak) = (Target::FULL.resolve(base), peak.resolve(base));
                let (begin, end) = (*at, *at + *lasts);
                Curve::through(vec![
                    knot(Duration::ZERO, usual),
                    knot(begin, usual),
                    knot(begin, peak),
                    knot(end, peak),
                    knot(end, usual),
                ])
            }
            Self::Sine { low, high, period } => {
                Curve::repeating(wave(low.resolve(base), high.resolve(base), *period))
            }
            Self::Stages { from, stages } => {
                let mut at = Duration::ZERO;
                let mut knots = vec![knot(at, from.resolve(base))];
                for stage in stages {
                    at += stage.duration;
                    knots.push(knot(at, stage.target.resolve(base)));
                }
                Curve::through(knots)
            }
        };
        Some(curve)
    }

    /// How long the shape itself lasts, if it says so.
    pub fn length(&self) -> Option<Duration> {
        match self {
            Self::Stages { stages, .. } => Some(stages.iter().map(|stage| stage.duration).sum()),
            Self::Constant
            | Self::Ramp { .. }
            | Self::Steps { .. }
            | Self::Spike { .. }
            | Self::Sine { .. } => None,
        }
    }

    /// Whether some of its targets are rates of their own, so that it means something to a signal without a rate.
    pub fn has_rates(&self) -> bool {
        let is_rate = |target: &Target| matches!(target, Target::Rate(rate) if !rate.is_zero());
        match self {
            Self::Constant => false,
            Self::Ramp { from, to, .. } | Self::Steps { from, to, .. } => is_rate(from) || is_rate(to),
            Self::Spike { peak, .. } => is_rate(peak),
            Self::Sine { low, high, .. } => is_rate(low) || is_rate(high),
            Self::Stages { from, stages } => {
                is_rate(from) || stages.iter().any(|stage| is_rate(&stage.target))
            }
        }
    }
}

fn knot(at: Duration, rate: MilliRate) -> Knot {
    Knot { at: u64::try_from(at.as_nanos()).unwrap_or(u64::MAX), rate }
}

fn staircase(from: MilliRate, to: MilliRate, steps: u32, over: Duration) -> Vec<Knot> {
    let steps = steps.max(2);
    let height = |step: u32| {
        let part = u128::from(from.0.abs_diff(to.0)) * u128::from(step) / u128::from(steps - 1);
        let part = u64::try_from(part).unwrap_or(u64::MAX);
        MilliRate(if to < from { from.0 - part } else { from.0 + part })
    };
    let begin = |step: u32| over * step / steps;
    let stairs =
        (1..steps).flat_map(|step| [knot(begin(step), height(step - 1)), knot(begin(step), height(step))]);
    std::iter::once(knot(Duration::ZERO, from)).chain(stairs).collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rates are far below 2^52 thousandths, and the sine stays within them"
)]
fn wave(low: MilliRate, high: MilliRate, period: Duration) -> Vec<Knot> {
    let (low, high) = (low.0.min(high.0) as f64, low.0.max(high.0) as f64);
    let (middle, swing) = (f64::midpoint(low, high), (high - low) / 2.0);
    let rate = |piece: u32| {
        let angle = TAU * f64::from(piece) / f64::from(PIECES_A_PERIOD);
        MilliRate((middle + swing * angle.sin()).round() as u64)
    };
    (0..=PIECES_A_PERIOD).map(|piece| knot(period * piece / PIECES_A_PERIOD, rate(piece))).collect()
}

const PIECES_A_PERIOD: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::RateProfile;

    const SECOND: Duration = Duration::from_secs(1);

    fn rate(records: u64) -> Target {
        Target::Rate(Rate::per_second(records).unwrap())
    }

    /// How many records of a lane of 100 per second are due after so many seconds of a load of 60 s.
    fn due(shape: &Shape, seconds: u32) -> u64 {
        let curve = shape.curve(Rate::per_second(100).unwrap(), Some(60 * SECOND)).unwrap();
        RateProfile::of(curve).due(crate::profile::ActiveTime::from_duration(seconds * SECOND))
    }

    #[test]
    fn every_shape_has_the_area_that_one_draws() {
        assert_eq!(due(&Shape::Constant, 60), 6_000);
        let ramp = Shape::Ramp { from: Target::ZERO, to: Target::FULL, over: None };
        assert_eq!((due(&ramp, 30), due(&ramp, 60), due(&ramp, 70)), (750, 3_000, 4_000));
        let short = Shape::Ramp { from: rate(200), to: Target::ZERO, over: Some(10 * SECOND) };
        assert_eq!((due(&short, 5), due(&short, 10), due(&short, 60)), (750, 1_000, 1_000));
        let steps = Shape::Steps { from: rate(10), to: rate(30), steps: 3, over: None };
        assert_eq!((due(&steps, 20), due(&steps, 40), due(&steps, 60)), (200, 600, 1_200));
        let spike = Shape::Spike { peak: Target::Part(500_000), at: 10 * SECOND, lasts: 2 * SECOND };
        assert_eq!((due(&spike, 10), due(&spike, 12), due(&spike, 60)), (1_000, 2_000, 6_800));
        let sine = Shape::Sine { low: Target::ZERO, high: rate(200), period: 4 * SECOND };
        assert_eq!((due(&sine, 4), due(&sine, 60)), (400, 6_000));
        // The half above the middle: the polygon's area is cot(π/64) ÷ 64 of what the sine's is 1 ÷ π of.
        assert_eq!(due(&sine, 2), 327);
        let stage = |seconds: u32, records| Stage { duration: seconds * SECOND, target: rate(records) };
        let stages =
            Shape::Stages { from: Target::ZERO, stages: vec![stage(10, 100), stage(10, 100), stage(0, 10)] };
        assert_eq!((due(&stages, 10), due(&stages, 20), due(&stages, 30)), (500, 1_500, 1_600));
        assert_eq!(stages.length(), Some(20 * SECOND));
    }

    #[test]
    fn a_shape_that_needs_a_length_has_no_curve_without_one() {
        let ramp = Shape::Ramp { from: Target::ZERO, to: Target::FULL, over: None };
        assert_eq!(ramp.curve(Rate::ZERO, None), None);
    }

    #[test]
    fn parts_read_as_they_are_written() {
        for (text, part) in [("50%", 50_000), ("12.5%", 12_500), ("0.001%", 1), ("100000%", 100_000_000)] {
            assert_eq!(Target::parse_part(text), Some(Target::Part(part)));
            assert_eq!(Target::Part(part).to_string(), text);
        }
        for text in ["", "%", "50", "-5%", "1.2345%", "1.%", "x%", "+1%", "100001%"] {
            assert_eq!(Target::parse_part(text), None, "{text}");
        }
        assert_eq!(Target::Part(33_333).resolve(Rate::per_second(10).unwrap()), MilliRate(3_333));
    }
}
