//! What requests may hold, for the description only: `domain::draft` reads them, so that a request and a spec file are
//! read alike. A test posts each example here and finds every field known.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

/// The fields of a test; which are required is the call's matter.
#[derive(ToSchema)]
#[schema(as = TestFields, rename_all = "camelCase")]
#[expect(dead_code, reason = "described here, read by the domain")]
pub(crate) struct TestFields {
    /// The test's name: 1 to 128 of `A–Z a–z 0–9 . _ : -`. Left out where a test is created: a UUID v7.
    #[schema(
        rename = "testID",
        max_length = 128,
        pattern = "^[A-Za-z0-9._:-]{1,128}$",
        example = "unique-test-id-123"
    )]
    test: Option<String>,
    /// Whose test it is. Left out: `anonymous`.
    #[schema(rename = "userID", min_length = 1, max_length = 128, example = "user123")]
    user: Option<String>,
    /// Severity of the logs, in any case: `DEBUG`, `INFO`, `WARN` or `ERROR`. Left out: `INFO`.
    #[schema(example = "INFO")]
    log_type: Option<String>,
    /// Log records per second of the whole test. Left out: 0, which is off.
    #[schema(minimum = 0, maximum = 10_000_000, example = 500)]
    log_rate: Option<u64>,
    /// Bytes of a log message, exactly. Left out: 256.
    #[schema(minimum = 1, maximum = 1_048_576, example = 50)]
    log_size: Option<u32>,
    /// Metric data points per second of the whole test. Left out: 0, which is off.
    #[schema(minimum = 0, maximum = 10_000_000, example = 1000)]
    metrics_rate: Option<u64>,
    /// Traces per second of the whole test. Left out: 0, which is off.
    #[schema(minimum = 0, maximum = 10_000_000, example = 200)]
    trace_rate: Option<u64>,
    /// Seconds of load. Required where a test is created.
    #[schema(minimum = 1, maximum = 2_592_000, example = 600)]
    duration: Option<u32>,
    /// Where the records go. Required where a test is created.
    #[schema(nullable)]
    destination: Option<DestinationFields>,
    /// When the test starts by itself: in the future, RFC 3339.
    schedule: Option<DateTime<Utc>>,
}

/// The fields of a destination.
#[derive(ToSchema)]
#[schema(as = DestinationFields, rename_all = "camelCase")]
#[expect(dead_code, reason = "described here, read by the domain")]
pub(crate) struct DestinationFields {
    /// What people call it.
    #[schema(min_length = 1, max_length = 128, example = "Destination1")]
    name: Option<String>,
    /// Wire format and protocol: `http` or `otlp-http`. Left out: `http`.
    #[schema(rename = "type", example = "http")]
    kind: Option<String>,
    /// An absolute http or https URL. Required where a test is created.
    #[schema(max_length = 2048, example = "http://example.com/endpoint")]
    endpoint: Option<String>,
    /// Replaces the URL's port.
    #[schema(minimum = 1, maximum = 65535, example = 8080)]
    port: Option<u16>,
    /// Goes into `Authorization: Bearer …`. The mask that answers show keeps the stored key.
    #[schema(min_length = 1, max_length = 4096, example = "test-api-key")]
    api_key: Option<String>,
}

/// The name of a stored test.
#[derive(ToSchema)]
#[schema(as = TestReference)]
#[expect(dead_code, reason = "described here, read by the domain")]
pub(crate) struct TestReference {
    /// The test.
    #[schema(rename = "testID", example = "unique-test-id-123")]
    test: String,
}
