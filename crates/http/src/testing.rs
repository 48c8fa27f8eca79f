//! The calls in process: the real routes and use cases over a store in memory that can be made to fail.

mod commands;
mod dashboard;
mod description;
mod errors;
mod listing;
mod log;
mod memory;
mod operation;
mod report;
mod runs;
mod samples;
mod server;

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::{App, test};
use moniflux_domain::id::ReplicaId;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::test::Test;
use moniflux_engine::clock::SystemClock;
use moniflux_engine::run::RESERVE;
use moniflux_engine::{Engine, Workers};
use moniflux_ports::clock::Clock;
use moniflux_ports::{MockChangeFeed, MockEmitterFactory, MockSinkReader};
use moniflux_service::{Service, Stores, Supervisor};
use serde_json::{Value, json};

use self::memory::Memory;
use crate::metrics::Metrics;
use crate::observe::observe;
use crate::server::State;

/// The API over an empty store.
struct Api {
    memory: Arc<Memory>,
    state: State,
}

impl Api {
    fn new() -> Self {
        Self::with_limit(Duration::from_secs(30))
    }

    fn with_limit(request_limit: Duration) -> Self {
        let memory = Arc::new(Memory::default());
        let metrics = Metrics::default();
        let (service, clock) = service_over(&memory, metrics.clone());
        Self { memory, state: State::new(service, clock, metrics, request_limit) }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(test::TestRequest::get().uri(path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send(test::TestRequest::with_uri(path).method(method).set_json(body)).await
    }

    async fn send(&self, request: test::TestRequest) -> Answer {
        let state = self.state.clone();
        let app = App::new().wrap(from_fn(observe)).configure(|app| state.install(app));
        let app = test::init_service(app).await;
        // What a middleware fails with is made an answer by the server.
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    /// A stored test in that state.
    async fn with_test(&self, id: &str, status: Status) -> Test {
        let made = self.post("/create-test", full_body(id)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let test = self.memory.test(id);
        let test = match status {
            Status::Pending => return test,
            Status::Scheduled => Test { schedule: Some(test.created_at), ..test },
            Status::Running | Status::Paused | Status::Completed | Status::Cancelled | Status::Failed => {
                assert_eq!(self.post("/start-test", json!({"testID": id})).await.status, StatusCode::OK);
                self.memory.test(id)
            }
        };
        self.memory.put(Test { status, ..test })
    }
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        let name: HeaderName = name.parse().unwrap();
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an error, checked for the form that all errors have.
    #[track_caller]
    fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status.as_u16(), &body["code"]), (status, &json!(code)), "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("urn:moniflux:problem:{code}"));
        assert_eq!(body["requestID"], self.header("x-request-id"));
        assert!(!body["title"].as_str().unwrap().is_empty() && !body["detail"].as_str().unwrap().is_empty());
        body
    }

    /// The fields that an error names.
    #[track_caller]
    fn wrong_fields(&self) -> Vec<String> {
        let body = self.problem(400, "invalid_field");
        let errors = body["errors"].as_array().unwrap();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

fn service_over(memory: &Arc<Memory>, metrics: Metrics) -> (Arc<Service>, Arc<dyn Clock>) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let stores = Stores {
        tests: Arc::<Memory>::clone(memory),
        runs: Arc::<Memory>::clone(memory),
        results: Arc::<Memory>::clone(memory),
    };
    let engine = Engine {
        clock: Arc::clone(&clock),
        emitters: Arc::new(MockEmitterFactory::new()),
        workers: Workers::here(Arc::clone(&clock)),
        reserve: RESERVE,
    };
    // The supervisor is not run: tests stay in the state that the calls give them.
    let (service, _) = Supervisor::new(
        stores,
        Arc::new(MockChangeFeed::new()),
        engine,
        ReplicaId("here".to_owned()),
        Arc::new(MockSinkReader::new()),
        Arc::new(metrics),
    );
    (service, clock)
}

/// The body that the original service documents for `start-test`.
fn full_body(id: &str) -> Value {
    json!({
        "testID": id, "userID": "user123", "logType": "INFO", "logRate": 500, "logSize": 50, "metricsRate": 1000,
        "traceRate": 200, "duration": 600,
        "destination": {
            "name": "Destination1", "endpoint": "http://example.com/endpoint", "port": 8080, "apiKey": "test-api-key"
        }
    })
}
