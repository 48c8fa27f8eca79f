//! Connections are kept, and a batch is sent once over one of them.

use std::time::Duration;

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::DestinationKind;
use moniflux_emit_http::{Config, HttpEmitters};
use moniflux_ports::emitter::EmitterFactory;

use crate::server::{PATIENCE, Reply, Server, destination, response, send, within};

#[tokio::test]
async fn one_connection_serves_batch_after_batch_whatever_is_answered() {
    let replies =
        [200, 500, 400, 200].map(|status| Reply::Write(response(status, "text/plain", b"some text")));
    let server = Server::start(replies).await;
    let emitter = server.emitter();
    for body in ["a", "b", "c", "d"] {
        send(&emitter, body).await;
    }
    let connections: Vec<_> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_connection_with_an_endless_answer_is_given_up_at_once() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let endless = Reply::WriteEndlessly(head, b"5\r\nhello\r\n".repeat(1000));
    let server = Server::start([endless, Reply::Write(response(200, "text/plain", b""))]).await;
    let emitter = server.emitter();
    let answers = async { [send(&emitter, "a").await, send(&emitter, "b").await] };
    let answers = tokio::time::timeout(PATIENCE / 2, answers).await.unwrap();
    assert_eq!(answers, [Answer::Acked, Answer::Acked]);
    assert_eq!(server.seen()[1].connection, 1);
}

#[tokio::test]
async fn a_connection_that_was_idle_too_long_is_not_used_again() {
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    let factory = HttpEmitters::new(Config { idle_timeout: Duration::from_millis(1), ..Config::default() });
    let emitter =
        factory.emitter(&destination(DestinationKind::Http, &server.endpoint()), &within(PATIENCE)).unwrap();
    send(&emitter, "a").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    send(&emitter, "b").await;
    assert_eq!(server.seen()[1].connection, 1);
}

/// The server closes each connection right after its answer, which does not say so; the next batch meets the
/// connection before, while or after it is found closed.
#[tokio::test]
async fn a_batch_arrives_once_at_most_when_the_server_closes_idle_connections() {
    let server = Server::start([Reply::WriteAndClose(response(200, "text/plain", b""))]).await;
    let emitter = server.emitter();
    let mut answers = Vec::new();
    for batch in 0_u32..300 {
        answers.push(send(&emitter, &format!("batch {batch}")).await);
        for _ in 0..batch % 5 {
            tokio::task::yield_now().await;
        }
    }
    let seen = server.seen();
    for (batch, answer) in answers.iter().enumerate() {
        let body = format!("batch {batch}");
        let arrived = seen.iter().filter(|seen| seen.body == body.as_bytes()).count();
        let expected = if arrived == 1 { Answer::Acked } else { Answer::Failed(Kind::Reset) };
        assert!(arrived <= 1 && *answer == expected, "{body} arrived {arrived} times and is {answer:?}");
    }
    assert!(answers.contains(&Answer::Acked));
}

/// The server reads the batch and cuts the connection: sending it again would be its second time.
#[tokio::test]
async fn a_batch_that_was_read_and_not_answered_is_not_sent_again() {
    let taken = Reply::Write(response(200, "text/plain", b""));
    let server = Server::start([taken, Reply::WriteAndClose(Vec::new())]).await;
    let emitter = server.emitter();
    assert_eq!(send(&emitter, "a").await, Answer::Acked);
    assert_eq!(send(&emitter, "b").await, Answer::Failed(Kind::Reset));
    let seen = server.seen();
    assert_eq!(seen.iter().map(|seen| seen.connection).collect::<Vec<_>>(), [0, 0]);
}
