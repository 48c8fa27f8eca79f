//! Guards: when too many records fail for too long, a run is ended as failed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tally::Tally;

/// When to give a run up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbortOn {
    /// The share of answered records that were rejected or failed, in millionths: above 0, up to 1,000,000.
    pub failures: u32,
    /// For how long the share has to be that high: 1 s to an hour.
    pub lasts: Duration,
}

/// Watches a run for its [`AbortOn`].
#[derive(Debug, Clone, Default)]
pub struct Guard {
    abort_on: Option<AbortOn>,
    /// Since when the share is too high.
    since: Option<Duration>,
    seen: Option<Duration>,
}

impl Guard {
    /// A guard that has seen nothing; one that never says a word for none.
    pub fn new(abort_on: Option<AbortOn>) -> Self {
        Self { abort_on, since: None, seen: None }
    }

    /// Watches for something else from now on.
    pub fn watch_for(&mut self, abort_on: Option<AbortOn>) {
        if self.abort_on != abort_on {
            (self.abort_on, self.since) = (abort_on, None);
        }
    }

    /// Takes what was counted until `now`, by a monotonic clock, since the call before; answers why the run is to end, if
    /// it is.
    ///
    /// A stretch without answers says nothing, and changes nothing.
    pub fn note(&mut self, now: Duration, counted: &Tally) -> Option<String> {
        let AbortOn { failures, lasts } = self.abort_on?;
        let began = self.seen.replace(now).unwrap_or(now);
        let without_success = counted.failed() + counted.rejected();
        let answered = counted.acked() + without_success;
        if answered == 0 {
            return None;
        }
        if u128::from(without_success) * MILLION < u128::from(failures) * u128::from(answered) {
            self.since = None;
            return None;
        }
        let since = *self.since.get_or_insert(began);
        (now.saturating_sub(since) >= lasts).then(|| {
            format!(
                "{}% or more of the records failed or were rejected for {} s (abortOn)",
                f64::from(failures) / 10_000.0,
                lasts.as_secs_f64()
            )
        })
    }
}

const MILLION: u128 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Answer, Kind};

    fn counted(acked: u64, failed: u64) -> Tally {
        let mut tally = Tally::default();
        tally.issue(acked + failed, 1);
        tally.book(acked, &Answer::Acked);
        tally.book(failed, &Answer::Failed(Kind::Timeout));
        tally
    }

    fn trips(guard: &mut Guard, seconds: &[(u64, u64, u64)]) -> Vec<u64> {
        let at = |second| Duration::from_secs(second);
        let noted = seconds.iter().map(|(second, acked, failed)| {
            guard.note(at(*second), &counted(*acked, *failed)).map(|_| *second)
        });
        noted.flatten().collect()
    }

    fn guard() -> Guard {
        Guard::new(Some(AbortOn { failures: 500_000, lasts: Duration::from_secs(3) }))
    }

    #[test]
    fn a_high_share_that_lasts_ends_a_run() {
        let seconds = [(0, 9, 0), (1, 5, 5), (2, 0, 9), (3, 4, 6), (4, 9, 9)];
        assert_eq!(trips(&mut guard(), &seconds), [3, 4]);
        let why = guard().note(Duration::ZERO, &counted(0, 9));
        assert_eq!(why, None, "no time has passed");
    }

    #[test]
    fn a_good_second_begins_the_count_anew_and_silence_says_nothing() {
        let seconds = [(0, 0, 9), (2, 0, 9), (3, 6, 5), (4, 0, 9), (5, 0, 0), (6, 0, 9), (7, 9, 1)];
        assert_eq!(trips(&mut guard(), &seconds), [6]);
        assert_eq!(trips(&mut Guard::default(), &[(0, 0, 9), (99, 0, 9)]), [0_u64; 0]);
    }
}
