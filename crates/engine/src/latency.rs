//! Histograms of times: recorded by lanes, carried as bytes, merged and read by whoever reports.
//!
//! Three significant digits, one microsecond to one hour; longer times count as one hour. Percentiles come from merged
//! histograms only and are never averaged.

mod sparse;

use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2Serializer};
use moniflux_domain::point::{Distribution, Latency};

use self::sparse::Sparse;

/// Times of records; takes no memory before the first, and little for few of them.
#[derive(Debug, Clone)]
pub struct Times(Counts);

/// Where times are counted.
#[derive(Debug, Clone)]
enum Counts {
    Few(Sparse),
    Many(Histogram<u64>),
}

impl Default for Times {
    fn default() -> Self {
        Self(Counts::Few(Sparse::default()))
    }
}

impl Times {
    /// Reads what [`Times::to_distribution`] wrote.
    ///
    /// # Errors
    /// The bytes are no histogram.
    pub fn from_distribution(distribution: &Distribution) -> Result<Self, UnreadableDistribution> {
        if distribution.0.is_empty() {
            return Ok(Self::default());
        }
        let mut times = Self::default();
        times.add(distribution)?;
        Ok(times)
    }

    /// Adds the records of a histogram that [`Times::to_distribution`] wrote.
    ///
    /// # Errors
    /// The bytes are no histogram; what could be read before that is found out may have been added.
    pub fn add(&mut self, distribution: &Distribution) -> Result<(), UnreadableDistribution> {
        sparse::read(&distribution.0, |micros, records| self.note(micros, records))
    }

    /// Notes one time for that many records.
    pub fn record(&mut self, time: Duration, records: u64) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.note(micros.min(LONGEST_MICROS), records);
    }

    /// Adds another histogram's records.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, Counts::Few(few)) => few.values().for_each(|(micros, records)| self.note(micros, records)),
            (Counts::Many(ours), Counts::Many(theirs)) => {
                let added = ours.add(theirs);
                debug_assert!(added.is_ok());
            }
            (Counts::Few(few), Counts::Many(theirs)) => {
                let few = std::mem::take(few);
                self.0 = Counts::Many(theirs.clone());
                few.values().for_each(|(micros, records)| self.note(micros, records));
            }
        }
    }

    /// The histogram as bytes.
    pub fn to_distribution(&self) -> Distribution {
        Distribution(match &self.0 {
            Counts::Few(few) => few.to_bytes(),
            Counts::Many(histogram) => {
                let mut bytes = Vec::new();
                // Cannot fail: a vector takes every write.
                let written = V2Serializer::new().serialize(histogram, &mut bytes);
                debug_assert!(written.is_ok());
                bytes
            }
        })
    }

    /// The time within which `share` (0 to 1) of the records stayed, in milliseconds; none without records.
    pub fn quantile_millis(&self, share: f64) -> Option<f64> {
        match &self.0 {
            Counts::Few(few) => few.value_at_quantile(share).map(millis),
            Counts::Many(histogram) => Some(millis(histogram.value_at_quantile(share))),
        }
    }

    /// The longest time, in milliseconds; none without records.
    pub fn max_millis(&self) -> Option<f64> {
        match &self.0 {
            Counts::Few(few) => few.max().map(millis),
            Counts::Many(histogram) => Some(millis(histogram.max())),
        }
    }

    /// All records' times together, in milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "a sum for charts, exact to 2^52 records")]
    pub fn sum_millis(&self) -> f64 {
        match &self.0 {
            Counts::Few(few) => few.values().map(|(micros, records)| millis(micros) * records as f64).sum(),
            Counts::Many(histogram) => millis(1) * histogram.mean() * histogram.len() as f64,
        }
    }

    /// How many records were noted.
    pub fn records(&self) -> u64 {
        match &self.0 {
            Counts::Few(few) => few.records(),
            Counts::Many(histogram) => histogram.len(),
        }
    }

    fn note(&mut self, micros: u64, records: u64) {
        match &mut self.0 {
            Counts::Few(few) => {
                few.record(micros, records);
                if few.is_crowded()
                    && let Some(histogram) = few.to_histogram()
                {
                    self.0 = Counts::Many(histogram);
                }
            }
            Counts::Many(histogram) => {
                // Cannot fail: the histogram grows by itself, and an hour fits.
                let recorded = histogram.record_n(micros, records);
                debug_assert_eq!(recorded, Ok(()));
            }
        }
    }
}

