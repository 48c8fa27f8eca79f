//! Bad on purpose: what happens to a request is decided by the seed and the request's number alone.

use std::time::Duration;

use moniflux_payload::mix;

/// How a sink misbehaves. What fails or is reset is not counted as received.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    /// How long every answer waits.
    pub delay: Duration,
    /// The share of requests that is answered with `status`: 0 to 1.
    pub fail_rate: f64,
    /// The answer to requests that fail: 200 to 599.
    pub status: u16,
    /// The share of requests whose connection is reset instead of an answer: 0 to 1. It goes before `fail_rate`.
    pub reset_rate: f64,
    /// The same seed lets the same requests fail, by the order in which they come in.
    pub seed: u64,
    /// The most records a second that are acknowledged, over all requests; what is above waits for its answer. None for no
    /// limit.
    pub max_rate: Option<u64>,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Serve,
    Fail,
    Reset,
}

impl Faults {
    /// Everything that is out of range, in words; none when all is well.
    pub fn complaints(&self) -> Vec<String> {
        let rates = [("fail-rate", self.fail_rate), ("reset-rate", self.reset_rate)];
        let mut complaints: Vec<String> = rates
            .iter()
            .filter(|(_, rate)| !(0.0..=1.0).contains(rate))
            .map(|(name, rate)| format!("{name} must be from 0 to 1, not {rate}"))
            .collect();
        if !(200..600).contains(&self.status) {
            complaints.push(format!("status must be from 200 to 599, not {}", self.status));
        }
        if self.max_rate == Some(0) {
            complaints.push("max-rate must be at least 1, not 0".to_owned());
        }
        complaints
    }

    /// What happens to the request with that number.
    pub(crate) fn fate(&self, request: u64) -> Fate {
        let drawn = |kind| mix::nth(mix::mix(self.seed ^ kind), request);
        if happens(self.reset_rate, drawn(RESET)) {
            Fate::Reset
        } else if happens(self.fail_rate, drawn(FAIL)) {
            Fate::Fail
        } else {
            Fate::Serve
        }
    }
}

impl Default for Faults {
    /// No faults.
    fn default() -> Self {
        Self { delay: Duration::ZERO, fail_rate: 0.0, status: 500, reset_rate: 0.0, seed: 0, max_rate: None }
    }
}

/// Whether something that happens at that rate happens to who drew that number.
fn happens(rate: f64, drawn: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit the mantissa")]
    let part = (drawn >> 32) as f64 / f64::from(u32::MAX);
    part < rate || rate >= 1.0
}

/// Tell the two draws of a request apart.
const RESET: u64 = 1;
const FAIL: u64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(fail_rate: f64, reset_rate: f64, seed: u64) -> Vec<Fate> {
        let faults = Faults { fail_rate, reset_rate, seed, ..Faults::default() };
        (0..10_000).map(|request| faults.fate(request)).collect()
    }

    #[test]
    fn rates_are_kept_and_the_seed_decides_who_is_hit() {
        let count = |fates: &[Fate], wanted| fates.iter().filter(|fate| **fate == wanted).count();
        let some = fates(0.25, 0.1, 7);
        assert!((900..1_100).contains(&count(&some, Fate::Reset)));
        assert!((2_100..2_400).contains(&count(&some, Fate::Fail)), "a quarter of the rest");
        assert_eq!(some, fates(0.25, 0.1, 7));
        assert_ne!(some, fates(0.25, 0.1, 8));
    }

    #[test]
    fn none_and_all_are_exact() {
        assert!(fates(0.0, 0.0, 1).iter().all(|fate| *fate == Fate::Serve));
        assert!(fates(1.0, 0.0, 1).iter().all(|fate| *fate == Fate::Fail));
        assert!(fates(1.0, 1.0, 1).iter().all(|fate| *fate == Fate::Reset));
    }

    #[test]
    fn every_value_out_of_range_is_complained_about() {
        let faults = Faults {
            fail_rate: 1.5,
            reset_rate: f64::NAN,
            status: 99,
            max_rate: Some(0),
            ..Faults::default()
        };
        assert_eq!(faults.complaints().len(), 4);
        assert!(Faults::default().complaints().is_empty());
    }
}
