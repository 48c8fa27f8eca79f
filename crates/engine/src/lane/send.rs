//! Sends one batch, again if that is asked for, and says what became of it.

use std::time::Duration;

use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Retry;
use moniflux_ports::clock::Clock;
use moniflux_ports::emitter::{Batch, Emitter};

/// A batch and what became of it.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) records: u64,
    /// When it was due.
    pub(super) deadline: Duration,
    /// When it was sent first.
    pub(super) sent: Duration,
    /// When its last answer came.
    pub(super) came: Duration,
    pub(super) answer: Answer,
    /// How often it was sent again.
    pub(super) retries: u32,
    /// Bytes that left, of all its requests.
    pub(super) wire_bytes: u64,
}

/// Sends a batch of so many records that was due at `deadline`.
pub(super) async fn send(
    emitter: &dyn Emitter,
    clock: &dyn Clock,
    retry: &Retry,
    batch: Batch,
    records: u64,
    deadline: Duration,
) -> Answered {
    let sent = clock.monotonic();
    let (mut retries, mut wire_bytes) = (0, 0);
    loop {
        let reply = emitter.send(batch.clone()).await;
        let (came, answer) = (clock.monotonic(), reply.answer);
        wire_bytes += reply.wire_bytes;
        if !retry.applies(&answer, retries) {
            return Answered { records, deadline, sent, came, answer, retries, wire_bytes };
        }
        clock.sleep_until(came + reply.retry_after.unwrap_or_else(|| Retry::pause(retries))).await;
        retries += 1;
    }
}
