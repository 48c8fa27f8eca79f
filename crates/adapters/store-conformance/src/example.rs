//! Tests, runs, checkpoints and results with every field set to something that a lazy codec would lose.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::capacity::{Capacity, Condition, Figures, LaneFigures, Search};
use moniflux_domain::capture::{Capture, Kept};
use moniflux_domain::delivery::{Delivery, Retry, RetryOn};
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::guard::AbortOn;
use moniflux_domain::id::{RunId, RunNumber, TestId, UserId, Version};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::point::{Distribution, Grain, Latency, LoadEvent, Mark, Point, Sample};
use moniflux_domain::profile::{ActiveTime, Demand, Extent, LaneRate, Load, Rate};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint, Run, RunShare};
use moniflux_domain::secret::Secret;
use moniflux_domain::shape::{Profile, Shape, Stage, Target};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{
    Entropy, LoadDuration, LogSize, LogType, Parallelism, Rates, SpansPerTrace, Spec,
};
use moniflux_domain::tally::Tally;
use moniflux_domain::test::{CurrentRun, Test};
use moniflux_domain::threshold::{Abort, Threshold};
use moniflux_domain::verdict::Evidence;
use moniflux_domain::verify::Verify;
use uuid::Uuid;

use crate::Outcome;

/// A moment, that many milliseconds after a fixed one.
pub(crate) fn moment(millis: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(millis)
}

/// A test name.
pub(crate) fn name(text: &str) -> Outcome<TestId> {
    Ok(TestId::parse(text)?)
}

/// A spec with everything set.
pub(crate) fn spec() -> Outcome<Spec> {
    Ok(Spec {
        log_type: LogType::Warn,
        log_size: LogSize::bytes(LogSize::MAX).ok_or("log size")?,
        entropy: Entropy::High,
        spans_per_trace: SpansPerTrace::of(SpansPerTrace::MAX).ok_or("spans per trace")?,
        rates: Rates {
            logs: LaneRate::PerSecond(rate(Rate::MAX)?),
            metrics: LaneRate::Max,
            traces: LaneRate::PerSecond(rate(7)?),
        },
        profile: Profile::BySignal(shapes()?),
        extent: Extent::For(LoadDuration::seconds(LoadDuration::MAX).ok_or("duration")?),
        delivery: delivery(),
        abort_on: Some(AbortOn { failures: 123_456, lasts: Duration::from_millis(1_500) }),
        seed: Some((1 << 53) - 1),
        parallelism: Parallelism::of(3).ok_or("parallelism")?,
        thresholds: vec![
            threshold("logs.responseTime.p99 < 250ms")?,
            threshold("missed == 0")?.aborting(None),
        ],
        capture: Capture { kept: Kept::All, max: Capture::MOST },
        verify: Some(Verify { sink: Endpoint::parse("http://sink:4318/a")?, wait: Duration::from_millis(1) }),
        destination: Destination {
            name: Some("Ziel \"ä\" 🚰".to_owned()),
            kind: DestinationKind::OtlpHttp,
            endpoint: Endpoint::parse("https://example.com/a/b?c=d")?,
            port: Some(u16::MAX),
            api_key: Some(Secret::new("s3cret $key.'\"\\ ü")),
            compression: Compression::Zstd,
        },
    })
}

fn threshold(text: &str) -> Outcome<Threshold> {
    let abort = Some(Abort { after: Duration::from_millis(1_500) });
    Ok(Threshold::parse(text)?.aborting(abort))
}

fn shapes() -> Outcome<BTreeMap<Signal, Shape>> {
    let stage = Stage { duration: Duration::from_millis(1), target: Target::Part(33_333) };
    let stages = Shape::Stages { from: Target::Rate(rate(Rate::MAX)?), stages: vec![stage, stage] };
    let (low, high) = (Target::ZERO, Target::FULL);
    let sine = Shape::Sine { low, high, period: Duration::from_nanos(1_000_000_007) };
    Ok(BTreeMap::from([(Signal::Logs, stages), (Signal::Traces, sine)]))
}

fn delivery() -> Delivery {
    Delivery {
        batch_size: 2,
        max_batch_bytes: 3,
        linger: Duration::from_millis(4),
        max_in_flight: 5,
        connections: 6,
        connection_max_age: Some(Duration::from_millis(7_001)),
        timeout: Duration::from_millis(8),
        drain: Duration::from_nanos(9),
        retry: Retry { attempts: 10, on: RetryOn::all() },
    }
}

