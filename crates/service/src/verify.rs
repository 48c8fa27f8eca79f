//! Asks a run's sink what arrived, until everything that was acked is there or the wait for it is over.
//!
//! Kept out of it: who asks, and where the answer goes; the supervisor does it for its runs, the command line for its own.

use std::time::Duration;

use chrono::SubsecRound;
use moniflux_domain::run::{Checkpoint, Run};
use moniflux_domain::verify::{Verification, Verify};
use moniflux_ports::clock::Clock;
use moniflux_ports::sink_reader::SinkReader;

/// Joins an ended run with what its sink counted, and waits for that as long as `verify` says.
///
/// It is over at once when nothing that was acked can be missing. While a record that failed may stand for one that was acked, it
/// is over when the sink counts as many as were acked and no more come in.
pub async fn verify(sinks: &dyn SinkReader, clock: &dyn Clock, run: &Run, verify: &Verify) -> Verification {
    let inquiry = Inquiry::of(sinks, clock, run, verify);
    let give_up = clock.monotonic() + verify.wait;
    let mut known = inquiry.nothing();
    loop {
        let next = inquiry.ask(known.clone()).await;
        let stands_still = next.counts_like(&known);
        known = next;
        let is_complete = known.is_certain() || (known.has_everything() && stands_still);
        if (is_complete && known.fault.is_none()) || clock.monotonic() >= give_up {
            return Verification { settled: true, ..known };
        }
        clock.sleep_until((clock.monotonic() + POLL).min(give_up)).await;
    }
}

/// Joins a run with what its sink counted so far, without a wait.
pub(crate) async fn verify_now(
    sinks: &dyn SinkReader,
    clock: &dyn Clock,
    run: &Run,
    verify: &Verify,
) -> Verification {
    let inquiry = Inquiry::of(sinks, clock, run, verify);
    inquiry.ask(inquiry.nothing()).await
}

/// What a sink is asked about.
struct Inquiry<'a> {
    sinks: &'a dyn SinkReader,
    clock: &'a dyn Clock,
    run: &'a Run,
    checkpoint: Checkpoint,
    verify: &'a Verify,
}

impl<'a> Inquiry<'a> {
    fn of(sinks: &'a dyn SinkReader, clock: &'a dyn Clock, run: &'a Run, verify: &'a Verify) -> Self {
        Self { sinks, clock, run, checkpoint: run.checkpoint(), verify }
    }

    fn nothing(&self) -> Verification {
        Verification::unknown(self.verify, self.clock.now().trunc_subsecs(3))
    }

    /// What is known after the sink was asked once more.
    async fn ask(&self, known: Verification) -> Verification {
        let answer = self.sinks.ledger(&self.verify.sink, &self.run.test, self.run.id).await;
        let at = self.clock.now().trunc_subsecs(3);
        match answer {
            Ok(ledger) => Verification { at, ..known.joined(&self.checkpoint, &ledger) },
            Err(error) => Verification { at, fault: Some(error.to_string()), ..known },
        }
    }
}

const POLL: Duration = Duration::from_millis(250);
