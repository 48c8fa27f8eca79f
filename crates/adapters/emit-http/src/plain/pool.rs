//! The connections of one emitter: at most so many at once, the last used first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moniflux_domain::delivery::Delivery;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::connection::Connection;

/// Connections without a request, and the right to have one.
///
/// Nothing runs in the background: what was idle too long is closed when the pool is next asked.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Those that were given back last are at the back.
    idle: Mutex<VecDeque<Idle>>,
    turns: Semaphore,
    idle_timeout: Duration,
    max_age: Option<Duration>,
}

#[derive(Debug)]
struct Idle {
    connection: Pooled,
    since: Instant,
}

/// A connection and when it was made.
#[derive(Debug)]
pub(crate) struct Pooled {
    /// The connection.
    pub(crate) connection: Connection,
    born: Instant,
}

impl Pooled {
    /// A connection that was just made.
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, born: now() }
    }
}

impl Pool {
    /// An empty pool.
    pub(crate) fn new(delivery: &Delivery, idle_timeout: Duration) -> Self {
        let connections = usize::try_from(delivery.connections).unwrap_or(usize::MAX);
        let turns = Semaphore::new(connections.clamp(1, Semaphore::MAX_PERMITS));
        let max_age = delivery.connection_max_age;
        Self { idle: Mutex::default(), turns, idle_timeout, max_age }
    }

    /// Waits until one more connection may be used; it may for as long as what is answered lives.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Only a closed semaphore refuses, and this one never is.
        self.turns.acquire().await.ok()
    }

    /// An idle connection that can be used again, if there is one.
    pub(crate) fn take(&self) -> Option<Pooled> {
        let now = now();
        self.close_what_idled(now);
        loop {
            // The guard is gone before the kernel is asked.
            let Idle { connection, .. } = self.idle().pop_back()?;
            if !self.is_too_old(&connection, now) && connection.connection.is_quiet() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request, unless it is too old for that.
    pub(crate) fn give_back(&self, connection: Pooled) {
        let since = now();
        if !self.is_too_old(&connection, since) {
            self.idle().push_back(Idle { connection, since });
        }
    }

    fn is_too_old(&self, connection: &Pooled, now: Instant) -> bool {
        self.max_age.is_some_and(|age| now.duration_since(connection.born) >= age)
    }

    fn close_what_idled(&self, now: Instant) {
        let mut idle = self.idle();
        while idle.front().is_some_and(|idle| now.duration_since(idle.since) > self.idle_timeout) {
            idle.pop_front();
        }
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old a socket is decides nothing that a test's load depends on"
)]
fn now() -> Instant {
    Instant::now()
}
