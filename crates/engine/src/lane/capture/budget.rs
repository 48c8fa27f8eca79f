//! How many records all lanes of a thread may keep in a second, so that a thousand tests that keep ten a second each do not spend
//! on what is kept what the load needs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Shared by the lanes of a thread.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// The second, in the high half, and what was kept in it.
    kept: AtomicU64,
}

impl Budget {
    /// The most that is kept of all lanes in a second: as much as one test of three signals can ask for.
    pub(crate) const MOST: u64 = 3_000;

    /// Whether so many records may be kept now, by a monotonic clock; they then count as kept.
    pub(crate) fn take(&self, now: Duration, records: u64) -> bool {
        let second = (now.as_secs() & SECONDS) << COUNT_BITS;
        let count = |kept: u64| {
            let so_far = if kept & !COUNTS == second { kept & COUNTS } else { 0 };
            (so_far + records <= Self::MOST).then_some(second | (so_far + records))
        };
        self.kept.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count).is_ok()
    }
}

const COUNT_BITS: u32 = 32;
const COUNTS: u64 = u32::MAX as u64;
const SECONDS: u64 = u32::MAX as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_in_each_second() {
        let budget = Budget::default();
        for second in [0, 2, 7] {
            let now = Duration::from_millis(second * 1_000 + 300);
            assert!(budget.take(now, Budget::MOST - 1) && budget.take(now, 1));
            assert!(!budget.take(now, 1));
            assert!(budget.take(now + Duration::from_secs(1), 1), "the next second is another one");
        }
    }
}
