//! A run in virtual time, and the destination that it sends to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::point::Sample;
use moniflux_domain::profile::{Extent, LaneRate, LoadDuration, Rate};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{LogSize, Rates, Spec};
use moniflux_domain::verdict::Verdict;
use moniflux_engine::run::{Observation, RESERVE};
use moniflux_engine::{Engine, RunHandle, RunPlan, SystemClock, Workers};
use moniflux_ports::clock::Clock;
use moniflux_ports::emitter::{Batch, Emitter, EmitterError, EmitterFactory, Reply};
use tokio::sync::Notify;

/// A destination that answers the same after the same time, and notes what it got.
pub(crate) struct Fake {
    pub(crate) clock: SystemClock,
    pub(crate) delay: Duration,
    pub(crate) answer: Answer,
    pub(crate) got: Mutex<Vec<Got>>,
}

/// One batch as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) at: Duration,
    pub(crate) signal: Signal,
    pub(crate) seqs: Vec<u64>,
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

pub(crate) fn spec(logs: u64, metrics: u64, traces: u64, seconds: u32) -> Spec {
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
pub(crate) struct Bench {
    pub(crate) fake: Arc<Fake>,
    pub(crate) run: RunHandle,
    pub(crate) started: Duration,
    pub(crate) last: Option<Observation>,
    pub(crate) samples: Vec<Sample>,
}

impl Bench {
    pub(crate) fn start(spec: &Spec, delay: Duration, answer: Answer) -> Self {
        Self::from(spec, &Checkpoint::start(spec, Share::WHOLE), false, delay, answer)
    }

    pub(crate) fn from(
        spec: &Spec,
        from: &Checkpoint,
        reserves: bool,
        delay: Duration,
        answer: Answer,
    ) -> Self {
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
            share: Share::WHOLE,
            spec: spec.clone(),
            started_at: DateTime::UNIX_EPOCH,
            from: from.clone(),
            told: Checkpoint::default(),
            held: false,
            reserves,
            over: Arc::new(Notify::new()),
        });
        Self { fake, run: run.unwrap(), started: clock.monotonic(), last: None, samples: Vec::new() }
    }

    /// Lets virtual time pass, observing ten times a second; the identities hold at each observation.
    pub(crate) async fn pass(&mut self, time: Duration) {
        let until = self.fake.clock.monotonic() + time;
        while self.fake.clock.monotonic() < until && !self.run.is_over() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.observe().await;
        }
    }

    pub(crate) async fn finish(&mut self) -> Duration {
        self.pass(Duration::from_hours(1)).await;
        assert!(self.run.is_over(), "the run does not end");
        let took = self.fake.clock.monotonic().abs_diff(self.started);
        self.observe().await;
        took
    }

    pub(crate) async fn observe(&mut self) {
        let mut seen = self.run.observe().await.unwrap();
        self.run.drive(&mut seen);
        for lane in &seen.checkpoint.lanes {
            let tally = &lane.tally;
            assert_eq!(tally.due(), tally.issued() + tally.missed() + tally.waiting());
            let answered = tally.acked() + tally.rejected() + tally.failed() + tally.in_doubt();
            assert_eq!(tally.issued(), answered + tally.in_flight());
            assert!(lane.load.is_unpaced() || tally.issued() <= lane.load.total());
        }
        self.samples.append(&mut seen.samples);
        self.last = Some(seen);
    }

    pub(crate) fn lane(&self, signal: Signal) -> LaneCheckpoint {
        let last = self.last.as_ref().unwrap();
        last.checkpoint.lanes.iter().find(|lane| lane.signal == signal).unwrap().clone()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.last.as_ref().unwrap().checkpoint.verdict()
    }

    pub(crate) fn got(&self, signal: Signal) -> Vec<Got> {
        self.fake.got.lock().unwrap().iter().filter(|got| got.signal == signal).cloned().collect()
    }

    /// How many records of a signal arrived in a stretch of time since the start.
    pub(crate) fn arrived(&self, signal: Signal, from: Duration, to: Duration) -> u64 {
        let inside = |got: &Got| (self.started + from..self.started + to).contains(&got.at);
        self.got(signal).iter().filter(|got| inside(got)).map(|got| got.seqs.len() as u64).sum()
    }
}

pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
