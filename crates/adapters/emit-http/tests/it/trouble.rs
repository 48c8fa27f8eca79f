//! What it is called when there is no answer.

use std::time::{Duration, Instant};

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::DestinationKind;
use tokio::net::TcpListener;

use crate::server::{PATIENCE, Reply, Server, emitter, response, send};

async fn failure(reply: Reply) -> Answer {
    let server = Server::start([reply]).await;
    send(&server.emitter(), "[]").await
}

#[tokio::test]
async fn a_refused_connection_is_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let emitter = emitter(DestinationKind::Http, &endpoint, PATIENCE);
    assert_eq!(send(&emitter, "[]").await, Answer::Failed(Kind::Connect));
}

#[tokio::test]
async fn a_connection_cut_before_or_inside_the_answer_is_reset() {
    let partial = b"HTTP/1.1 200 OK\r\ncontent-le".to_vec();
    for reply in [
        Reply::WriteAndReset(Vec::new()),
        Reply::WriteAndReset(partial.clone()),
        Reply::WriteAndClose(Vec::new()),
        Reply::WriteAndClose(partial),
    ] {
        assert_eq!(failure(reply.clone()).await, Answer::Failed(Kind::Reset), "{reply:?}");
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "what is measured is the real time of a real timeout")]
async fn a_silent_server_is_a_timeout_after_the_given_time() {
    let server = Server::start([Reply::Write(Vec::new())]).await;
    let timeout = Duration::from_millis(200);
    let emitter = emitter(DestinationKind::Http, &server.endpoint(), timeout);
    let begin = Instant::now();
    assert_eq!(send(&emitter, "[]").await, Answer::Failed(Kind::Timeout));
    assert!(begin.elapsed() >= timeout && begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_protocol() {
    for garbage in ["220 mail.example.com ESMTP\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"] {
        let seen = failure(Reply::Write(garbage.as_bytes().to_vec())).await;
        assert_eq!(seen, Answer::Failed(Kind::Protocol), "{garbage:?}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_dns() {
    let emitter = emitter(DestinationKind::Http, "http://moniflux.invalid/", PATIENCE);
    assert_eq!(send(&emitter, "[]").await, Answer::Failed(Kind::Dns));
}

#[tokio::test]
async fn the_time_is_for_the_whole_answer_and_a_status_counts_once_it_is_there() {
    let stalls = b"content-length: 10\r\n\r\nabc";
    for (status, expected) in [(200, Answer::Acked), (503, Answer::Failed(Kind::Status(503)))] {
        let reply = [format!("HTTP/1.1 {status} Any\r\n").as_bytes(), stalls].concat();
        let server = Server::start([Reply::Write(reply)]).await;
        let emitter = emitter(DestinationKind::Http, &server.endpoint(), Duration::from_millis(200));
        assert_eq!(send(&emitter, "[]").await, expected);
    }
}

#[tokio::test]
async fn a_server_that_recovers_is_acked_again() {
    let replies = [Reply::WriteAndReset(Vec::new()), Reply::Write(response(200, "text/plain", b""))];
    let server = Server::start(replies).await;
    let emitter = server.emitter();
    assert_eq!(send(&emitter, "a").await, Answer::Failed(Kind::Reset));
    assert_eq!(send(&emitter, "b").await, Answer::Acked);
}
