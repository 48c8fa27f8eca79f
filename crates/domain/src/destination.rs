//! Where the records go: wire format, address, key.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::secret::Secret;

/// Where to send, and how.
///
/// It serializes without its key; see [`crate::spec::StoredSpec`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// What people call it.
    pub name: Option<String>,
    /// Wire format and protocol.
    pub kind: DestinationKind,
    /// The address, as given.
    pub endpoint: Endpoint,
    /// Replaces the port of the address.
    pub port: Option<u16>,
    /// Goes into the authorization header.
    #[serde(skip)]
    pub api_key: Option<Secret>,
    /// What is done to bodies before they leave.
    pub compression: Compression,
}

impl Destination {
    /// The address that requests go to: the endpoint, with [`Destination::port`] in place of its own.
    pub fn url(&self) -> Url {
        let mut url = self.endpoint.url.clone();
        if self.port.is_some() {
            // An http or https URL with a host takes any port, and an `Endpoint` is nothing else.
            let taken = url.set_port(self.port);
            debug_assert_eq!(taken, Ok(()));
        }
        url
    }
}

/// Wire format and protocol of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DestinationKind {
    /// JSON arrays in POST requests.
    Http,
    /// OTLP over HTTP, protobuf bodies.
    OtlpHttp,
}

impl DestinationKind {
    /// Every kind, in the order they are documented.
    pub const ALL: [Self; 2] = [Self::Http, Self::OtlpHttp];

    /// As it is written in a destination's `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::OtlpHttp => "otlp-http",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is done to bodies before they leave, each at its fastest level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Nothing.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Compression {
    /// Every kind, in the order they are documented.
    pub const ALL: [Self; 3] = [Self::None, Self::Gzip, Self::Zstd];

    /// As it is written in a destination's `compression`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|compression| compression.as_str() == name)
    }
}

/// An absolute http or https URL with a host and without credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint {
    given: String,
    url: Url,
}

impl Endpoint {
    /// Checks that requests can be sent there.
    ///
    /// # Errors
    /// What is wrong with the address, in words.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        if text.len() > MAX_ENDPOINT {
            return Err(InvalidEndpoint(format!("must be at most {MAX_ENDPOINT} characters")));
        }
        let url = Url::parse(text)
            .map_err(|e| InvalidEndpoint(format!("must be an absolute http or https URL: {e}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidEndpoint(format!(
                "must be an absolute http or https URL, not one of \"{}\"",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint(
                "must not hold a user name or password: use destination.apiKey".into(),
            ));
        }
        Ok(Self { given: text.to_owned(), url })
    }

    /// The address, for those who take it apart.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address as text, as it was given.
    pub fn as_str(&self) -> &str {
        &self.given
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Endpoint {
    type Error = InvalidEndpoint;
    fn try_from(text: String) -> Result<Self, InvalidEndpoint> {
        Self::parse(&text)
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.as_str().to_owned()
    }
}

/// An address that nothing can be sent to; the text says what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidEndpoint(String);

const MAX_ENDPOINT: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn destination(endpoint: &str, port: Option<u16>) -> Destination {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        Destination {
            name: None,
            kind: DestinationKind::Http,
            endpoint,
            port,
            api_key: None,
            compression: Compression::None,
        }
    }

    #[test]
    fn the_port_replaces_the_one_of_the_address() {
        let url = |endpoint, port| destination(endpoint, port).url().to_string();
        assert_eq!(url("http://example.com/endpoint", Some(8080)), "http://example.com:8080/endpoint");
        assert_eq!(url("http://example.com:1/a", Some(8080)), "http://example.com:8080/a");
        assert_eq!(url("https://[::1]:4318", None), "https://[::1]:4318/");
    }

    #[test]
    fn an_address_reads_as_it_was_given() {
        for text in ["http://127.0.0.1:4318", "https://example.com/a/", "http://h/?q=/", "http://h/"] {
            assert_eq!(Endpoint::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_cannot_be_sent_to_is_refused() {
        for text in
            ["", "example.com", "ftp://example.com", "http://", "/path", "http://u:p@h/", "http://h:99999"]
        {
            assert!(Endpoint::parse(text).is_err(), "{text}");
        }
    }
}
