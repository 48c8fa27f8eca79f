//! Runs that search for what the destination takes.

use moniflux_domain::answer::Answer;
use moniflux_domain::capacity::{Capacity, Limit};
use moniflux_domain::profile::Extent;
use moniflux_domain::shape::Profile;
use moniflux_domain::signal::Signal;

use crate::bench::{Bench, MILLISECOND, SECOND, spec};

/// A search against four connections that take 100 records each in 100 ms: 4,000 a second.
fn searching(goal: Capacity) -> Bench {
    let mut spec = spec(500, 0, 0, 1);
    (spec.extent, spec.profile) = (Extent::Open, Profile::Capacity(goal));
    (spec.delivery.connections, spec.delivery.batch_size) = (4, 100);
    Bench::start(&spec, 100 * MILLISECOND, Answer::Acked)
}

#[tokio::test(start_paused = true)]
async fn a_search_finds_what_the_destination_takes_and_ends_the_run() {
    let mut bench = searching(Capacity::default());
    bench.finish().await;
    let search = bench.last.as_ref().unwrap().checkpoint.search.clone().unwrap();
    let answer = search.answer();
    assert_eq!((answer.found, answer.limit), (true, Some(Limit::Destination)));
    assert!((3_800..=4_000).contains(&answer.rates[&Signal::Logs]), "{search:#?}");
    let tally = bench.lane(Signal::Logs).tally;
    assert!(tally.is_settled() && tally.failed() == 0);
    let seqs: Vec<u64> = bench.got(Signal::Logs).iter().flat_map(|got| got.seqs.clone()).collect();
    assert!(seqs.iter().copied().eq(0..tally.issued()), "what was missed between steps took no number");
}

#[tokio::test(start_paused = true)]
async fn another_holder_goes_on_with_a_search() {
    let mut bench = searching(Capacity::default());
    bench.pass(30 * SECOND).await;
    let checkpoint = bench.last.as_ref().unwrap().checkpoint.taken_over();
    let known = checkpoint.search.clone().unwrap().steps().len();
    assert!(known > 2, "{checkpoint:?}");
    let mut spec = spec(500, 0, 0, 1);
    (spec.extent, spec.profile) = (Extent::Open, Profile::Capacity(Capacity::default()));
    (spec.delivery.connections, spec.delivery.batch_size) = (4, 100);
    let mut other = Bench::from(&spec, &checkpoint, false, 100 * MILLISECOND, Answer::Acked);
    other.run.change(&spec).unwrap();
    other.finish().await;
    let search = other.last.as_ref().unwrap().checkpoint.search.clone().unwrap();
    assert_eq!(search.steps()[..known], checkpoint.search.unwrap().steps()[..]);
    assert!((3_800..=4_000).contains(&search.answer().rates[&Signal::Logs]), "{search:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_search_that_is_stopped_says_so() {
    let mut bench = searching(Capacity::default());
    bench.pass(10 * SECOND).await;
    bench.run.stop();
    bench.finish().await;
    let answer = bench.last.as_ref().unwrap().checkpoint.search.clone().unwrap().answer();
    assert_eq!((answer.found, answer.limit), (false, None));
}
