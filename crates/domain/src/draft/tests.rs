//! What a draft accepts, what it refuses, and in which words.

use serde_json::{Value, json};

use super::*;

fn original() -> Value {
    json!({
        "testID": "unique-test-id-123", "userID": "user123", "logType": "INFO", "logRate": 500, "logSize": 50,
        "metricsRate": 1000, "traceRate": 200, "duration": 600,
        "destination": {"name": "Destination1", "endpoint": "http://example.com/endpoint", "port": 8080, "apiKey": "test-api-key"}
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = original();
    body[field] = value;
    body
}

fn faults_of(body: &Value) -> Vec<(String, String)> {
    let read = Draft::read(body).and_then(Draft::into_spec);
    let faults = read.expect_err("the body was taken");
    faults.as_slice().iter().map(|fault| (fault.field.clone(), fault.message.clone())).collect()
}

#[test]
fn the_original_request_is_taken_as_it_is() {
    let draft = Draft::read(&original()).unwrap();
    assert_eq!(draft.test.as_ref().map(TestId::as_str), Some("unique-test-id-123"));
    let spec = draft.into_spec().unwrap();
    assert_eq!(spec.rates.metrics, Rate::per_second(1000).unwrap());
    assert_eq!(spec.destination.kind, DestinationKind::Http);
    assert_eq!(spec.destination.url().as_str(), "http://example.com:8080/endpoint");
    assert_eq!(spec.destination.api_key.unwrap().expose(), "test-api-key");
}

#[test]
fn what_is_left_out_gets_its_documented_default() {
    let body = json!({"logRate": 1, "duration": 1, "destination": {"endpoint": "http://h"}});
    let spec = Draft::read(&body).and_then(Draft::into_spec).unwrap();
    assert_eq!((spec.log_type, spec.log_size.as_bytes()), (LogType::Info, 256));
    assert!(spec.rates.metrics.is_zero() && spec.rates.traces.is_zero());
}

#[test]
fn all_faults_are_reported_at_once() {
    let body = json!({
        "testID": "a b", "logType": "LOUD", "logRate": -1, "logSize": 0, "metricsRate": 10_000_001, "traceRate": 1.5,
        "duration": "10", "destination": {"type": "carrier-pigeon", "endpoint": "nowhere", "port": 0, "apiKey": 7},
        "schedule": "tomorrow"
    });
    let fields: Vec<_> = faults_of(&body).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        [
            "testID",
            "logType",
            "logSize",
            "logRate",
            "metricsRate",
            "traceRate",
            "duration",
            "destination.type",
            "destination.endpoint",
            "destination.port",
            "destination.apiKey",
            "schedule"
        ]
    );
}

#[test]
fn a_fault_names_the_value_and_what_is_accepted() {
    let message = |field: &str, value| faults_of(&with(field, value)).remove(0).1;
    assert_eq!(message("logRate", json!(-1)), "is -1; accepted: a whole number from 0 to 10000000");
    assert_eq!(message("logType", json!("LOUD")), "is \"LOUD\"; accepted: DEBUG, INFO, WARN, ERROR");
    assert_eq!(message("testID", json!("")), "is \"\"; must be 1 to 128 of A-Z a-z 0-9 . _ : -");
    assert_eq!(message("destination", json!([])), "is a list; accepted is an object");
}

#[test]
fn a_misspelt_field_is_refused_with_the_nearest_known_one() {
    assert_eq!(
        faults_of(&with("logrates", json!(1))),
        [("logrates".into(), "is not known; did you mean logRate?".into())]
    );
    let (field, message) = faults_of(&with("zzz", json!(1))).remove(0);
    assert_eq!(field, "zzz");
    assert!(message.starts_with("is not known; known are destination, duration"), "{message}");
}

#[test]
fn what_was_answered_can_be_sent_back() {
    let mut body = original();
    for field in ANSWER_FIELDS {
        body[field] = json!("2030-01-01T00:00:00Z");
    }
    body["schedule"] = Value::Null;
    body["destination"]["apiKey"] = json!(Secret::MASK);
    let draft = Draft::read(&body).unwrap();
    let stored = Draft::read(&original()).and_then(Draft::into_spec).unwrap();
    assert_eq!(draft.clone().amend(&stored).unwrap(), stored);
    assert_eq!(draft.into_spec().unwrap_err().as_slice()[0].field, "destination.apiKey");
}

#[test]
fn a_secret_is_not_repeated_in_its_own_fault() {
    let body = with("destination", json!({"endpoint": "http://h", "apiKey": "hunter2\n"}));
    assert!(!faults_of(&body)[0].1.contains("hunter2"));
}

#[test]
fn a_test_that_would_do_nothing_is_refused() {
    let body = json!({"duration": 1, "destination": {"endpoint": "http://h"}});
    assert_eq!(faults_of(&body)[0].0, "logRate");
    let spec = Draft::read(&original()).and_then(Draft::into_spec).unwrap();
    let off = Draft::read(&json!({"logRate": 0, "metricsRate": 0, "traceRate": 0})).unwrap();
    assert!(off.amend(&spec).is_err());
}

#[test]
fn missing_fields_are_named_together() {
    let fields: Vec<_> = faults_of(&json!({})).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["logRate", "duration", "destination"]);
    assert_eq!(faults_of(&json!([]))[0].0, "body");
}

#[test]
fn a_new_address_drops_the_old_port_and_keeps_the_key() {
    let spec = Draft::read(&original()).and_then(Draft::into_spec).unwrap();
    let draft = Draft::read(&json!({"destination": {"endpoint": "http://127.0.0.1:4318"}})).unwrap();
    let destination = draft.amend(&spec).unwrap().destination;
    assert_eq!(destination.url().as_str(), "http://127.0.0.1:4318/");
    assert_eq!(destination.api_key, spec.destination.api_key);
}

#[test]
fn a_reference_names_a_test_and_nothing_else() {
    assert!(Draft::read(&json!({"testID": "a", "userID": "u"})).unwrap().is_reference());
    assert!(!Draft::read(&json!({"testID": "a", "logRate": 1})).unwrap().is_reference());
}
