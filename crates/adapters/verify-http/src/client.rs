//! Clients that follow nowhere and try nothing twice.

use std::sync::Arc;

use reqwest::{Client, redirect, retry};
use rustls::crypto::ring;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::config::Config;
use crate::error::BuildError;

/// For sinks in plain text, which needs nobody to be trusted.
pub(crate) fn plain(config: &Config) -> Result<Client, BuildError> {
    let tls = builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    client(config, tls)
}

/// For sinks over TLS, trusted as the operating system's certificate authorities say.
pub(crate) fn over_tls(config: &Config) -> Result<Client, BuildError> {
    let tls = builder()?.with_platform_verifier()?.with_no_client_auth();
    client(config, tls)
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

fn client(config: &Config, tls: ClientConfig) -> Result<Client, BuildError> {
    let builder = Client::builder().tls_backend_preconfigured(tls).http1_only().no_proxy();
    let builder = builder.redirect(redirect::Policy::none()).retry(retry::never()).referer(false);
    Ok(builder.timeout(config.timeout).build()?)
}
