//! What is refused, and how: wrong inputs with every fault at once, and every pair of the state table that says no.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::api::{Answer, Api};
use moniflux_tests::body;
use moniflux_tests::on_both_stores;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, moment_in};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

const NOBODY: &str = "http://127.0.0.1:9";

on_both_stores!(every_refusal_of_the_state_table_names_the_state_and_the_way_out);

/// What each state refuses, by call; and what it names as allowed.
const TABLE: [(&str, &[&str], &[&str]); 7] = [
    ("Pending", &["pause", "resume", "cancel", "restart"], &["start", "schedule", "change", "delete"]),
    ("Scheduled", &["pause", "resume", "restart"], &["start", "schedule", "change", "cancel", "delete"]),
    ("Running", &["start", "schedule", "resume", "delete"], &["pause", "change", "cancel", "restart"]),
    ("Paused", &["start", "schedule", "pause", "delete"], &["resume", "change", "cancel", "restart"]),
    ("Completed", &["pause", "resume", "cancel"], &["start", "schedule", "change", "restart", "delete"]),
    ("Cancelled", &["pause", "resume", "cancel"], &["start", "schedule", "change", "restart", "delete"]),
    ("Failed", &["pause", "resume", "cancel"], &["start", "schedule", "change", "restart", "delete"]),
];

async fn every_refusal_of_the_state_table_names_the_state_and_the_way_out(store: Store) -> Result<()> {
    // Without certificate authorities nothing can be sent to an https address: the run cannot go on.
    let settings = [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/dev/null")];
    let service = Service::start_with(&store, &settings).await?;
    let (api, sink) = (service.api(), Sink::start(&[]).await?);
    for (state, refused, allowed) in TABLE {
        bring_to(state, &service, sink.address()).await?;
        let before = api.get(&format!("/tests/{state}")).await?.with(200)?;
        ensure!(before["status"] == state, "{before}");
        for call in refused {
            let problem = ask(api, call, state).await?.refused(400, "not_allowed_in_state")?;
            let (told, way_out) =
                problem.detail.split_once("allowed now:").context(problem.detail.clone())?;
            ensure!(told.contains(state), "{call} in {state} does not name the state: {}", problem.detail);
            let named: Vec<&str> = way_out.split(',').map(str::trim).collect();
            ensure!(named == allowed, "{call} in {state}: the way out is {named:?}");
        }
        // A name that is taken is refused as such, whatever the state.
        let body = body::logs(state, NOBODY, 1, 600);
        api.post("/create-test", &body).await?.refused(400, "test_exists")?;
        let after = api.get(&format!("/tests/{state}")).await?.with(200)?;
        ensure!(before == after, "a refusal changed the test: {before} {after}");
    }

    for call in ["start", "schedule", "cancel", "restart"] {
        let problem = ask(api, call, "nobody").await?.refused(400, "test_not_found")?;
        ensure!(problem.detail.contains("nobody"), "{problem:?}");
    }
    Ok(())
}

/// Makes a test that is named after its state.
async fn bring_to(state: &str, service: &Service, sink: &str) -> Result<()> {
    let api = service.api();
    let body = body::logs(state, sink, 10, if state == "Completed" { 1 } else { 600 });
    let body = match state {
        "Scheduled" => body::with(body, &json!({"schedule": moment_in(Duration::from_hours(1))})),
        "Failed" => body::with(body, &json!({"destination": {"endpoint": "https://127.0.0.1:9"}})),
        _ => body,
    };
    match state {
        "Pending" | "Scheduled" => drop(api.post("/create-test", &body).await?.with(201)?),
        _ => drop(api.post("/start-test", &body).await?.with(200)?),
    }
    match state {
        "Paused" => drop(ask(api, "pause", state).await?.with(200)?),
        "Cancelled" => drop(ask(api, "cancel", state).await?.with(200)?),
        _ => {}
    }
    if matches!(state, "Completed" | "Failed") {
        service.run_over(state, state, SOON).await?;
    }
    Ok(())
}

async fn ask(api: &Api, call: &str, test: &str) -> Result<Answer> {
    let id = json!({"testID": test});
    match call {
        "schedule" => {
            let at = moment_in(Duration::from_hours(1));
            api.post("/schedule-test", &json!({"testID": test, "schedule": at})).await
        }
        "pause" | "resume" => api.act(&format!("/tests/{test}/{call}")).await,
        "delete" => api.delete(&format!("/tests/{test}")).await,
        call => api.post(&format!("/{call}-test"), &id).await,
    }
}

#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let api = service.api();
    let body = json!({
        "testID": "no spaces here", "userID": "", "logType": "LOUD", "logRate": -1, "logSize": 0,
        "metricsRate": 10_000_001, "traceRate": 1.5, "duration": 0, "schedule": "tomorrow", "lograte": 5, "colour": 1,
        "destination": {"endpoint": "ftp://example.com", "port": 70_000, "type": "kafka", "apikey": "secret-7"},
    });
    let problem = api.post("/create-test", &body).await?.refused(400, "invalid_field")?;
    let expected = [
        "colour",
        "destination.apikey",
        "destination.endpoint",
        "destination.port",
        "destination.type",
        "duration",
        "logRate",
        "logSize",
        "logType",
        "lograte",
        "metricsRate",
        "schedule",
        "testID",
        "traceRate",
        "userID",
    ];
    ensure!(problem.fields() == expected, "{:?}", problem.fields());
    ensure!(problem.about("lograte")?.contains("logRate"), "{}", problem.about("lograte")?);
    ensure!(
        problem.about("destination.apikey")?.contains("apiKey"),
        "{}",
        problem.about("destination.apikey")?
    );
    ensure!(problem.about("logType")?.contains("WARN"), "{}", problem.about("logType")?);
    ensure!(!service.log()?.contains("secret-7"), "a key was logged");

    for (call, body, fields) in [
        ("/create-test", json!({}), &["destination", "duration", "logRate"][..]),
        ("/create-test", json!([]), &["body"]),
        ("/start-test", json!({"testID": "new", "logRate": 5}), &["destination", "duration"]),
        ("/restart-test", json!({"logRate": 5}), &["testID"]),
        ("/schedule-test", json!({}), &["schedule", "testID"]),
        ("/schedule-test", json!({"testID": "a", "schedule": "2024-10-25T15:00:00Z"}), &["schedule"]),
        ("/cancel-test", json!({}), &["testID"]),
        ("/create-test", with_key("********"), &["destination.apiKey"]),
        ("/create-test", with_key("a\nb"), &["destination.apiKey"]),
    ] {
        let problem = api.post(call, &body).await?.refused(400, "invalid_field")?;
        ensure!(problem.fields() == fields, "{call} {body}: {problem:?}");
    }
    ensure!(api.get("/tests").await?.with(200)? == json!([]), "something was stored all the same");
    Ok(())
}

