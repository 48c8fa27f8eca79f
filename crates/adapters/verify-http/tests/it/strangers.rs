//! What is no sink, or none that works, is told in words and within the patience.

use std::time::Duration;

use moniflux_domain::destination::Endpoint;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::verify::SinkLedger;
use moniflux_ports::sink_reader::{SinkError, SinkReader};
use moniflux_verify_http::{Config, HttpSinks};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Asks someone who answers with this, or never; also what he was asked.
async fn ask(answer: &str) -> (Result<SinkLedger, SinkError>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stranger = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        if answer.is_empty() {
            // Until the other side has had enough.
            stream.read_u8().await.ok();
        }
        drop(stream);
        String::from_utf8(request[..read].to_vec()).unwrap()
    };
    let sink = format!("http://{address}/below");
    tokio::join!(read(&sink), stranger)
}

async fn read(sink: &str) -> Result<SinkLedger, SinkError> {
    let config = Config { timeout: Duration::from_millis(500), answer_limit: 1_000 };
    let (sink, test) = (Endpoint::parse(sink).unwrap(), TestId::parse("a-test").unwrap());
    HttpSinks::new(config).ledger(&sink, &test, RunId(Uuid::nil())).await
}

fn http(status: &str, head: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{head}connection: close\r\n\r\n{body}")
}

fn no_ledger(found: &Result<SinkLedger, SinkError>, why: &str) {
    assert!(matches!(found, Err(SinkError::NoLedger(text)) if text.contains(why)), "{found:?}, not {why}");
}

fn silent(found: &Result<SinkLedger, SinkError>, why: &str) {
    assert!(matches!(found, Err(SinkError::Silent(text)) if text.contains(why)), "{found:?}, not {why}");
}

#[tokio::test]
async fn the_ledger_lies_below_the_address() {
    let (_, request) = ask(&http("200 OK", "", "{}")).await;
    let path = "GET /below/ledger/a-test?run=00000000-0000-0000-0000-000000000000 HTTP/1.1\r\n";
    assert!(request.starts_with(path), "{request}");
}

#[tokio::test]
async fn nobody_there_is_silent() {
    silent(&read("http://127.0.0.1:1").await, "refused");
}

#[tokio::test]
async fn who_does_not_answer_in_time_is_silent() {
    silent(&ask("").await.0, "nothing within 500ms");
    silent(&ask("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await.0, "before message");
}

#[tokio::test]
async fn another_server_has_no_ledger() {
    no_ledger(&ask(&http("200 OK", "", "<html>")).await.0, "line 1");
    no_ledger(&ask(&http("200 OK", "", r#"{"testID": "a-test"}"#)).await.0, "runs");
    no_ledger(&ask(&http("404 Not Found", "", r#"{"code": "path_not_found"}"#)).await.0, "404");
    no_ledger(&ask(&http("500 Internal Server Error", "", "")).await.0, "500");
    assert_eq!(
        ask(&http("404 Not Found", "", r#"{"code": "test_not_found"}"#)).await.0,
        Ok(SinkLedger::default())
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    no_ledger(&ask(&http("302 Found", "location: http://127.0.0.1:1/\r\n", "")).await.0, "302");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let long = http("200 OK", "", &" ".repeat(2_000));
    no_ledger(&ask(&long).await.0, "too long");
}
