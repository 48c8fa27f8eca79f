//! `moniflux-bench day`: how soon a run of a day, of three lanes, is read for a chart of 500 points, in this process and straight
//! from each store.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use clap::Args;
use moniflux_domain::answer::Answer;
use moniflux_domain::draft::Draft;
use moniflux_domain::id::{ReplicaId, RunId, RunNumber, TestId, UserId};
use moniflux_domain::lifecycle::{Command, Status};
use moniflux_domain::point::{Grain, Point};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::Run;
use moniflux_domain::secret::Secret;
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::test::Test;
use moniflux_domain::verdict::Evidence;
use moniflux_emit_http::HttpEmitters;
use moniflux_engine::latency::LatencyTimes;
use moniflux_engine::run::RESERVE;
use moniflux_engine::{Engine, SystemClock, Workers};
use moniflux_ports::change_feed::ChangeFeed;
use moniflux_ports::clock::Clock;
use moniflux_ports::result_store::ResultStore;
use moniflux_ports::run_store::RunStore;
use moniflux_ports::telemetry::Unwatched;
use moniflux_ports::test_store::TestStore;
use moniflux_service::{SeriesQuery, Service, Stores, Supervisor, put_together};
use moniflux_store_mongo::mongod::{Mongod, Topology};
use moniflux_store_mongo::{MongoConfig, MongoStore};
use moniflux_store_sqlite::{SqliteConfig, SqliteStore};
use moniflux_verify_http::HttpSinks;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::clock::Stopwatch;
use crate::pages::has_mongod;
use crate::statistics::{extremes, median};

/// How long a run, and how often it is read.
#[derive(Debug, Args)]
pub(crate) struct DayArgs {
    /// Seconds under load, a multiple of 60
    #[arg(long, default_value_t = 86_400)]
    seconds: u32,
    /// Batches a second of each lane: so many times are in each of a point's distributions
    #[arg(long, default_value_t = 10)]
    batches: u32,
    /// How often it is read
    #[arg(long, default_value_t = 5)]
    rounds: u32,
}

pub(crate) fn main(args: &DayArgs) -> Result<String> {
    ensure!(args.seconds > 0 && args.seconds.is_multiple_of(60), "--seconds is a multiple of 60");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = TempDir::with_prefix("moniflux-bench-")?;
        let sqlite = SqliteStore::open(SqliteConfig { dir: folder.path().to_owned() }).await?;
        let mut report = args.on("SQLite", sqlite).await?;
        if has_mongod() {
            let server = Mongod::start(Topology::ReplicaSet).await?;
            let config =
                MongoConfig { uri: Secret::new(server.uri()), database: "moniflux_bench".to_owned() };
            report += &args.on("MongoDB", MongoStore::connect(config).await?).await?;
        } else {
            report += "MongoDB is not measured: MONIFLUX_TEST_MONGOD names none\n";
        }
        Ok(report)
    })
}

impl DayArgs {
    async fn on<S>(&self, name: &str, store: S) -> Result<String>
    where
        S: TestStore + RunStore + ResultStore + ChangeFeed + Clone + 'static,
    {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let (test, run) = self.ended_run(clock.now())?;
        store.insert(&test).await?;
        store.begin(&run).await?;
        let watch = Stopwatch::start();
        let points = self.write(&store, &run).await?;
        let written = watch.elapsed();

        let service = service(store, clock);
        let mut report = format!(
            "{name}: {points} points of {} s x 3 lanes, written in {:.1} s\n",
            self.seconds,
            written.as_secs_f64()
        );
        for (what, query) in [
            ("all of it", SeriesQuery::default()),
            (
                "its last hour",
                SeriesQuery { from: self.seconds.checked_sub(3_600), ..SeriesQuery::default() },
            ),
        ] {
            let mut times = Vec::new();
            let (mut steps, mut step) = (0, 0.0);
            for _ in 0..self.rounds {
                let watch = Stopwatch::start();
                let series = service.series(&test.id, None, query).await?;
                times.push(watch.elapsed().as_secs_f64() * 1e3);
                (steps, step) = (series.points.len(), series.step);
            }
            let (least, most) = extremes(&times);
            writeln!(
                report,
                "  {what}: {steps} steps of {step} s, {:.0} ms ({least:.0} to {most:.0})",
                median(&times)
            )?;
        }
        Ok(report)
    }

