//! One connection: a request goes out, its answer comes in, both at the same time if need be.
//!
//! A server may answer before it has read the body, and close. So the answer is listened for while the body is written,
//! and a connection that takes no more bytes is read to its end: only then is it known that there is no answer.

use std::future::poll_fn;
use std::io::{self, IoSlice, Read as _};
use std::task::Poll;

use bytes::BytesMut;
use moniflux_domain::answer::Kind;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::error;

use super::answer_reader::AnswerReader;

/// An open connection without a request, or with one.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    inbox: BytesMut,
}

impl Connection {
    /// A connection that was just made.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, inbox: BytesMut::new() }
    }

    /// Whether a request may go out: nothing came in since the last answer, not even the end.
    ///
    /// The kernel is asked, since the runtime may not have looked yet. What it says also settles the runtime's own
    /// notion, which spares a vain read after the request.
    pub(crate) fn is_quiet(&self) -> bool {
        let mut asked = false;
        let mut found = self.stream.try_io(Interest::READABLE, || {
            asked = true;
            self.look()
        });
        if !asked {
            found = self.look();
        }
        found.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads from the socket itself. What is read is lost: the connection is not used again then.
    fn look(&self) -> io::Result<usize> {
        let socket = SockRef::from(&self.stream);
        (&*socket).read(&mut [0])
    }

    /// Writes the request and reads its answer. Says whether another request may follow.
    ///
    /// # Errors
    /// The answer did not come in whole; `answer` may hold its status.
    pub(crate) async fn exchange(
        &mut self,
        outgoing: &mut Outgoing<'_>,
        answer: &mut AnswerReader,
    ) -> Result<bool, Kind> {
        let mut writes = true;
        loop {
            if writes {
                // What stands in the way of writing is told by the answer, or else by reading.
                writes = self.write(outgoing).is_ok() && !outgoing.is_over();
            }
            if !answer.is_over() {
                self.read(answer)?;
            }
            if answer.is_over() {
                // A refusal ends the request. After a success the rest of the batch is still owed.
                if !(writes && answer.is_success()) {
                    return Ok(outgoing.is_over() && answer.may_continue() && self.inbox.is_empty());
                }
            }
            self.ready(writes, !answer.is_over()).await?;
        }
    }

    /// Writes until all is written or the socket takes no more.
    fn write(&self, outgoing: &mut Outgoing<'_>) -> io::Result<()> {
        while !outgoing.is_over() {
            match self.stream.try_write_vectored(&outgoing.rest()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => outgoing.sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads until the answer is over or nothing more is there.
    fn read(&mut self, answer: &mut AnswerReader) -> Result<(), Kind> {
        while !answer.is_over() {
            self.inbox.reserve(READ);
            match self.stream.try_read_buf(&mut self.inbox) {
                Ok(0) => answer.end()?,
                Ok(_) => answer.take(&mut self.inbox)?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(kind(&error)),
            }
        }
        Ok(())
    }

    async fn ready(&self, writes: bool, reads: bool) -> Result<(), Kind> {
        let ready = poll_fn(|cx| {
            if writes && let Poll::Ready(ready) = self.stream.poll_write_ready(cx) {
                return Poll::Ready(ready);
            }
            if reads { self.stream.poll_read_ready(cx) } else { Poll::Pending }
        });
        ready.await.map_err(|error| kind(&error))
    }
}

/// A request on its way out.
#[derive(Debug)]
pub(crate) struct Outgoing<'a> {
    head: &'a [u8],
    body: &'a [u8],
    sent: usize,
}

impl<'a> Outgoing<'a> {
    /// A request of which nothing has left.
    pub(crate) fn new(head: &'a [u8], body: &'a [u8]) -> Self {
        Self { head, body, sent: 0 }
    }

    /// How many bytes of the body have left.
    pub(crate) fn sent_of_body(&self) -> u64 {
        self.sent.saturating_sub(self.head.len()) as u64
    }

    fn is_over(&self) -> bool {
        self.sent >= self.head.len() + self.body.len()
    }

    fn rest(&self) -> [IoSlice<'a>; 2] {
        let head = self.head.get(self.sent..).unwrap_or_default();
        let body = self.body.get(self.sent.saturating_sub(self.head.len())..).unwrap_or_default();
        [IoSlice::new(head), IoSlice::new(body)]
    }
}

/// What an error of a connection that once stood amounts to.
fn kind(error: &io::Error) -> Kind {
    error::kind_of_io(error, Kind::Reset)
}

/// Room for an answer as receivers usually give it, in one read.
const READ: usize = 2 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_goes_on_where_it_stopped_and_counts_its_body_only() {
        let mut outgoing = Outgoing::new(b"head", b"body");
        let mut seen = Vec::new();
        while !outgoing.is_over() {
            assert_eq!(outgoing.sent_of_body(), outgoing.sent.saturating_sub(4) as u64);
            let rest = outgoing.rest().map(|part| part.to_vec()).concat();
            assert_eq!(rest.len(), 8 - outgoing.sent);
            seen.extend_from_slice(&rest[..1]);
            outgoing.sent += 1;
        }
        assert_eq!((seen.as_slice(), outgoing.sent_of_body()), (&b"headbody"[..], 4));
    }
}
