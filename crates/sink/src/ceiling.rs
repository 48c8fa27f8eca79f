//! A receiver with a known ceiling: answers wait so long that no more records a second are acknowledged.
//!
//! Nothing is refused. Records are taken to be worked on one after the other at the ceiling's rate, and an answer leaves when
//! the last of its records is through; so a sender that is too fast sees a queue that grows, as with a real pipeline.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is ahead of the next record.
#[derive(Debug)]
pub(crate) struct Ceiling {
    records_per_second: u64,
    /// When all that came so far is through.
    free_at: Mutex<Duration>,
}

impl Ceiling {
    pub(crate) fn new(records_per_second: u64) -> Self {
        Self { records_per_second: records_per_second.max(1), free_at: Mutex::new(Duration::ZERO) }
    }

    /// Takes records that came at `now`, by a clock that never goes back; answers how long their answer waits.
    pub(crate) fn take(&self, now: Duration, records: u64) -> Duration {
        let work = u128::from(records) * 1_000_000_000 / u128::from(self.records_per_second);
        let work = Duration::from_nanos(u64::try_from(work).unwrap_or(u64::MAX));
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        *free_at = (*free_at).max(now.saturating_sub(BURST)).saturating_add(work);
        free_at.saturating_sub(now)
    }
}

/// An idle receiver has that much of its time saved up, so that the way in which records are batched does not show.
const BURST: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_the_ceiling_does_not_wait() {
        let ceiling = Ceiling::new(1_000);
        for batch in 1..100 {
            assert_eq!(ceiling.take(Duration::from_millis(100 * batch), 50), Duration::ZERO);
        }
    }

    #[test]
    fn what_is_above_the_ceiling_waits_longer_and_longer() {
        let ceiling = Ceiling::new(1_000);
        let start = Duration::from_secs(9);
        let waits = [0, 1, 2].map(|second| ceiling.take(start + Duration::from_secs(second), 1_500));
        assert_eq!(waits.map(|wait| wait.as_millis()), [1_450, 1_950, 2_450]);
    }
}
