//! A running sink, a client that speaks just enough HTTP, and bodies of real encoders.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span};
use moniflux_sink::{Sink, SinkConfig};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

pub(crate) const RUN: RunId = RunId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0007));

/// Runs a test against a sink, and stops the sink.
pub(crate) async fn with_sink<F: Future<Output = ()>>(config: SinkConfig, test: impl FnOnce(Client) -> F) {
    let workers = std::num::NonZeroUsize::new(1);
    let sink = Sink::bind(&SinkConfig { port: 0, workers, ..config }).unwrap();
    let (client, stop) = (Client(sink.addr()), sink.stop_handle());
    let (served, ()) = tokio::join!(sink.serve(), async {
        test(client).await;
        stop.stop().await;
    });
    served.unwrap();
}

/// Speaks to a sink, on a new connection each time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client(SocketAddr);

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) async fn get(self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await.unwrap()
    }

    pub(crate) async fn post(self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send("POST", path, headers, body).await.unwrap()
    }

    pub(crate) async fn send(
        self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.0).await?;
        let headers: String =
            headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: sink\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let end =
            answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Answer { status, head, body: answer[end + 4..].to_vec() })
    }

    /// Posts records as an emitter does.
    pub(crate) async fn emit(self, shape: &Shape, first: u64, count: u32) -> io::Result<Answer> {
        let body = body(shape, first, count);
        let share = shape.share.to_string();
        match shape.kind {
            DestinationKind::Http => {
                let headers = [("x-moniflux-signal", shape.signal.as_str()), ("x-moniflux-share", &share)];
                self.send("POST", "/in/any/place", &headers, &body).await
            }
            DestinationKind::OtlpHttp => {
                let path = format!("/prefix/v1/{}", shape.signal);
                self.send("POST", &path, &[("content-type", "application/x-protobuf")], &body).await
            }
        }
    }

    /// The lanes of a test's only run.
    pub(crate) async fn lanes(self, test: &str) -> Value {
        let mut view = self.get(&format!("/ledger/{test}")).await.json();
        assert_eq!(view["runs"].as_array().unwrap().len(), 1);
        view["runs"][0]["lanes"].take()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) fn shape(kind: DestinationKind, signal: Signal) -> Shape {
    Shape {
        kind,
        signal,
        test: TestId::parse("a-test").unwrap(),
        run: RUN,
        share: Share::new(1, 3).unwrap(),
        log_type: LogType::Info,
        log_size: LogSize::bytes(100).unwrap(),
        entropy: Entropy::default(),
        spans_per_trace: SpansPerTrace::default(),
        seed: 1,
        started_at: 1_767_268_800_000_000_000,
    }
}

pub(crate) fn body(shape: &Shape, first: u64, count: u32) -> Vec<u8> {
    let mut buffer = BatchBuffer::default();
    let (first_due, last_due) = (shape.started_at, shape.started_at + 1_000_000);
    Encoder::new(shape).encode(&mut buffer, Span { first, count, first_due, last_due });
    buffer.as_ref().to_vec()
}
