//! What every request of a destination has in common, by signal: address and headers, made once per emitter.

use std::error::Error;

use bytes::Bytes;
use moniflux_domain::destination::{Compression, Destination, DestinationKind};
use moniflux_domain::signal::Signal;
use moniflux_ports::emitter::Batch;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use reqwest::{Method, Request};
use url::Url;

/// The templates of a destination.
#[derive(Debug)]
pub(crate) struct Templates([Template; 3]);

impl Templates {
    /// One for each signal.
    ///
    /// # Errors
    /// The key holds what no header can.
    pub(crate) fn new(destination: &Destination) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let [logs, metrics, traces] = Signal::ALL.map(|signal| Template::new(destination, signal));
        Ok(Self([logs?, metrics?, traces?]))
    }

    /// A signal's.
    pub(crate) fn of(&self, signal: Signal) -> &Template {
        &self.0[Self::place(signal)]
    }

    /// Each of them, at its signal's [place](Self::place).
    pub(crate) fn each(&self) -> [&Template; 3] {
        self.0.each_ref()
    }

    /// Where a signal's is among them: as in [`Signal::ALL`].
    pub(crate) fn place(signal: Signal) -> usize {
        match signal {
            Signal::Logs => 0,
            Signal::Metrics => 1,
            Signal::Traces => 2,
        }
    }
}

/// The requests of one signal, but for their bodies.
#[derive(Debug)]
pub(crate) struct Template {
    url: Url,
    headers: HeaderMap,
    names_share: bool,
}

impl Template {
    /// The header that names the share, as `index/count`.
    pub(crate) const SHARE: HeaderName = HeaderName::from_static("x-moniflux-share");

    /// The template for a signal's batches.
    ///
    /// # Errors
    /// The key holds what no header can.
    pub(crate) fn new(
        destination: &Destination,
        signal: Signal,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("MoniFlux/", env!("CARGO_PKG_VERSION"))));
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        if let Some(key) = &destination.api_key {
            // Taken as bytes: a key need not be ASCII, and servers compare bytes.
            let mut value = HeaderValue::from_maybe_shared(Bytes::from(format!("Bearer {}", key.expose())))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if destination.compression != Compression::None {
            let coding = HeaderValue::from_static(destination.compression.as_str());
            headers.insert(CONTENT_ENCODING, coding);
        }
        let mut url = destination.url();
        match destination.kind {
            DestinationKind::Http => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                headers.insert(SIGNAL, HeaderValue::from_static(signal.as_str()));
            }
            DestinationKind::OtlpHttp => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
                append_signal_path(&mut url, signal);
            }
        }
        Ok(Self { url, headers, names_share: destination.kind == DestinationKind::Http })
    }

    /// The address.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The headers that do not differ by batch.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Whether requests say whose share their records are, by [`Self::SHARE`].
    pub(crate) fn names_share(&self) -> bool {
        self.names_share
    }

    /// The request that carries this batch. The body is handed on, not copied.
    pub(crate) fn request(&self, batch: Batch) -> Request {
        let mut request = Request::new(Method::POST, self.url.clone());
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        // Digits and a slash are a valid value.
        if self.names_share
            && let Ok(share) = HeaderValue::try_from(batch.share.to_string())
        {
            headers.insert(Self::SHARE, share);
        }
        *request.body_mut() = Some(batch.body.into());
        request
    }
}

/// Puts `/v1/<signal>` behind the path, as OTLP 1.x (OTLP/HTTP, "base URL") asks for; a query stays.
fn append_signal_path(url: &mut Url, signal: Signal) {
    // Only an address that cannot be a base has no segments, and no http or https URL is one.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["v1", signal.as_str()]);
    }
}

const SIGNAL: HeaderName = HeaderName::from_static("x-moniflux-signal");

#[cfg(test)]
mod tests {
    use moniflux_domain::destination::Endpoint;
    use moniflux_domain::secret::Secret;
    use moniflux_domain::signal::Share;

    use super::*;

    fn request(kind: DestinationKind, endpoint: &str, key: Option<&str>) -> Request {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let api_key = key.map(Secret::new);
        let destination =
            Destination { name: None, kind, endpoint, port: None, api_key, compression: Compression::None };
        let template = Template::new(&destination, Signal::Traces).unwrap();
        template.request(Batch {
            signal: Signal::Traces,
            share: Share::new(3, 4).unwrap(),
            body: Bytes::from_static(b"[]"),
        })
    }

    #[test]
    fn an_otlp_address_keeps_its_prefix_and_query_and_has_no_double_slash() {
        let url = |endpoint| request(DestinationKind::OtlpHttp, endpoint, None).url().to_string();
        assert_eq!(url("http://h:4318"), "http://h:4318/v1/traces");
        assert_eq!(url("http://h/"), "http://h/v1/traces");
        assert_eq!(url("https://h/a/b"), "https://h/a/b/v1/traces");
        assert_eq!(url("https://h/a/b/?token=1"), "https://h/a/b/v1/traces?token=1");
    }

    #[test]
    fn plain_http_posts_to_the_endpoint_itself_and_names_signal_and_share() {
        let request = request(DestinationKind::Http, "http://h/in?x=1", None);
        assert_eq!((request.method(), request.url().as_str()), (&Method::POST, "http://h/in?x=1"));
        assert_eq!(request.headers()["x-moniflux-signal"], "traces");
        assert_eq!(request.headers()["x-moniflux-share"], "3/4");
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn otlp_is_protobuf_without_headers_of_ours() {
        let request = request(DestinationKind::OtlpHttp, "http://h", None);
        assert_eq!(request.headers()[CONTENT_TYPE], "application/x-protobuf");
        assert!(request.headers().keys().all(|name| !name.as_str().starts_with("x-moniflux")));
    }

    #[test]
    fn the_key_is_a_bearer_token_that_does_not_print() {
        let request = request(DestinationKind::Http, "http://h", Some("schlüssel"));
        let value = &request.headers()[AUTHORIZATION];
        assert_eq!(value.as_bytes(), "Bearer schlüssel".as_bytes());
        assert!(value.is_sensitive());
        assert!(!format!("{request:?}").contains("schl"));
    }

    #[test]
    fn the_body_is_not_copied() {
        let body = Bytes::from(vec![b'x'; 1024]);
        let endpoint = Endpoint::parse("http://h").unwrap();
        let destination = Destination {
            name: None,
            kind: DestinationKind::Http,
            endpoint,
            port: None,
            api_key: None,
            compression: Compression::None,
        };
        let template = Template::new(&destination, Signal::Logs).unwrap();
        let request =
            template.request(Batch { signal: Signal::Logs, share: Share::WHOLE, body: body.clone() });
        let sent = request.body().and_then(reqwest::Body::as_bytes).unwrap();
        assert_eq!(sent.as_ptr(), body.as_ptr());
    }
}
