//! A test as it is answered.

use chrono::{DateTime, Utc};
use moniflux_domain::destination::Destination;
use moniflux_domain::secret::Secret;
use moniflux_domain::test::Test;
use serde::Serialize;
use utoipa::ToSchema;

/// A test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Test)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestView {
    /// Its name.
    #[serde(rename = "testID")]
    #[schema(example = "unique-test-id-123")]
    id: String,
    /// Whose it is.
    #[serde(rename = "userID")]
    #[schema(example = "user123")]
    user: String,
    /// `Pending`, `Scheduled`, `Running`, `Paused`, `Completed`, `Cancelled` or `Failed`.
    #[schema(example = "Running")]
    status: &'static str,
    /// Severity of the logs: `DEBUG`, `INFO`, `WARN` or `ERROR`.
    #[schema(example = "INFO")]
    log_type: &'static str,
    /// Log records per second; 0 is off.
    #[schema(example = 500)]
    log_rate: u64,
    /// Bytes of a log message.
    #[schema(example = 50)]
    log_size: u32,
    /// Metric data points per second; 0 is off.
    #[schema(example = 1000)]
    metrics_rate: u64,
    /// Traces per second; 0 is off.
    #[schema(example = 200)]
    trace_rate: u64,
    /// Seconds of load.
    #[schema(example = 600)]
    duration: u32,
    /// Where the records go.
    destination: DestinationView,
    /// When it starts, while it is scheduled.
    schedule: Option<DateTime<Utc>>,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// When its latest run began.
    started_at: Option<DateTime<Utc>>,
    /// When its latest run ended.
    completed_at: Option<DateTime<Utc>>,
    /// The number of its latest run; null before the first.
    #[schema(example = 1)]
    run: Option<u32>,
    /// Counts its changes.
    #[schema(example = 3)]
    version: u64,
}

/// Where the records of a test go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Destination)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DestinationView {
    /// What people call it.
    #[schema(example = "Destination1")]
    name: Option<String>,
    /// Wire format and protocol: `http` or `otlp-http`.
    #[serde(rename = "type")]
    #[schema(example = "http")]
    kind: &'static str,
    /// The address.
    #[schema(example = "http://example.com/endpoint")]
    endpoint: String,
    /// Replaces the port of the address.
    #[schema(example = 8080)]
    port: Option<u16>,
    /// `********` when there is a key; it is never shown.
    #[schema(example = "********")]
    api_key: Option<&'static str>,
}

impl From<&Test> for TestView {
    fn from(test: &Test) -> Self {
        let spec = &test.spec;
        Self {
            id: test.id.to_string(),
            user: test.user.to_string(),
            status: test.status.as_str(),
            log_type: spec.log_type.as_str(),
            log_rate: spec.rates.logs.records_per_second(),
            log_size: spec.log_size.as_bytes(),
            metrics_rate: spec.rates.metrics.records_per_second(),
            trace_rate: spec.rates.traces.records_per_second(),
            duration: spec.duration.as_secs(),
            destination: (&spec.destination).into(),
            schedule: test.schedule,
            created_at: test.created_at,
            updated_at: test.updated_at,
            started_at: test.started_at,
            completed_at: test.completed_at,
            run: test.run.map(|run| run.number.0),
            version: test.version.0,
        }
    }
}

impl From<&Destination> for DestinationView {
    fn from(destination: &Destination) -> Self {
        Self {
            name: destination.name.clone(),
            kind: destination.kind.as_str(),
            endpoint: destination.endpoint.to_string(),
            port: destination.port,
            api_key: destination.api_key.as_ref().map(|_| Secret::MASK),
        }
    }
}
