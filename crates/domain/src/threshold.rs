//! Thresholds: what must hold for a run to pass, as users write it: `logs.failed.rate < 0.001`.
//!
//! Reading and comparing live here; the figures come from whoever counted them. Bounds are kept in millionths, so that
//! specs stay comparable and a bound reads back as it was written.

mod figure;
mod watch;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::signal::Signal;

pub use self::figure::{Count, Figure, Quantile, Time, Unit};
pub use self::watch::{Breach, Watch};

/// One condition that a run must meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredThreshold", into = "StoredThreshold")]
pub struct Threshold {
    /// The lane it is about; none for all of them together.
    pub signal: Option<Signal>,
    /// What is compared.
    pub figure: Figure,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what, in millionths of the figure's unit.
    bound: u64,
    /// The condition as it was written.
    text: String,
    /// When the run is given up over it; none for never.
    pub abort: Option<Abort>,
}

/// When a run is given up over a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abort {
    /// For how long it must not have held.
    pub after: Duration,
}

/// Where a threshold's figures come from.
pub trait Figures {
    /// The figure of one lane, or of all of them; none while there is nothing to measure.
    fn figure(&self, signal: Option<Signal>, figure: Figure) -> Option<f64>;
}

impl Threshold {
    /// Reads a condition such as `logs.responseTime.p99 < 250ms`.
    ///
    /// # Errors
    /// What is wrong with it, and what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let at = text.find(['<', '>', '=', '!']).ok_or_else(|| format!("has no comparison; {ACCEPTED}"))?;
        let (name, rest) = text.split_at(at);
        let (comparison, bound) = Comparison::split(rest).ok_or_else(|| {
            let known: Vec<_> = Comparison::ALL.iter().map(|known| known.as_str()).collect();
            format!("compares in a way that is not known; accepted are {}", known.join(" "))
        })?;
        let (signal, figure) = read_name(name.trim())?;
        let bound = figure.unit().read(bound.trim())?;
        Ok(Self { signal, figure, comparison, bound, text: text.to_owned(), abort: None })
    }

    /// The same, over which a run is given up when it does not hold for so long.
    #[must_use]
    pub fn aborting(self, abort: Option<Abort>) -> Self {
        Self { abort, ..self }
    }

    /// The condition as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it compares with, in the figure's unit.
    #[expect(clippy::cast_precision_loss, reason = "bounds are far below what a float holds exactly")]
    pub fn bound(&self) -> f64 {
        self.bound as f64 / MILLION
    }

    /// Whether it holds for that value.
    pub fn holds(&self, value: f64) -> bool {
        let bound = self.bound();
        // Values are sums and quotients of counts: what differs by less than a millionth is the same.
        let same = (value - bound).abs() < 0.5 / MILLION;
        match self.comparison {
            Comparison::Below => value < bound && !same,
            Comparison::AtMost => value < bound || same,
            Comparison::Above => value > bound && !same,
            Comparison::AtLeast => value > bound || same,
            Comparison::Equal => same,
            Comparison::Unequal => !same,
        }
    }

    /// Its value, and whether it holds; none while there is nothing to measure.
    pub fn judge(&self, figures: &impl Figures) -> Option<(f64, bool)> {
        let value = figures.figure(self.signal, self.figure)?;
        Some((value, self.holds(value)))
    }

    /// Whether it holds from the start and can only be broken; others have to be reached first.
    fn begins_held(&self) -> bool {
        match self.comparison {
            Comparison::Below | Comparison::AtMost => self.figure != Figure::Headroom,
            Comparison::Equal => self.bound == 0,
            Comparison::Above | Comparison::AtLeast | Comparison::Unequal => false,
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How a figure is compared with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// Every comparison; longer signs before those that they begin with.
    const ALL: [Self; 6] =
        [Self::AtMost, Self::Below, Self::AtLeast, Self::Above, Self::Equal, Self::Unequal];

    /// Its sign.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    fn split(text: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|known| Some((known, text.strip_prefix(known.as_str())?)))
    }
}

