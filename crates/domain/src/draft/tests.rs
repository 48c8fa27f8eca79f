//! What a draft accepts, what it refuses, and in which words.

use serde_json::{Value, json};

use super::*;
use crate::capacity::{Capacity, Condition};

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
    assert_eq!(spec.rates.metrics, LaneRate::PerSecond(Rate::per_second(1000).unwrap()));
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
    assert_eq!(
        message("logRate", json!(-1)),
        "is -1; accepted: a whole number from 0 to 10000000, or \"max\""
    );
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
    assert!(message.starts_with("is not known; known are abortOn, batchSize"), "{message}");
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

/// A spec of these fields besides a destination.
fn spec_of(mut body: Value) -> Result<Spec, Faults> {
    body["destination"] = json!({"endpoint": "http://h"});
    Draft::read(&body).and_then(Draft::into_spec)
}

fn faults_in(body: Value) -> Vec<(String, String)> {
    let faults = spec_of(body).expect_err("the body was taken");
    faults.as_slice().iter().map(|fault| (fault.field.clone(), fault.message.clone())).collect()
}

fn fields_in(body: Value) -> Vec<String> {
    faults_in(body).into_iter().map(|(field, _)| field).collect()
}

#[test]
fn every_option_reads_back_as_it_is_written() {
    for body in [
        json!({"logRate": 9, "duration": 60, "profile": {"type": "ramp", "from": 1, "to": "150%", "over": 7}}),
        json!({"logRate": 9, "duration": 60, "profile": {"type": "steps", "from": "10%", "to": 90, "steps": 5}}),
        json!({"logRate": 9, "duration": 60, "profile": {"type": "spike", "peak": "900%", "at": 5, "for": 0.25}}),
        json!({"traceRate": 9, "count": 60, "profile": {"logs": {"type": "sine", "low": 0, "high": 70, "period": 6}}}),
        json!({"logRate": 9, "profile": {"type": "stages", "from": 0, "stages": [{"duration": 1.5, "target": "100%"}]}}),
        json!({"logRate": 9, "openEnded": true, "profile": {
            "type": "capacity", "max": 5000, "hold": 2.5, "settle": 0, "precision": 0.02, "condition": {"failed": 0.001, "p99": 0.25}
        }}),
        json!({"metricsRate": "max", "openEnded": true, "seed": 12, "parallelism": 4, "entropy": "high", "spansPerTrace": 64}),
        json!({
            "logRate": 9, "duration": 9, "batchSize": 10, "maxBatchBytes": 2048, "linger": 0.25, "maxInFlight": 3,
            "connections": 2, "connectionMaxAge": 60, "timeout": 0.5, "drain": 0, "retry": {"attempts": 3, "on": ["429", "connection"]},
            "abortOn": {"failures": 0.25, "for": 5}
        }),
    ] {
        let spec = spec_of(body.clone()).unwrap();
        let written = options(&spec);
        for (field, value) in &written {
            assert_eq!(*value, body[field], "{field}");
        }
        let again =
            ["logRate", "metricsRate", "traceRate", "duration"].map(|field| (field, body[field].clone()));
        let again =
            again.into_iter().map(|(field, value)| (field.to_owned(), value)).chain(written).collect();
        assert_eq!(spec_of(Value::Object(again)).unwrap(), spec);
    }
}

#[test]
fn stages_give_a_load_its_length() {
    let stages = json!([{"duration": "1m", "target": 5}, {"duration": "500ms", "target": 0}]);
    let spec = spec_of(json!({"logRate": 1, "profile": {"type": "stages", "stages": stages}})).unwrap();
    assert_eq!(spec.extent, Extent::For(LoadDuration::seconds(61).unwrap()));
}

#[test]
fn a_load_ends_in_one_way() {
    assert_eq!(fields_in(json!({"logRate": 1, "duration": 1, "count": 1})), ["count"]);
    assert_eq!(fields_in(json!({"logRate": 1, "count": 1, "openEnded": true})), ["openEnded"]);
    assert_eq!(fields_in(json!({"logRate": 1, "openEnded": false})), ["duration"]);
    let counted = spec_of(json!({"logRate": 1, "count": 7})).unwrap();
    let again = Draft::read(&json!({"duration": 9})).unwrap().amend(&counted).unwrap();
    assert_eq!(again.extent, Extent::For(LoadDuration::seconds(9).unwrap()));
}

