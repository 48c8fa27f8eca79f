//! End-to-end latency: from a record's own time to the arrival of the body that brought it.
//!
//! The record's time is by the clock of whoever made it, and the arrival by this machine's: on one machine they are the same
//! clock, and between two of them the latency is off by what their clocks differ. A record that seems to have come before its
//! time counts as 0, and the skew says how far it was off, which is the least by which the clocks differ.
//!
//! Every record that came in counts, whether or not it had come before. Percentiles are within 1 %, the longest is exact to the
//! microsecond, and latencies above an hour count as one hour.

use std::num::NonZeroU64;

use hdrhistogram::Histogram;
use serde::Serialize;

/// The latencies of one request's records of one share, in their order.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    /// Microseconds as the histogram tells them apart, and how many records in a row took them: neighbours mostly took the same.
    runs: Vec<(u64, u64)>,
    /// Microseconds.
    longest: u64,
    /// Nanoseconds, and none when nothing was early.
    earliest: Option<u64>,
}

/// The latencies of everything that came of one share of a lane, or of several of them.
#[derive(Debug)]
pub(crate) struct EndToEnd {
    /// Microseconds.
    times: Histogram<u64>,
    /// Microseconds.
    longest: u64,
    earliest: Option<u64>,
}

/// End-to-end latency as it is answered: milliseconds, null without records.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EndToEndView {
    /// How many records it is of: those that came in with a time of their own.
    pub count: u64,
    /// Half of them stayed within this.
    pub p50: Option<f64>,
    /// 90 in 100.
    pub p90: Option<f64>,
    /// 95 in 100.
    pub p95: Option<f64>,
    /// 99 in 100.
    pub p99: Option<f64>,
    /// 999 in 1,000.
    pub p999: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
    /// The lowest latency below zero; null when there was none.
    pub skew: Option<f64>,
}

impl Latencies {
    /// Takes the next record, made and arrived at these nanoseconds since 1970.
    #[inline]
    pub(crate) fn note(&mut self, made: Option<NonZeroU64>, arrived: u64) {
        let Some(made) = made else { return };
        let micros = match arrived.checked_sub(made.get()) {
            Some(nanos) => nanos / 1_000,
            None => self.early_by(made.get() - arrived),
        };
        self.longest = self.longest.max(micros);
        let micros = told_apart(micros);
        match self.runs.last_mut() {
            Some((last, records)) if *last == micros => *records += 1,
            Some(_) | None => self.runs.push((micros, 1)),
        }
    }

    #[cold]
    fn early_by(&mut self, nanos: u64) -> u64 {
        self.earliest = self.earliest.max(Some(nanos));
        0
    }
}

impl EndToEnd {
    /// Adds those of a request.
    pub(crate) fn note(&mut self, latencies: &Latencies) {
        for (micros, records) in &latencies.runs {
            let micros = (*micros).min(LONGEST_MICROS);
            // Cannot fail: the histogram grows by itself, and an hour fits.
            let recorded = self.times.record_n(micros, *records);
            debug_assert_eq!(recorded, Ok(()));
        }
        self.longest = self.longest.max(latencies.longest.min(LONGEST_MICROS));
        self.earliest = self.earliest.max(latencies.earliest);
    }

    /// Adds those of another share or lane.
    pub(crate) fn merge(&mut self, other: &Self) {
        // Cannot fail, for the same reason.
        let added = self.times.add(&other.times);
        debug_assert_eq!(added, Ok(()));
        self.longest = self.longest.max(other.longest);
        self.earliest = self.earliest.max(other.earliest);
    }

    pub(crate) fn view(&self) -> EndToEndView {
        let count = self.times.len();
        let some = |micros: u64| (count > 0).then(|| millis(micros, 1_000.0));
        // What stands for a bucket is its upper end, which may lie above every time in it.
        let quantile = |share| some(self.times.value_at_quantile(share).min(self.longest));
        EndToEndView {
            count,
            p50: quantile(0.5),
            p90: quantile(0.9),
            p95: quantile(0.95),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: some(self.longest),
            skew: self.earliest.map(|nanos| -millis(nanos, 1_000_000.0)),
        }
    }
}

