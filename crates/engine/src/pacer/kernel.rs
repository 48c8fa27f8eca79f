//! Absolute deadlines to the microsecond, by a timer of the Linux kernel.
//!
//! One timer serves all deadlines of a thread and is polled by that thread's own event loop, so that being woken costs
//! no switch to another thread. What is due by now is woken together.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_ports::clock::Clock;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::net::unix::pipe::Receiver;

use crate::clock::SystemClock;

/// The clock of one thread: the time of another clock, and sleeps that end on time.
#[derive(Clone)]
pub(crate) struct KernelPacer {
    clock: SystemClock,
    sleeps: Arc<Sleeps>,
}

/// Who is to be woken when.
struct Sleeps {
    /// Once it has gone off, eight bytes can be read, and the runtime sees no other difference to a pipe.
    timer: Receiver,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// By deadline; the number tells sleeps of one deadline apart.
    wakers: BTreeMap<(Duration, u64), Waker>,
    next: u64,
    /// When the timer will go off.
    armed: Option<Duration>,
}

impl KernelPacer {
    /// A pacer for the runtime that it is called on, whose sleeps end while [`KernelPacer::wake`] is polled there.
    ///
    /// # Errors
    /// The kernel has no timer left.
    pub(crate) fn new(clock: SystemClock) -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let timer = Receiver::from_file_unchecked(File::from(timer))?;
        Ok(Self { clock, sleeps: Arc::new(Sleeps { timer, queue: Mutex::default() }) })
    }

    /// Wakes whoever is due, for ever.
    ///
    /// # Errors
    /// The timer cannot be waited for any more.
    pub(crate) async fn wake(&self) -> io::Result<()> {
        loop {
            self.sleeps.timer.readable().await?;
            match self.sleeps.timer.try_read(&mut [0; 8]) {
                Ok(_) => {
                    let due = self.queue().take_due(self.clock.monotonic());
                    due.into_values().for_each(Waker::wake);
                    self.arm(&mut self.queue());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.sleeps.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the timer to the earliest deadline, unless it goes off before that anyway.
    fn arm(&self, queue: &mut Queue) {
        let Some((deadline, _)) = queue.wakers.keys().next().copied() else { return };
        if queue.armed.is_some_and(|armed| armed <= deadline) {
            return;
        }
        // A time of zero would disarm it.
        let left = deadline.saturating_sub(self.clock.monotonic()).max(Duration::from_nanos(1));
        let value = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        match timerfd_settime(&self.sleeps.timer, TimerfdTimerFlags::empty(), &once) {
            Ok(_) => queue.armed = Some(deadline),
            Err(error) => tracing::error!(%error, "a timer cannot be set"),
        }
    }
}

impl Queue {
    fn take_due(&mut self, now: Duration) -> BTreeMap<(Duration, u64), Waker> {
        self.armed = None;
        let later = self.wakers.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.wakers, later)
    }
}

#[async_trait]
impl Clock for KernelPacer {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    async fn sleep_until(&self, deadline: Duration) {
        Sleep { pacer: self, deadline, number: None }.await;
    }
}

struct Sleep<'a> {
    pacer: &'a KernelPacer,
    deadline: Duration,
    number: Option<u64>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.pacer.clock.monotonic() >= self.deadline {
            return Poll::Ready(());
        }
        let (pacer, deadline) = (self.pacer, self.deadline);
        let mut queue = pacer.queue();
        let number = *self.number.get_or_insert_with(|| {
            queue.next += 1;
            queue.next
        });
        queue.wakers.insert((deadline, number), context.waker().clone());
        pacer.arm(&mut queue);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.pacer.queue().wakers.remove(&(self.deadline, number));
        }
    }
}

impl fmt::Debug for KernelPacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KernelPacer").field("sleeps", &self.queue().wakers.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dropped_sleep_leaves_nothing_behind() {
        let pacer = KernelPacer::new(SystemClock::start()).unwrap();
        let sleep = pacer.sleep_until(pacer.monotonic() + Duration::from_mins(1));
        tokio::select! {
            biased;
            () = sleep => panic!("too early"),
            () = std::future::ready(()) => {}
        }
        assert!(pacer.queue().wakers.is_empty());
    }
}
