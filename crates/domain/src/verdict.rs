//! Whether a run is to be trusted: was the asked load really offered, and if not, whose fault was it?

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a run says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The asked load was offered on time.
    Valid,
    /// The generator was late while it was free to send: the figures say nothing of the destination.
    GeneratorLimited,
    /// The limit of requests in flight held records back: the destination was too slow for the asked load.
    DestinationLimited,
}

impl Verdict {
    /// As it is written in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::GeneratorLimited => "generator-limited",
            Self::DestinationLimited => "destination-limited",
        }
    }
}

/// What the verdict rests on; counts of records, so that shares and stretches add up, and how busy the generator was.
///
/// What is zero is left out where it is serialized.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Records issued.
    #[serde(skip_serializing_if = "is_zero")]
    pub issued: u64,
    /// Records issued later than [`Evidence::TOLERANCE`] although the limit of requests in flight was not reached.
    #[serde(skip_serializing_if = "is_zero")]
    pub late: u64,
    /// Records that left late, or never, because the limit of requests in flight was reached.
    #[serde(skip_serializing_if = "is_zero")]
    pub held: u64,
    /// Records that were due and never issued although the limit was not reached.
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped: u64,
    /// Records issued later than [`Evidence::TOLERANCE`] after the end of the load, whoever was to blame.
    #[serde(skip_serializing_if = "is_zero")]
    pub overtime: u64,
    /// The busiest second of a thread that made this load, in thousandths of it.
    #[serde(skip_serializing_if = "is_zero")]
    pub busiest: u32,
}

impl Evidence {
    /// How late a record may be before it counts as late.
    pub const TOLERANCE: Duration = Duration::from_millis(50);

    /// One record in this many may be late in a valid run.
    const LATE_ONE_IN: u64 = 100;

    /// Adds another share's or stretch's evidence.
    pub fn merge(&mut self, other: &Self) {
        self.issued += other.issued;
        self.late += other.late;
        self.held += other.held;
        self.dropped += other.dropped;
        self.overtime += other.overtime;
        self.busiest = self.busiest.max(other.busiest);
    }

    /// What came since `earlier`, a former state of the same evidence.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            issued: self.issued.saturating_sub(earlier.issued),
            late: self.late.saturating_sub(earlier.late),
            held: self.held.saturating_sub(earlier.held),
            dropped: self.dropped.saturating_sub(earlier.dropped),
            overtime: self.overtime.saturating_sub(earlier.overtime),
            busiest: self.busiest,
        }
    }

    /// The share of a thread's time that was left in its busiest second, 0 to 1.
    pub fn headroom(&self) -> f64 {
        1.0 - f64::from(self.busiest.min(1_000)) / 1_000.0
    }

    /// The verdict that follows.
    pub fn verdict(&self) -> Verdict {
        if self.dropped > 0 || self.late * Self::LATE_ONE_IN > self.issued {
            Verdict::GeneratorLimited
        } else if self.held > 0 {
            Verdict::DestinationLimited
        } else {
            Verdict::Valid
        }
    }
}

fn is_zero<N: Default + PartialEq>(count: &N) -> bool {
    *count == N::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_blamed_first_and_only_beyond_one_percent() {
        let evidence =
            |late, held, dropped| Evidence { issued: 1_000, late, held, dropped, ..Evidence::default() };
        assert_eq!(evidence(0, 0, 0).verdict(), Verdict::Valid);
        assert_eq!(evidence(10, 0, 0).verdict(), Verdict::Valid);
        assert_eq!(evidence(11, 500, 0).verdict(), Verdict::GeneratorLimited);
        assert_eq!(evidence(0, 1, 0).verdict(), Verdict::DestinationLimited);
        assert_eq!(evidence(0, 1, 1).verdict(), Verdict::GeneratorLimited);
        assert_eq!(Evidence::default().verdict(), Verdict::Valid);
    }
}