impl Default for EndToEnd {
    #[expect(clippy::expect_used, reason = "there can be two significant digits")]
    fn default() -> Self {
        let times = Histogram::new(SIGNIFICANT_DIGITS).expect("a number of digits from 0 to 5");
        Self { times, longest: 0, earliest: None }
    }
}

/// The lowest time that the histogram does not tell from this one: what two digits take of its leading bits.
#[inline]
fn told_apart(micros: u64) -> u64 {
    let bits = u64::BITS - micros.leading_zeros();
    let dropped = bits.saturating_sub(SIGNIFICANT_BITS);
    (micros >> dropped) << dropped
}

#[expect(clippy::cast_precision_loss, reason = "a time is shown, not counted with")]
fn millis(time: u64, a_millisecond: f64) -> f64 {
    time as f64 / a_millisecond
}

/// Two digits and not three, because there is a histogram for each share of each lane of each run: 3 to 26 KB each.
const SIGNIFICANT_DIGITS: u8 = 2;
/// As many as it takes to tell 2 × 10² values apart.
const SIGNIFICANT_BITS: u32 = 8;
const LONGEST_MICROS: u64 = 3_600_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(arrived: u64, made: &[u64]) -> Latencies {
        let mut latencies = Latencies::default();
        for made in made {
            latencies.note(NonZeroU64::new(*made), arrived);
        }
        latencies
    }

    #[test]
    fn each_record_counts_with_its_own_latency() {
        let mut all = EndToEnd::default();
        let made: Vec<_> = (1..=1_000_u64).map(|record| record * 1_000_000).collect();
        all.note(&latencies(1_001_000_000, &made));
        let view = all.view();
        assert_eq!((view.count, view.max, view.skew), (1_000, Some(1_000.0), None));
        for (shown, exact) in [(view.p50, 500.0), (view.p90, 900.0), (view.p99, 990.0)] {
            let shown = shown.unwrap();
            assert!((exact..exact * 1.01).contains(&shown), "{shown} for {exact}");
        }
    }

    #[test]
    fn what_the_histogram_tells_apart_is_told_apart() {
        let histogram = EndToEnd::default().times;
        for micros in
            (0..40).flat_map(|bits| [1 << bits, (1 << bits) - 1, (3 << bits) + 1, 0x5bc3 << bits >> 7])
        {
            assert!(histogram.equivalent(micros, told_apart(micros)), "{micros}");
            assert_eq!(histogram.lowest_equivalent(micros), told_apart(micros), "{micros}");
        }
    }

    #[test]
    fn what_seems_to_come_before_its_time_counts_as_none_and_is_told() {
        let mut all = EndToEnd::default();
        all.note(&latencies(5_000_000, &[5_000_000, 8_250_000, 6_000_000]));
        let view = all.view();
        assert_eq!((view.count, view.max, view.skew), (3, Some(0.0), Some(-3.25)));
    }

    #[test]
    fn a_record_without_a_time_does_not_count() {
        let mut all = EndToEnd::default();
        all.note(&latencies(5_000_000, &[0]));
        let view = all.view();
        assert_eq!((view.count, view.p50, view.p999, view.max, view.skew), (0, None, None, None, None));
    }

    #[test]
    fn shares_are_merged_record_by_record() {
        let (mut fast, mut slow) = (EndToEnd::default(), EndToEnd::default());
        fast.note(&latencies(3_000_000, &[2_000_000; 98]));
        slow.note(&latencies(3_000_000_000_000_000, &[1, 1]));
        slow.note(&latencies(1, &[1_000_001]));
        fast.merge(&slow);
        let view = fast.view();
        assert_eq!((view.count, view.skew), (101, Some(-1.0)));
        assert!((1.0..1.01).contains(&view.p90.unwrap()), "{view:?}");
        let an_hour = Some(3_600_000.0);
        assert_eq!((view.p99, view.max), (an_hour, an_hour));
    }
}
