//! Connections are kept, and a batch is sent once over one of them.

use std::sync::Arc;
use std::time::Duration;

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::DestinationKind;
use moniflux_emit_http::{Config, HttpEmitters};
use moniflux_ports::emitter::EmitterFactory;
use tokio::task::JoinSet;

use crate::server::{PATIENCE, Reply, Server, destination, emitter, response, send, within};

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

#[tokio::test]
async fn a_connection_of_the_greatest_age_is_not_used_again() {
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    let age = Duration::from_millis(300);
    let delivery = Delivery { connection_max_age: Some(age), ..within(PATIENCE) };
    let emitter = HttpEmitters::default()
        .emitter(&destination(DestinationKind::Http, &server.endpoint()), &delivery)
        .unwrap();
    send(&emitter, "young").await;
    send(&emitter, "young").await;
    tokio::time::sleep(age).await;
    send(&emitter, "old").await;
    let connections: Vec<_> = server.seen().iter().map(|seen| seen.connection).collect();
    assert!(connections[2] > connections[1], "{connections:?}");
}

/// The runtime gets no chance to look between the server's close and the next batch: only the kernel knows.
#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_not_used() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let emitter = emitter(DestinationKind::Http, &endpoint, PATIENCE);
    for batch in ["a", "b", "c"] {
        let server = std::thread::spawn({
            let listener = listener.try_clone().unwrap();
            move || serve_once(&listener)
        });
        assert_eq!(send(&emitter, batch).await, Answer::Acked, "{batch}");
        server.join().unwrap();
    }
}

/// Answers the first request of the next connection and closes that.
fn serve_once(listener: &std::net::TcpListener) {
    use std::io::{Read, Write};

    let (mut stream, _) = listener.accept().unwrap();
    let read = stream.read(&mut [0; 4096]).unwrap();
    assert!(read > 0);
    stream.write_all(&response(200, "text/plain", b"")).unwrap();
}

#[tokio::test]
async fn no_more_connections_than_allowed_are_used_and_requests_wait_for_them() {
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    let delivery = Delivery { connections: 2, ..within(PATIENCE) };
    let emitter = HttpEmitters::default()
        .emitter(&destination(DestinationKind::Http, &server.endpoint()), &delivery)
        .unwrap();
    let mut sends = JoinSet::new();
    for _ in 0..20 {
        let emitter = Arc::clone(&emitter);
        sends.spawn(async move { send(&emitter, "x").await });
    }
    assert_eq!(sends.join_all().await, vec![Answer::Acked; 20]);
    let seen = server.seen();
    assert!(seen.len() == 20 && seen.iter().all(|seen| seen.connection < 2), "{seen:?}");
}

#[tokio::test]
async fn waiting_for_a_connection_counts_as_waiting_for_the_answer() {
    let server = Server::start([Reply::Write(Vec::new())]).await;
    let delivery = Delivery { connections: 1, ..within(Duration::from_millis(200)) };
    let emitter = HttpEmitters::default()
        .emitter(&destination(DestinationKind::Http, &server.endpoint()), &delivery)
        .unwrap();
    let answers = tokio::join!(send(&emitter, "a"), send(&emitter, "b"));
    assert_eq!(answers, (Answer::Failed(Kind::Timeout), Answer::Failed(Kind::Timeout)));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_send_that_is_dropped_takes_its_connection_along() {
    let replies = [Reply::Write(Vec::new()), Reply::Write(response(200, "text/plain", b""))];
    let server = Server::start(replies).await;
    let emitter = server.emitter();
    let dropped = tokio::time::timeout(Duration::from_millis(100), send(&emitter, "a")).await;
    assert!(dropped.is_err());
    assert_eq!(send(&emitter, "b").await, Answer::Acked);
    assert_eq!(server.seen().iter().map(|seen| seen.connection).collect::<Vec<_>>(), [0, 1]);
}

#[tokio::test]
async fn a_connection_ends_when_the_answer_says_so_or_more_than_it_came_in() {
    let closes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    let surplus = [response(200, "text/plain", b""), b"HTTP/1.1 200 OK\r\n\r\n".to_vec()].concat();
    for reply in [closes, surplus] {
        let server = Server::start([Reply::Write(reply)]).await;
        let emitter = server.emitter();
        assert_eq!([send(&emitter, "a").await, send(&emitter, "b").await], [Answer::Acked, Answer::Acked]);
        assert_eq!(server.seen().iter().map(|seen| seen.connection).collect::<Vec<_>>(), [0, 1]);
    }
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
