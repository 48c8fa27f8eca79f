//! `moniflux-bench count`: takes requests as cheaply as possible, and counts.
//!
//! A thread for each connection reads into one buffer and throws away what it read. Nothing is decoded. The threads end
//! with the process, which ends with its standard input or after a while.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::clock::Stopwatch;
use crate::counts::{ARRIVALS, Counts, INTRO, PARTS, WINDOW};
use crate::head::Head;

/// Where the sink listens, and for how long.
#[derive(Debug, Args)]
pub(crate) struct CountArgs {
    /// The port to listen on, on loopback; 0 for any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Minutes until it ends, if its standard input did not end before
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1_440))]
    minutes: u16,
    /// Seconds after the first request from which on nothing is read or answered any more
    #[arg(long)]
    stall_after: Option<u16>,
}

pub(crate) fn main(args: &CountArgs) -> Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{INTRO}{}", listener.local_addr()?)?;
    stdout.flush()?;

    let life = Duration::from_mins(args.minutes.into());
    let tally = Arc::new(Tally::lasting(life));
    let stall = args.stall_after.map(|seconds| Duration::from_secs(seconds.into()));
    thread::spawn(move || accept(&listener, &tally, stall));
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(io::copy(&mut io::stdin(), &mut io::sink()).ok()));
    // Both that the input ended and that the time is over are reasons to end.
    end.recv_timeout(life).ok();
    Ok(String::new())
}

fn accept(listener: &TcpListener, tally: &Arc<Tally>, stall: Option<Duration>) {
    for stream in listener.incoming().flatten() {
        let tally = Arc::clone(tally);
        // A connection that broke is over, and what came whole was counted.
        thread::spawn(move || serve(stream, &tally, stall).ok());
    }
}

/// Answers the requests of one connection until it ends, or stalls.
fn serve(mut stream: TcpStream, tally: &Tally, stall: Option<Duration>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; BUFFER];
    let mut filled = 0;
    loop {
        let Some(head) = Head::parse(&buffer[..filled]) else {
            let read = stream.read(&mut buffer[filled..])?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
            continue;
        };
        if head.asks {
            let counts = serde_json::to_string(&tally.counts())?;
            return write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{counts}");
        }
        if stall.is_some_and(|stall| tally.first.get().is_some_and(|first| first.elapsed() >= stall)) {
            thread::sleep(STALLED);
            return Ok(());
        }
        tally.began();
        let mut left = head.body;
        let mut came = filled - head.bytes;
        let surplus = came.saturating_sub(usize::try_from(left).unwrap_or(usize::MAX));
        came -= surplus;
        buffer.copy_within(filled - surplus..filled, 0);
        filled = surplus;
        loop {
            let before = head.body - left;
            left -= came as u64;
            tally.came(came as u64, parts(head.body - left, head.body) - parts(before, head.body));
            if left == 0 {
                break;
            }
            let room = BUFFER.min(usize::try_from(left).unwrap_or(BUFFER));
            came = stream.read(&mut buffer[..room])?;
            if came == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        tally.requests.fetch_add(1, Ordering::Relaxed);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}

/// What arrived, on all connections.
#[derive(Debug)]
struct Tally {
    first: OnceLock<Stopwatch>,
    requests: AtomicU64,
    bytes: AtomicU64,
    windows: Vec<AtomicU64>,
    arrivals: Mutex<Vec<u64>>,
}

impl Tally {
    fn lasting(life: Duration) -> Self {
        let windows = life.as_millis() / WINDOW.as_millis();
        Self {
            first: OnceLock::new(),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            windows: (0..windows).map(|_| AtomicU64::new(0)).collect(),
            arrivals: Mutex::new(Vec::with_capacity(ARRIVALS)),
        }
    }

    /// A request's head is there.
    fn began(&self) {
        let since = self.first.get_or_init(Stopwatch::start).elapsed();
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        if arrivals.len() < ARRIVALS {
            arrivals.push(u64::try_from(since.as_micros()).unwrap_or(u64::MAX));
        }
    }

    /// So many bytes of a body are there, which are such a part of it.
    fn came(&self, bytes: u64, parts: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let since = self.first.get_or_init(Stopwatch::start).elapsed();
        let window = usize::try_from(since.as_millis() / WINDOW.as_millis()).unwrap_or(usize::MAX);
        if let Some(window) = self.windows.get(window) {
            window.fetch_add(parts, Ordering::Relaxed);
        }
    }

    fn counts(&self) -> Counts {
        let mut windows: Vec<u64> =
            self.windows.iter().map(|window| window.load(Ordering::Relaxed)).collect();
        let used = windows.iter().rposition(|parts| *parts > 0).map_or(0, |last| last + 1);
        windows.truncate(used);
        Counts {
            requests: self.requests.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            windows,
            arrivals: self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

/// How much of a body so many bytes are.
fn parts(bytes: u64, body: u64) -> u64 {
    (bytes * PARTS).checked_div(body).unwrap_or(PARTS)
}

const BUFFER: usize = 256 * 1024;

/// Longer than a sender waits for an answer.
const STALLED: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_counted_however_they_are_cut() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let stream = listener.accept().unwrap().0;
        let tally = Arc::new(Tally::lasting(Duration::from_mins(1)));
        let counting = Arc::clone(&tally);
        let serving = thread::spawn(move || serve(stream, &counting, None));

        let mut sent = Vec::new();
        for body in [0, 5, 3 * BUFFER] {
            sent.extend(format!("POST / HTTP/1.1\r\ncontent-length: {body}\r\n\r\n").into_bytes());
            sent.extend(vec![b'x'; body]);
        }
        let (begin, end) = sent.split_at(60);
        sender.write_all(begin).unwrap();
        sender.write_all(end).unwrap();
        sender.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answers = String::new();
        sender.read_to_string(&mut answers).unwrap();
        serving.join().unwrap().unwrap();

        assert_eq!(answers.matches("200 OK").count(), 3);
        let counts = tally.counts();
        assert_eq!((counts.requests, counts.bytes), (3, 5 + 3 * BUFFER as u64));
        // The empty one has no part that came.
        assert_eq!(counts.windows.iter().sum::<u64>(), 2 * PARTS);
        assert_eq!(counts.arrivals.len(), 3);
    }
}
