//! Bodies of requests.

use serde_json::{Value, json};

/// The body of the original service's documentation, to a destination of ours, for ten seconds: exactly
/// [`README_COUNTS`] records.
pub fn readme(test: &str, kind: &str, endpoint: &str) -> Value {
    json!({
        "testID": test,
        "userID": "user123",
        "logType": "INFO",
        "logRate": 500,
        "logSize": 50,
        "metricsRate": 1000,
        "traceRate": 200,
        "duration": 10,
        "destination": {"name": "Destination1", "type": kind, "endpoint": endpoint, "apiKey": "test-api-key"},
    })
}

/// What [`readme`] asks for, by signal.
pub const README_COUNTS: [(&str, u64); 3] = [("logs", 5_000), ("metrics", 10_000), ("traces", 2_000)];

/// Logs only.
pub fn logs(test: &str, endpoint: &str, rate: u64, seconds: u64) -> Value {
    json!({
        "testID": test,
        "logRate": rate,
        "logSize": 64,
        "duration": seconds,
        "destination": {"endpoint": endpoint},
    })
}

/// The body with some fields replaced or added, destination fields one by one.
pub fn with(mut body: Value, fields: &Value) -> Value {
    merge(&mut body, fields);
    body
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
