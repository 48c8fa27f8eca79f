//! Clients of one destination, one generation after the other: a client's connections end with it, which bounds their
//! age.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moniflux_domain::delivery::Delivery;
use reqwest::{Client, redirect, retry};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::Instant;

use crate::config::Config;

/// The client of now, and how to make the next one.
pub(crate) struct Clients {
    tls: ClientConfig,
    timeout: Duration,
    idle_timeout: Duration,
    max_age: Option<Duration>,
    current: Mutex<(Client, Instant)>,
}

impl Clients {
    /// # Errors
    /// No certificate authorities are installed.
    pub(crate) fn new(config: &Config, delivery: &Delivery) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let tls = tls()?;
        let (timeout, idle_timeout) = (delivery.timeout, config.idle_timeout);
        let current = Mutex::new((client(tls.clone(), timeout, idle_timeout)?, now()));
        Ok(Self { tls, timeout, idle_timeout, max_age: delivery.connection_max_age, current })
    }

    /// A client whose connections are not too old. Requests under way keep the one they have.
    ///
    /// # Errors
    /// The next client cannot be made.
    pub(crate) fn current(&self) -> reqwest::Result<Client> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now().saturating_duration_since(current.1);
        if self.max_age.is_some_and(|max_age| age >= max_age) {
            *current = (client(self.tls.clone(), self.timeout, self.idle_timeout)?, now());
        }
        Ok(current.0.clone())
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").field("max_age", &self.max_age).finish_non_exhaustive()
    }
}

fn client(tls: ClientConfig, timeout: Duration, idle_timeout: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .timeout(timeout)
        .tcp_nodelay(true)
        .pool_idle_timeout(idle_timeout)
        .build()
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_platform_verifier()?.with_no_client_auth())
}

#[expect(clippy::disallowed_methods, reason = "how old a connection is concerns nobody else")]
fn now() -> Instant {
    Instant::now()
}
