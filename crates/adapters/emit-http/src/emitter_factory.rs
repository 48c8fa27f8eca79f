//! Makes an emitter with connections of its own for each share of each lane.

use std::error::Error;
use std::sync::Arc;

use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::Destination;
use moniflux_ports::emitter::{Emitter, EmitterError, EmitterFactory};

use crate::client::ClientRoute;
use crate::config::Config;
use crate::emitter::{HttpEmitter, Route};
use crate::plain::PlainRoute;
use crate::request::Templates;

/// Emitters to destinations over HTTP/1.1, in plain text or over TLS.
///
/// Receivers are trusted as the operating system's certificate authorities say; `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// name others. Plain destinations need none. Proxies of the environment are not used.
///
/// An emitter is used within one tokio runtime.
#[derive(Debug, Clone, Default)]
pub struct HttpEmitters {
    config: Config,
}

impl HttpEmitters {
    /// A factory of emitters that behave as configured.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    fn route(
        &self,
        destination: &Destination,
        delivery: &Delivery,
    ) -> Result<Route, Box<dyn Error + Send + Sync>> {
        let templates = Templates::new(destination)?;
        match PlainRoute::new(&destination.url(), &templates, delivery, &self.config) {
            Some(plain) => Ok(Route::Plain(Box::new(plain))),
            None => Ok(Route::Client(Box::new(ClientRoute::new(templates, delivery, &self.config)?))),
        }
    }
}

impl EmitterFactory for HttpEmitters {
    fn emitter(
        &self,
        destination: &Destination,
        delivery: &Delivery,
    ) -> Result<Arc<dyn Emitter>, EmitterError> {
        let route = self.route(destination, delivery).map_err(|source| EmitterError { source })?;
        Ok(Arc::new(HttpEmitter::new(destination, route)))
    }
}
