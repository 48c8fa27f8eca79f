//! One connection: opened, written to, read from.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::time::Duration;

use moniflux_domain::answer::Kind;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::response::{Parsed, Response, parse};

/// An open connection that carries one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    opened: Instant,
    used: Instant,
    /// What was read and not yet understood.
    unread: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The name has no address.
    Dns,
    /// No address takes a connection.
    Connect,
    /// The connection ended before the answer.
    Reset,
    /// There was no status in time.
    Timeout,
    /// The answer is not HTTP.
    Protocol,
}

impl Trouble {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Dns => Kind::Dns,
            Self::Connect => Kind::Connect,
            Self::Reset => Kind::Reset,
            Self::Timeout => Kind::Timeout,
            Self::Protocol => Kind::Protocol,
        }
    }
}

impl Connection {
    /// Connects to the host of a URL; a name is looked up each time, so that what changes behind it is noticed.
    pub(super) async fn open(url: &Url) -> Result<Self, Trouble> {
        let port = url.port_or_known_default().unwrap_or(80);
        let addresses: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
            Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
            Some(Host::Domain(name)) => {
                lookup_host((name, port)).await.map_err(|_unknown| Trouble::Dns)?.collect()
            }
            None => return Err(Trouble::Dns),
        };
        for address in addresses {
            if let Ok(stream) = TcpStream::connect(address).await {
                // Without it small requests wait for the acknowledgement of earlier ones; they get through all the same.
                stream.set_nodelay(true).ok();
                let now = now();
                return Ok(Self { stream, opened: now, used: now, unread: Vec::with_capacity(READ_AT_ONCE) });
            }
        }
        Err(Trouble::Connect)
    }

    /// Whether a request may be sent on it: not too old, not idle for too long, and not closed by the receiver.
    pub(super) fn is_usable(&self, idle_timeout: Duration, max_age: Option<Duration>) -> bool {
        let now = now();
        let is_fresh = now.saturating_duration_since(self.used) < idle_timeout;
        let is_young = max_age.is_none_or(|age| now.saturating_duration_since(self.opened) < age);
        is_fresh && is_young && self.is_silent()
    }

    /// Asks the kernel, since the event loop may not have looked yet. Data without a request is as bad as an end.
    fn is_silent(&self) -> bool {
        matches!(self.peek(), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Whether an answer, or the end, is there. When it is not, the event loop looks out for it again.
    fn is_answered(&self) -> bool {
        let peeked = self.stream.try_io(Interest::READABLE, || self.peek());
        !matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    fn peek(&self) -> io::Result<usize> {
        SockRef::from(&self.stream).peek(&mut [MaybeUninit::uninit(); 1])
    }

    /// Sends a request and reads its answer. A status that came in time counts, whatever becomes of the rest.
    pub(super) async fn exchange(
        &mut self,
        head: &[u8],
        body: &[u8],
        answer_limit: usize,
        deadline: Instant,
    ) -> Result<Response, Trouble> {
        self.unread.clear();
        let written =
            timeout_at(deadline, self.write(head, body)).await.map_err(|_elapsed| Trouble::Timeout)?;
        let mut response =
            self.read(answer_limit, deadline).await.map_err(|trouble| match (trouble, written) {
                // What could not be written ended the connection, and no answer was left on it.
                (Trouble::Connect | Trouble::Dns | Trouble::Reset, Sent::Part) => Trouble::Reset,
                (trouble, Sent::Whole | Sent::Part) => trouble,
            })?;
        response.keeps_alive &= written == Sent::Whole && self.unread.is_empty();
        self.used = now();
        Ok(response)
    }

    /// Writes until all is written, until the receiver answers before that, or until the connection ends.
    async fn write(&self, head: &[u8], body: &[u8]) -> Sent {
        let mut written = 0;
        loop {
            let slices = if written < head.len() {
                [IoSlice::new(&head[written..]), IoSlice::new(body)]
            } else {
                [IoSlice::new(&body[written - head.len()..]), IoSlice::new(&[])]
            };
            match self.stream.try_write_vectored(&slices) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let ready = self.stream.ready(Interest::READABLE | Interest::WRITABLE).await;
                    match ready {
                        Ok(ready) if ready.is_readable() && self.is_answered() => return Sent::Part,
                        Ok(_) => {}
                        Err(_) => return Sent::Part,
                    }
                }
                Err(_) => return Sent::Part,
            }
            if written == head.len() + body.len() {
                return Sent::Whole;
            }
        }
    }

    async fn read(&mut self, answer_limit: usize, deadline: Instant) -> Result<Response, Trouble> {
        loop {
            let filled = timeout_at(deadline, self.fill()).await;
            let is_late = filled.is_err();
            let is_over = filled.unwrap_or(Ok(true))?;
            match parse(&self.unread, is_over, answer_limit)? {
                Parsed::Answer { response, length } => {
                    self.unread.drain(..length);
                    return Ok(response);
                }
                Parsed::Interim { length } => {
                    self.unread.drain(..length);
                }
                Parsed::More if is_late => return Err(Trouble::Timeout),
                Parsed::More if is_over => return Err(Trouble::Reset),
                Parsed::More => {}
            }
        }
    }

    /// Reads what there is, at least one byte; answers whether the connection is over.
    async fn fill(&mut self) -> Result<bool, Trouble> {
        let before = self.unread.len();
        loop {
            self.unread.resize(before + READ_AT_ONCE, 0);
            let read = self.stream.try_read(&mut self.unread[before..]);
            self.unread.truncate(before + read.as_ref().copied().unwrap_or(0));
            match read {
                Ok(bytes) => return Ok(bytes == 0),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.stream.readable().await.map_err(|_broken| Trouble::Reset)?;
                }
                // What was read before may be an answer that needs no more.
                Err(_) if before > 0 => return Ok(true),
                Err(_) => return Err(Trouble::Reset),
            }
        }
    }
}

/// How much of a request was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Whole,
    Part,
}

#[expect(clippy::disallowed_methods, reason = "how old a connection is concerns nobody else")]
pub(super) fn now() -> Instant {
    Instant::now()
}

const READ_AT_ONCE: usize = 4 * 1024;
