//! Makes an emitter with a client of its own for each run.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::Destination;
use moniflux_ports::emitter::{Emitter, EmitterError, EmitterFactory};
use reqwest::{Client, redirect, retry};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::config::Config;
use crate::emitter::HttpEmitter;

/// Emitters to destinations over HTTP/1.1, in plain text or over TLS.
///
/// Receivers are trusted as the operating system's certificate authorities say; `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// name others. Proxies of the environment are not used.
#[derive(Debug, Clone, Default)]
pub struct HttpEmitters {
    config: Config,
}

impl HttpEmitters {
    /// A factory of emitters that behave as configured.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    fn client(
        &self,
        destination: &Destination,
        timeout: Duration,
    ) -> Result<Client, Box<dyn Error + Send + Sync>> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(destination)?)
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .timeout(timeout)
            .tcp_nodelay(true)
            .pool_idle_timeout(self.config.idle_timeout)
            .build()?;
        Ok(client)
    }
}

impl EmitterFactory for HttpEmitters {
    fn emitter(
        &self,
        destination: &Destination,
        delivery: &Delivery,
    ) -> Result<Arc<dyn Emitter>, EmitterError> {
        let client = self.client(destination, delivery.timeout).map_err(|source| EmitterError { source })?;
        let emitter = HttpEmitter::new(client, destination, self.config.answer_limit)
            .map_err(|source| EmitterError { source })?;
        Ok(Arc::new(emitter))
    }
}

/// The TLS side of a client.
///
/// A plain destination gets one that trusts nobody and is never used, so that no certificate authorities need be
/// installed to send there.
fn tls(destination: &Destination) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match destination.url().scheme() {
        "https" => builder.with_platform_verifier()?,
        _ => builder.with_root_certificates(RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}
