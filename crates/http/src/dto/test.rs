//! A test as it is answered.

use chrono::{DateTime, Utc};
use moniflux_domain::destination::{Compression, Destination};
use moniflux_domain::draft;
use moniflux_domain::profile::{Extent, LaneRate};
use moniflux_domain::secret::Secret;
use moniflux_domain::test::Test;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A test. Of the fields that the original service did not have (see `TestFields`) those are answered too that are not as
/// when left out.
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
    /// Log records per second; 0 is off, `"max"` as many as the destination takes.
    #[schema(value_type = u64, example = 500)]
    log_rate: Value,
    /// Bytes of a log message.
    #[schema(example = 50)]
    log_size: u32,
    /// Metric data points per second; 0 is off, `"max"` as many as the destination takes.
    #[schema(value_type = u64, example = 1000)]
    metrics_rate: Value,
    /// Traces per second; 0 is off, `"max"` as many as the destination takes.
    #[schema(value_type = u64, example = 200)]
    trace_rate: Value,
    /// Seconds of load; null for a test that ends by `count` or when someone ends it.
    #[schema(example = 600)]
    duration: Option<u32>,
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
    /// The other fields of `TestFields` that are not as when left out, in the form in which they are read; and `baseline`, the
    /// number of the run that others are compared with, when there is one.
    #[serde(flatten)]
    #[schema(ignore)]
    options: Map<String, Value>,
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
    /// `gzip` or `zstd`; left out for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "zstd")]
    compression: Option<&'static str>,
}

impl From<&Test> for TestView {
    fn from(test: &Test) -> Self {
        let spec = &test.spec;
        Self {
            id: test.id.to_string(),
            user: test.user.to_string(),
            status: test.status.as_str(),
            log_type: spec.log_type.as_str(),
            log_rate: rate(spec.rates.logs),
            log_size: spec.log_size.as_bytes(),
            metrics_rate: rate(spec.rates.metrics),
            trace_rate: rate(spec.rates.traces),
            duration: match spec.extent {
                Extent::For(duration) => Some(duration.as_secs()),
                Extent::Count(_) | Extent::Open => None,
            },
            destination: (&spec.destination).into(),
            schedule: test.schedule,
            created_at: test.created_at,
            updated_at: test.updated_at,
            started_at: test.started_at,
            completed_at: test.completed_at,
            run: test.run.map(|run| run.number.0),
            version: test.version.0,
            options: options(test),
        }
    }
}

fn options(test: &Test) -> Map<String, Value> {
    let mut options = draft::options(&test.spec);
    if let Some(baseline) = test.baseline {
        options.insert("baseline".to_owned(), baseline.0.into());
    }
    options
}

fn rate(rate: LaneRate) -> Value {
    match rate {
        LaneRate::PerSecond(rate) => rate.records_per_second().into(),
        LaneRate::Max => "max".into(),
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
            compression: (destination.compression != Compression::None)
                .then(|| destination.compression.as_str()),
        }
    }
}
