//! What a request leaves in the log.
//!
//! One subscriber serves the whole test program and keeps each thread's lines apart: with one for each test, whichever
//! test meets a line of code first would decide for all of them whether it is logged.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use moniflux_engine::clock::SystemClock;
use serde_json::{Value, json};
use tracing::Level;

use super::memory::Trouble;
use super::{Api, full_body};
use crate::observe::span_of;
use crate::request_id::RequestId;

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes into [`LINES`].
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn begin() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        let subscriber = tracing_subscriber::fmt().json().with_max_level(Level::DEBUG).with_writer(|| Lines);
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    });
    LINES.take();
}

/// Our own lines while the request is answered, as `LEVEL message` and in full.
async fn logged(api: &Api, request: TestRequest) -> (Vec<String>, Vec<Value>) {
    begin();
    api.send(request.insert_header(("x-request-id", "mine"))).await;
    let text = String::from_utf8(LINES.take()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<_> =
        lines.filter(|line: &Value| line["target"].as_str().unwrap().starts_with("moniflux")).collect();
    let told = |line: &Value| {
        format!("{} {}", line["level"].as_str().unwrap(), line["fields"]["message"].as_str().unwrap())
    };
    (lines.iter().map(told).collect(), lines)
}

#[actix_web::test]
async fn every_line_of_a_request_that_changes_something_carries_its_name() {
    let api = Api::new();
    let (told, lines) = logged(&api, TestRequest::post().uri("/start-test").set_json(full_body("t"))).await;
    assert_eq!(told, ["INFO test created", "INFO request"]);
    for line in &lines {
        assert_eq!(line["span"]["requestID"], "mine", "{line}");
    }
    let fields = &lines[1]["fields"];
    assert_eq!((&fields["method"], &fields["path"]), (&json!("POST"), &json!("/start-test")));
    assert_eq!(fields["status"], 200);
}

#[actix_web::test]
async fn what_only_reads_is_told_to_those_who_look_closer() {
    let (told, _) = logged(&Api::new(), TestRequest::get().uri("/tests")).await;
    assert_eq!(told, ["DEBUG request"]);
}

#[actix_web::test]
async fn what_the_client_is_not_told_of_a_failed_store_the_operator_is() {
    let api = Api::new();
    api.memory.begin(Trouble::Unavailable);
    let (told, lines) = logged(&api, TestRequest::get().uri("/tests/t")).await;
    assert_eq!(told, ["ERROR the store failed", "DEBUG request"]);
    assert_eq!(lines[0]["fields"]["cause"], "secret-host:27017 refused");
    assert_eq!(lines[0]["span"]["requestID"], "mine");
}

#[test]
fn a_request_has_its_name_in_the_quietest_log_too() {
    begin();
    let id = RequestId::of(&HeaderMap::new(), &SystemClock::start());
    assert_eq!(span_of(&id).metadata().map(|metadata| *metadata.level()), Some(Level::ERROR));
}
