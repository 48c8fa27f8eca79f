//! What a lane pays to account for its records: `cargo bench --package moniflux-engine --bench accounting`.
//!
//! [`batch`] books one batch from its leaving to its answer: the ledger and the three distributions. [`point`] is what is
//! made of a second, whatever number of records it had.

use std::time::Duration;

use divan::{Bencher, black_box};
use moniflux_domain::answer::Answer;
use moniflux_domain::tally::Tally;
use moniflux_engine::latency::LatencyTimes;

fn main() {
    divan::main();
}

#[divan::bench]
fn batch(bencher: Bencher<'_, '_>) {
    let (mut tally, mut times) = (Tally::default(), LatencyTimes::default());
    let mut micros = 0;
    bencher.bench_local(|| {
        micros = micros % 997 + 1;
        book(&mut tally, &mut times, black_box(micros));
    });
}

#[divan::bench(args = [30, 1_000, 30_000])]
fn point(bencher: Bencher<'_, '_>, batches: u64) {
    let (mut tally, mut second) = (Tally::default(), LatencyTimes::default());
    for batch in 1..=batches {
        book(&mut tally, &mut second, batch % 997 + 1);
    }
    let before = tally.clone();
    let mut all = second.clone();
    bencher.bench_local(|| {
        all.merge(black_box(&second));
        (tally.since(&before), second.to_latency(), all.to_latency())
    });
}

/// A batch of which half the time was spent on the way.
fn book(tally: &mut Tally, times: &mut LatencyTimes, micros: u64) {
    tally.issue(BATCH, BATCH * 314);
    times.lateness.record(Duration::from_micros(micros / 8), BATCH);
    tally.sent(0, BATCH * 314);
    tally.book(BATCH, &Answer::Acked);
    times.response.record(Duration::from_micros(micros), BATCH);
    times.service.record(Duration::from_micros(micros / 2), BATCH);
}

const BATCH: u64 = 318;
