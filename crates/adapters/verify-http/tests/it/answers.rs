//! What a real sink counted reads back.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use moniflux_domain::destination::{DestinationKind, Endpoint};
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
use moniflux_domain::verify::{SinkLane, SinkLedger};
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span};
use moniflux_ports::sink_reader::SinkReader;
use moniflux_sink::{Sink, SinkConfig};
use moniflux_verify_http::HttpSinks;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const RUN: RunId = RunId(Uuid::from_u128(7));

fn shape(signal: Signal, share: u32) -> Shape {
    Shape {
        kind: DestinationKind::OtlpHttp,
        signal,
        test: TestId::parse("a:test.1").unwrap(),
        run: RUN,
        share: Share::new(share, 2).unwrap(),
        log_type: LogType::Info,
        log_size: LogSize::bytes(100).unwrap(),
        entropy: Entropy::default(),
        spans_per_trace: SpansPerTrace::default(),
        seed: 1,
        started_at: 1,
    }
}

/// Posts records that were made that long ago.
async fn post(sink: SocketAddr, shape: &Shape, first: u64, count: u32, age: Duration) {
    #[expect(clippy::disallowed_methods, reason = "the sink reads the same clock")]
    let made = SystemTime::now().duration_since(UNIX_EPOCH + age).unwrap();
    let due = u64::try_from(made.as_nanos()).unwrap();
    let mut body = BatchBuffer::default();
    Encoder::new(shape).encode(&mut body, Span { first, count, first_due: due, last_due: due });
    let mut stream = TcpStream::connect(sink).await.unwrap();
    let (signal, length) = (shape.signal, body.as_ref().len());
    let head = format!(
        "POST /v1/{signal} HTTP/1.1\r\nhost: s\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_ref()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

async fn ledger(sinks: &HttpSinks, sink: SocketAddr, test: &str, run: RunId) -> SinkLedger {
    let sink = Endpoint::parse(&format!("http://{sink}/")).unwrap();
    sinks.ledger(&sink, &TestId::parse(test).unwrap(), run).await.unwrap()
}

#[tokio::test]
async fn what_a_sink_counted_reads_back() {
    let config = SinkConfig { port: 0, workers: NonZeroUsize::new(1), ..SinkConfig::default() };
    let sink = Sink::bind(&config).unwrap();
    let (address, stop) = (sink.addr(), sink.stop_handle());
    let sinks = HttpSinks::default();
    let (served, ()) = tokio::join!(sink.serve(), async {
        assert_eq!(ledger(&sinks, address, "a:test.1", RUN).await, SinkLedger::default());
        let second = Duration::from_secs(1);
        post(address, &shape(Signal::Logs, 0), 0, 50, second).await;
        post(address, &shape(Signal::Logs, 1), 40, 20, second).await;
        post(address, &shape(Signal::Logs, 1), 10, 40, second).await;
        post(address, &shape(Signal::Traces, 1), 0, 10, second * 60).await;

        let found = ledger(&sinks, address, "a:test.1", RUN).await;
        let lane = |signal, share, received, unique, duplicates, reordered, highest| SinkLane {
            signal,
            share,
            received,
            unique,
            duplicates,
            reordered,
            highest: Some(highest),
        };
        let expected = [
            lane(Signal::Logs, 0, 50, 50, 0, 0, 49),
            lane(Signal::Logs, 1, 60, 50, 10, 30, 59),
            lane(Signal::Traces, 1, 10, 10, 0, 0, 9),
        ];
        assert_eq!(found.lanes, expected);
        let (logs, traces) = (found.end_to_end[&Signal::Logs], found.end_to_end[&Signal::Traces]);
        assert_eq!((logs.count, traces.count, found.end_to_end_of_all.count), (110, 10, 120));
        assert!(logs.p50.unwrap() >= 1_000.0 && logs.max.unwrap() < 30_000.0, "{logs:?}");
        assert!(traces.p50.unwrap() >= 60_000.0 && traces.max == found.end_to_end_of_all.max, "{traces:?}");

        let other_run = RunId(Uuid::from_u128(8));
        assert_eq!(ledger(&sinks, address, "a:test.1", other_run).await, SinkLedger::default());
        stop.stop().await;
    });
    served.unwrap();
}
