//! Prints what a request costs the sending process, by this crate's emitter and by reqwest. To be run in release.
//!
//! `throughput [body KiB] [connections] [seconds a round] [none|gzip|zstd]`. Rounds alternate, and of each figure the
//! median is printed. The receiver is a process of its own, this program again, so that its CPU time is not ours.

#![expect(clippy::disallowed_methods, reason = "it measures")]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::signal::{Share, Signal};
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::{Batch, EmitterFactory};
use tokio::runtime::{Builder, Runtime};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == SERVE) {
        return serve();
    }
    let number = |place: usize, usual: usize| arguments.get(place).map_or(Ok(usual), |text| text.parse());
    let load = Load {
        body: body(number(0, 100)? * 1024),
        connections: u32::try_from(number(1, 4)?)?,
        time: Duration::from_secs(number(2, 5)? as u64),
        compression: arguments.get(3).and_then(|name| Compression::from_name(name)).unwrap_or_default(),
    };
    let (mut server, endpoint) = start_server()?;
    println!("bodies of {} bytes, {} connections", load.body.len(), load.connections);
    println!(
        "{:<10} {:>10} {:>12} {:>12} {:>13} {:>13} {:>20}",
        "by", "requests/s", "MB/s", "MB/CPU s", "user µs each", "kernel µs each", "M records/CPU s"
    );
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (mut emitter, mut reqwest, mut packing) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        emitter.push(measure(|| by_emitter(&runtime, &endpoint, &load))?);
        if load.compression == Compression::None {
            reqwest.push(measure(|| by_reqwest(&runtime, &endpoint, &load))?);
        } else {
            packing.push(measure(|| by_compressor(&load))?);
        }
    }
    print("emitter", &load, &emitter);
    print("reqwest", &load, &reqwest);
    print("compressor", &load, &packing);
    server.kill()?;
    server.wait()?;
    Ok(())
}

/// What is sent.
struct Load {
    body: Bytes,
    connections: u32,
    time: Duration,
    compression: Compression,
}

/// Text that packs about as well as logs do.
fn body(length: usize) -> Bytes {
    let lines = (0_u64..).flat_map(|line| {
        let number = line.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!(
            "{{\"seq\":{line},\"level\":\"info\",\"message\":\"request {number:x} took {} us\"}}\n",
            number % 9973
        )
        .into_bytes()
    });
    lines.take(length).collect()
}

/// What a round took, in seconds.
struct Round {
    requests: f64,
    wall: f64,
    user: f64,
    kernel: f64,
}

fn measure(send: impl FnOnce() -> Outcome<u64>) -> Outcome<Round> {
    let (began, (user, kernel)) = (Instant::now(), cpu_seconds()?);
    let requests = send()?;
    let (wall, (user_then, kernel_then)) = (began.elapsed().as_secs_f64(), cpu_seconds()?);
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let requests = requests as f64;
    Ok(Round { requests, wall, user: user_then - user, kernel: kernel_then - kernel })
}

fn print(name: &str, load: &Load, rounds: &[Round]) {
    let median = |figure: &dyn Fn(&Round) -> f64| {
        let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    };
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let length = load.body.len() as f64;
    let bytes_a_cpu_second = |round: &Round| round.requests * length / (round.user + round.kernel);
    let figures = [
        median(&|round| round.requests / round.wall),
        median(&|round| round.requests * length / round.wall / 1e6),
        median(&|round| bytes_a_cpu_second(round) / 1e6),
        median(&|round| round.user * 1e6 / round.requests),
        median(&|round| round.kernel * 1e6 / round.requests),
        median(&|round| bytes_a_cpu_second(round) / RECORD / 1e6),
    ];
    if let [Some(requests), Some(wall), Some(cpu), Some(user), Some(kernel), Some(records)] = figures {
        println!(
            "{name:<10} {requests:>10.0} {wall:>12.0} {cpu:>12.0} {user:>13.1} {kernel:>13.1} {records:>20.2}"
        );
    }
}

