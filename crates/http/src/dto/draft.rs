//! What requests may hold, for the description only: `domain::draft` reads them, so that a request and a spec file are
//! read alike. A test posts each example here and finds every field known.

use chrono::{DateTime, Utc};
use serde_json::Value;
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
    /// Log records per second of the whole test, or `"max"`: as many as the destination takes. Left out: 0, which is off.
    #[schema(minimum = 0, maximum = 10_000_000, example = 500)]
    log_rate: Option<u64>,
    /// Bytes of a log message, exactly. Left out: 256.
    #[schema(minimum = 1, maximum = 1_048_576, example = 50)]
    log_size: Option<u32>,
    /// Metric data points per second of the whole test, or `"max"`. Left out: 0, which is off.
    #[schema(minimum = 0, maximum = 10_000_000, example = 1000)]
    metrics_rate: Option<u64>,
    /// Traces per second of the whole test, or `"max"`. Left out: 0, which is off.
    #[schema(minimum = 0, maximum = 10_000_000, example = 200)]
    trace_rate: Option<u64>,
    /// Seconds of load. Where a test is created one of `duration`, `count` and `openEnded` is required, unless the profile
    /// has stages or is `capacity`.
    #[schema(minimum = 1, maximum = 2_592_000, example = 600)]
    duration: Option<u32>,
    /// How the rates go over time: an object with a `type` of `constant`, `ramp` (`from`, `to`, `over`), `steps` (`from`,
    /// `to`, `steps`, `over`), `spike` (`peak`, `at`, `for`), `sine` (`low`, `high`, `period`) or `stages` (`from`, `stages`:
    /// a list of `duration` and `target`); or such objects by signal. A target is records per second, or a part of the
    /// signal's rate such as `"50%"`; times are seconds, or a text such as `"5m"`. Or, for all signals at once, `capacity`
    /// (`max`, `hold`, `settle`, `precision`, `condition`: `failed` and `p99`): the rates rise until the destination does not take
    /// more, and the run ends with what was found. Left out: constant.
    #[schema(value_type = Option<Object>)]
    profile: Option<Value>,
    /// Ends the load with that many records of each signal that is on, instead of after a time.
    #[schema(minimum = 1, maximum = 1_000_000_000_000_u64)]
    count: Option<u64>,
    /// Lets the load go on until someone ends it.
    open_ended: Option<bool>,
    /// The most records in a batch. Left out: 1000.
    #[schema(minimum = 1, maximum = 100_000)]
    batch_size: Option<u32>,
    /// The most bytes in a body before compression; a single record may be larger. Left out: 512 KiB.
    #[schema(minimum = 1, maximum = 67_108_864)]
    max_batch_bytes: Option<u32>,
    /// The longest that a record waits, once due, for others to fill its batch: 0 to 10 s. Left out: 0.1.
    #[schema(value_type = Option<f64>)]
    linger: Option<Value>,
    /// The most requests of a share of a lane that wait for their answer. Left out: 64.
    #[schema(minimum = 1, maximum = 10_000)]
    max_in_flight: Option<u32>,
    /// The most connections of a share of a lane, each of which carries one request at a time. Left out: 64.
    #[schema(minimum = 1, maximum = 10_000)]
    connections: Option<u32>,
    /// Connections older than this are not used again: 1 s to a day. Left out: they are used for as long as they last.
    #[schema(value_type = Option<f64>)]
    connection_max_age: Option<Value>,
    /// The longest wait for an answer: 10 ms to 10 minutes. Left out: 10.
    #[schema(value_type = Option<f64>)]
    timeout: Option<Value>,
    /// The longest wait for answers after the load ended: 0 to 10 minutes. Left out: 5.
    #[schema(value_type = Option<f64>)]
    drain: Option<Value>,
    /// Sends a batch again up to `attempts` (0 to 20) times after the answers in `on`: of `429`, `502`, `503`, `504` and
    /// `connection`, all of them when left out. Left out: never.
    #[schema(value_type = Option<Object>)]
    retry: Option<Value>,
    /// Ends a run as Failed when a share of at least `failures` (above 0, up to 1) of the answered records was rejected or
    /// failed `for` so many seconds (1 s to an hour, 10 when left out). Left out: never.
    #[schema(value_type = Option<Object>)]
    abort_on: Option<Value>,
    /// What must hold for a run to pass: conditions such as `"logs.failed.rate < 0.001"`, `"responseTime.p99 < 250ms"`,
    /// `"missed == 0"` or `"loss == 0"`, or objects of `threshold`, `abortOnFail` and `after`. Left out: none.
    #[schema(value_type = Option<Vec<Object>>)]
    thresholds: Option<Value>,
    /// Which of the generated records are kept, for each lane: `perSecond` (0 to 1000), evenly, or `all`, up to `max`. Left out: 10
    /// a second, up to 10,000.
    #[schema(value_type = Option<Object>)]
    capture: Option<Value>,
    /// Asks the `sink` at the end of the pipeline what arrived, and waits up to `wait` (10 s when left out) for what is on its way.
    /// Left out: nobody is asked.
    #[schema(value_type = Option<Object>)]
    verify: Option<Value>,
    /// How much chance there is in what records hold, and so how far bodies compress: `low`, `realistic` or `high`. It is about
    /// the text of logs and the values of gauges. Left out: `realistic`.
    #[schema(example = "realistic")]
    entropy: Option<String>,
    /// How many spans a trace has: a root and what is below it. A trace is one record, however many it has. Left out: 1.
    #[schema(minimum = 1, maximum = 64, example = 1)]
    spans_per_trace: Option<u32>,
    /// What texts and values are drawn from. Left out: drawn from the test's name.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    seed: Option<u64>,
    /// Into how many shares each lane is divided, each with a schedule and connections of its own and every n-th record;
    /// they add up exactly, and the records are the same for every number of shares. Left out: 1.
    #[schema(minimum = 1, maximum = 64, example = 1)]
    parallelism: Option<u32>,
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
    /// What is done to bodies: `none`, `gzip` or `zstd`, at its fastest level. Left out: `none`.
    #[schema(example = "none")]
    compression: Option<String>,
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