/// The lane and the figure that a name means.
fn read_name(name: &str) -> Result<(Option<Signal>, Figure), String> {
    let (signal, figure) = match name.split_once('.') {
        Some((first, rest)) if Signal::from_name(first).is_some() => (Signal::from_name(first), rest),
        Some(_) | None => (None, name),
    };
    let known = Figure::from_name(figure);
    let known =
        known.ok_or_else(|| format!("names the figure \"{figure}\", which is not known; {ACCEPTED}"))?;
    Ok((signal, known))
}

/// A threshold as stores keep it.
#[derive(Serialize, Deserialize)]
struct StoredThreshold {
    threshold: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    abort: Option<Abort>,
}

impl From<Threshold> for StoredThreshold {
    fn from(threshold: Threshold) -> Self {
        Self { threshold: threshold.text, abort: threshold.abort }
    }
}

impl TryFrom<StoredThreshold> for Threshold {
    type Error = String;

    fn try_from(stored: StoredThreshold) -> Result<Self, String> {
        Ok(Self::parse(&stored.threshold)?.aborting(stored.abort))
    }
}

const MILLION: f64 = 1e6;

const ACCEPTED: &str = "accepted is a condition such as \"logs.failed.rate < 0.001\", \"responseTime.p99 < 250ms\", \
                        \"missed == 0\" or \"loss == 0\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, value: f64) -> bool {
        Threshold::parse(text).unwrap().holds(value)
    }

    #[test]
    fn a_condition_is_read_as_users_write_it() {
        let threshold = Threshold::parse(" logs.responseTime.p99<1.5s ").unwrap();
        assert_eq!(threshold.signal, Some(Signal::Logs));
        assert_eq!(threshold.figure, Figure::Time(Time::Response, Quantile::P99));
        assert_eq!((threshold.comparison, threshold.bound()), (Comparison::Below, 1_500.0));
        assert_eq!(threshold.as_str(), "logs.responseTime.p99<1.5s");
        let whole = Threshold::parse("failed.rate <= 0.1%").unwrap();
        assert_eq!((whole.signal, whole.figure), (None, Figure::Share(Count::Failed)));
        assert!((whole.bound() - 0.001).abs() < 1e-9);
    }

    #[test]
    fn what_is_no_condition_is_refused_in_words() {
        for (text, why) in [
            ("missed", "no comparison"),
            ("missed = 0", "not known; accepted are <= <"),
            ("missd == 0", "figure \"missd\""),
            ("logs.failed.p99 < 3", "figure \"failed.p99\""),
            ("missed < 5ms", "a number"),
            ("missed < -1", "a number"),
            ("responseTime.p99 < 250 parsecs", "250ms"),
            ("failed.rate < ", "a share"),
            ("failed.rate < 5", "from 0 to 1"),
        ] {
            let error = Threshold::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn each_comparison_is_exact_at_its_bound() {
        assert!(holds("missed == 0", 0.0) && !holds("missed == 0", 1.0));
        assert!(holds("missed != 0", 1.0) && !holds("missed != 0", 0.0));
        assert!(holds("acked >= 10", 10.0) && !holds("acked > 10", 10.0));
        assert!(holds("lateness.max <= 2.5ms", 2.5) && !holds("lateness.max < 2.5ms", 2.5));
        assert!(holds("failed.rate < 0.001", 0.000_9) && !holds("failed.rate < 0.001", 0.001));
    }

    #[test]
    fn a_stored_threshold_reads_back_as_it_was() {
        let threshold = Threshold::parse("traces.acked.rate > 99.9%").unwrap();
        let threshold = threshold.aborting(Some(Abort { after: Duration::from_secs(3) }));
        let stored = serde_json::to_value(&threshold).unwrap();
        assert_eq!(serde_json::from_value::<Threshold>(stored).unwrap(), threshold);
    }
}