/// A spec with everything left out that can be.
pub(crate) fn plain_spec() -> Outcome<Spec> {
    let destination = Destination {
        name: None,
        kind: DestinationKind::Http,
        endpoint: Endpoint::parse("http://127.0.0.1:4318")?,
        port: None,
        api_key: None,
        compression: Compression::None,
    };
    let rates = Rates { logs: LaneRate::PerSecond(rate(1)?), ..Rates::default() };
    Ok(Spec::new(rates, Extent::For(LoadDuration::seconds(1).ok_or("duration")?), destination))
}

/// A new test, created at [`moment`] 0.
pub(crate) fn test(id: &str) -> Outcome<Test> {
    Ok(Test::create(name(id)?, UserId::anonymous(), plain_spec()?, moment(0)))
}

/// A test with everything set.
pub(crate) fn full_test(id: &str) -> Outcome<Test> {
    Ok(Test {
        id: name(id)?,
        user: UserId::parse("ßomeone $else . 🙂")?,
        status: Status::Paused,
        spec: spec()?,
        schedule: Some(moment(1)),
        created_at: moment(2),
        updated_at: moment(3),
        started_at: Some(moment(-4)),
        completed_at: Some(moment(5)),
        run: Some(CurrentRun { id: run_id(6), number: RunNumber(u32::MAX) }),
        baseline: Some(RunNumber(u32::MAX - 1)),
        version: Version(u64::from(u32::MAX) * 1_000),
    })
}

/// The name of a run.
pub(crate) fn run_id(number: u128) -> RunId {
    RunId(Uuid::from_u128(number | 0xf00d_0000_0000_7000_8000_0000_0000_0000))
}

/// The first run of a test of its own, begun that many milliseconds after [`moment`] 0.
pub(crate) fn run(number: u32) -> Outcome<Run> {
    run_of(&format!("test-{number}"), 1, u128::from(number))
}

/// A run that nobody ever held; `id` tells its name and when it began.
pub(crate) fn run_of(test: &str, number: u32, id: u128) -> Outcome<Run> {
    let spec = spec()?;
    Ok(Run {
        id: run_id(id),
        test: name(test)?,
        number: RunNumber(number),
        started_at: moment(i64::try_from(id)?),
        shares: vec![RunShare::start(&spec, Share::WHOLE)],
        spec,
    })
}

/// The same, in that many shares.
pub(crate) fn run_in_shares(number: u32, shares: u32) -> Outcome<Run> {
    let mut run = run(number)?;
    run.spec.parallelism = Parallelism::of(shares).ok_or("parallelism")?;
    run.shares = run.spec.leased_shares().map(|share| RunShare::start(&run.spec, share)).collect();
    Ok(run)
}

/// A checkpoint in which every number and every byte is another; `salt` makes it differ from its siblings.
pub(crate) fn checkpoint(salt: u64) -> Outcome<Checkpoint> {
    let demand = |records| -> Outcome<Demand> {
        Ok(Demand::constant(rate(records)?, LoadDuration::seconds(600).ok_or("duration")?))
    };
    let mut load = Load::of(demand(500)?, Share::new(2, 3).ok_or("share")?);
    let unpaced = Demand { rate: LaneRate::Max, ..demand(0)? };
    load.follow(&unpaced, ActiveTime::from_nanos(1_000_000_001), 333);
    load.follow(&demand(Rate::MAX)?, ActiveTime::from_nanos(2_000_000_003), 4_444);
    let busy = LaneCheckpoint {
        signal: Signal::Traces,
        load,
        reserved: (1 << 53) + 1 + salt,
        tally: tally(salt),
        evidence: evidence(salt),
        latency: latency(salt),
    };
    let idle = LaneCheckpoint::start(Signal::Logs, Load::of(demand(1)?, Share::WHOLE));
    let active = ActiveTime::from_nanos((1 << 53) + 3 + salt);
    Ok(Checkpoint { active, lanes: vec![busy, idle], search: Some(search(salt)?) })
}

