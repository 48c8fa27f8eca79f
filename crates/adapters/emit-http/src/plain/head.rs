//! The head of a request: laid out once, but for the share and the length of the body.

use std::io::Write;

use moniflux_domain::signal::Share;
use url::Position;

use crate::request::{SHARE, Template};

/// Everything in front of a body that is the same for every batch of a signal.
#[derive(Clone)]
pub(super) struct Head {
    fixed: Vec<u8>,
    names_share: bool,
}

impl Head {
    pub(super) fn of(template: &Template) -> Self {
        let url = &template.url;
        let target = &url[Position::BeforePath..Position::AfterQuery];
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let mut fixed = format!("POST {target} HTTP/1.1\r\nhost: {host}\r\n").into_bytes();
        for (name, value) in &template.headers {
            fixed.extend_from_slice(name.as_str().as_bytes());
            fixed.extend_from_slice(b": ");
            fixed.extend_from_slice(value.as_bytes());
            fixed.extend_from_slice(b"\r\n");
        }
        Self { fixed, names_share: template.names_share }
    }

    /// Appends the head of a request with so long a body.
    pub(super) fn write(&self, share: Share, length: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.fixed);
        // Writing to a vector cannot fail.
        if self.names_share {
            write!(out, "{SHARE}: {}\r\n", share.index()).ok();
        }
        write!(out, "content-length: {length}\r\n\r\n").ok();
    }
}

impl std::fmt::Debug for Head {
    /// The head may hold a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Head").field("bytes", &self.fixed.len()).finish_non_exhaustive()
    }
}
