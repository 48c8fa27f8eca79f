//! Reads an answer, HTTP/1.1 or 1.0, from bytes as they come in (RFC 9112). Touches no socket.

use std::mem::MaybeUninit;
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use httparse::{Header, ParserConfig, Status};
use moniflux_domain::answer::Kind;

use crate::answer::Heard;
use crate::codec::Format;
use crate::retry_after::retry_after;

use super::body_reader::{BodyReader, Framing};

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct AnswerReader {
    limit: usize,
    heard: Option<Heard>,
    body: Option<BodyReader>,
    may_continue: bool,
    is_over: bool,
}

impl AnswerReader {
    /// An answer of which nothing was read; its body is, up to `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, heard: None, body: None, may_continue: false, is_over: false }
    }

    /// Takes from what came in what belongs to the answer.
    ///
    /// # Errors
    /// It is no answer of the protocol.
    pub(crate) fn take(&mut self, inbox: &mut BytesMut) -> Result<(), Kind> {
        while self.body.is_none() {
            let Some(head) = Self::head(inbox)? else { return Ok(()) };
            inbox.advance(head.length);
            // An interim answer says that another one follows; nothing of ours depends on it.
            if head.is_final() {
                self.may_continue = head.may_continue;
                let Head { status, format, retry_after, .. } = head;
                self.heard = Some(Heard { status, format, retry_after, body: None });
                self.body = Some(BodyReader::new(head.framing, self.limit));
            }
        }
        if let Some(body) = &mut self.body {
            self.is_over = body.take(inbox)?;
        }
        self.keep_body();
        Ok(())
    }

    /// Takes note that nothing more comes.
    ///
    /// # Errors
    /// The answer was cut short.
    pub(crate) fn end(&mut self) -> Result<(), Kind> {
        self.may_continue = false;
        self.is_over = self.body.as_mut().is_some_and(BodyReader::end);
        self.keep_body();
        if self.is_over { Ok(()) } else { Err(Kind::Reset) }
    }

    /// Whether all of the answer that is wanted was read.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether the status says that the batch was taken over.
    pub(crate) fn is_success(&self) -> bool {
        self.heard.as_ref().is_some_and(Heard::is_success)
    }

    /// Whether the connection may carry another request.
    pub(crate) fn may_continue(&self) -> bool {
        self.may_continue
    }

    /// What was heard, once the status was.
    pub(crate) fn into_heard(self) -> Option<Heard> {
        self.heard
    }

    fn keep_body(&mut self) {
        if !self.is_over {
            return;
        }
        let body = self.body.as_mut().and_then(BodyReader::whole);
        self.may_continue &= body.is_some();
        if let Some(heard) = &mut self.heard {
            heard.body = body;
        }
    }

    /// The head at the beginning of what came in, if it is there to its end.
    fn head(inbox: &[u8]) -> Result<Option<Head>, Kind> {
        let mut room = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut []);
        let parsed =
            ParserConfig::default().parse_response_with_uninit_headers(&mut response, inbox, &mut room);
        match parsed.map_err(|_garbage| Kind::Protocol)? {
            Status::Complete(length) => {
                let is_old = response.version == Some(0);
                let status = response.code.ok_or(Kind::Protocol)?;
                Head::new(length, status, is_old, response.headers).map(Some)
            }
            Status::Partial if inbox.len() > MAX_HEAD => Err(Kind::Protocol),
            Status::Partial => Ok(None),
        }
    }
}

/// What a head says.
struct Head {
    /// How many bytes it takes.
    length: usize,
    status: u16,
    format: Format,
    retry_after: Option<Duration>,
    framing: Framing,
    may_continue: bool,
}

impl Head {
    fn new(length: usize, status: u16, is_old: bool, headers: &[Header<'_>]) -> Result<Self, Kind> {
        let mut format = Format::default();
        let mut wait = None;
        let mut declared: Option<u64> = None;
        let mut coding: Option<&[u8]> = None;
        let (mut closes, mut keeps) = (false, !is_old);
        for Header { name, value } in headers {
            if name.eq_ignore_ascii_case("content-length") {
                let length = std::str::from_utf8(value).ok().and_then(decimal).ok_or(Kind::Protocol)?;
                if declared.replace(length).is_some_and(|other| other != length) {
                    return Err(Kind::Protocol);
                }
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                coding = tokens(value).last();
            } else if name.eq_ignore_ascii_case("connection") {
                closes |= tokens(value).any(|token| token.eq_ignore_ascii_case(b"close"));
                keeps |= tokens(value).any(|token| token.eq_ignore_ascii_case(b"keep-alive"));
            } else if name.eq_ignore_ascii_case("content-type") {
                format = std::str::from_utf8(value).map_or(Format::default(), Format::of);
            } else if name.eq_ignore_ascii_case("retry-after") {
                wait = retry_after(status, value);
            }
        }
        let framing = match (status, coding, declared) {
            (101 | 204 | 304, _, _) => Framing::Length(0),
            (_, Some(coding), _) if coding.eq_ignore_ascii_case(b"chunked") => Framing::Chunked,
            (_, None, Some(length)) => Framing::Length(length),
            (_, Some(_), _) | (_, None, None) => Framing::UntilClose,
        };
        // Two framings at once, or chunks from a server too old to know them, are a sign that the two sides do not
        // agree on where an answer ends (RFC 9112, 6.1).
        let is_doubtful = coding.is_some() && (declared.is_some() || is_old);
        let may_continue = keeps && !closes && !is_doubtful && status != 101;
        Ok(Self { length, status, format, retry_after: wait, framing, may_continue })
    }

    /// A change of protocol was not asked for: it is a failure, and what follows is no HTTP.
    fn is_final(&self) -> bool {
        self.status >= 200 || self.status == 101
    }
}

fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Digits only: `parse` alone would take a sign.
fn decimal(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Both as much as common clients take.
const MAX_HEADERS: usize = 100;
const MAX_HEAD: usize = 64 * 1024;

#[cfg(test)]
mod tests;
