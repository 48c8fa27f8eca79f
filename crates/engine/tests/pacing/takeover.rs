//! Runs that another holder goes on with.

use std::collections::BTreeSet;

use moniflux_domain::answer::Answer;
use moniflux_domain::run::Checkpoint;
use moniflux_domain::signal::{Share, Signal};

use crate::bench::{Bench, Got, MILLISECOND, SECOND, spec};

#[tokio::test(start_paused = true)]
async fn nothing_is_issued_that_is_not_reserved() {
    let asked = spec(100, 0, 0, 10);
    let from = Checkpoint::start(&asked, Share::WHOLE).reserved_ahead(2 * SECOND);
    let mut bench = Bench::from(&asked, &from, true, MILLISECOND, Answer::Acked);
    bench.pass(5 * SECOND).await;
    assert_eq!(bench.lane(Signal::Logs).tally.issued(), 200);
    let seen = bench.last.clone().unwrap();
    bench.run.grant(&seen.checkpoint);
    bench.pass(SECOND).await;
    let issued = bench.lane(Signal::Logs).tally.issued();
    assert!((580..=seen.checkpoint.lanes[0].reserved).contains(&issued), "{issued}");
}

#[tokio::test(start_paused = true)]
async fn another_holder_goes_on_behind_what_was_reserved_without_a_number_twice() {
    let asked = spec(100, 0, 0, 10);
    let from = Checkpoint::start(&asked, Share::WHOLE).reserved_ahead(2 * SECOND);
    let mut first = Bench::from(&asked, &from, true, 50 * MILLISECOND, Answer::Acked);
    first.pass(SECOND).await;
    let stored = first.last.clone().unwrap().checkpoint;
    first.run.grant(&stored);
    first.pass(500 * MILLISECOND).await;
    drop(first.run);

    let mut second = Bench::from(&asked, &stored.taken_over(), false, MILLISECOND, Answer::Acked);
    second.finish().await;
    let tally = second.lane(Signal::Logs).tally;
    assert_eq!((tally.due(), tally.issued(), tally.missed()), (1_000, 1_000, 0));
    assert_eq!(tally.acked() + tally.in_doubt(), 1_000);

    let seqs = |got: Vec<Got>| got.into_iter().flat_map(|got| got.seqs).collect::<BTreeSet<u64>>();
    let mut early = Vec::new();
    early.append(&mut first.fake.got.lock().unwrap());
    let (early, late) = (seqs(early), seqs(second.got(Signal::Logs)));
    assert!(early.is_disjoint(&late));
    let lost = 1_000 - early.len() - late.len();
    assert!(lost as u64 <= tally.in_doubt(), "{lost} lost, {} in doubt", tally.in_doubt());
}

#[tokio::test(start_paused = true)]
async fn a_suspended_run_gives_every_number_a_class_and_reserves_none() {
    let asked = spec(100, 0, 0, 10);
    let from = Checkpoint::start(&asked, Share::WHOLE).reserved_ahead(2 * SECOND);
    let mut bench = Bench::from(&asked, &from, true, 10 * MILLISECOND, Answer::Acked);
    bench.pass(SECOND).await;
    bench.run.suspend();
    bench.finish().await;
    let lane = bench.lane(Signal::Logs);
    assert_eq!((lane.tally.in_doubt(), lane.tally.in_flight()), (0, 0));
    assert_eq!(lane.reserved, lane.tally.issued());
    assert_eq!(bench.last.unwrap().checkpoint.taken_over().lanes[0].tally.in_doubt(), 0);
}
