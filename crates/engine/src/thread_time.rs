//! How long a load thread has been at work, of which its headroom follows.
//!
//! Linux says for how long a thread ran on a processor. Elsewhere the thread's runtime says for how long it did not wait,
//! which is more when others took the processor meanwhile.

use std::time::Duration;

#[cfg(not(target_os = "linux"))]
pub(crate) use self::not_waiting as thread_time;
#[cfg(target_os = "linux")]
pub(crate) use self::on_processor as thread_time;

/// How long this thread has been running on a processor.
#[cfg(target_os = "linux")]
pub(crate) fn on_processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// How long this thread's runtime, which has no other thread, has not been waiting.
#[cfg(any(test, not(target_os = "linux")))]
pub(crate) fn not_waiting() -> Duration {
    tokio::runtime::Handle::current().metrics().worker_total_busy_duration(0)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use moniflux_ports::clock::Clock;

    use super::*;
    use crate::clock::SystemClock;

    const MILLISECOND: Duration = Duration::from_millis(1);
    const WORK: Duration = Duration::from_millis(20);

    /// Works, then waits ten times as long, and says how much of both a measure saw.
    async fn seen_by(measure: impl Fn() -> Duration) -> (Duration, Duration) {
        let clock = SystemClock::start();
        // The runtime counts what is over: a stretch of work ends with a wait.
        let wait = async |long| {
            clock.sleep_until(clock.monotonic() + long).await;
            measure()
        };
        let began = wait(MILLISECOND).await;
        let until = clock.monotonic() + WORK;
        while clock.monotonic() < until {
            black_box(0);
        }
        let worked = wait(MILLISECOND).await;
        let waited = wait(10 * WORK).await;
        (worked.saturating_sub(began), waited.saturating_sub(worked))
    }

    #[tokio::test]
    async fn work_counts_and_waiting_does_not() {
        let (work, wait) = seen_by(not_waiting).await;
        assert!(work >= WORK && wait < work, "{work:?} of work, {wait:?} of waiting");
        #[cfg(target_os = "linux")]
        {
            // Others may have had the processor for most of it.
            let (work, wait) = seen_by(on_processor).await;
            assert!(!work.is_zero() && wait < WORK, "{work:?} of work, {wait:?} of waiting");
        }
    }
}
