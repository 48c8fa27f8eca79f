//! The figures that thresholds can be about, their names and their units.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::draft::read_time;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Figure {
    /// How many.
    Count(Count),
    /// How many of those that were due, 0 to 1.
    Share(Count),
    /// Records due a second.
    Asked,
    /// Records issued a second while the load went on.
    Achieved,
    /// A time that records took.
    Time(Time, Quantile),
    /// What was left of the busiest thread's busiest second, 0 to 1.
    Headroom,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Count {
    /// Records asked for by the schedule.
    Due,
    /// Records that left.
    Issued,
    /// Records answered with success.
    Acked,
    /// Records answered and refused.
    Rejected,
    /// Records without success.
    Failed,
    /// Records that were due and never left.
    Missed,
    /// Records that a replica which died may have sent.
    InDoubt,
    /// Records that left later than tolerated although nothing held them back.
    Late,
    /// Records that never left although nothing held them back.
    Dropped,
    /// Requests, retries included.
    Requests,
    /// Requests that repeated another.
    Retries,
    /// Bytes of the bodies before compression.
    Bytes,
    /// Bytes of the bodies as they left.
    WireBytes,
    /// Records that were acked and never seen at the sink.
    Loss,
    /// Records that came to the sink more than once.
    Duplicates,
    /// Records that came to the sink after a later one.
    Reordered,
}

/// From where to where a time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Time {
    /// Due time to issue.
    Lateness,
    /// Due time to answer.
    Response,
    /// Issue to answer.
    Service,
    /// The record's own time to its arrival at the sink.
    EndToEnd,
}

/// Which of many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quantile {
    /// Half stayed within it.
    P50,
    /// 90 in 100.
    P90,
    /// 95 in 100.
    P95,
    /// 99 in 100.
    P99,
    /// 999 in 1,000.
    P999,
    /// The longest.
    Max,
}

impl Quantile {
    /// Every quantile, least first.
    pub const ALL: [Self; 6] = [Self::P50, Self::P90, Self::P95, Self::P99, Self::P999, Self::Max];

    /// As it is named.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p999",
            Self::Max => "max",
        }
    }
}

impl Time {
    const ALL: [Self; 4] = [Self::Lateness, Self::Response, Self::Service, Self::EndToEnd];

    /// As it is named.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lateness => "lateness",
            Self::Response => "responseTime",
            Self::Service => "serviceTime",
            Self::EndToEnd => "endToEnd",
        }
    }
}

impl Count {
    const ALL: [Self; 16] = [
        Self::Due,
        Self::Issued,
        Self::Acked,
        Self::Rejected,
        Self::Failed,
        Self::Missed,
        Self::InDoubt,
        Self::Late,
        Self::Dropped,
        Self::Requests,
        Self::Retries,
        Self::Bytes,
        Self::WireBytes,
        Self::Loss,
        Self::Duplicates,
        Self::Reordered,
    ];

    /// As it is named.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Issued => "issued",
            Self::Acked => "acked",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Missed => "missed",
            Self::InDoubt => "inDoubt",
            Self::Late => "late",
            Self::Dropped => "dropped",
            Self::Requests => "requests",
            Self::Retries => "retries",
            Self::Bytes => "bytes",
            Self::WireBytes => "wireBytes",
            Self::Loss => "loss",
            Self::Duplicates => "duplicates",
            Self::Reordered => "reordered",
        }
    }

    /// Whether it counts records, so that it can be a share of those that were due.
    fn is_of_records(self) -> bool {
        !matches!(self, Self::Due | Self::Requests | Self::Retries | Self::Bytes | Self::WireBytes)
    }
}

