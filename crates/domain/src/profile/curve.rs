//! One shape of a rate over time, and its exact integral.
//!
//! A curve is a polyline: the rate changes in straight lines from knot to knot, jumps where two knots stand at one moment,
//! and after the last knot stays there or begins anew. Rates are thousandths of a record per second. The integral is kept in
//! [`AREA_OF_A_RECORD`]ths of a record, in which every whole piece has a whole area; 128 bits hold 30 days at any rate.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Records per second, in thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MilliRate(pub u64);

/// A moment of a curve and the rate at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knot {
    /// Nanoseconds since the curve began.
    pub at: u64,
    /// The rate at that moment.
    pub rate: MilliRate,
}

/// A rate over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Polyline", into = "Polyline")]
pub struct Curve {
    line: Polyline,
    /// The area from the beginning to each knot.
    areas: Vec<u128>,
}

/// What is stored of a curve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Polyline {
    /// In order of time; the first stands at 0.
    knots: Vec<Knot>,
    /// Whether it begins anew at its last knot.
    cycles: bool,
}

impl Curve {
    /// The same rate for ever.
    pub fn constant(rate: MilliRate) -> Self {
        Self::from(Polyline { knots: vec![Knot { at: 0, rate }], cycles: false })
    }

    /// Straight lines from knot to knot, and the last rate from then on. Knots out of order are put in order; time before
    /// the first one has its rate.
    pub fn through(knots: Vec<Knot>) -> Self {
        Self::from(Polyline { knots, cycles: false })
    }

    /// Straight lines from knot to knot, again and again.
    pub fn repeating(knots: Vec<Knot>) -> Self {
        Self::from(Polyline { knots, cycles: true })
    }

    /// The rate `after` the curve began; at a jump, the one that it jumps to.
    pub fn rate_at(&self, after: Duration) -> MilliRate {
        let (_, offset) = self.turn_at(nanos(after));
        let index = self.line.knots.partition_point(|knot| knot.at <= offset).saturating_sub(1);
        let Some(from) = self.line.knots.get(index) else { return MilliRate(0) };
        let Some(to) = self.line.knots.get(index + 1) else { return from.rate };
        let (elapsed, length) = (u128::from(offset - from.at), u128::from((to.at - from.at).max(1)));
        let change = u128::from(from.rate.0.abs_diff(to.rate.0)) * elapsed / length;
        let change = u64::try_from(change).unwrap_or(u64::MAX);
        MilliRate(if to.rate < from.rate { from.rate.0 - change } else { from.rate.0 + change })
    }

    /// The area from the beginning to that many nanoseconds after it.
    pub(super) fn area(&self, at: u64) -> u128 {
        let (turns, offset) = self.turn_at(at);
        let index = self.line.knots.partition_point(|knot| knot.at <= offset).saturating_sub(1);
        let before = self.areas.get(index).copied().unwrap_or(0);
        u128::from(turns) * self.area_of_a_turn() + before + self.piece(index).area(offset)
    }

    /// The first moment, in nanoseconds, at which [`Curve::area`] is at least `wanted`; none when it never is.
    pub(super) fn reaches(&self, wanted: u128) -> Option<u64> {
        if wanted == 0 {
            return Some(0);
        }
        let (turns, rest) = if self.line.cycles {
            let whole = self.area_of_a_turn();
            if whole == 0 {
                return None;
            }
            // Of a turn's area at least one part is left, so that a moment is found within the turn.
            ((wanted - 1) / whole, (wanted - 1) % whole + 1)
        } else {
            (0, wanted)
        };
        let index = self.areas.partition_point(|area| *area < rest).saturating_sub(1);
        let piece = self.piece(index);
        let within = piece.reaches(rest - self.areas.get(index).copied().unwrap_or(0))?;
        let turns = u64::try_from(turns).ok()?;
        turns.checked_mul(self.length())?.checked_add(within)
    }

    /// How often the curve began anew by `at`, and how long ago it did so last.
    fn turn_at(&self, at: u64) -> (u64, u64) {
        if self.line.cycles { (at / self.length(), at % self.length()) } else { (0, at) }
    }

    /// How long one turn takes.
    fn length(&self) -> u64 {
        self.line.knots.last().map_or(1, |last| last.at.max(1))
    }

