//! Runs under paused time, against destinations that are quick, slow, failing or silent.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::capacity::{Capacity, Limit};
use moniflux_domain::delivery::{Delivery, Retry, RetryOn};
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::profile::{Extent, LaneRate, LoadDuration, Rate};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint};
use moniflux_domain::shape::{Profile, Shape, Target};
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::{LogSize, Parallelism, Rates, Spec};
use moniflux_domain::verdict::Verdict;
use moniflux_engine::run::{Observation, RESERVE};
use moniflux_engine::{Engine, RunHandle, RunPlan, SystemClock, Workers};
use moniflux_ports::clock::Clock;
use moniflux_ports::emitter::{Batch, Emitter, EmitterError, EmitterFactory, Reply};
use tokio::sync::Notify;

/// A destination that answers the same after the same time, and notes what it got.
struct Fake {
    clock: SystemClock,
    delay: Duration,
    answer: Answer,
    got: Mutex<Vec<Got>>,
}

/// One batch as it arrived.
#[derive(Debug, Clone)]
struct Got {
    at: Duration,
    signal: Signal,
    seqs: Vec<u64>,
}

#[async_trait]
impl Emitter for Fake {
    async fn send(&self, batch: Batch) -> Reply {
        let got = Got { at: self.clock.monotonic(), signal: batch.signal, seqs: seqs_of(&batch.body) };
        self.got.lock().unwrap().push(got);
        tokio::time::sleep(self.delay).await;
        Reply::of(self.answer.clone(), batch.body.len() as u64)
    }
}

struct Factory(Arc<Fake>);

impl EmitterFactory for Factory {
    fn emitter(&self, _: &Destination, _: &Delivery) -> Result<Arc<dyn Emitter>, EmitterError> {
        Ok(Arc::clone(&self.0) as Arc<dyn Emitter>)
    }
}

fn seqs_of(body: &[u8]) -> Vec<u64> {
    let text = std::str::from_utf8(body).unwrap();
    let numbers = text.split("\"seq\":").skip(1);
    numbers.map(|rest| rest.split_once(',').unwrap().0.parse().unwrap()).collect()
}

fn spec(logs: u64, metrics: u64, traces: u64, seconds: u32) -> Spec {
    let rate = |records| LaneRate::PerSecond(Rate::per_second(records).unwrap());
    let rates = Rates { logs: rate(logs), metrics: rate(metrics), traces: rate(traces) };
    let destination = Destination {
        name: None,
        kind: DestinationKind::Http,
        endpoint: Endpoint::parse("http://127.0.0.1:1").unwrap(),
        port: None,
        api_key: None,
        compression: Compression::None,
    };
    let extent = Extent::For(LoadDuration::seconds(seconds).unwrap());
    Spec { log_size: LogSize::bytes(50).unwrap(), ..Spec::new(rates, extent, destination) }
}

/// A run in virtual time.
struct Bench {
    fake: Arc<Fake>,
    run: RunHandle,
    started: Duration,
    last: Option<Observation>,
}

impl Bench {
    fn start(spec: &Spec, delay: Duration, answer: Answer) -> Self {
        Self::from(spec, &Checkpoint::start(spec), false, delay, answer)
    }

    fn from(spec: &Spec, from: &Checkpoint, reserves: bool, delay: Duration, answer: Answer) -> Self {
        let clock = SystemClock::start();
        let fake = Arc::new(Fake { clock, delay, answer, got: Mutex::default() });
        let engine = Engine {
            clock: Arc::new(clock),
            emitters: Arc::new(Factory(Arc::clone(&fake))),
            workers: Workers::here(Arc::new(clock)),
            reserve: RESERVE,
        };
        let run = engine.start(RunPlan {
            test: TestId::parse("t").unwrap(),
            run: RunId(uuid::Uuid::nil()),
            spec: spec.clone(),
            started_at: DateTime::UNIX_EPOCH,
            from: from.clone(),
            told: Checkpoint::default(),
            held: false,
            reserves,
            over: Arc::new(Notify::new()),
        });
        Self { fake, run: run.unwrap(), started: clock.monotonic(), last: None }
    }

    /// Lets virtual time pass, observing ten times a second; the identities hold at each observation.
    async fn pass(&mut self, time: Duration) {
        let until = self.fake.clock.monotonic() + time;
        while self.fake.clock.monotonic() < until && !self.run.is_over() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.observe().await;
        }
    }

    async fn finish(&mut self) -> Duration {
        self.pass(Duration::from_hours(1)).await;
        assert!(self.run.is_over(), "the run does not end");
        let took = self.fake.clock.monotonic().abs_diff(self.started);
        self.observe().await;
        took
    }

    async fn observe(&mut self) {
        let mut seen = self.run.observe().await.unwrap();
        self.run.drive(&mut seen);
        for lane in &seen.checkpoint.lanes {
            let tally = &lane.tally;
            assert_eq!(tally.due(), tally.issued() + tally.missed() + tally.waiting());
            let answered = tally.acked() + tally.rejected() + tally.failed() + tally.in_doubt();
            assert_eq!(tally.issued(), answered + tally.in_flight());
            assert!(lane.load.is_unpaced() || tally.issued() <= lane.load.total());
        }
        self.last = Some(seen);
    }

    fn lane(&self, signal: Signal) -> LaneCheckpoint {
        let last = self.last.as_ref().unwrap();
        last.checkpoint.lanes.iter().find(|lane| lane.signal == signal).unwrap().clone()
    }

    fn verdict(&self) -> Verdict {
        self.last.as_ref().unwrap().checkpoint.verdict()
    }

    fn got(&self, signal: Signal) -> Vec<Got> {
        self.fake.got.lock().unwrap().iter().filter(|got| got.signal == signal).cloned().collect()
    }

    /// How many records of a signal arrived in a stretch of time since the start.
    fn arrived(&self, signal: Signal, from: Duration, to: Duration) -> u64 {
        let inside = |got: &Got| (self.started + from..self.started + to).contains(&got.at);
        self.got(signal).iter().filter(|got| inside(got)).map(|got| got.seqs.len() as u64).sum()
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

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

#[tokio::test(start_paused = true)]
async fn nothing_is_issued_that_is_not_reserved() {
    let asked = spec(100, 0, 0, 10);
    let from = Checkpoint::start(&asked).reserved_ahead(2 * SECOND);
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
    let from = Checkpoint::start(&asked).reserved_ahead(2 * SECOND);
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
    let from = Checkpoint::start(&asked).reserved_ahead(2 * SECOND);
    let mut bench = Bench::from(&asked, &from, true, 10 * MILLISECOND, Answer::Acked);
    bench.pass(SECOND).await;
    bench.run.suspend();
    bench.finish().await;
    let lane = bench.lane(Signal::Logs);
    assert_eq!((lane.tally.in_doubt(), lane.tally.in_flight()), (0, 0));
    assert_eq!(lane.reserved, lane.tally.issued());
    assert_eq!(bench.last.unwrap().checkpoint.taken_over().lanes[0].tally.in_doubt(), 0);
}

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
