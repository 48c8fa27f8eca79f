//! Records that are kept for people to look at: how many, which, and that they are those that were sent.

use std::collections::BTreeSet;

use moniflux_domain::answer::Answer;
use moniflux_domain::capture::{Capture, Kept};
use moniflux_domain::point::Sample;
use moniflux_domain::run::Checkpoint;
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{LogType, Parallelism, Spec};

use crate::bench::{Bench, MILLISECOND, SECOND, spec};

fn keeping(kept: Kept, max: u32, spec: Spec) -> Spec {
    Spec { capture: Capture { kept, max }, ..spec }
}

fn of(bench: &Bench, signal: Signal) -> Vec<Sample> {
    bench.samples.iter().filter(|sample| sample.signal == signal).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn ten_a_second_of_each_lane_are_kept_evenly() {
    let mut bench = Bench::start(&spec(1_000, 37, 4, 10), MILLISECOND, Answer::Acked);
    bench.finish().await;
    for (signal, expected) in
        [(Signal::Logs, 100..=101), (Signal::Metrics, 95..=101), (Signal::Traces, 40..=40)]
    {
        let samples = of(&bench, signal);
        assert!(expected.contains(&samples.len()), "{} {signal}", samples.len());
        let sent: BTreeSet<u64> = bench.got(signal).into_iter().flat_map(|got| got.seqs).collect();
        assert!(samples.iter().all(|sample| sent.contains(&sample.seq)));
        let gaps = samples.windows(2).map(|pair| (pair[1].at - pair[0].at).num_milliseconds());
        let most = if signal == Signal::Traces { 250 } else { 155 };
        assert!(gaps.clone().all(|gap| (45..=most).contains(&gap)), "{:?}", gaps.collect::<Vec<_>>());
    }
    let log = &of(&bench, Signal::Logs)[0];
    assert_eq!((log.level, log.trace_id.as_deref(), log.share), (Some(LogType::Info), None, 0));
    let trace = &of(&bench, Signal::Traces)[0];
    assert!(trace.body.contains(trace.trace_id.as_deref().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn shares_keep_together_what_one_lane_would() {
    let divided = Spec { parallelism: Parallelism::of(4).unwrap(), ..spec(1_000, 0, 0, 10) };
    let mut bench = Bench::start(&divided, MILLISECOND, Answer::Acked);
    bench.finish().await;
    let mut samples = of(&bench, Signal::Logs);
    assert!((96..=101).contains(&samples.len()), "{}", samples.len());
    assert!((0..4).all(|share| samples.iter().filter(|sample| sample.share == share).count() >= 24));
    samples.sort_by_key(|sample| sample.at);
    let gaps: Vec<_> = samples.windows(2).map(|pair| (pair[1].at - pair[0].at).num_milliseconds()).collect();
    assert!(gaps.iter().all(|gap| (80..=120).contains(gap)), "{gaps:?}");
    let numbers: BTreeSet<_> = samples.iter().map(|sample| sample.seq).collect();
    assert_eq!(numbers.len(), samples.len(), "a number of the lane is one share's");
}

#[tokio::test(start_paused = true)]
async fn all_are_kept_until_there_are_enough_and_none_when_that_is_asked() {
    for (kept, max, expected) in [
        (Kept::All, 10_000, 0..1_500),
        (Kept::All, 700, 0..700),
        (Kept::PerSecond(0), 9, 0..0),
        (Kept::All, 0, 0..0),
    ] {
        let asked = keeping(kept, max, spec(500, 0, 0, 3));
        let mut bench = Bench::start(&asked, MILLISECOND, Answer::Acked);
        bench.finish().await;
        let numbers: Vec<_> = of(&bench, Signal::Logs).iter().map(|sample| sample.seq).collect();
        assert_eq!(numbers, expected.collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn another_holder_keeps_no_record_twice_and_not_more_than_are_asked_for() {
    let asked = keeping(Kept::PerSecond(20), 150, spec(100, 0, 0, 10));
    let from = Checkpoint::start(&asked, Share::WHOLE).reserved_ahead(2 * SECOND);
    let mut first = Bench::from(&asked, &from, true, MILLISECOND, Answer::Acked);
    first.pass(2 * SECOND).await;
    let stored = first.last.clone().unwrap().checkpoint;
    let mut second = Bench::from(&asked, &stored.taken_over(), false, MILLISECOND, Answer::Acked);
    second.finish().await;
    let (mut early, late) = (of(&first, Signal::Logs), of(&second, Signal::Logs));
    assert!((38..=41).contains(&early.len()) && late.len() > 60, "{} {}", early.len(), late.len());
    early.extend(late);
    let numbers: BTreeSet<_> = early.iter().map(|sample| sample.seq).collect();
    assert_eq!(numbers.len(), early.len());
    assert!(early.len() <= 150, "{}", early.len());
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_is_not_asked_for_long_holds_no_more_than_it_may() {
    let big = Spec { log_size: moniflux_domain::spec::LogSize::bytes(1 << 20).unwrap(), ..spec(20, 0, 0, 5) };
    let asked = keeping(Kept::All, 1_000, big);
    let mut bench = Bench::start(&asked, MILLISECOND, Answer::Acked);
    tokio::time::sleep(6 * SECOND).await;
    bench.observe().await;
    let bytes: usize = bench.samples.iter().map(|sample| sample.body.len()).sum();
    assert!((30 << 20..=32 << 20).contains(&bytes), "{bytes} bytes of {} samples", bench.samples.len());
    assert_eq!(bench.lane(Signal::Logs).tally.issued(), 100);
}
