//! What leaves when, and what became of it.

use std::time::Duration;

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::delivery::{Delivery, Retry, RetryOn};
use moniflux_domain::profile::{Extent, LaneRate, LoadDuration};
use moniflux_domain::shape::{Profile, Shape, Target};
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::{Rates, Spec};
use moniflux_domain::verdict::Verdict;

use crate::bench::{Bench, MILLISECOND, SECOND, spec};

#[tokio::test(start_paused = true)]
async fn exactly_what_is_asked_for_leaves_and_evenly() {
    let mut bench = Bench::start(&spec(500, 1_000, 200, 10), 3 * MILLISECOND, Answer::Acked);
    bench.finish().await;
    for (signal, rate) in [(Signal::Logs, 500), (Signal::Metrics, 1_000), (Signal::Traces, 200)] {
        let tally = bench.lane(signal).tally;
        assert!(tally.is_settled());
        assert_eq!((tally.due(), tally.issued(), tally.acked()), (rate * 10, rate * 10, rate * 10));
        let seqs: Vec<u64> = bench.got(signal).iter().flat_map(|got| got.seqs.clone()).collect();
        assert!(seqs.iter().copied().eq(0..rate * 10), "numbers are gapless and in order");
        for second in 0..10 {
            let arrived = bench.arrived(
                signal,
                second * SECOND + 2 * MILLISECOND,
                (second + 1) * SECOND + 2 * MILLISECOND,
            );
            assert!(arrived.abs_diff(rate) <= rate / 9, "{arrived} {signal} in second {second}");
        }
    }
    assert_eq!(bench.verdict(), Verdict::Valid);
}

#[tokio::test(start_paused = true)]
async fn one_record_a_second_leaves_on_each_second() {
    let mut bench = Bench::start(&spec(1, 0, 0, 60), MILLISECOND, Answer::Acked);
    bench.finish().await;
    let got = bench.got(Signal::Logs);
    assert_eq!(got.len(), 60);
    for (second, got) in (1..).zip(got) {
        let late = got.at.abs_diff(bench.started + second * SECOND);
        assert!(late <= 2 * MILLISECOND, "{late:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn points_add_up_to_the_checkpoint() {
    let mut bench = Bench::start(&spec(500, 0, 0, 5), 30 * MILLISECOND, Answer::Partial { rejected: 1 });
    let mut sum = moniflux_domain::tally::Tally::default();
    while !bench.run.is_over() {
        tokio::time::sleep(300 * MILLISECOND).await;
        let seen = bench.run.observe().await.unwrap();
        sum.merge(&seen.points[0].tally);
        assert_eq!(sum, seen.checkpoint.lanes[0].tally);
    }
    assert_eq!(sum.rejected(), sum.requests());
}

#[tokio::test(start_paused = true)]
async fn a_ramp_is_exact_and_goes_on_through_a_pause() {
    let shape = Shape::Ramp { from: Target::ZERO, to: Target::FULL, over: None };
    let asked = Spec { profile: Profile::Whole(shape), ..spec(2_000, 0, 0, 10) };
    let mut bench = Bench::start(&asked, MILLISECOND, Answer::Acked);
    bench.pass(5 * SECOND).await;
    bench.run.pause();
    bench.pass(7 * SECOND).await;
    bench.run.resume();
    bench.finish().await;
    assert_eq!(bench.lane(Signal::Logs).tally.acked(), 10_000);
    let early = bench.arrived(Signal::Logs, Duration::ZERO, SECOND);
    assert!((80..=105).contains(&early), "{early} in the first second");
}

#[tokio::test(start_paused = true)]
async fn a_count_ends_a_run_with_its_last_record() {
    let asked = Spec { extent: Extent::Count(1_234), ..spec(100, 10, 0, 1) };
    let mut bench = Bench::start(&asked, MILLISECOND, Answer::Acked);
    let took = bench.finish().await;
    assert_eq!(bench.lane(Signal::Logs).tally.acked(), 1_234);
    assert_eq!(bench.lane(Signal::Metrics).tally.acked(), 1_234);
    assert!((123 * SECOND..125 * SECOND).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn as_fast_as_it_goes_keeps_every_request_busy_and_ends_by_count_or_time() {
    let unpaced = |extent| {
        let rates = Rates { logs: LaneRate::Max, ..Rates::default() };
        let delivery = Delivery { batch_size: 100, connections: 4, ..Delivery::default() };
        Spec { rates, extent, delivery, ..spec(0, 0, 0, 1) }
    };
    let mut bench = Bench::start(&unpaced(Extent::Count(10_050)), 10 * MILLISECOND, Answer::Acked);
    bench.finish().await;
    let tally = bench.lane(Signal::Logs).tally;
    assert_eq!((tally.due(), tally.acked(), tally.missed(), tally.requests()), (10_050, 10_050, 0, 101));
    assert_eq!(bench.verdict(), Verdict::Valid);

    let second = Extent::For(LoadDuration::seconds(1).unwrap());
    let mut bench = Bench::start(&unpaced(second), 10 * MILLISECOND, Answer::Acked);
    bench.finish().await;
    let tally = bench.lane(Signal::Logs).tally;
    assert!((36_000..=44_000).contains(&tally.acked()), "four at once, ten milliseconds each: {tally:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_destination_is_held_responsible_and_the_run_ends_on_time() {
    let mut bench = Bench::start(&spec(500, 0, 0, 20), 30 * SECOND, Answer::Acked);
    let took = bench.finish().await;
    assert!(took <= 26 * SECOND, "{took:?}");
    let tally = bench.lane(Signal::Logs).tally;
    assert!(tally.is_settled());
    assert_eq!(tally.due(), 10_000);
    assert_eq!(tally.requests(), u64::from(Delivery::default().max_in_flight));
    assert_eq!(tally.failures().keys().copied().collect::<Vec<_>>(), [Kind::Timeout]);
    assert_eq!(tally.missed(), 10_000 - tally.issued());
    assert_eq!(bench.verdict(), Verdict::DestinationLimited);
}

#[tokio::test(start_paused = true)]
async fn failures_and_refusals_are_booked_by_kind() {
    for (answer, failed) in
        [(Answer::Failed(Kind::Status(500)), true), (Answer::Rejected(Kind::Status(400)), false)]
    {
        let mut bench = Bench::start(&spec(300, 0, 0, 2), MILLISECOND, answer);
        bench.finish().await;
        let tally = bench.lane(Signal::Logs).tally;
        assert_eq!((tally.failed(), tally.rejected()), if failed { (600, 0) } else { (0, 600) });
        assert_eq!(tally.failures().get(&Kind::Status(500)), failed.then_some(&600));
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_sent_again_as_asked_and_counts_once() {
    let retry = Retry { attempts: 2, on: RetryOn::all() };
    let delivery = Delivery { retry, ..Delivery::default() };
    let asked = Spec { delivery, ..spec(100, 0, 0, 1) };
    let mut bench = Bench::start(&asked, MILLISECOND, Answer::Failed(Kind::Status(503)));
    bench.finish().await;
    let tally = bench.lane(Signal::Logs).tally;
    assert_eq!((tally.issued(), tally.failed()), (100, 100));
    assert_eq!(
        (tally.retries() * 3, bench.got(Signal::Logs).len() as u64),
        (tally.requests() * 2, tally.requests())
    );
}
