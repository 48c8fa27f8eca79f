//! Bodies that do not leave at once, and answers that do not wait for them.

use std::io::Read as _;

use bytes::Bytes;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::{Compression, Destination, DestinationKind};
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::EmitterFactory as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{PATIENCE, Reply, Server, destination, emitter, header, response, send_bytes, within};

/// More than the sockets' buffers hold.
const LARGE: usize = 48 * 1024 * 1024;

#[tokio::test]
async fn a_large_body_arrives_whole_and_the_connection_goes_on() {
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    let emitter = server.emitter();
    let body: Bytes = (0_u8..=250).cycle().take(3 * 1024 * 1024).collect();
    for _ in 0..2 {
        let reply = send_bytes(&emitter, body.clone()).await;
        assert_eq!((reply.answer, reply.wire_bytes), (Answer::Acked, body.len() as u64));
    }
    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.connection == 0 && seen.body == body));
}

#[tokio::test]
async fn a_packed_body_says_so_and_unpacks_to_what_was_sent() {
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    let body = Bytes::from(b"a record like another ".repeat(5_000));
    for compression in Compression::ALL {
        let destination =
            Destination { compression, ..destination(DestinationKind::Http, &server.endpoint()) };
        let emitter = HttpEmitters::default().emitter(&destination, &within(PATIENCE)).unwrap();
        let reply = send_bytes(&emitter, body.clone()).await;
        let seen = server.seen().pop().unwrap();
        let unpacked = match compression {
            Compression::None => seen.body.clone(),
            Compression::Gzip => {
                let mut unpacked = Vec::new();
                flate2::read::GzDecoder::new(&*seen.body).read_to_end(&mut unpacked).unwrap();
                unpacked
            }
            Compression::Zstd => zstd::stream::decode_all(&*seen.body).unwrap(),
        };
        assert!(unpacked == body, "{compression:?}");
        assert_eq!((reply.answer, reply.wire_bytes), (Answer::Acked, seen.body.len() as u64));
        let coding = (compression != Compression::None).then_some(compression.as_str());
        assert_eq!(header(&seen.head, "content-encoding"), coding);
        assert_eq!(seen.body.len() < body.len() / 10, coding.is_some());
    }
}

/// Reads the head, answers at once, reads `more` and closes.
async fn answer_early(reply: Vec<u8>, more: usize) -> (Answer, u64, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let emitter = emitter(DestinationKind::Http, &endpoint, PATIENCE);
    let body = Bytes::from(vec![b'x'; LARGE]);
    let serves = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut room = vec![0; 64 * 1024];
        let mut read = stream.read(&mut room).await.unwrap();
        stream.write_all(&reply).await.unwrap();
        while read < more {
            match stream.read(&mut room).await {
                Ok(0) | Err(_) => break,
                Ok(more) => read += more,
            }
        }
        read
    };
    let (sent, read) = tokio::join!(send_bytes(&emitter, body), serves);
    (sent.answer, sent.wire_bytes, read)
}

#[tokio::test]
async fn a_refusal_before_the_body_left_is_read_though_the_server_closes() {
    let (answer, left, _) = answer_early(response(413, "text/plain", b"too large"), 0).await;
    assert_eq!(answer, Answer::Rejected(Kind::Status(413)));
    assert!(left < LARGE as u64, "{left}");
}

#[tokio::test]
async fn a_refusal_ends_the_request_though_the_server_goes_on_reading() {
    let (answer, left, _) = answer_early(response(503, "text/plain", b""), usize::MAX).await;
    assert_eq!(answer, Answer::Failed(Kind::Status(503)));
    assert!(left < LARGE as u64, "{left}");
}

#[tokio::test]
async fn after_an_early_success_the_rest_of_the_body_still_leaves() {
    let (answer, left, read) = answer_early(response(200, "text/plain", b""), LARGE).await;
    assert_eq!((answer, left), (Answer::Acked, LARGE as u64));
    assert!(read >= LARGE, "{read}");
}

#[tokio::test]
async fn a_server_that_closes_amid_the_body_without_a_word_is_reset() {
    let (answer, left, _) = answer_early(Vec::new(), 0).await;
    assert_eq!(answer, Answer::Failed(Kind::Reset));
    assert!(left < LARGE as u64, "{left}");
}

#[tokio::test]
async fn nothing_leaves_without_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let reply =
        send_bytes(&emitter(DestinationKind::Http, &endpoint, PATIENCE), Bytes::from_static(b"x")).await;
    assert_eq!((reply.answer, reply.wire_bytes), (Answer::Failed(Kind::Connect), 0));
}

#[tokio::test]
async fn an_address_of_version_6_is_reached() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else { return };
    let port = listener.local_addr().unwrap().port();
    let emitter = emitter(DestinationKind::Http, &format!("http://[::1]:{port}/"), PATIENCE);
    let serves = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut room = vec![0; 4096];
        let read = stream.read(&mut room).await.unwrap();
        stream.write_all(&response(200, "text/plain", b"")).await.unwrap();
        String::from_utf8_lossy(&room[..read]).into_owned()
    };
    let (sent, head) = tokio::join!(send_bytes(&emitter, Bytes::from_static(b"x")), serves);
    assert_eq!(sent.answer, Answer::Acked);
    assert!(head.contains(&format!("\r\nhost: [::1]:{port}\r\n")), "{head}");
}
