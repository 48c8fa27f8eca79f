//! Understands answers (RFC 9112): from the bytes read so far to a status, a few headers and a body.

use httparse::{EMPTY_HEADER, Header, Status};

use super::connection::Trouble;

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    /// None when it is over the limit, cut short or nonsense.
    pub(super) body: Option<Vec<u8>>,
    /// Whether another request may follow on the connection.
    pub(super) keeps_alive: bool,
}

/// What the bytes amount to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// A whole answer, or as much of it as counts.
    Answer { response: Response, length: usize },
    /// One of 1xx, which another answer follows.
    Interim { length: usize },
    /// Not yet an answer.
    More,
}

/// How far a body goes.
enum Body {
    Whole { bytes: Vec<u8>, length: usize },
    More,
    Broken,
}

/// Reads an answer from what came so far; nothing more comes when `is_over`.
pub(super) fn parse(bytes: &[u8], is_over: bool, body_limit: usize) -> Result<Parsed, Trouble> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let head = match answer.parse(bytes) {
        Ok(Status::Complete(head)) => head,
        Ok(Status::Partial) if bytes.len() > LONGEST_HEAD => return Err(Trouble::Protocol),
        Ok(Status::Partial) => return Ok(Parsed::More),
        Err(_) => return Err(Trouble::Protocol),
    };
    let (Some(status), Some(version)) = (answer.code, answer.version) else { return Err(Trouble::Protocol) };
    if (100..200).contains(&status) && status != SWITCHING_PROTOCOLS {
        return Ok(Parsed::Interim { length: head });
    }
    let headers: &[Header<'_>] = answer.headers;
    let keeps_alive = if version == 0 {
        has_token(headers, "connection", "keep-alive")
    } else {
        !has_token(headers, "connection", "close")
    };
    let rest = &bytes[head..];
    let (body, length, ends_connection) = match body(status, headers, rest, is_over, body_limit) {
        Body::Whole { bytes, length } => (Some(bytes), length, false),
        Body::More if !is_over && rest.len() <= body_limit => return Ok(Parsed::More),
        Body::More | Body::Broken => (None, rest.len(), true),
    };
    let until_the_end = is_over || status == SWITCHING_PROTOCOLS;
    let response = Response {
        status,
        content_type: value(headers, "content-type"),
        retry_after: value(headers, "retry-after"),
        body,
        keeps_alive: keeps_alive && !ends_connection && !until_the_end,
    };
    Ok(Parsed::Answer { response, length: head + length })
}

