//! What a request leaves in the log.

use std::io;
use std::sync::{Arc, Mutex};

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use tracing::Level;

use super::memory::Trouble;
use super::{Api, full_body};

/// Lines as they are written.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that this thread logs at that level while the request is answered.
async fn logged(level: Level, api: &Api, request: TestRequest) -> Vec<Value> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(level).with_writer(move || writer.clone());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    api.send(request.insert_header(("x-request-id", "mine"))).await;
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["target"].as_str().unwrap().starts_with("moniflux"))
        .collect()
}

#[actix_web::test]
async fn every_line_of_a_request_carries_its_name() {
    let api = Api::new();
    let lines =
        logged(Level::INFO, &api, TestRequest::post().uri("/start-test").set_json(full_body("t"))).await;
    let messages: Vec<_> = lines.iter().map(|line| line["fields"]["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["test created", "request"]);
    for line in &lines {
        assert_eq!(line["span"]["requestID"], "mine", "{line}");
    }
    let fields = &lines[1]["fields"];
    assert_eq!(
        (&fields["method"], &fields["path"], &fields["status"]),
        (&json!("POST"), &json!("/start-test"), &json!(200))
    );
}

#[actix_web::test]
async fn what_only_reads_is_told_to_those_who_look_closer() {
    let api = Api::new();
    let read = || TestRequest::get().uri("/tests");
    assert!(logged(Level::INFO, &api, read()).await.is_empty());
    assert_eq!(logged(Level::DEBUG, &api, read()).await.len(), 1);
}

#[actix_web::test]
async fn what_the_client_is_not_told_of_a_failed_store_the_operator_is_even_in_a_quiet_log() {
    let api = Api::new();
    api.memory.begin(Trouble::Unavailable);
    let lines = logged(Level::ERROR, &api, TestRequest::get().uri("/tests/t")).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["fields"]["cause"], "secret-host:27017 refused");
    assert_eq!(lines[0]["span"]["requestID"], "mine");
}
