//! Runs that are paused, changed and stopped.

use moniflux_domain::answer::Answer;
use moniflux_domain::point::LoadEvent;
use moniflux_domain::profile::LaneRate;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::{Parallelism, Spec};
use moniflux_domain::verdict::Verdict;

use crate::bench::{Bench, MILLISECOND, SECOND, spec};

#[tokio::test(start_paused = true)]
async fn stopping_ends_the_load_at_once_and_loses_nothing() {
    let mut bench = Bench::start(&spec(1_000, 0, 0, 60), 3 * MILLISECOND, Answer::Acked);
    bench.pass(2 * SECOND + 555 * MILLISECOND).await;
    bench.run.stop();
    let took = bench.finish().await;
    assert!(took < 3 * SECOND, "{took:?}");
    let tally = bench.lane(Signal::Logs).tally;
    assert_eq!((tally.missed(), tally.acked()), (0, tally.due()));
    assert!((2_500..=2_800).contains(&tally.due()), "{}", tally.due());
}

#[tokio::test(start_paused = true)]
async fn a_pause_stops_active_time_and_the_total_stays_exact() {
    let mut bench = Bench::start(&spec(1_000, 0, 0, 4), MILLISECOND, Answer::Acked);
    bench.pass(SECOND).await;
    bench.run.pause();
    bench.pass(100 * MILLISECOND).await;
    let before = bench.lane(Signal::Logs).tally;
    assert_eq!((before.waiting(), before.in_flight()), (0, 0), "what is due at a pause still leaves");
    bench.pass(30 * SECOND).await;
    assert_eq!(bench.lane(Signal::Logs).tally.issued(), before.issued());
    bench.run.resume();
    let took = bench.finish().await;
    assert_eq!(bench.lane(Signal::Logs).tally.acked(), 4_000);
    assert!((34 * SECOND..36 * SECOND).contains(&took), "{took:?}");
    assert_eq!(bench.verdict(), Verdict::Valid);
}

#[tokio::test(start_paused = true)]
async fn a_change_takes_effect_at_once_for_every_signal() {
    let mut bench = Bench::start(&spec(100, 50, 0, 10), MILLISECOND, Answer::Acked);
    bench.pass(5 * SECOND).await;
    bench.run.change(&spec(1_000, 0, 20, 8)).unwrap();
    bench.finish().await;
    let issued = |signal| bench.lane(signal).tally.acked();
    assert!((3_450..=3_560).contains(&issued(Signal::Logs)), "{}", issued(Signal::Logs));
    assert!((250..=256).contains(&issued(Signal::Metrics)), "{}", issued(Signal::Metrics));
    assert!((58..=60).contains(&issued(Signal::Traces)), "{}", issued(Signal::Traces));
}

#[tokio::test(start_paused = true)]
async fn what_happens_to_a_load_is_marked_once_in_the_point_of_its_second() {
    let asked = spec(100, 50, 0, 60);
    let mut bench = Bench::start(&asked, MILLISECOND, Answer::Acked);
    let marks = |bench: &Bench| {
        let points = &bench.last.as_ref().unwrap().points;
        assert!(points.iter().all(|point| point.marks == points[0].marks), "each lane's point has them");
        points[0].marks.iter().map(|mark| (mark.event, mark.active.as_duration())).collect::<Vec<_>>()
    };
    bench.pass(SECOND).await;
    assert_eq!(marks(&bench), []);
    bench.run.pause();
    bench.run.pause();
    bench.run.change(&spec(70, 50, 0, 60)).unwrap();
    bench.run.change(&spec(70, 50, 0, 60)).unwrap();
    bench.observe().await;
    assert_eq!(marks(&bench), [(LoadEvent::Paused, SECOND), (LoadEvent::Changed, SECOND)]);
    bench.pass(SECOND).await;
    bench.run.resume();
    bench.run.change(&spec(70, 50, 5, 60)).unwrap();
    bench.run.stop();
    bench.observe().await;
    let events: Vec<_> = marks(&bench).into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, [LoadEvent::Resumed, LoadEvent::Changed, LoadEvent::Stopped]);
    bench.observe().await;
    assert_eq!(marks(&bench), []);
}

#[tokio::test(start_paused = true)]
async fn a_load_can_go_as_fast_as_it_can_for_a_while() {
    let paced = spec(100, 0, 0, 10);
    let mut unpaced = paced.clone();
    unpaced.rates.logs = LaneRate::Max;
    let mut bench = Bench::start(&paced, MILLISECOND, Answer::Acked);
    bench.pass(2 * SECOND).await;
    bench.run.change(&unpaced).unwrap();
    bench.pass(SECOND).await;
    bench.run.change(&paced).unwrap();
    bench.observe().await;
    let fast = bench.lane(Signal::Logs).tally.due();
    assert!(fast > 10_000, "{fast}");
    bench.pass(2 * SECOND).await;
    let slow = bench.lane(Signal::Logs).tally.due() - fast;
    assert!((190..=205).contains(&slow), "{slow} in two seconds");
    bench.finish().await;
    let tally = bench.lane(Signal::Logs).tally;
    assert_eq!((tally.acked(), tally.missed()), (tally.due(), 0));
    assert!((690..=705).contains(&(tally.due() - fast)), "{} of {fast}", tally.due());
    assert_eq!(bench.verdict(), Verdict::Valid);
}

#[tokio::test(start_paused = true)]
async fn shares_add_up_to_the_lane_through_changes() {
    let shared =
        |logs, seconds| Spec { parallelism: Parallelism::of(3).unwrap(), ..spec(logs, 0, 0, seconds) };
    let mut bench = Bench::start(&shared(1_000, 10), MILLISECOND, Answer::Acked);
    bench.pass(3 * SECOND).await;
    bench.run.change(&shared(77, 8)).unwrap();
    bench.pass(2 * SECOND).await;
    bench.run.change(&shared(5_000, 6)).unwrap();
    bench.finish().await;
    let lanes = bench.last.as_ref().unwrap().checkpoint.lanes.clone();
    assert_eq!(lanes.len(), 3);
    let acked: Vec<u64> = lanes.iter().map(|lane| lane.tally.acked()).collect();
    assert!(acked.iter().max().unwrap() - acked.iter().min().unwrap() <= 1, "{acked:?}");
    let (first, second) = (3_020 * 1_000, 2_000 * 77);
    let expected = (first + second + 980 * 5_000) / 1_000;
    assert!(acked.iter().sum::<u64>().abs_diff(expected) <= 600, "{acked:?}, {expected} in all");
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_changes_and_pauses_leaves_every_record_its_class() {
    let shared = |logs| Spec { parallelism: Parallelism::of(2).unwrap(), ..spec(logs, logs / 3, 0, 30) };
    let mut bench = Bench::start(&shared(500), 5 * MILLISECOND, Answer::Acked);
    for turn in 0..1_000_u64 {
        match turn % 10 {
            3 => bench.run.pause(),
            5 => bench.run.resume(),
            _ => bench.run.change(&shared(1 + turn * 7 % 3_000)).unwrap(),
        }
        tokio::time::sleep(7 * MILLISECOND).await;
        bench.observe().await;
    }
    bench.finish().await;
    for lane in &bench.last.as_ref().unwrap().checkpoint.lanes {
        let tally = &lane.tally;
        assert!(tally.is_settled() && tally.due() > 0);
        assert_eq!((tally.due(), tally.acked(), tally.missed()), (lane.load.total(), tally.issued(), 0));
    }
}