impl Figure {
    /// Every figure that there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let counts = Count::ALL.into_iter().map(Self::Count);
        let shares = Count::ALL.into_iter().filter(|count| count.is_of_records()).map(Self::Share);
        let times =
            Time::ALL.into_iter().flat_map(|time| Quantile::ALL.map(|quantile| Self::Time(time, quantile)));
        counts.chain(shares).chain([Self::Asked, Self::Achieved, Self::Headroom]).chain(times)
    }

    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|figure| figure.to_string() == name)
    }

    /// Whether it is known from the sink only.
    pub fn is_of_the_sink(self) -> bool {
        match self {
            Self::Count(count) | Self::Share(count) => {
                matches!(count, Count::Loss | Count::Duplicates | Count::Reordered)
            }
            Self::Time(time, _) => time == Time::EndToEnd,
            Self::Asked | Self::Achieved | Self::Headroom => false,
        }
    }

    /// In what it is measured.
    pub fn unit(self) -> Unit {
        match self {
            Self::Count(_) | Self::Asked | Self::Achieved => Unit::Number,
            Self::Share(_) | Self::Headroom => Unit::Share,
            Self::Time(..) => Unit::Millis,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => f.write_str(count.as_str()),
            Self::Share(count) => write!(f, "{}.rate", count.as_str()),
            Self::Asked => f.write_str("rate.asked"),
            Self::Achieved => f.write_str("rate.achieved"),
            Self::Time(time, quantile) => write!(f, "{}.{}", time.as_str(), quantile.as_str()),
            Self::Headroom => f.write_str("headroom"),
        }
    }
}

/// In what a figure is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Records, requests, bytes, or records a second.
    Number,
    /// A part of a whole, 0 to 1.
    Share,
    /// Milliseconds.
    Millis,
}

impl Unit {
    /// A bound as it is written, in millionths.
    pub(super) fn read(self, text: &str) -> Result<u64, String> {
        let read = match self {
            Self::Number => number(text).filter(|bound| *bound <= MOST),
            Self::Share => match text.strip_suffix('%') {
                Some(percent) => number(percent.trim_end()).map(|percent| percent / 100.0),
                None => number(text),
            }
            .filter(|share| *share <= 1.0),
            Self::Millis => millis(text),
        };
        let accepted = match self {
            Self::Number => "a number from 0 to 10^12",
            Self::Share => "a share from 0 to 1, or a percentage",
            Self::Millis => "a time such as 250ms, 1.5s or 800us; a number alone is milliseconds",
        };
        let bound = read.ok_or_else(|| format!("compares with \"{text}\"; accepted is {accepted}"))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10^18")]
        let millionths = (bound * super::MILLION).round() as u64;
        Ok(millionths)
    }

    /// A value as people read it.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Number if value.fract() == 0.0 => format!("{value:.0}"),
            Self::Number => format!("{value:.1}"),
            Self::Share => format!("{:.4} %", value * 100.0),
            Self::Millis => format!("{value:.1} ms"),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    text.parse().ok().filter(|_| is_plain)
}

fn millis(text: &str) -> Option<f64> {
    let micros = text.strip_suffix("us").or_else(|| text.strip_suffix("µs"));
    let millis = match (micros, number(text)) {
        (Some(micros), _) => number(micros.trim_end())? / 1_000.0,
        (None, Some(plain)) => plain,
        (None, None) => read_time(&Value::from(text)).as_ref().map(Duration::as_secs_f64)? * 1_000.0,
    };
    (millis <= MOST).then_some(millis)
}

/// Bounds above this are a mistake.
const MOST: f64 = 1e12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_known_by_its_own_name() {
        for figure in Figure::all() {
            assert_eq!(Figure::from_name(&figure.to_string()), Some(figure), "{figure}");
        }
    }

    #[test]
    fn bounds_have_the_units_that_people_write() {
        for (unit, text, millionths) in [
            (Unit::Number, "12.5", 12_500_000),
            (Unit::Share, "0.1 %", 1_000),
            (Unit::Share, "1", 1_000_000),
            (Unit::Millis, "250", 250_000_000),
            (Unit::Millis, "800us", 800_000),
            (Unit::Millis, "2m", 120_000_000_000),
        ] {
            assert_eq!(unit.read(text), Ok(millionths), "{text}");
        }
        for text in ["", "-1", "1e3", "NaN", "inf", "9999999999999"] {
            assert!(Unit::Number.read(text).is_err(), "{text}");
        }
    }
}