/// A search that has made a step.
fn search(salt: u64) -> Outcome<Search> {
    let condition = Condition { failed: 7, p99: Some(Duration::from_nanos(1 + salt)) };
    let goal = Capacity { max: Target::Part(1_234_567), condition, ..Capacity::default() };
    let rates = Rates { logs: LaneRate::PerSecond(rate(500)?), ..Rates::default() };
    let mut search =
        Search::of(&Spec { rates, profile: Profile::Capacity(goal), ..spec()? }).ok_or("search")?;
    let lane = LaneFigures {
        asked: rate(500)?,
        due: (1 << 53) + salt,
        issued: 2,
        acked: 3,
        failed: 4,
        open_before: 5,
        open_after: 6,
        batch: 7,
    };
    search.note(Figures {
        lasted: Duration::from_nanos(1_000_000_007),
        lanes: BTreeMap::from([(Signal::Logs, lane)]),
        p99: Some(Duration::from_nanos(9)),
        evidence: evidence(salt),
    });
    Ok(search)
}

/// A point with every field set.
pub(crate) fn point(run: RunId, signal: Signal, share: u32, active: u64) -> Point {
    let salt = active % 1_000_003;
    Point {
        run,
        signal,
        share,
        grain: Grain::Fine,
        at: moment(0) + Duration::from_millis(salt),
        active: ActiveTime::from_nanos(active),
        span: Duration::from_nanos(1_000_000_007 + salt),
        tally: tally(salt),
        evidence: evidence(salt),
        latency: latency(salt),
        marks: marks(salt),
    }
}

fn marks(salt: u64) -> Vec<Mark> {
    use LoadEvent::{Changed, Paused, Resumed, Stopped, TakenOver, ThresholdBreached};
    let mark = |event| Mark {
        event,
        at: moment(7) + Duration::from_millis(salt),
        active: ActiveTime::from_nanos((1 << 53) + 5 + salt),
        detail: (event == Changed).then(|| "logs von 1/s → 2/s".to_owned()),
    };
    // Mostly there are none.
    let events = [TakenOver, Paused, Resumed, Changed, Stopped, ThresholdBreached];
    events.into_iter().skip(usize::from(salt.is_multiple_of(2)) * events.len()).map(mark).collect()
}

/// A sample with every field set.
pub(crate) fn sample(run: RunId, signal: Signal, share: u32, seq: u64) -> Sample {
    Sample {
        run,
        signal,
        share,
        seq,
        at: moment(0) + Duration::from_millis(seq % 1_000_003),
        level: Some(LogType::Warn),
        trace_id: Some(format!("{:032x}", u128::from(seq) << 64 | u128::from(share))),
        body: format!("{{\"message\": \"ünï 'cödé' $x\\u0000 {seq}\"}}"),
    }
}

/// A document that no store could make up.
pub(crate) fn attachment(name: &str, salt: u64) -> Attachment {
    Attachment {
        name: name.to_owned(),
        at: moment(3) + Duration::from_millis(salt),
        body: format!("{{\"b\": 0.10, \"a\": [18446744073709551615, \"ünï $x\\u0000\"], \"salt\": {salt}}}"),
    }
}

fn rate(records: u64) -> Outcome<Rate> {
    Ok(Rate::per_second(records).ok_or("rate")?)
}

fn tally(salt: u64) -> Tally {
    let mut tally = Tally::default();
    tally.issue(1_000 + salt, (1 << 53) + salt);
    tally.sent(3, 77 + salt);
    tally.book(100, &Answer::Acked);
    tally.book(90, &Answer::Partial { rejected: 3 });
    tally.book(80, &Answer::Rejected(Kind::Status(429)));
    tally.book(70, &Answer::Failed(Kind::Timeout));
    tally.book(60, &Answer::Failed(Kind::Status(503)));
    tally.take_over(2_000 + salt);
    tally.note_due(3_000 + salt);
    tally.settle();
    tally.note_due(4_000 + salt);
    tally
}

fn evidence(salt: u64) -> Evidence {
    Evidence {
        issued: 1 + salt,
        late: 2 + salt,
        held: 3 + salt,
        dropped: 4 + salt,
        overtime: salt,
        busiest: 5,
    }
}

fn latency(salt: u64) -> Latency {
    let every_byte = (0..=u8::MAX).chain(salt.to_be_bytes()).collect();
    Latency {
        lateness: Distribution(every_byte),
        response: Distribution(vec![0, 255, 0]),
        service: Distribution::default(),
    }
}