    /// A test whose run was so long under load, and the run.
    fn ended_run(&self, now: DateTime<Utc>) -> Result<(Test, Run)> {
        let began = now.trunc_subsecs(3) - TimeDelta::seconds(i64::from(self.seconds));
        let body = json!({
            "testID": "day", "duration": self.seconds, "logRate": 100, "metricsRate": 100, "traceRate": 100,
            "destination": {"type": "otlp-http", "endpoint": "http://127.0.0.1:4318"},
        });
        let spec = Draft::read(&body).and_then(Draft::into_spec).context("the spec is wrong")?;
        let test = Test::create(TestId::parse("day")?, UserId::anonymous(), spec, began);
        let mut test = test.with_run(Command::Start, RunId(Uuid::now_v7()), began)?;
        test.status = Status::Completed;
        let mut run = Run::begin(&test).context("a test that was started has a run")?;
        ensure!(run.number == RunNumber::FIRST, "it is the first run");
        for share in &mut run.shares {
            share.checkpoint.active = at(self.seconds);
        }
        Ok((test, run))
    }

    /// Stores the points as a supervisor does: the fine ones, and the coarse ones up to shortly before the end.
    async fn write(&self, results: &impl ResultStore, run: &Run) -> Result<usize> {
        let mut count = 0;
        for first in (0..self.seconds).step_by(WINDOW) {
            let last = (first + u32::try_from(WINDOW)?).min(self.seconds);
            let fine: Vec<Point> = (first + 1..=last)
                .flat_map(|second| Signal::ALL.map(|signal| self.point(run, signal, second)))
                .collect();
            results.append_points(&fine).await?;
            count += fine.len();
            let settled = last.min(self.seconds - 30);
            let [from, until] = [first, settled].map(|second| Duration::from_secs(second.into()));
            let coarse = put_together(fine, from, until)?;
            results.append_points(&coarse).await?;
            count += coarse.len();
        }
        Ok(count)
    }

    /// A second of a lane, with times that differ from second to second.
    fn point(&self, run: &Run, signal: Signal, second: u32) -> Point {
        let mut tally = Tally::default();
        let mut times = LatencyTimes::default();
        for batch in 0..self.batches {
            tally.issue(10, 3_140);
            tally.book(10, &Answer::Acked);
            let spread =
                u64::from((second.wrapping_mul(2_654_435_761) ^ batch.wrapping_mul(40_503)) % 20_000);
            times.lateness.record(Duration::from_micros(50 + spread / 40), 10);
            times.response.record(Duration::from_micros(900 + spread), 10);
            times.service.record(Duration::from_micros(400 + spread / 2), 10);
        }
        let issued = tally.issued();
        Point {
            run: run.id,
            signal,
            share: 0,
            grain: Grain::Fine,
            at: run.started_at + TimeDelta::seconds(second.into()),
            active: at(second),
            span: Duration::from_secs(1),
            tally,
            evidence: Evidence { issued, busiest: 20, ..Evidence::default() },
            latency: times.to_latency(),
            marks: Vec::new(),
        }
    }
}

fn at(second: u32) -> ActiveTime {
    ActiveTime::from_duration(Duration::from_secs(second.into()))
}

/// The use cases over a store; nothing is driven.
fn service<S>(store: S, clock: Arc<dyn Clock>) -> Arc<Service>
where
    S: TestStore + RunStore + ResultStore + ChangeFeed + Clone + 'static,
{
    let stores = Stores {
        tests: Arc::new(store.clone()),
        runs: Arc::new(store.clone()),
        results: Arc::new(store.clone()),
    };
    let engine = Engine {
        emitters: Arc::new(HttpEmitters::default()),
        workers: Workers::here(Arc::clone(&clock)),
        clock,
        reserve: RESERVE,
    };
    let replica = ReplicaId("bench".to_owned());
    Supervisor::new(
        stores,
        Arc::new(store),
        engine,
        replica,
        Arc::new(HttpSinks::default()),
        Arc::new(Unwatched),
    )
    .0
}

/// Seconds whose points are made and stored at once; a multiple of a coarse point's.
const WINDOW: usize = 600;
