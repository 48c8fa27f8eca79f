//! What becomes of samples when the store takes them, fails, or does not answer.

use std::sync::Mutex;

use moniflux_domain::attachment::Attachment;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_domain::signal::Signal;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleQuery};

use super::*;

fn samples(count: u64) -> Vec<Sample> {
    let sample = |seq| Sample {
        run: RunId(Uuid::nil()),
        signal: Signal::Logs,
        share: 0,
        seq,
        at: now(),
        level: None,
        trace_id: None,
        body: "{}".to_owned(),
    };
    (0..count).map(sample).collect()
}

#[tokio::test]
async fn samples_are_stored_in_their_order_a_part_at_a_time() {
    let stored = Arc::new(Mutex::new(Vec::new()));
    let mut ports = Ports::default();
    let taken = Arc::clone(&stored);
    ports.results.expect_append_samples().times(3).returning(move |some| {
        assert!(some.len() <= 1_000);
        taken.lock().unwrap().extend_from_slice(some);
        Ok(())
    });
    let (_, supervisor) = ports.supervised();
    supervisor.keep(samples(2_500)).await;
    supervisor.keep(Vec::new()).await;
    assert_eq!(*stored.lock().unwrap(), samples(2_500));
}

#[tokio::test]
async fn what_a_store_refuses_waits_for_the_next_time() {
    let mut ports = Ports::default();
    let mut calls = 0;
    ports.results.expect_append_samples().times(5).returning(move |some| {
        calls += 1;
        let first = some[0].seq;
        match calls {
            1 => assert_eq!(first, 0),
            2 => return Err(down()),
            3 => assert_eq!((first, some.len()), (1_000, 1_000)),
            4 => assert_eq!((first, some.len()), (2_000, 500)),
            _ => assert_eq!((first, some.len()), (7, 1)),
        }
        Ok(())
    });
    let (_, supervisor) = ports.supervised();
    supervisor.keep(samples(2_500)).await;
    supervisor.keep(Vec::new()).await;
    // Nothing waits any more.
    supervisor.keep(Vec::new()).await;
    supervisor.keep(samples(8).split_off(7)).await;
}

#[tokio::test]
async fn of_what_waits_no_more_is_kept_than_there_is_room_for() {
    const MEBIBYTE: usize = 1024 * 1024;
    let mut ports = Ports::default();
    let mut is_down = true;
    let stored = Arc::new(Mutex::new(0));
    let count = Arc::clone(&stored);
    ports.results.expect_append_samples().returning(move |some| {
        if std::mem::take(&mut is_down) {
            return Err(down());
        }
        *count.lock().unwrap() += some.len();
        Ok(())
    });
    let (_, supervisor) = ports.supervised();
    let large = |sample| Sample { body: "x".repeat(MEBIBYTE), ..sample };
    supervisor.keep(samples(100).into_iter().map(large).collect()).await;
    supervisor.keep(Vec::new()).await;
    assert_eq!(*stored.lock().unwrap(), 31, "with what they take besides, less than 32 MiB");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_waited_for() {
    let engine = Engine {
        emitters: Arc::new(MockEmitterFactory::new()),
        workers: Workers::here(Arc::new(StandingClock)),
        // The time that samples have is over at once.
        clock: Arc::new(StandingClock),
        reserve: RESERVE,
    };
    let stores = Stores {
        tests: Arc::new(MockTestStore::new()),
        runs: Arc::new(MockRunStore::new()),
        results: Arc::new(Silent),
    };
    let feed = Arc::new(MockChangeFeed::new());
    let sinks = Arc::new(MockSinkReader::new());
    let telemetry = Arc::new(Unwatched);
    let (_, supervisor) = Supervisor::new(stores, feed, engine, ReplicaId("here".into()), sinks, telemetry);
    supervisor.keep(samples(1)).await;
}

/// It takes samples and never says so.
struct Silent;

#[async_trait]
impl ResultStore for Silent {
    async fn append_samples(&self, _: &[Sample]) -> Result<(), StoreFault> {
        std::future::pending().await
    }

    async fn append_points(&self, _: &[Point]) -> Result<(), StoreFault> {
        unreachable!("there are no points")
    }

    async fn points(&self, _: RunId, _: Grain, _: PointRange) -> Result<Vec<Point>, StoreFault> {
        unreachable!("nobody reads")
    }

    async fn points_since(&self, _: DateTime<Utc>, _: u32) -> Result<Vec<Point>, StoreFault> {
        unreachable!("nobody reads")
    }

    async fn samples(&self, _: RunId, _: &SampleQuery) -> Result<Vec<Sample>, StoreFault> {
        unreachable!("nobody reads")
    }

    async fn attach(&self, _: RunId, _: &Attachment) -> Result<(), StoreFault> {
        unreachable!("nothing is attached")
    }

    async fn attachments(&self, _: RunId) -> Result<Vec<Attachment>, StoreFault> {
        unreachable!("nobody reads")
    }

    async fn attached(&self, _: &str, _: u32) -> Result<Vec<(RunId, Attachment)>, StoreFault> {
        unreachable!("nobody reads")
    }

    async fn detach(&self, _: RunId, _: &str) -> Result<(), StoreFault> {
        unreachable!("nothing is attached")
    }

    async fn retain(&self, _: Duration) -> Result<(), StoreFault> {
        unreachable!("nothing is forgotten")
    }

    async fn delete_of(&self, _: &[RunId]) -> Result<(), StoreFault> {
        unreachable!("nothing is forgotten")
    }
}