    fn area_of_a_turn(&self) -> u128 {
        self.areas.last().copied().unwrap_or(0)
    }

    /// The piece that begins at that knot; the last one goes on for ever.
    fn piece(&self, index: usize) -> Piece {
        let from = self.line.knots.get(index).copied().unwrap_or(Knot { at: 0, rate: MilliRate(0) });
        let to = self.line.knots.get(index + 1).copied();
        Piece { from, to: to.unwrap_or(Knot { at: u64::MAX, rate: from.rate }) }
    }
}

impl From<Polyline> for Curve {
    fn from(mut line: Polyline) -> Self {
        line.knots.sort_by_key(|knot| knot.at);
        match line.knots.first_mut() {
            Some(first) => first.at = 0,
            None => line.knots.push(Knot { at: 0, rate: MilliRate(0) }),
        }
        // A line without length has nothing to begin anew.
        line.cycles &= line.knots.last().is_some_and(|last| last.at > 0);
        let mut area = 0;
        let mut areas = vec![0];
        for pair in line.knots.windows(2) {
            if let [from, to] = pair {
                area += Piece { from: *from, to: *to }.area(to.at);
                areas.push(area);
            }
        }
        Self { line, areas }
    }
}

impl From<Curve> for Polyline {
    fn from(curve: Curve) -> Self {
        curve.line
    }
}

/// A straight line between two knots.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: Knot,
    to: Knot,
}

impl Piece {
    /// The area from the start of the piece to `at`: twice the trapezoid, rounded down.
    fn area(self, at: u64) -> u128 {
        let elapsed = u128::from(at.saturating_sub(self.from.at));
        let flat = 2 * u128::from(self.from.rate.0) * elapsed;
        let change = u128::from(self.from.rate.0.abs_diff(self.to.rate.0)) * elapsed;
        if change == 0 {
            return flat;
        }
        let length = u128::from((self.to.at - self.from.at).max(1));
        // change × elapsed ÷ length, without the product, which could overflow.
        let (whole, rest) = (change / length * elapsed, change % length * elapsed);
        if self.to.rate > self.from.rate {
            flat + whole + rest / length
        } else {
            flat - whole - rest.div_ceil(length)
        }
    }

    /// The first moment of the piece at which [`Piece::area`] is at least `wanted`; none when it never is.
    fn reaches(self, wanted: u128) -> Option<u64> {
        if wanted == 0 {
            return Some(self.from.at);
        }
        if self.from.rate == self.to.rate {
            let rate = 2 * u128::from(self.from.rate.0);
            let elapsed = if rate == 0 { None } else { u64::try_from(wanted.div_ceil(rate)).ok() };
            return self.from.at.checked_add(elapsed?);
        }
        if self.area(self.to.at) < wanted {
            return None;
        }
        let (mut below, mut reached) = self.bracket(wanted);
        while reached - below > 1 {
            let middle = below + (reached - below) / 2;
            if self.area(middle) >= wanted { reached = middle } else { below = middle }
        }
        Some(reached)
    }

    /// A moment that is too early and one that is not, close to each other: around where a parabola in floating point
    /// has that area.
    fn bracket(self, wanted: u128) -> (u64, u64) {
        let guess = self.from.at.saturating_add(self.guess(wanted)).clamp(self.from.at, self.to.at);
        let mut step = 4;
        if self.area(guess) >= wanted {
            let mut reached = guess;
            loop {
                let earlier = reached.saturating_sub(step).max(self.from.at);
                if earlier == self.from.at || self.area(earlier) < wanted {
                    return (earlier, reached);
                }
                reached = earlier;
                step *= 4;
            }
        }
        let mut below = guess;
        loop {
            let later = below.saturating_add(step).min(self.to.at);
            if later == self.to.at || self.area(later) >= wanted {
                return (below, later);
            }
            below = later;
            step *= 4;
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a guess, which exact arithmetic corrects"
    )]
    fn guess(self, wanted: u128) -> u64 {
        let (from, to) = (self.from.rate.0 as f64, self.to.rate.0 as f64);
        let slope = (to - from) / (self.to.at - self.from.at).max(1) as f64;
        let wanted = wanted as f64;
        (wanted / (from + (from * from + slope * wanted).max(0.0).sqrt())) as u64
    }
}