#[test]
fn a_search_needs_no_more_than_its_name_and_ends_by_itself() {
    let spec = spec_of(json!({"logRate": 9, "profile": {"type": "capacity"}})).unwrap();
    assert_eq!((spec.extent, &spec.profile), (Extent::Open, &Profile::Capacity(Capacity::default())));
    let bounded = spec_of(json!({"logRate": 9, "duration": 60, "profile": {"type": "capacity"}})).unwrap();
    assert_eq!(bounded.extent, Extent::For(LoadDuration::seconds(60).unwrap()));
    assert_eq!(fields_in(json!({"logRate": 9, "count": 9, "profile": {"type": "capacity"}})), ["count"]);
    assert_eq!(fields_in(json!({"logRate": "max", "profile": {"type": "capacity"}})), ["profile"]);
    let wrong = json!({
        "type": "capacity", "max": "x", "hold": 0.5, "precision": 1, "condition": {"failed": 2, "p99": "long", "p50": 1}, "to": 1
    });
    assert_eq!(
        fields_in(json!({"logRate": 9, "profile": wrong})),
        [
            "profile.max",
            "profile.hold",
            "profile.precision",
            "profile.condition.failed",
            "profile.condition.p99",
            "profile.condition.p50",
            "profile.to"
        ]
    );
    let found =
        Draft::read(&with("count", json!(7))).unwrap().finding_capacity(Some(Duration::from_millis(250)));
    let found = found.into_spec().unwrap();
    let goal = Condition { failed: 0, p99: Some(Duration::from_millis(250)) };
    assert_eq!(found.profile, Profile::Capacity(Capacity { condition: goal, ..Capacity::default() }));
    assert_eq!(found.extent, Extent::Open);
    // Signals rise together.
    assert_eq!(
        fields_in(json!({"logRate": 9, "duration": 9, "profile": {"logs": {"type": "capacity"}}})),
        ["profile.logs.type"]
    );
}

#[test]
fn faults_of_options_name_their_place() {
    let profile = |profile| json!({"logRate": 9, "duration": 60, "profile": profile});
    assert_eq!(fields_in(profile(json!({"type": "zigzag"}))), ["profile.type"]);
    assert_eq!(fields_in(profile(json!({"kind": 1}))), ["profile.type", "profile.kind"]);
    assert_eq!(
        fields_in(profile(json!({"type": "steps", "steps": 1, "to": "x%", "over": "soon"}))),
        ["profile.from", "profile.to", "profile.steps", "profile.over"]
    );
    assert_eq!(fields_in(profile(json!({"type": "spike", "peak": 1, "at": 60, "for": 1}))), ["profile.at"]);
    assert_eq!(
        fields_in(profile(json!({"traces": {"type": "stages", "stages": [{"duration": 1}, {"target": 1}]}}))),
        ["profile.traces.stages[0].target", "profile.traces.stages[1].duration"]
    );
    let ramp = json!({"type": "ramp"});
    assert_eq!(fields_in(json!({"logRate": 9, "openEnded": true, "profile": ramp})), ["profile.over"]);
    assert_eq!(fields_in(json!({"logRate": "max", "duration": 9, "profile": ramp})), ["profile"]);
    let down = json!({"type": "ramp", "from": 10, "to": 0, "over": 10});
    assert_eq!(fields_in(json!({"logRate": 9, "count": 51, "profile": down})), ["count"]);
    assert_eq!(
        faults_in(json!({
            "logRate": "fast", "duration": 9, "linger": 100, "timeout": "1y", "connections": 0, "seed": -1,
            "retry": {"on": [500]}, "abortOn": {"failures": 2}
        })),
        [
            ("logRate", "is \"fast\"; accepted: a whole number from 0 to 10000000, or \"max\""),
            ("seed", "is -1; accepted: a whole number from 0 to 9007199254740991"),
            ("abortOn.failures", "is 2; accepted: a share of records above 0 and up to 1"),
            ("linger", "is 100; accepted: 0 s to 10 s, in seconds or as a text such as \"250ms\" or \"5m\""),
            ("connections", "is 0; accepted: a whole number from 1 to 10000"),
            (
                "timeout",
                "is \"1y\"; accepted: 10 ms to 600 s, in seconds or as a text such as \"250ms\" or \"5m\""
            ),
            ("retry.attempts", "is required: how often a batch is sent again, 0 to 20"),
            ("retry.on", "is a list; accepted: a list of 429, 502, 503, 504, connection"),
        ]
        .map(|(field, message)| (field.to_owned(), message.to_owned()))
    );
}