fn by_emitter(runtime: &Runtime, endpoint: &str, load: &Load) -> Outcome<u64> {
    let destination = Destination {
        name: None,
        kind: DestinationKind::OtlpHttp,
        endpoint: Endpoint::parse(endpoint)?,
        port: None,
        api_key: None,
        compression: load.compression,
    };
    let delivery = Delivery { connections: load.connections, ..Delivery::default() };
    let emitter = HttpEmitters::default().emitter(&destination, &delivery)?;
    let until = Instant::now() + load.time;
    let sends = (0..load.connections).map(|_| async {
        let mut requests = 0;
        while Instant::now() < until {
            let batch = Batch { signal: Signal::Logs, share: Share::WHOLE, body: load.body.clone() };
            let reply = emitter.send(batch).await;
            if reply.answer != Answer::Acked {
                return Err(format!("{reply:?}").into());
            }
            requests += 1;
        }
        Ok(requests)
    });
    sum(runtime.block_on(futures_util::future::join_all(sends)))
}

fn by_reqwest(runtime: &Runtime, endpoint: &str, load: &Load) -> Outcome<u64> {
    let client = reqwest::Client::builder().http1_only().no_proxy().tcp_nodelay(true);
    let client = client.tls_backend_preconfigured(no_tls()?).timeout(Duration::from_secs(10)).build()?;
    let until = Instant::now() + load.time;
    let sends = (0..load.connections).map(|_| async {
        let mut requests = 0;
        while Instant::now() < until {
            let response = client.post(endpoint).body(load.body.clone()).send().await?.error_for_status()?;
            response.bytes().await?;
            requests += 1;
        }
        Ok(requests)
    });
    sum(runtime.block_on(futures_util::future::join_all(sends)))
}

/// The compressor alone, with nothing sent.
fn by_compressor(load: &Load) -> Outcome<u64> {
    let until = Instant::now() + load.time;
    let mut zstd = zstd::bulk::Compressor::new(1)?;
    let mut deflate = flate2::Compress::new(flate2::Compression::fast(), false);
    let mut packed = Vec::with_capacity(load.body.len() * 2);
    let mut bodies = 0;
    while Instant::now() < until {
        packed.clear();
        if load.compression == Compression::Zstd {
            zstd.compress_to_buffer(&load.body[..], &mut packed)?;
        } else {
            deflate.reset();
            deflate.compress_vec(&load.body, &mut packed, flate2::FlushCompress::Finish)?;
        }
        bodies += 1;
    }
    Ok(bodies)
}

fn no_tls() -> Outcome<rustls::ClientConfig> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

fn sum(counts: Vec<Outcome<u64>>) -> Outcome<u64> {
    counts.into_iter().sum()
}

/// User and system time of this process, which the kernel counts in ticks of 10 ms.
fn cpu_seconds() -> Outcome<(f64, f64)> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(") ").ok_or("no process status")?;
    let mut ticks = fields.split(' ').skip(11).map(str::parse::<f64>);
    let mut next = || ticks.next().ok_or("a short process status");
    Ok((next()?? / 100.0, next()?? / 100.0))
}

fn start_server() -> Outcome<(Child, String)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg(SERVE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    Ok((child, format!("http://{}", address.trim())))
}

/// Takes every request with 200, by a thread for each connection.
fn serve() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    std::thread::scope(|threads| {
        for stream in listener.incoming() {
            let stream = stream?;
            threads.spawn(move || drop(swallow(stream)));
        }
        Ok(())
    })
}

fn swallow(mut stream: TcpStream) -> Outcome<()> {
    let mut room = vec![0; 256 * 1024];
    let mut filled = 0;
    loop {
        let end = loop {
            let came = room.get(..filled).unwrap_or_default();
            if let Some(end) = came.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            filled += more(&mut stream, room.get_mut(filled..).unwrap_or_default())?;
        };
        let head = String::from_utf8_lossy(room.get(..end).unwrap_or_default()).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.ok_or("no length")?.parse()?;
        let mut missing = length.saturating_sub(filled - end);
        while missing > 0 {
            missing = missing.saturating_sub(more(&mut stream, &mut room)?);
        }
        filled = 0;
        stream.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n",
        )?;
    }
}

fn more(stream: &mut TcpStream, room: &mut [u8]) -> Outcome<usize> {
    match stream.read(room)? {
        0 => Err("the connection ended".into()),
        read => Ok(read),
    }
}

const SERVE: &str = "--serve";
const ROUNDS: usize = 7;
/// Bytes of an OTLP log record with a message of 256 bytes.
const RECORD: f64 = 314.0;
