//! A small HTTP/1.1 server that does as it is told, request by request, and remembers what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::signal::{Share, Signal};
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::{self, Batch, Emitter, EmitterFactory};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What to do with a request that was read in full.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Write these bytes and wait for the next request.
    Write(Vec<u8>),
    /// Write these bytes and close in good order.
    WriteAndClose(Vec<u8>),
    /// Write these bytes and cut the connection.
    WriteAndReset(Vec<u8>),
    /// Write these bytes, and then others again and again.
    WriteEndlessly(Vec<u8>, Vec<u8>),
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Which connection it came on, from 0.
    pub(crate) connection: usize,
    /// Request line and headers.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// Runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Does these, one for each request over all connections; the last one for all that follow.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, replies.into_iter().collect(), Arc::clone(&seen)));
        Self { address, seen, _tasks: tasks }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}/in", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A plain HTTP emitter to this server.
    pub(crate) fn emitter(&self) -> Arc<dyn Emitter> {
        emitter(DestinationKind::Http, &self.endpoint(), PATIENCE)
    }
}

async fn accept(listener: TcpListener, replies: Vec<Reply>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut connections = JoinSet::new();
    for connection in 0.. {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(serve(stream, connection, replies.clone(), Arc::clone(&seen)));
    }
}

async fn serve(mut stream: TcpStream, connection: usize, replies: Vec<Reply>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut unread = Vec::new();
    while let Some((head, body)) = read_request(&mut stream, &mut unread).await {
        let place = {
            let mut seen = seen.lock().unwrap();
            seen.push(Seen { connection, head, body });
            seen.len() - 1
        };
        // A client that went away is not the server's concern.
        match replies[place.min(replies.len() - 1)].clone() {
            Reply::Write(bytes) => drop(stream.write_all(&bytes).await),
            Reply::WriteAndClose(bytes) => {
                drop(stream.write_all(&bytes).await);
                return;
            }
            Reply::WriteAndReset(bytes) => {
                drop(stream.write_all(&bytes).await);
                stream.set_zero_linger().unwrap();
                return;
            }
            Reply::WriteEndlessly(first, more) => {
                drop(stream.write_all(&first).await);
                while stream.write_all(&more).await.is_ok() {}
                return;
            }
        }
    }
}

/// Head and body of the next request; none when the connection ended.
async fn read_request(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = unread.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(unread[..end].to_vec()).unwrap();
            let length: usize = header(&head, "content-length").unwrap().parse().unwrap();
            if unread.len() >= end + 4 + length {
                let body = unread[end + 4..end + 4 + length].to_vec();
                unread.drain(..end + 4 + length);
                return Some((head, body));
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => unread.extend_from_slice(&more[..read]),
        }
    }
}

/// The value of a header, by its name in lower case.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
}

/// An answer with a body.
pub(crate) fn response(status: u16, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} Any\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn emitter(kind: DestinationKind, endpoint: &str, timeout: Duration) -> Arc<dyn Emitter> {
    HttpEmitters::default().emitter(&destination(kind, endpoint), &within(timeout)).unwrap()
}

/// The usual, but for how long an answer is waited for.
pub(crate) fn within(timeout: Duration) -> Delivery {
    Delivery { timeout, ..Delivery::default() }
}

pub(crate) fn destination(kind: DestinationKind, endpoint: &str) -> Destination {
    let endpoint = Endpoint::parse(endpoint).unwrap();
    Destination { name: None, kind, endpoint, port: None, api_key: None, compression: Compression::None }
}

/// Sends logs.
pub(crate) async fn send(emitter: &Arc<dyn Emitter>, body: &str) -> Answer {
    send_bytes(emitter, Bytes::copy_from_slice(body.as_bytes())).await.answer
}

/// Sends logs, and answers all that is said of it.
pub(crate) async fn send_bytes(emitter: &Arc<dyn Emitter>, body: Bytes) -> emitter::Reply {
    emitter.send(Batch { signal: Signal::Logs, share: Share::WHOLE, body }).await
}

/// Longer than anything takes that is to succeed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
