//! As much of an HTTP/1.1 request's head as a sink that only counts must know.

/// A request's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes until the body.
    pub(crate) bytes: usize,
    /// Bytes of the body.
    pub(crate) body: u64,
    /// It asks for the counts; any other request is counted.
    pub(crate) asks: bool,
}

impl Head {
    /// The head that these bytes begin with; none until it is there as a whole. A head without a length has no body.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = &bytes[..end];
        let length = head.split(|byte| *byte == b'\n').find_map(content_length).unwrap_or(0);
        Some(Self { bytes: end + 4, body: length, asks: head.starts_with(b"GET /counts ") })
    }
}

fn content_length(line: &[u8]) -> Option<u64> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if !name.eq_ignore_ascii_case(b"content-length") {
        return None;
    }
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_parsed_once_it_is_whole() {
        let request = b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-LENGTH:  12 \r\nA: b\r\n\r\nbody";
        let head = request.len() - 4;
        assert_eq!(Head::parse(request), Some(Head { bytes: head, body: 12, asks: false }));
        assert_eq!(Head::parse(&request[..head - 1]), None);
    }

    #[test]
    fn the_counts_are_asked_for_by_a_get() {
        let head = Head::parse(b"GET /counts HTTP/1.1\r\n\r\n").unwrap();
        assert!(head.asks && head.body == 0);
        assert!(!Head::parse(b"POST /counts HTTP/1.1\r\n\r\n").unwrap().asks);
    }
}
