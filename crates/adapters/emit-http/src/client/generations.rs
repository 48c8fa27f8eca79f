//! Clients that are replaced, since reqwest keeps a connection for as long as it is used.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, redirect, retry};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::Instant;

/// A client at a time. A connection is no older than its client, and a client's idle connections end with its last
/// request.
#[derive(Debug)]
pub(crate) struct Generations {
    tls: ClientConfig,
    max_age: Option<Duration>,
    idle_timeout: Duration,
    current: Mutex<Generation>,
}

#[derive(Debug)]
struct Generation {
    client: Client,
    /// When it was first used; none before.
    since: Option<Instant>,
}

impl Generations {
    /// Clients none of which takes on a request once it is `max_age` old.
    ///
    /// # Errors
    /// There are no certificate authorities to trust.
    pub(crate) fn new(
        max_age: Option<Duration>,
        idle_timeout: Duration,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let tls = tls()?;
        let client = client(tls.clone(), idle_timeout)?;
        let current = Mutex::new(Generation { client, since: None });
        Ok(Self { tls, max_age, idle_timeout, current })
    }

    /// The client for the next request.
    pub(crate) fn client(&self) -> Client {
        let now = now();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *current.since.get_or_insert(now);
        // A client that cannot be replaced, though one like it was made before, is better than none.
        if self.max_age.is_some_and(|age| now.duration_since(since) >= age)
            && let Ok(client) = client(self.tls.clone(), self.idle_timeout)
        {
            *current = Generation { client, since: Some(now) };
        }
        current.client.clone()
    }
}

/// Its requests have no timeout of their own.
fn client(tls: ClientConfig, idle_timeout: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .tcp_nodelay(true)
        .pool_idle_timeout(idle_timeout)
        .build()
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_platform_verifier()?.with_no_client_auth())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old a client is decides nothing that a test's load depends on"
)]
fn now() -> Instant {
    Instant::now()
}
