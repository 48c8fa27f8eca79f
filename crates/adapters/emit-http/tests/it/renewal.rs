//! Connections over TLS: how many carry requests at once, and that they are replaced when they are old.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::DestinationKind;
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::EmitterFactory;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::server::{PATIENCE, destination, response, send, within};
use crate::trust::{acceptor, answer_of, authority};

const AGE: Duration = Duration::from_secs(1);
const AT_ONCE: usize = 6;
const CONNECTIONS: u32 = 2;

/// Sends several batches at once, and one more when the connections are old.
#[tokio::test]
#[ignore = "run by the other test of this file, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "the process that runs this says here where to send")]
async fn sends_young_and_old() {
    let endpoint = std::env::var("TEST_ENDPOINT").unwrap();
    let delivery = Delivery { connections: CONNECTIONS, connection_max_age: Some(AGE), ..within(PATIENCE) };
    let emitter =
        HttpEmitters::default().emitter(&destination(DestinationKind::Http, &endpoint), &delivery).unwrap();
    let mut sends = JoinSet::new();
    for _ in 0..AT_ONCE {
        let emitter = Arc::clone(&emitter);
        sends.spawn(async move { send(&emitter, "young").await });
    }
    let mut answers = sends.join_all().await;
    tokio::time::sleep(AGE).await;
    answers.push(send(&emitter, "old").await);
    println!("answer: {}", answers.iter().filter(|answer| **answer == Answer::Acked).count());
}

#[derive(Debug, Default)]
struct Seen {
    now: AtomicUsize,
    at_once: AtomicUsize,
    /// The connection of each request.
    connections: Mutex<Vec<usize>>,
}

#[tokio::test]
async fn connections_over_tls_are_bounded_and_replaced_when_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("ours.pem");
    let acceptor = acceptor(&authority(&authorities));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let seen = Arc::new(Seen::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(accept(listener, acceptor, Arc::clone(&seen)));

    let acked = answer_of("renewal::sends_young_and_old", &authorities, &endpoint).await;
    assert_eq!(acked, (AT_ONCE + 1).to_string());
    assert!(seen.at_once.load(Ordering::SeqCst) <= CONNECTIONS as usize, "{seen:?}");
    let connections = seen.connections.lock().unwrap().clone();
    let (old, young) = connections.split_last().unwrap();
    assert!(young.len() == AT_ONCE && !young.contains(old), "{connections:?}");
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, seen: Arc<Seen>) {
    let mut connections = JoinSet::new();
    for connection in 0.. {
        let (stream, _) = listener.accept().await.unwrap();
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        connections.spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut request = [0; 4096];
            while let Ok(1..) = stream.read(&mut request).await {
                let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
                seen.at_once.fetch_max(now, Ordering::SeqCst);
                seen.connections.lock().unwrap().push(connection);
                // Long enough that requests without a bound would meet.
                tokio::time::sleep(Duration::from_millis(20)).await;
                seen.now.fetch_sub(1, Ordering::SeqCst);
                if stream.write_all(&response(200, "text/plain", b"")).await.is_err() {
                    return;
                }
            }
        });
    }
}