/// The three distributions of a lane.
#[derive(Debug, Clone, Default)]
pub struct LatencyTimes {
    /// Due time to issue.
    pub lateness: Times,
    /// Due time to answer.
    pub response: Times,
    /// Issue to answer.
    pub service: Times,
}

impl LatencyTimes {
    /// Reads what [`LatencyTimes::to_latency`] wrote.
    ///
    /// # Errors
    /// The bytes are no histogram.
    pub fn from_latency(latency: &Latency) -> Result<Self, UnreadableDistribution> {
        let mut times = Self::default();
        times.add(latency)?;
        Ok(times)
    }

    /// Adds the records of what [`LatencyTimes::to_latency`] wrote.
    ///
    /// # Errors
    /// The bytes are no histogram.
    pub fn add(&mut self, latency: &Latency) -> Result<(), UnreadableDistribution> {
        self.lateness.add(&latency.lateness)?;
        self.response.add(&latency.response)?;
        self.service.add(&latency.service)
    }

    /// Adds another lane's or stretch's records.
    pub fn merge(&mut self, other: &Self) {
        self.lateness.merge(&other.lateness);
        self.response.merge(&other.response);
        self.service.merge(&other.service);
    }

    /// The histograms as bytes.
    pub fn to_latency(&self) -> Latency {
        Latency {
            lateness: self.lateness.to_distribution(),
            response: self.response.to_distribution(),
            service: self.service.to_distribution(),
        }
    }
}

/// Bytes that are no histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored distribution cannot be read")]
pub struct UnreadableDistribution;

#[expect(clippy::cast_precision_loss, reason = "an hour in microseconds is far below 2^52")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

const SIGNIFICANT_DIGITS: u8 = 3;
const LONGEST_MICROS: u64 = 3_600_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_their_bytes_and_add_up() {
        let mut left = Times::default();
        left.record(Duration::from_millis(10), 99);
        let mut right = Times::default();
        right.record(Duration::from_secs(2), 1);
        right.record(Duration::from_secs(100_000), 1);
        let mut sum = Times::from_distribution(&left.to_distribution()).unwrap();
        sum.merge(&Times::from_distribution(&right.to_distribution()).unwrap());
        sum.merge(&Times::default());
        assert_eq!(sum.records(), 101);
        assert!((sum.quantile_millis(0.5).unwrap() - 10.0).abs() < 0.02);
        assert!((sum.quantile_millis(0.985).unwrap() - 2_000.0).abs() < 2.0);
        assert!((sum.max_millis().unwrap() - 3_600_000.0).abs() < 4_000.0);
        assert!((sum.sum_millis() - 3_602_990.0).abs() < 4_000.0);
    }

    #[test]
    fn few_times_and_many_are_counted_alike() {
        let few: Vec<u64> = (0..200).collect();
        let many: Vec<u64> = (0..5_000).collect();
        let times = |micros: &[u64]| {
            let mut times = Times::default();
            for micros in micros {
                times.record(Duration::from_micros(*micros), 2);
            }
            times
        };
        assert!(matches!((times(&few).0, times(&many).0), (Counts::Few(_), Counts::Many(_))));
        let both = [few.as_slice(), &many].concat();
        for (left, right) in [(&few, &many), (&many, &few), (&many, &many)] {
            let mut sum = times(left);
            sum.merge(&times(right));
            assert_eq!(sum.records(), 2 * (left.len() + right.len()) as u64);
        }
        let mut sum = times(&few);
        sum.merge(&times(&many));
        for share in [0.01, 0.5, 0.99, 1.0] {
            assert_eq!(sum.quantile_millis(share), times(&both).quantile_millis(share));
        }
        let read = Times::from_distribution(&sum.to_distribution()).unwrap();
        assert_eq!((read.records(), read.max_millis()), (sum.records(), sum.max_millis()));
    }

    #[test]
    fn no_records_have_no_percentile() {
        assert_eq!((Times::default().quantile_millis(0.5), Times::default().sum_millis()), (None, 0.0));
        assert!(Times::default().to_distribution().0.is_empty());
        assert!(Times::from_distribution(&Distribution(vec![1, 2, 3])).is_err());
    }
}
