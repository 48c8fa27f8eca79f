//! A client of the service's API.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use moniflux_domain::destination::Endpoint;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LINK};
use reqwest::{Method, Response, Url};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use serde_json::Value;

use super::refusal::Refusal;

/// One service.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
}

/// An answer that is no refusal.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) value: Value,
    /// The path and query of the next page, if there is one.
    pub(super) next: Option<String>,
}

impl Client {
    /// The service at that address.
    ///
    /// # Errors
    /// There are no certificate authorities to trust, and it is to be asked over TLS.
    pub(super) fn at(endpoint: &Endpoint) -> anyhow::Result<Self> {
        let base = endpoint.url().clone();
        let tls = tls(base.scheme() == "https").context("cannot use TLS")?;
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).connect_timeout(CONNECT);
        // What is on this machine is not asked through a proxy.
        let builder = if is_here(&base) { builder.no_proxy() } else { builder };
        Ok(Self { http: builder.build()?, base })
    }

    /// Reads what is at a path, given in segments.
    ///
    /// # Errors
    /// There is no answer, or the service refuses: a [`Refusal`].
    pub(super) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.read(url).await
    }

    /// Reads another page.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn next(&self, link: &str) -> anyhow::Result<Answer> {
        self.read(self.base.join(link).context("the service names a next page that is no address")?).await
    }

    /// Asks for something to be done.
    ///
    /// # Errors
    /// There is no answer, or the service refuses: a [`Refusal`].
    pub(super) async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.http.request(method, self.url(path)).timeout(PATIENCE);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        Answer::of(self.answered(request).await?).await
    }

    /// Reads a document as it is.
    ///
    /// # Errors
    /// There is no answer, or the service refuses: a [`Refusal`].
    pub(super) async fn document(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Vec<u8>> {
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(query);
        let response = self.answered(self.http.get(url).timeout(LONG_PATIENCE)).await?;
        Ok(response.bytes().await.context("the answer broke off")?.to_vec())
    }

    /// Begins to read events, from the one after `last` if that is given. There is no limit to how long they may come, but to
    /// how long nothing may.
    ///
    /// # Errors
    /// There is no answer, the service refuses, or answers something else.
    pub(super) async fn events(&self, path: &[&str], last: Option<&str>) -> anyhow::Result<Response> {
        let mut request = self.http.get(self.url(path)).header(ACCEPT, EVENTS);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.answered(request).await?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with(EVENTS)) {
            bail!("{} answers {} in place of events", self.base, kind.unwrap_or("something"));
        }
        Ok(response)
    }

    async fn read(&self, url: Url) -> anyhow::Result<Answer> {
        Answer::of(self.answered(self.http.get(url).timeout(PATIENCE)).await?).await
    }

    async fn answered(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Response> {
        let response = request.send().await.with_context(|| {
            format!(
                "no answer from {} (start a service with `moniflux serve`, or name one with --url)",
                self.base
            )
        })?;
        if response.status().is_success() { Ok(response) } else { Err(Refusal::read(response).await.into()) }
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

impl Answer {
    async fn of(response: Response) -> anyhow::Result<Self> {
        let links = response.headers().get_all(LINK).iter().filter_map(|link| link.to_str().ok());
        let next = links.flat_map(|link| link.split(',')).find_map(next_page);
        let body = response.bytes().await.context("the answer broke off")?;
        let value = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body) };
        Ok(Self { value: value.context("the answer is not JSON")?, next })
    }
}

/// The address of a link that leads to the next page (RFC 8288).
fn next_page(link: &str) -> Option<String> {
    let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|parameter| {
        let relation = parameter.trim().strip_prefix("rel=");
        relation.is_some_and(|relation| relation.trim_matches('"') == "next")
    });
    is_next.then(|| address.to_owned())
}

fn tls(is_used: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(if is_used {
        builder.with_platform_verifier()?.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    })
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

const EVENTS: &str = "text/event-stream";
const CONNECT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

/// Reports may be large.
const LONG_PATIENCE: Duration = Duration::from_mins(2);

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str) -> Client {
        Client::at(&Endpoint::parse(base).unwrap()).unwrap()
    }

    #[test]
    fn paths_are_put_below_the_address_of_the_service() {
        for (base, url) in [
            ("http://h:1", "http://h:1/tests/a%2Fb"),
            ("http://h:1/", "http://h:1/tests/a%2Fb"),
            ("http://h:1/behind/a/proxy", "http://h:1/behind/a/proxy/tests/a%2Fb"),
        ] {
            assert_eq!(client(base).url(&["tests", "a/b"]).as_str(), url);
        }
    }

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        assert_eq!(next_page("</tests?cursor=x>; rel=\"next\""), Some("/tests?cursor=x".to_owned()));
        assert_eq!(next_page("</tests>; title=\"a\"; rel=next"), Some("/tests".to_owned()));
        assert_eq!(next_page("</tests?cursor=x>; rel=\"prev\""), None);
        assert_eq!(next_page("nonsense"), None);
    }
}
