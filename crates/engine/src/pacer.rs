//! The clock of a load thread: the machine's time, and sleeps that end on time.
//!
//! The runtime's own timers have a grain of a millisecond, half of which would be lateness of every record. So Linux
//! paces by a timer of its kernel, and other systems by what the runtime has. Both keep to the same promises, and Linux
//! tests both.

#[cfg(target_os = "linux")]
mod kernel;
#[cfg(any(test, not(target_os = "linux")))]
mod runtime;

#[cfg(target_os = "linux")]
pub(crate) use self::kernel::KernelPacer as Pacer;
#[cfg(not(target_os = "linux"))]
pub(crate) use self::runtime::RuntimePacer as Pacer;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use moniflux_ports::clock::Clock;

    use super::*;
    use crate::clock::SystemClock;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// Sleeps under each pacer, which wakes meanwhile.
    macro_rules! under_each_pacer {
        ($sleeping:expr) => {
            #[cfg(target_os = "linux")]
            under!(kernel::KernelPacer, $sleeping);
            under!(runtime::RuntimePacer, $sleeping);
        };
    }

    macro_rules! under {
        ($pacer:ty, $sleeping:expr) => {
            let pacer = <$pacer>::new(SystemClock::start()).unwrap();
            tokio::select! {
                ended = pacer.wake() => panic!("the pacer ended: {ended:?}"),
                () = $sleeping(&pacer) => {}
            }
        };
    }

    #[tokio::test]
    async fn every_sleep_ends_and_none_early() {
        under_each_pacer!(sleep_in_turn);
    }

    async fn sleep_in_turn(pacer: &dyn Clock) {
        let ended = Mutex::new(Vec::new());
        let began = pacer.monotonic();
        let sleep = async |millis: u32| {
            let deadline = began + millis * MILLISECOND;
            pacer.sleep_until(deadline).await;
            assert!(pacer.monotonic() >= deadline);
            ended.lock().unwrap().push(millis);
        };
        tokio::join!(sleep(30), sleep(10), sleep(20), sleep(0), sleep(10));
        // Those that a stall of the machine made due at once end in any order.
        let mut ended = ended.into_inner().unwrap();
        ended.sort_unstable();
        assert_eq!(ended, [0, 10, 10, 20, 30]);
    }

    #[tokio::test]
    async fn a_dropped_sleep_delays_nobody() {
        under_each_pacer!(drop_sleeps);
    }

    async fn drop_sleeps(pacer: &dyn Clock) {
        let now = pacer.monotonic();
        for _ in 0..100 {
            let long = pacer.sleep_until(now + Duration::from_mins(1));
            tokio::select! {
                biased;
                () = long => panic!("too early"),
                () = std::future::ready(()) => {}
            }
        }
        pacer.sleep_until(pacer.monotonic() + 5 * MILLISECOND).await;
    }
}
