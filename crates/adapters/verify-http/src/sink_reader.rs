//! Reads the ledgers of sinks.

use std::fmt;
use std::sync::OnceLock;

use async_trait::async_trait;
use moniflux_domain::destination::Endpoint;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::verify::SinkLedger;
use moniflux_ports::sink_reader::{SinkError, SinkReader};
use reqwest::{Client, Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::codec::{ProblemDocument, TestDocument};
use crate::config::Config;
use crate::{client, error};

/// Sinks that are asked over HTTP/1.1, in plain text or over TLS.
///
/// Redirects are not followed, and proxies of the environment are not used. Used within one tokio runtime.
#[derive(Default)]
pub struct HttpSinks {
    config: Config,
    plain: OnceLock<Client>,
    over_tls: OnceLock<Client>,
}

#[async_trait]
impl SinkReader for HttpSinks {
    async fn ledger(&self, sink: &Endpoint, test: &TestId, run: RunId) -> Result<SinkLedger, SinkError> {
        let url = ledger_url(sink, test, run)?;
        let client = self.client(&url)?;
        let address = sink.as_str();
        let silent = |error: &reqwest::Error| error::silent(address, error, self.config.timeout);
        let response = client.get(url).send().await.map_err(|error| silent(&error))?;
        let status = response.status();
        let body = self.body(response).await.map_err(|error| match error {
            BodyError::BrokenOff(error) => silent(&error),
            BodyError::TooLong => no_ledger(address, "it is too long"),
        })?;
        match status {
            StatusCode::OK => {
                let document: TestDocument =
                    read(&body).map_err(|why| no_ledger(address, &why.to_string()))?;
                Ok(document.ledger_of(run))
            }
            StatusCode::NOT_FOUND if is_nothing_yet(&body) => Ok(SinkLedger::default()),
            other => Err(no_ledger(address, &format!("its status is {other}"))),
        }
    }
}

impl HttpSinks {
    /// A reader that has so much patience.
    pub fn new(config: Config) -> Self {
        Self { config, ..Self::default() }
    }

    fn client(&self, url: &Url) -> Result<&Client, SinkError> {
        let (place, build): (_, fn(&Config) -> _) = if url.scheme() == "https" {
            (&self.over_tls, client::over_tls)
        } else {
            (&self.plain, client::plain)
        };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let built = build(&self.config).map_err(|why| SinkError::Silent(error::innermost(why.as_ref())))?;
        Ok(place.get_or_init(|| built))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, BodyError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(BodyError::BrokenOff)? {
            if body.len() + chunk.len() > self.config.answer_limit {
                return Err(BodyError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn no_ledger(address: &str, why: &str) -> SinkError {
    SinkError::NoLedger(format!("{address}: {why}"))
}

/// Without the clients, which say nothing.
impl fmt::Debug for HttpSinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSinks").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Why there is no whole body.
enum BodyError {
    BrokenOff(reqwest::Error),
    TooLong,
}

/// `/ledger/{testID}?run={runID}` below the sink's address. A sink that does not know `run` answers all of them.
fn ledger_url(sink: &Endpoint, test: &TestId, run: RunId) -> Result<Url, SinkError> {
    let mut url = sink.url().clone();
    // Every http or https URL has a path, and an `Endpoint` is nothing else.
    let no_path = |()| SinkError::NoLedger(format!("{sink}: it has no path"));
    url.path_segments_mut().map_err(no_path)?.pop_if_empty().extend(["ledger", test.as_str()]);
    url.query_pairs_mut().append_pair("run", &run.to_string());
    Ok(url)
}

/// Whether a sink says that nothing has arrived of the test, and not some other server that there is no such page.
fn is_nothing_yet(body: &[u8]) -> bool {
    read::<ProblemDocument>(body).is_ok_and(|problem| problem.code == ProblemDocument::TEST_NOT_FOUND)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body)
}