#[tokio::test]
async fn every_fault_of_shapes_delivery_and_guards_is_told_by_its_path() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let api = service.api();
    let base = body::logs("shaped", NOBODY, 10, 60);
    let body = body::with(
        base.clone(),
        &json!({
            "profile": {
                "logs": {"type": "ramp", "to": "fast", "over": "5 parsecs"},
                "metrics": {"type": "sine", "peroid": 1},
                "traces": {"type": "stages", "stages": [{"duration": 1, "target": 5}, {"duration": -1}]},
                "spans": {"type": "constant"},
            },
            "retry": {"attempts": 21, "on": [429, 500], "pause": 1},
            "abortOn": {"failures": 1.5, "for": "2h"},
            "batchSize": 0, "maxBatchBytes": "1MB", "linger": 11, "maxInFlight": 10_001, "connections": 0,
            "connectionMaxAge": "10ms", "timeout": 0, "drain": -1, "parallelism": 65, "logRate": "min", "seed": -7,
            "destination": {"compression": "brotli"},
        }),
    );
    let problem = api.post("/create-test", &body).await?.refused(400, "invalid_field")?;
    let expected = [
        "abortOn.failures",
        "abortOn.for",
        "batchSize",
        "connectionMaxAge",
        "connections",
        "destination.compression",
        "drain",
        "linger",
        "logRate",
        "maxBatchBytes",
        "maxInFlight",
        "parallelism",
        "profile.logs.over",
        "profile.logs.to",
        "profile.metrics.period",
        "profile.metrics.peroid",
        "profile.spans",
        "profile.traces.stages[1].duration",
        "profile.traces.stages[1].target",
        "retry.attempts",
        "retry.on",
        "retry.pause",
        "seed",
        "timeout",
    ];
    ensure!(problem.fields() == expected, "{:#?}", problem.fields());
    for (field, hint) in [
        ("profile.metrics.peroid", "period"),
        ("retry.on", "503"),
        ("retry.attempts", "20"),
        ("abortOn.for", "3600 s"),
        ("connectionMaxAge", "1 s"),
        ("logRate", "max"),
        ("destination.compression", "zstd"),
    ] {
        ensure!(problem.about(field)?.contains(hint), "{field} {}", problem.about(field)?);
    }

    for (fields, wrong) in [
        (json!({"abortOn": {}, "retry": {}}), &["abortOn.failures", "retry.attempts"][..]),
        (json!({"profile": {"type": "spike", "peak": 5, "at": 60, "for": 1}}), &["profile.at"]),
        (json!({"profile": {"type": "ramp"}, "logRate": "max"}), &["profile"]),
        (json!({"count": 5, "openEnded": true}), &["count", "openEnded"]),
        (
            json!({"profile": {"type": "capacity", "precision": 1, "condition": {"p99": 0}}}),
            &["profile.condition.p99", "profile.precision"],
        ),
    ] {
        let answer = api.post("/create-test", &body::with(base.clone(), &fields)).await?;
        let problem = answer.refused(400, "invalid_field")?;
        ensure!(problem.fields() == wrong, "{fields}: {problem:?}");
    }
    ensure!(api.get("/tests").await?.with(200)? == json!([]), "something was stored all the same");
    Ok(())
}

