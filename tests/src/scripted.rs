//! A destination in the test's own process: it sees every request as it comes in, and answers as the test's script says.
//!
//! It speaks just enough HTTP/1.1 for bodies of a known length.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::time::Stopwatch;

/// A listening destination; it is gone once this is dropped.
#[derive(Debug)]
pub struct Scripted {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    _tasks: JoinSet<()>,
}

/// What came in.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How many connections were accepted.
    pub connections: usize,
    /// Every request, in the order in which their last bytes came.
    pub requests: Vec<Request>,
    /// The most requests that waited for their answer at the same time.
    pub at_once: usize,
    waiting: usize,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which connection it came on, from 0.
    pub connection: usize,
    /// When it was there, since its connection was accepted.
    pub age: Duration,
    /// When it was there.
    pub at: DateTime<Utc>,
    /// How often the same body had been there before.
    pub repeats: usize,
    /// The body.
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How long the answer waits.
    pub delay: Duration,
    /// The status.
    pub status: u16,
    /// The header `retry-after`.
    pub retry_after: Option<String>,
}

/// A record of the `http` type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Its number.
    pub seq: u64,
    /// When it was due.
    pub timestamp: DateTime<Utc>,
}

impl Scripted {
    /// A destination on a port of its own.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::new(script), Arc::clone(&seen)));
        Ok(Self { address, seen, _tasks: tasks })
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came in so far.
    pub fn seen(&self) -> Seen {
        locked(&self.seen).clone()
    }
}

impl Reply {
    /// A status, at once.
    pub fn status(status: u16) -> Self {
        Self { delay: Duration::ZERO, status, retry_after: None }
    }

    /// The same, later.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The same, with a word on when to come back.
    #[must_use]
    pub fn come_back(self, retry_after: impl Into<String>) -> Self {
        Self { retry_after: Some(retry_after.into()), ..self }
    }
}

impl Seen {
    /// Exactly the records from 0 to `records` came, each in one request.
    ///
    /// # Errors
    /// One is missing, is there twice, or cannot be read.
    pub fn ensure_exact(&self, records: u64) -> Result<()> {
        let mut numbers = BTreeSet::new();
        for record in self.records()? {
            ensure!(numbers.insert(record.seq), "number {} came twice", record.seq);
        }
        ensure!(numbers.iter().copied().eq(0..records), "{} of {records} came", numbers.len());
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>> {
        let bodies: Vec<_> = self.requests.iter().map(Request::records).collect::<Result<_>>()?;
        Ok(bodies.concat())
    }
}

impl Request {
    /// The records of a body of the `http` type that is not packed.
    ///
    /// # Errors
    /// It is none.
    pub fn records(&self) -> Result<Vec<Record>> {
        serde_json::from_slice(&self.body).context("not an array of records")
    }
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

async fn accept(listener: TcpListener, script: Arc<Script>, seen: Arc<Mutex<Seen>>) {
    let mut tasks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let connection = {
            let mut seen = locked(&seen);
            seen.connections += 1;
            seen.connections - 1
        };
        let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
        tasks.spawn(async move {
            // A client that goes away is not the destination's concern.
            serve(stream, connection, &*script, &seen).await.ok();
        });
    }
}

async fn serve(mut stream: TcpStream, connection: usize, script: &Script, seen: &Mutex<Seen>) -> Result<()> {
    let watch = Stopwatch::start();
    let mut unread = Vec::new();
    loop {
        let body = body_of_next(&mut stream, &mut unread).await?;
        let request = {
            let mut seen = locked(seen);
            let repeats = seen.requests.iter().filter(|earlier| earlier.body == body).count();
            let request = Request { connection, age: watch.elapsed(), at: crate::time::now(), repeats, body };
            seen.requests.push(request.clone());
            seen.waiting += 1;
            seen.at_once = seen.at_once.max(seen.waiting);
            request
        };
        let waiting = Waiting(seen);
        let Reply { delay, status, retry_after } = script(&request);
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            // Whoever waits for an answer sends nothing: it went away.
            _ = stream.read_u8() => return Ok(()),
        }
        // Before the answer, or the client's next request might be counted beside this one.
        drop(waiting);
        let retry_after = retry_after.map_or_else(String::new, |when| format!("retry-after: {when}\r\n"));
        let answer = format!("HTTP/1.1 {status} X\r\n{retry_after}content-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// A request without an answer.
struct Waiting<'a>(&'a Mutex<Seen>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        locked(self.0).waiting -= 1;
    }
}

/// The body of the next request; what came behind it stays in `unread`.
async fn body_of_next(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Result<Vec<u8>> {
    let head = loop {
        if let Some(end) = unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break unread.drain(..end + 4).collect::<Vec<u8>>();
        }
        ensure!(stream.read_buf(unread).await? > 0, "the client closed");
    };
    let head = String::from_utf8(head)?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.context("no length")?.trim().parse()?;
    while unread.len() < length {
        ensure!(stream.read_buf(unread).await? > 0, "the client closed");
    }
    Ok(unread.drain(..length).collect())
}

fn locked(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
