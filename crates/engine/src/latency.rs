//! Histograms of times: recorded by lanes, carried as bytes, merged and read by whoever reports.
//!
//! Three significant digits, one microsecond to one hour; longer times count as one hour. Percentiles come from merged
//! histograms only and are never averaged.

use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use moniflux_domain::point::{Distribution, Latency};

/// Times of records; takes no memory before the first.
#[derive(Debug, Clone, Default)]
pub struct Times(Option<Histogram<u64>>);

impl Times {
    /// Reads what [`Times::to_distribution`] wrote.
    ///
    /// # Errors
    /// The bytes are no histogram.
    pub fn from_distribution(distribution: &Distribution) -> Result<Self, UnreadableDistribution> {
        if distribution.0.is_empty() {
            return Ok(Self(None));
        }
        let mut bytes = distribution.0.as_slice();
        let histogram = Deserializer::new().deserialize(&mut bytes);
        let mut histogram: Histogram<u64> =
            histogram.map_err(|e| UnreadableDistribution { source: Box::new(e) })?;
        histogram.auto(true);
        Ok(Self(Some(histogram)))
    }

    /// Notes one time for that many records.
    pub fn record(&mut self, time: Duration, records: u64) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).min(LONGEST_MICROS);
        if let Some(histogram) = self.histogram() {
            // Cannot fail: the histogram grows by itself, and an hour fits.
            let recorded = histogram.record_n(micros, records);
            debug_assert_eq!(recorded, Ok(()));
        }
    }

    /// Adds another histogram's records.
    pub fn merge(&mut self, other: &Self) {
        if let (Some(theirs), Some(ours)) = (&other.0, self.histogram_if(other.0.is_some())) {
            let added = ours.add(theirs);
            debug_assert!(added.is_ok());
        }
    }

    /// The histogram as bytes.
    pub fn to_distribution(&self) -> Distribution {
        let mut bytes = Vec::new();
        if let Some(histogram) = &self.0 {
            // Cannot fail: a vector takes every write.
            let written = V2Serializer::new().serialize(histogram, &mut bytes);
            debug_assert!(written.is_ok());
        }
        Distribution(bytes)
    }

    /// The time within which `share` (0 to 1) of the records stayed, in milliseconds; none without records.
    pub fn quantile_millis(&self, share: f64) -> Option<f64> {
        self.0.as_ref().map(|histogram| millis(histogram.value_at_quantile(share)))
    }

    /// The longest time, in milliseconds; none without records.
    pub fn max_millis(&self) -> Option<f64> {
        self.0.as_ref().map(|histogram| millis(histogram.max()))
    }

    /// How many records were noted.
    pub fn records(&self) -> u64 {
        self.0.as_ref().map_or(0, Histogram::len)
    }

    fn histogram_if(&mut self, wanted: bool) -> Option<&mut Histogram<u64>> {
        if wanted { self.histogram() } else { None }
    }

    fn histogram(&mut self) -> Option<&mut Histogram<u64>> {
        if self.0.is_none() {
            self.0 = Histogram::new(SIGNIFICANT_DIGITS).ok();
        }
        self.0.as_mut()
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
        Ok(Self {
            lateness: Times::from_distribution(&latency.lateness)?,
            response: Times::from_distribution(&latency.response)?,
            service: Times::from_distribution(&latency.service)?,
        })
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
#[derive(Debug, thiserror::Error)]
#[error("a stored distribution cannot be read")]
pub struct UnreadableDistribution {
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

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
    }

    #[test]
    fn no_records_have_no_percentile() {
        assert_eq!(Times::default().quantile_millis(0.5), None);
        assert!(Times::default().to_distribution().0.is_empty());
        assert!(Times::from_distribution(&Distribution(vec![1, 2, 3])).is_err());
    }
}
