//! What is told of calls.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use moniflux_domain::id::Version;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::Outcome;
use moniflux_ports::{MockResultStore, MockRunStore, MockTestStore};

use super::*;
use crate::testing::{down, id, now, test_in};

/// Remembers what it was told.
#[derive(Default)]
struct Told(Mutex<Vec<(&'static str, &'static str, Duration, bool)>>);

impl Telemetry for Told {
    fn store_call(&self, call: StoreCall, took: Duration, failed: bool) {
        self.0.lock().unwrap().push((call.port.as_str(), call.operation, took, failed));
    }

    fn run_began(&self) {}

    fn run_ended(&self, _: Outcome) {}

    fn taken_over(&self) {}

    fn lease_lost(&self) {}

    fn started_late(&self, _: Duration) {}
}

/// Every look at it is a second later than the one before.
#[derive(Default)]
struct Ticking(Mutex<Duration>);

#[async_trait::async_trait]
impl Clock for Ticking {
    fn now(&self) -> DateTime<Utc> {
        now()
    }

    fn monotonic(&self) -> Duration {
        let mut time = self.0.lock().unwrap();
        *time += Duration::from_secs(1);
        *time
    }

    async fn sleep_until(&self, _: Duration) {}
}

const SECOND: Duration = Duration::from_secs(1);

fn measured(tests: MockTestStore) -> (Stores, Arc<Told>) {
    let told = Arc::new(Told::default());
    let telemetry: Arc<dyn Telemetry> = Arc::<Told>::clone(&told);
    let clock: Arc<dyn Clock> = Arc::new(Ticking::default());
    let stores = Stores {
        tests: Arc::new(tests),
        runs: Arc::new(MockRunStore::new()),
        results: Arc::new(MockResultStore::new()),
    };
    (stores.measured(&telemetry, &clock), told)
}

#[tokio::test]
async fn calls_are_told_with_their_time_and_a_refusal_is_no_failure() {
    let mut tests = MockTestStore::new();
    tests.expect_get().once().returning(|_| Ok(None));
    tests.expect_get().once().returning(|_| Err(down()));
    tests.expect_compare_and_set().returning(|_, _| Err(ReplaceError::Conflict));
    let (stores, told) = measured(tests);
    stores.tests.get(&id()).await.unwrap();
    stores.tests.get(&id()).await.unwrap_err();
    stores.tests.compare_and_set(&test_in(Status::Pending), Version(1)).await.unwrap_err();
    let expected = [("get", false), ("get", true), ("compare_and_set", false)];
    let expected = expected.map(|(operation, failed)| ("tests", operation, SECOND, failed));
    assert_eq!(*told.0.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_has_failed() {
    let (_, told) = measured(MockTestStore::new());
    let telemetry: Arc<dyn Telemetry> = Arc::<Told>::clone(&told);
    let watch = Watch { port: StorePort::Results, telemetry, clock: Arc::new(Ticking::default()) };
    let forever = watch.call("points", std::future::pending::<Result<(), StoreFault>>());
    tokio::select! {
        biased;
        _ = forever => {}
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(*told.0.lock().unwrap(), [("results", "points", SECOND, true)]);
}
