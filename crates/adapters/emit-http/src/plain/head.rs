//! Request line and headers as they go over the wire.

use std::fmt;
use std::io::Write as _;

use moniflux_domain::signal::Share;

use crate::request::Template;

/// What the heads of one signal's requests have in common, laid out once.
pub(crate) struct Head {
    /// All lines but those that differ by batch.
    common: Vec<u8>,
    names_share: bool,
}

impl Head {
    /// The head of the template's requests.
    pub(crate) fn of(template: &Template) -> Self {
        let url = template.url();
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        let host = url.host_str().unwrap_or_default();
        // A port that the scheme implies is none of the URL's, and is left out here as well (RFC 9110, 7.2).
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let path = url.path();
        let mut common = format!("POST {path}{query} HTTP/1.1\r\nhost: {host}{port}\r\n").into_bytes();
        for (name, value) in template.headers() {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                common.extend_from_slice(part);
            }
        }
        Self { common, names_share: template.names_share() }
    }

    /// The head of a request whose body has `length` bytes.
    pub(crate) fn of_batch(&self, share: Share, length: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(self.common.len() + ROOM);
        head.extend_from_slice(&self.common);
        // Writing to a vector does not fail.
        if self.names_share {
            write!(head, "{}: {}\r\n", Template::SHARE, share).ok();
        }
        write!(head, "content-length: {length}\r\n\r\n").ok();
        head
    }
}

impl fmt::Debug for Head {
    /// Without the lines, which may hold a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("length", &self.common.len()).finish_non_exhaustive()
    }
}

/// For the lines that differ by batch.
const ROOM: usize = 80;

#[cfg(test)]
mod tests {
    use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
    use moniflux_domain::secret::Secret;
    use moniflux_domain::signal::Signal;

    use super::*;

    fn head(kind: DestinationKind, endpoint: &str) -> Head {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let api_key = Some(Secret::new("schlüssel"));
        let destination =
            Destination { name: None, kind, endpoint, port: None, api_key, compression: Compression::None };
        Head::of(&Template::new(&destination, Signal::Logs).unwrap())
    }

    fn text(kind: DestinationKind, endpoint: &str) -> String {
        String::from_utf8(head(kind, endpoint).of_batch(Share::new(3, 4).unwrap(), 1234)).unwrap()
    }

    #[test]
    fn a_head_is_whole_and_ends_with_the_length() {
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!(
            "POST /in?x=1 HTTP/1.1\r\nhost: h:8080\r\nuser-agent: MoniFlux/{version}\r\naccept: */*\r\n\
             authorization: Bearer schlüssel\r\ncontent-type: application/json\r\nx-moniflux-signal: logs\r\n\
             x-moniflux-share: 3/4\r\ncontent-length: 1234\r\n\r\n"
        );
        assert_eq!(text(DestinationKind::Http, "http://h:8080/in?x=1"), expected);
    }

    #[test]
    fn the_host_has_a_port_unless_it_is_implied_and_brackets_if_it_needs_them() {
        let host = |endpoint| {
            let head = text(DestinationKind::OtlpHttp, endpoint);
            head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
        };
        assert_eq!(host("http://example.com:80/"), "example.com");
        assert_eq!(host("http://EXAMPLE.com:4318"), "example.com:4318");
        assert_eq!(host("http://[::1]:4318"), "[::1]:4318");
        assert_eq!(host("http://[::1]"), "[::1]");
    }

    #[test]
    fn path_and_query_are_percent_encoded_and_a_fragment_stays_here() {
        let head = text(DestinationKind::OtlpHttp, "http://h/a b/ü/?q=x y&z=ü#part");
        assert!(head.starts_with("POST /a%20b/%C3%BC/v1/logs?q=x%20y&z=%C3%BC HTTP/1.1\r\n"), "{head}");
    }

    #[test]
    fn the_key_does_not_print() {
        assert!(!format!("{:?}", head(DestinationKind::Http, "http://h")).contains("schl"));
    }
}