#[tokio::test]
async fn a_run_in_progress_refuses_by_name_what_it_cannot_follow() -> Result<()> {
    let store = Store::sqlite()?;
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let api = service.api();
    let paced = body::with(body::logs("paced", sink.address(), 10, 600), &json!({"metricsRate": 5}));
    api.post("/start-test", &paced).await?.with(200)?;
    for (test, change, fields) in [
        ("paced", json!({"logRate": 20, "timeout": 1, "retry": {"attempts": 1}}), &["retry", "timeout"][..]),
        ("paced", json!({"destination": {"endpoint": NOBODY}, "logSize": 1}), &["destination", "logSize"]),
    ] {
        let before = api.get(&format!("/tests/{test}")).await?.with(200)?;
        let answer = api.patch(&format!("/tests/{test}"), &change).await?;
        let problem = answer.refused(400, "invalid_field")?;
        ensure!(problem.fields() == fields, "{test} {change}: {problem:?}");
        for field in fields {
            let told = problem.about(field)?;
            ensure!(told.contains("in progress") && told.contains("/restart-test"), "{field}: {told}");
        }
        let after = api.get(&format!("/tests/{test}")).await?.with(200)?;
        ensure!(before == after, "a refusal changed the test: {before} {after}");
    }

    // The way out that the refusal names.
    let restart = json!({"testID": "paced", "logSize": 1});
    let restarted = api.post("/restart-test", &restart).await?.with(200)?;
    ensure!(restarted["run"] == 2 && restarted["logSize"] == 1, "{restarted}");
    Ok(())
}

fn with_key(key: &str) -> Value {
    body::with(body::logs("keyed", NOBODY, 1, 1), &json!({"destination": {"apiKey": key}}))
}

#[tokio::test]
async fn what_is_no_request_of_the_api_is_refused_in_the_same_form() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let api = service.api();
    let send = async |body: String, media: &str| {
        let request = api.request(Method::POST, "/create-test").header(CONTENT_TYPE, media).body(body);
        Answer::to(request).await
    };
    let json = "application/json";
    for broken in ["", "{", "{\"testID\": }", "\u{1}", "{} {}"] {
        send(broken.to_owned(), json).await?.refused(400, "malformed_json")?;
    }
    let deep = "[".repeat(100_000);
    send(deep, json).await?.refused(400, "malformed_json")?;
    let valid = body::logs("typed", NOBODY, 1, 1).to_string();
    for media in ["text/plain", "application/xml", "application/jsonx"] {
        send(valid.clone(), media).await?.refused(415, "unsupported_media_type")?;
    }
    send(valid, "Application/JSON; charset=utf-8").await?.with(201)?;

    let mut large = String::from("{\"testID\": \"");
    large.push_str(&"x".repeat(1 << 20));
    write!(large, "\"}}")?;
    send(large, json).await?.refused(413, "body_too_large")?;

    api.get("/no/such/path").await?.refused(404, "path_not_found")?;
    for (method, path, allowed) in [
        (Method::GET, "/create-test", "POST"),
        (Method::PUT, "/tests/a", "PATCH"),
        (Method::POST, "/tests", "GET"),
    ] {
        let answer = Answer::to(api.request(method, path)).await?;
        answer.refused(405, "method_not_allowed")?;
        ensure!(answer.header("allow")?.split(", ").any(|method| method == allowed), "{answer:?}");
    }
    api.get("/health").await?.with(200)?;
    Ok(())
}
