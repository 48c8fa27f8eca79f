//! The axes of a chart: from a figure to its place, and which places are named.

/// The vertical axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// From 0 up to a round figure.
    Linear {
        /// The figure at the top.
        top: f64,
        /// Between two names.
        step: f64,
    },
    /// From one power of ten to another.
    Decades {
        /// The exponent at the bottom.
        bottom: i32,
        /// The exponent at the top.
        top: i32,
    },
}

impl Scale {
    /// From 0 to a little above the highest of the figures.
    pub(super) fn linear(figures: impl IntoIterator<Item = f64>) -> Self {
        let highest = figures.into_iter().filter(|figure| figure.is_finite()).fold(0.0, f64::max);
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let step = round_step(highest / 4.0);
        let steps = (highest * 1.04 / step).ceil();
        Self::Linear { top: steps * step, step }
    }

    /// Linear while everything can be told apart on it, else in decades: a slowest of seconds beside a median of
    /// microseconds would leave nothing else to see.
    pub(super) fn times(typical: &[f64], all: &[f64]) -> Self {
        let known = |figures: &[f64]| {
            let mut known: Vec<_> =
                figures.iter().copied().filter(|figure| figure.is_finite() && *figure > 0.0).collect();
            known.sort_by(f64::total_cmp);
            known
        };
        let (typical, all) = (known(typical), known(all));
        let middle = typical.get(typical.len() / 2).copied();
        let (Some(middle), Some(lowest), Some(highest)) = (middle, all.first(), all.last()) else {
            return Self::linear(all);
        };
        if *highest < middle * WIDE {
            return Self::linear(all);
        }
        let bottom = exponent(lowest.log10().floor());
        Self::Decades { bottom, top: exponent(highest.log10().ceil()).max(bottom + 1) }
    }

    /// The place of a figure: 0 at the bottom, 1 at the top.
    pub(super) fn place(self, figure: f64) -> f64 {
        let place = match self {
            Self::Linear { top, .. } => figure / top,
            Self::Decades { bottom, top } => {
                let (bottom, top) = (f64::from(bottom), f64::from(top));
                if figure > 0.0 { (figure.log10() - bottom) / (top - bottom) } else { 0.0 }
            }
        };
        place.clamp(0.0, 1.0)
    }

    /// The figures that are named, from the bottom up.
    pub(super) fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear { top, step } => (0_u16..=10)
                .map(|count| f64::from(count) * step)
                .take_while(|tick| *tick <= top * 1.001)
                .collect(),
            Self::Decades { bottom, top } => {
                let every = if top - bottom > 5 { 2 } else { 1 };
                let exponents = (bottom..=top).filter(|exponent| (exponent - bottom) % every == 0);
                exponents.map(|exponent| 10_f64.powi(exponent)).collect()
            }
        }
    }
}

/// Seconds of active time that are named on an axis of that length.
pub(super) fn time_ticks(span: f64) -> Vec<f64> {
    let fits = |step: &&f64| span / **step <= 6.0;
    let step = TIME_STEPS.iter().find(fits).copied().unwrap_or_else(|| (span / 6.0 / DAY).ceil() * DAY);
    let step = if step > 0.0 { step } else { 1.0 };
    (0_u16..=6).map(|count| f64::from(count) * step).take_while(|tick| *tick <= span * 1.000_001).collect()
}

/// The next of 1, 2, 5 × a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= least * 0.999_999);
    factor.unwrap_or(10.0) * power
}

#[expect(clippy::cast_possible_truncation, reason = "an exponent of a time")]
fn exponent(value: f64) -> i32 {
    value.clamp(-9.0, 18.0) as i32
}

/// How many times the middle of the typical figures the highest may be on a linear axis.
const WIDE: f64 = 40.0;
const DAY: f64 = 86_400.0;
const TIME_STEPS: [f64; 17] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0,
    43_200.0, DAY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_axis_begins_at_nothing_and_ends_above_the_highest() {
        for highest in [0.3, 1.0, 7.0, 498.0, 500.0, 1_234_567.0] {
            let scale = Scale::linear([0.0, highest, f64::NAN]);
            let ticks = scale.ticks();
            assert!((3..=7).contains(&ticks.len()), "{highest}: {ticks:?}");
            assert!(scale.place(highest) < 0.98 && scale.place(highest) > 0.6, "{highest}: {scale:?}");
            assert!(scale.place(0.0) < 1e-9 && scale.place(highest * 9.0) > 1.0 - 1e-9);
        }
        assert!(Scale::linear([]).ticks().len() > 2, "an axis without figures is still an axis");
        assert_eq!(Scale::linear([500.0]).ticks(), [0.0, 200.0, 400.0, 600.0]);
    }

    #[test]
    fn times_far_apart_are_drawn_in_decades_and_others_are_not() {
        let near = Scale::times(&[1.0, 1.1], &[1.0, 1.1, 9.0]);
        assert!(matches!(near, Scale::Linear { .. }), "{near:?}");
        let far = Scale::times(&[0.5, 0.5], &[0.5, 0.5, 900.0]);
        assert_eq!(far, Scale::Decades { bottom: -1, top: 3 });
        assert_eq!(far.ticks().len(), 5);
        assert!((far.place(10.0) - 0.5).abs() < 1e-9 && far.place(0.0) == 0.0);
        assert!(matches!(Scale::times(&[], &[]), Scale::Linear { .. }));
        assert!(matches!(Scale::times(&[0.0], &[0.0]), Scale::Linear { .. }));
    }

    #[test]
    fn moments_are_named_at_round_figures() {
        assert_eq!(time_ticks(60.0), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
        assert_eq!(time_ticks(600.0), [0.0, 120.0, 240.0, 360.0, 480.0, 600.0]);
        assert!(time_ticks(DAY * 30.0).len() >= 4 && time_ticks(0.0).len() == 1);
        for span in [3.0, 47.0, 1_000.0, 100_000.0, 2_592_000.0] {
            let ticks = time_ticks(span);
            assert!((3..=7).contains(&ticks.len()), "{span}: {ticks:?}");
        }
    }
}
