//! Threads of their own for load, so that a saturating test slows nothing else down, and nothing else it.
//!
//! Each thread has an event loop, its connections and its timer to itself: a batch's way from deadline to socket, and
//! its answer's way back, never crosses to another thread. A lane's share lives on one thread for good.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use moniflux_ports::clock::Clock;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::clock::SystemClock;
use crate::lane::Budget;
use crate::pacer::Pacer;
use crate::thread_time::thread_time;

/// Where lanes live.
#[derive(Debug, Clone)]
pub struct Workers {
    all: Arc<[Worker]>,
    turn: Arc<AtomicUsize>,
}

/// One thread for lanes, or a runtime in its place.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) runtime: Handle,
    pub(crate) clock: Arc<dyn Clock>,
    busy: Arc<AtomicU32>,
    /// What its lanes keep for people to look at.
    pub(crate) kept: Arc<Budget>,
}

/// The threads behind [`Workers`]; dropping it ends what goes on there, and waits for that.
#[derive(Debug)]
pub struct WorkerThreads(Vec<(oneshot::Sender<()>, JoinHandle<()>)>);

impl Workers {
    /// So many threads, at least one.
    ///
    /// # Errors
    /// The system has no threads or timers left.
    pub fn start(threads: usize, clock: SystemClock) -> io::Result<(Self, WorkerThreads)> {
        let (mut all, mut running) = (Vec::new(), WorkerThreads(Vec::new()));
        for index in 0..threads.max(1) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let pacer = {
                let _context = runtime.enter();
                Pacer::new(clock)?
            };
            let busy = Arc::new(AtomicU32::new(0));
            all.push(Worker {
                runtime: runtime.handle().clone(),
                clock: Arc::new(pacer.clone()),
                busy: Arc::clone(&busy),
                kept: Arc::default(),
            });
            let (stop, stopped) = oneshot::channel();
            let thread = Builder::new().name(format!("moniflux-load-{index}")).spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        ended = pacer.wake() => tracing::error!(?ended, "a load thread has no timer any more"),
                        never = measure(&pacer, &busy) => never,
                        _ = stopped => {}
                    }
                });
            })?;
            running.0.push((stop, thread));
        }
        Ok((Self { all: all.into(), turn: Arc::default() }, running))
    }

    /// Lanes live on the runtime that this is called on, with the timers of that clock.
    pub fn here(clock: Arc<dyn Clock>) -> Self {
        let worker = Worker { runtime: Handle::current(), clock, busy: Arc::default(), kept: Arc::default() };
        Self { all: Arc::new([worker]), turn: Arc::default() }
    }

    /// The thread for the next share of a lane: one after the other.
    pub(crate) fn next(&self) -> Worker {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.all[turn % self.all.len()].clone()
    }
}

impl Worker {
    /// How much of the last second the thread was running, in thousandths.
    pub(crate) fn busy(&self) -> u32 {
        self.busy.load(Ordering::Relaxed)
    }
}

/// Notes once a second how much of it the thread was running.
async fn measure(pacer: &Pacer, busy: &AtomicU32) -> ! {
    let (mut then, mut ran_then) = (pacer.monotonic(), thread_time());
    loop {
        pacer.sleep_until(then + Duration::from_secs(1)).await;
        let (now, ran) = (pacer.monotonic(), thread_time());
        let (ran_for, passed) = (ran.saturating_sub(ran_then), now.saturating_sub(then));
        let share = ran_for.as_nanos() * 1_000 / passed.as_nanos().max(1);
        busy.store(u32::try_from(share).unwrap_or(u32::MAX).min(1_000), Ordering::Relaxed);
        (then, ran_then) = (now, ran);
    }
}

impl Drop for WorkerThreads {
    fn drop(&mut self) {
        for (stop, thread) in self.0.drain(..) {
            // A thread that has ended already needs no word.
            stop.send(()).ok();
            if thread.join().is_err() {
                tracing::error!("a load thread broke off");
            }
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("busy", &self.busy()).finish_non_exhaustive()
    }
}
