//! Chooses how batches leave: plain HTTP over sockets of our own, anything else by reqwest.

use std::error::Error;
use std::sync::Arc;

use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::Destination;
use moniflux_ports::emitter::{Emitter, EmitterError, EmitterFactory};

use crate::clients::Clients;
use crate::config::Config;
use crate::emitter::HttpEmitter;
use crate::plain::PlainEmitter;

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

    fn make(
        &self,
        destination: &Destination,
        delivery: &Delivery,
    ) -> Result<Arc<dyn Emitter>, Box<dyn Error + Send + Sync>> {
        if destination.url().scheme() == "http" {
            return Ok(Arc::new(PlainEmitter::new(destination, delivery, &self.config)?));
        }
        let clients = Clients::new(&self.config, delivery)?;
        let emitter = HttpEmitter::new(clients, destination, delivery.connections, self.config.answer_limit)?;
        Ok(Arc::new(emitter))
    }
}

impl EmitterFactory for HttpEmitters {
    fn emitter(
        &self,
        destination: &Destination,
        delivery: &Delivery,
    ) -> Result<Arc<dyn Emitter>, EmitterError> {
        self.make(destination, delivery).map_err(|source| EmitterError { source })
    }
}