/// The area of one record: two, for halves of areas under slopes, × thousandths × nanoseconds.
pub(super) const AREA_OF_A_RECORD: u128 = 2 * 1_000 * 1_000_000_000;

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn knots() -> impl Strategy<Value = Vec<Knot>> {
        let knot = (0_u64..3_000, prop_oneof![Just(0), 0_u64..5_000_000]);
        prop::collection::vec(knot, 1..8).prop_map(|gaps| {
            let mut at = 0;
            let knot = |(gap, rate)| {
                at += gap;
                Knot { at, rate: MilliRate(rate) }
            };
            gaps.into_iter().map(knot).collect()
        })
    }

    fn curves() -> impl Strategy<Value = Curve> {
        (knots(), any::<bool>()).prop_map(|(mut knots, cycles)| {
            if cycles && knots.last().is_some_and(|last| last.at == 0) {
                knots.push(Knot { at: 7, rate: MilliRate(3) });
            }
            if cycles { Curve::repeating(knots) } else { Curve::through(knots) }
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a reference in floating point"
    )]
    /// The area by adding up every nanosecond's trapezoid, in fractions of one `length`-th where the rate slopes.
    fn slow_area(curve: &Curve, at: u64) -> u128 {
        let turn = curve.length();
        let mut area = 0.0_f64;
        for nano in 0..at {
            let offset = if curve.line.cycles { nano % turn } else { nano };
            let index = curve.line.knots.iter().rposition(|knot| knot.at <= offset).unwrap();
            let from = curve.line.knots[index];
            let rate = |moment: u64| match curve.line.knots.get(index + 1) {
                None => from.rate.0 as f64,
                Some(to) => {
                    let part = (moment - from.at) as f64 / (to.at - from.at) as f64;
                    from.rate.0 as f64 + (to.rate.0 as f64 - from.rate.0 as f64) * part
                }
            };
            area += rate(offset) + rate(offset + 1);
        }
        area.round() as u128
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_area_is_the_integral(curve in curves(), at in 0_u64..20_000) {
            let (exact, slow) = (curve.area(at), slow_area(&curve, at));
            // The reference adds thousands of floats; the exact one rounds down once.
            prop_assert!(exact.abs_diff(slow) <= 2 + slow / 1_000_000_000_000, "{} {}", exact, slow);
        }
    }

    proptest! {
        #[test]
        fn an_area_is_reached_at_its_first_moment(curve in curves(), wanted in 1_u128..100_000_000_000) {
            if let Some(at) = curve.reaches(wanted) {
                prop_assert!(curve.area(at) >= wanted);
                prop_assert!(at == 0 || curve.area(at - 1) < wanted, "{} is too late", at);
            } else {
                prop_assert!(curve.area(10_000_000) < wanted);
            }
        }

        #[test]
        fn it_survives_being_stored(curve in curves()) {
            let text = serde_json::to_string(&curve).unwrap();
            prop_assert_eq!(serde_json::from_str::<Curve>(&text).unwrap(), curve);
        }
    }

    #[test]
    fn thirty_days_at_the_highest_rates_do_not_overflow() {
        let month = 2_592_000_000_000_000;
        let top = MilliRate(10_000_000_000);
        for (from, to) in [(MilliRate(0), top), (top, MilliRate(0))] {
            let curve = Curve::through(vec![Knot { at: 0, rate: from }, Knot { at: month, rate: to }]);
            assert_eq!(curve.area(month) / AREA_OF_A_RECORD, 12_960_000_000_000);
            let half = curve.reaches(curve.area(month) / 2).unwrap();
            assert!(half > month / 5 && half < month);
        }
    }

    #[test]
    fn a_rate_is_read_between_its_knots() {
        let knot = |at, rate| Knot { at, rate: MilliRate(rate) };
        let curve = Curve::through(vec![knot(0, 100), knot(100, 300), knot(100, 50), knot(200, 0)]);
        let rates = [0, 50, 99, 100, 150, 200, 900].map(|at| curve.rate_at(Duration::from_nanos(at)).0);
        assert_eq!(rates, [100, 200, 298, 50, 25, 0, 0]);
    }
}