fn body(status: u16, headers: &[Header<'_>], rest: &[u8], is_over: bool, limit: usize) -> Body {
    if matches!(status, 204 | 304) {
        return Body::Whole { bytes: Vec::new(), length: 0 };
    }
    if value(headers, "transfer-encoding").is_some() {
        return if has_token(headers, "transfer-encoding", "chunked") { chunked(rest) } else { Body::Broken };
    }
    match value(headers, "content-length").map(|length| length.trim().parse::<usize>()) {
        Some(Ok(length)) if length > limit => Body::Broken,
        Some(Ok(length)) => {
            rest.get(..length).map_or(Body::More, |bytes| Body::Whole { bytes: bytes.to_vec(), length })
        }
        Some(Err(_)) => Body::Broken,
        None if is_over => Body::Whole { bytes: rest.to_vec(), length: rest.len() },
        None => Body::More,
    }
}

/// Puts chunks together; what follows the last one is read and left aside.
fn chunked(mut rest: &[u8]) -> Body {
    let all = rest.len();
    let mut bytes = Vec::new();
    loop {
        let (start, size) = match httparse::parse_chunk_size(rest) {
            Ok(Status::Complete((start, size))) => (start, usize::try_from(size).unwrap_or(usize::MAX)),
            Ok(Status::Partial) => return Body::More,
            Err(_) => return Body::Broken,
        };
        rest = &rest[start..];
        if size == 0 {
            let mut trailers = [EMPTY_HEADER; MOST_HEADERS];
            return match httparse::parse_headers(rest, &mut trailers) {
                Ok(Status::Complete((end, _))) => Body::Whole { bytes, length: all - rest.len() + end },
                Ok(Status::Partial) => Body::More,
                Err(_) => Body::Broken,
            };
        }
        let Some((chunk, after)) = rest.split_at_checked(size) else { return Body::More };
        bytes.extend_from_slice(chunk);
        match after {
            [b'\r', b'\n', after @ ..] => rest = after,
            [] | [b'\r'] => return Body::More,
            _ => return Body::Broken,
        }
    }
}

fn value(headers: &[Header<'_>], name: &str) -> Option<String> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(header.value).ok().map(str::to_owned)
}

/// Whether a header that lists words has that one.
fn has_token(headers: &[Header<'_>], name: &str, token: &str) -> bool {
    let named = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    named
        .filter_map(|header| std::str::from_utf8(header.value).ok())
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case(token))
}

const MOST_HEADERS: usize = 100;
const LONGEST_HEAD: usize = 64 * 1024;
const SWITCHING_PROTOCOLS: u16 = 101;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(text: &str, is_over: bool) -> Option<(u16, Option<String>, bool)> {
        match parse(text.as_bytes(), is_over, 64) {
            Ok(Parsed::Answer { response: Response { status, body, keeps_alive, .. }, length }) => {
                assert!(length <= text.len());
                Some((status, body.map(|body| String::from_utf8(body).unwrap()), keeps_alive))
            }
            Ok(Parsed::More | Parsed::Interim { .. }) => None,
            Err(trouble) => panic!("{trouble:?}"),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "beside answers without a body")]
    fn text(body: &str) -> Option<String> {
        Some(body.to_owned())
    }

    #[test]
    fn a_body_has_the_length_that_the_head_gives_it() {
        assert_eq!(
            answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", false),
            Some((200, text("{}"), true))
        );
        assert_eq!(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", false), None);
        assert_eq!(answer("HTTP/1.1 204 No Content\r\n\r\n", false), Some((204, text(""), true)));
        let chunks =
            "HTTP/1.1 503 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nt: v\r\n\r\n";
        assert_eq!(answer(chunks, false), Some((503, text("abc"), true)));
        for end in 60..chunks.len() {
            assert_eq!(answer(chunks.get(..end).unwrap(), false), None, "{end}");
        }
        assert_eq!(answer("HTTP/1.1 200 OK\r\n\r\nall", false), None);
        assert_eq!(answer("HTTP/1.1 200 OK\r\n\r\nall", true), Some((200, text("all"), false)));
    }

    #[test]
    fn a_connection_is_kept_as_the_version_and_the_header_say() {
        let keeps = |head: &str| answer(&format!("{head}\r\ncontent-length: 0\r\n\r\n"), false).unwrap().2;
        assert!(keeps("HTTP/1.1 200 OK"));
        assert!(!keeps("HTTP/1.1 200 OK\r\nConnection: Close"));
        assert!(!keeps("HTTP/1.0 200 OK"));
        assert!(keeps("HTTP/1.0 200 OK\r\nconnection: keep-alive"));
    }

    #[test]
    fn a_status_counts_whatever_becomes_of_the_body() {
        assert_eq!(answer("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n", false), Some((200, None, false)));
        assert_eq!(answer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", true), Some((200, None, false)));
        assert_eq!(answer("HTTP/1.1 429 X\r\ncontent-length: x\r\n\r\n", false), Some((429, None, false)));
        let broken = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
        assert_eq!(answer(broken, false), Some((200, None, false)));
    }

    #[test]
    fn what_comes_before_an_answer_is_passed_over_and_nonsense_is_none() {
        let interim = parse(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1", false, 64);
        assert!(matches!(interim, Ok(Parsed::Interim { length: 25 })));
        assert!(matches!(parse(b"SSH-2.0-x\r\n", false, 64), Err(Trouble::Protocol)));
    }

    proptest! {
        #[test]
        fn nothing_that_comes_over_the_wire_breaks_it(bytes: Vec<u8>, is_over: bool) {
            parse(&bytes, is_over, 64).ok();
            let headed = [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".as_slice(), &bytes].concat();
            if let Ok(Parsed::Answer { length, .. }) = parse(&headed, is_over, 64) {
                prop_assert!(length <= headed.len());
            }
        }
    }
}
