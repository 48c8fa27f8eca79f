//! Answers good and bad, each read whole and in pieces of several sizes.

use moniflux_domain::answer::Kind;

use super::*;

const LIMIT: usize = 100;

/// Reads an answer that comes in pieces of that size, and then ends. Answers what was heard, whether the connection may
/// continue, and what is left.
fn read_in_pieces(bytes: &[u8], size: usize) -> (Result<Option<Heard>, Kind>, bool, Vec<u8>) {
    let mut answer = AnswerReader::new(LIMIT);
    let mut inbox = BytesMut::new();
    for piece in bytes.chunks(size) {
        inbox.extend_from_slice(piece);
        if !answer.is_over()
            && let Err(kind) = answer.take(&mut inbox)
        {
            return (answer.heard.map_or(Err(kind), |heard| Ok(Some(heard))), false, inbox.to_vec());
        }
    }
    let ended = if answer.is_over() { Ok(()) } else { answer.end() };
    let may_continue = answer.may_continue();
    let outcome = match (answer.into_heard(), ended) {
        (None, Err(kind)) => Err(kind),
        (heard, _) => Ok(heard),
    };
    (outcome, may_continue, inbox.to_vec())
}

/// The same, whatever the pieces: status, body, and whether the connection may continue.
fn read(text: &str) -> Result<(u16, Option<&'static str>, bool), Kind> {
    let (outcome, may_continue, _) = read_in_pieces(text.as_bytes(), text.len());
    for size in [1, 2, 3, 7] {
        let pieces = read_in_pieces(text.as_bytes(), size);
        assert_eq!((&pieces.0, pieces.1), (&outcome, may_continue), "{text:?} in pieces of {size}");
    }
    let heard = outcome?.unwrap();
    Ok((heard.status, heard.body.map(|body| &*String::from_utf8(body).unwrap().leak()), may_continue))
}

#[test]
fn a_body_ends_where_its_length_its_chunks_or_the_connection_say() {
    let read = |head: &str, rest: &str| read(&format!("HTTP/1.1 200 OK\r\n{head}\r\n{rest}"));
    assert_eq!(read("Content-Length: 3\r\n", "abc"), Ok((200, Some("abc"), true)));
    assert_eq!(read("Content-Length: 0\r\n", ""), Ok((200, Some(""), true)));
    let chunks = "2;x=y\r\nab\r\n1\r\nc\r\n0\r\ntrailer: x\r\n\r\n";
    assert_eq!(read("Transfer-Encoding: Chunked\r\n", chunks), Ok((200, Some("abc"), true)));
    assert_eq!(read("transfer-encoding: gzip\r\n", "abc"), Ok((200, Some("abc"), false)));
    assert_eq!(read("", "abc"), Ok((200, Some("abc"), false)));
}

#[test]
fn a_connection_continues_unless_an_answer_or_its_age_says_otherwise() {
    let continues = |start: &str, more: &str| {
        read(&format!("{start} 200 OK\r\ncontent-length: 1\r\n{more}\r\nx")).unwrap().2
    };
    assert!(continues("HTTP/1.1", ""));
    assert!(!continues("HTTP/1.1", "Connection: foo, Close\r\n"));
    assert!(!continues("HTTP/1.0", ""));
    assert!(continues("HTTP/1.0", "connection: Keep-Alive\r\n"));
}

#[test]
fn an_answer_framed_twice_is_read_and_ends_the_connection() {
    let text =
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    assert_eq!(read(text), Ok((200, Some("a"), false)));
}

#[test]
fn interim_answers_are_skipped_and_some_answers_have_no_body() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n";
    let text = format!("{interim}HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\nno");
    assert_eq!(read(&text), Ok((503, Some("no"), true)));
    for status in [204, 304] {
        let text = format!("HTTP/1.1 {status} Any\r\ncontent-length: 7\r\n\r\n");
        assert_eq!(read(&text), Ok((status, Some(""), true)));
    }
    assert_eq!(read("HTTP/1.1 101 Switching\r\n\r\n"), Ok((101, Some(""), false)));
}

#[test]
fn a_status_counts_whatever_becomes_of_the_body() {
    for rest in ["content-length: 3\r\n\r\nab", "transfer-encoding: chunked\r\n\r\nxyz\r\n"] {
        assert_eq!(read(&format!("HTTP/1.1 200 OK\r\n{rest}")), Ok((200, None, false)), "{rest}");
    }
    let bad_end = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n";
    assert_eq!(read(bad_end), Ok((200, None, false)));
}

#[test]
fn a_body_over_the_limit_is_given_up() {
    let (at, over) = ("x".repeat(LIMIT), "x".repeat(LIMIT + 1));
    let fixed =
        |text: &str| read(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len()));
    assert_eq!(fixed(&at), Ok((200, Some(at.as_str()), true)));
    assert_eq!(fixed(&over), Ok((200, None, false)));
    assert_eq!(read(&format!("HTTP/1.1 200 OK\r\n\r\n{over}")), Ok((200, None, false)));
}

#[test]
fn what_is_no_answer_is_protocol_and_what_stops_before_its_status_is_reset() {
    for text in [
        "220 mail.example.com ESMTP\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ] {
        assert_eq!(read(text), Err(Kind::Protocol), "{text:?}");
    }
    for text in ["H", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 100 Continue\r\n\r\n"] {
        assert_eq!(read(text), Err(Kind::Reset), "{text:?}");
    }
}

#[test]
fn a_head_without_end_is_not_read_for_ever() {
    let long = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(MAX_HEAD));
    assert_eq!(read_in_pieces(long.as_bytes(), 4096).0, Err(Kind::Protocol));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(MAX_HEADERS + 1));
    assert_eq!(read_in_pieces(many.as_bytes(), many.len()).0, Err(Kind::Protocol));
}

#[test]
fn what_follows_an_answer_is_left() {
    let text = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1";
    assert_eq!(read_in_pieces(text, text.len()).2, b"HTTP/1.1");
}
