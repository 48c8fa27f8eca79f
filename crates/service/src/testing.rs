//! What the tests of use cases stand on: mocks of every port, a clock that stands still, and a test to work on.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeZone, Utc};
use moniflux_domain::draft::Draft;
use moniflux_domain::id::{ReplicaId, RunId, RunNumber, TestId, UserId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::test::{CurrentRun, Test};
use moniflux_engine::run::RESERVE;
use moniflux_engine::{Engine, Workers};
use moniflux_ports::clock::Clock;
use moniflux_ports::error::StoreFault;
use moniflux_ports::telemetry::{Telemetry, Unwatched};
use moniflux_ports::{
    MockChangeFeed, MockEmitterFactory, MockResultStore, MockRunStore, MockSinkReader, MockTestStore,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::service::{Service, Stores};
use crate::supervisor::Supervisor;

mod driving;
mod keeping;
mod telemetry;
mod use_cases;
mod verification;

/// The ports, each to be told what to expect; one that is told nothing fails the test when it is called.
pub(crate) struct Ports {
    pub(crate) tests: MockTestStore,
    pub(crate) runs: MockRunStore,
    pub(crate) results: MockResultStore,
    pub(crate) emitters: MockEmitterFactory,
    pub(crate) sinks: MockSinkReader,
    pub(crate) telemetry: Arc<dyn Telemetry>,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            tests: MockTestStore::default(),
            runs: MockRunStore::default(),
            results: MockResultStore::default(),
            emitters: MockEmitterFactory::default(),
            sinks: MockSinkReader::default(),
            telemetry: Arc::new(Unwatched),
        }
    }
}

impl Ports {
    /// The store holds this test.
    pub(crate) fn holding(test: Test) -> Self {
        let mut ports = Self::default();
        ports.tests.expect_get().returning(move |_| Ok(Some(test.clone())));
        ports
    }

    pub(crate) fn service(self) -> Arc<Service> {
        self.supervised().0
    }

    /// Must be called on a tokio runtime: lanes would live there.
    pub(crate) fn supervised(self) -> (Arc<Service>, Supervisor) {
        self.supervised_by(Arc::new(StandingClock))
    }

    pub(crate) fn supervised_by(self, clock: Arc<dyn Clock>) -> (Arc<Service>, Supervisor) {
        let engine = Engine {
            emitters: Arc::new(self.emitters),
            workers: Workers::here(Arc::clone(&clock)),
            clock,
            reserve: RESERVE,
        };
        let stores = Stores {
            tests: Arc::new(self.tests),
            runs: Arc::new(self.runs),
            results: Arc::new(self.results),
        };
        Supervisor::new(
            stores,
            Arc::new(MockChangeFeed::new()),
            engine,
            ReplicaId("here".into()),
            Arc::new(self.sinks),
            self.telemetry,
        )
    }
}

/// It is always [`now`].
pub(crate) struct StandingClock;

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        now()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep_until(&self, _: Duration) {}
}

pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2030, 1, 1, 12, 0, 0).unwrap()
}

pub(crate) fn id() -> TestId {
    TestId::parse("t").unwrap()
}

pub(crate) fn body() -> Value {
    json!({"testID": "t", "logRate": 5, "duration": 10, "destination": {"endpoint": "http://127.0.0.1:1"}})
}

pub(crate) fn draft(value: &Value) -> Draft {
    Draft::read(value).unwrap()
}

/// A stored test in that state, with a first run unless it is pending.
pub(crate) fn test_in(status: Status) -> Test {
    let spec = draft(&body()).into_spec().unwrap();
    let mut test = Test::create(id(), UserId::anonymous(), spec, now() - chrono::TimeDelta::hours(1));
    test.status = status;
    if status != Status::Pending {
        test.run = Some(CurrentRun { id: RunId(Uuid::from_u128(1)), number: RunNumber::FIRST });
        test.started_at = Some(test.created_at);
    }
    test
}

pub(crate) fn down() -> StoreFault {
    StoreFault::unavailable("down")
}
