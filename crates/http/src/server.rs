//! The server: what it listens on, what it allows a client, and what its workers share.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use moniflux_ports::clock::Clock;
use moniflux_service::Service;

use crate::dashboard::Dashboard;
use crate::metrics::Metrics;
use crate::observe::{Observation, observe};
use crate::routes;

/// Where to listen, and what a client may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// A name or an address of this machine.
    pub host: String,
    /// 0 for any free port.
    pub port: u16,
    /// Threads that serve requests.
    pub workers: usize,
    /// How long one request may take, its body included.
    pub request_limit: Duration,
    /// How long requests in progress may go on once the server is asked to stop.
    pub drain_limit: Duration,
}

impl Default for HttpConfig {
    /// `127.0.0.1:8080`, two workers, 30 seconds for a request, 10 seconds to drain.
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8080,
            workers: 2,
            request_limit: Duration::from_secs(30),
            drain_limit: Duration::from_secs(10),
        }
    }
}

/// Listens, and answers the server with the address it listens on.
///
/// Requests are served from now on, by threads of the server's own; the server is to be awaited, and stopped by its
/// handle: it does not listen to signals. `metrics` is what `/metrics` shows. Must be called inside a tokio runtime.
///
/// # Errors
/// The address cannot be listened on.
pub fn bind(
    config: &HttpConfig,
    service: Arc<Service>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
) -> Result<(Server, SocketAddr), BindError> {
    let failed = |source| BindError { host: config.host.clone(), port: config.port, source };
    let state = State::new(service, clock, metrics, config.request_limit);
    let server = HttpServer::new(move || {
        App::new().wrap(from_fn(observe)).configure(|app| state.clone().install(app))
    })
    .workers(config.workers)
    .disable_signals()
    .shutdown_timeout(config.drain_limit.as_secs())
    .client_request_timeout(HEAD_LIMIT)
    .bind((config.host.as_str(), config.port))
    .map_err(failed)?;
    let address =
        server.addrs().first().copied().ok_or_else(|| failed(io::ErrorKind::AddrNotAvailable.into()))?;
    Ok((server.run(), address))
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {host}:{port}")]
pub struct BindError {
    host: String,
    port: u16,
    source: io::Error,
}

/// What the workers share.
#[derive(Clone)]
pub(crate) struct State {
    service: web::Data<Service>,
    observation: web::Data<Observation>,
    dashboard: web::Data<Dashboard>,
}

impl State {
    pub(crate) fn new(
        service: Arc<Service>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
        request_limit: Duration,
    ) -> Self {
        let observation = Observation { metrics, clock, request_limit };
        Self {
            service: web::Data::from(service),
            observation: web::Data::new(observation),
            dashboard: web::Data::new(Dashboard::embedded()),
        }
    }

    /// The same with other files for the dashboard.
    #[cfg(test)]
    pub(crate) fn with_dashboard(self, dashboard: Dashboard) -> Self {
        Self { dashboard: web::Data::new(dashboard), ..self }
    }

    /// Puts the state and every route into an app.
    pub(crate) fn install(self, app: &mut web::ServiceConfig) {
        app.app_data(self.service)
            .app_data(self.observation)
            .app_data(self.dashboard)
            .configure(routes::install);
    }
}

/// How long a client may take to send the head of a request; then the connection is closed with a bare 408.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
