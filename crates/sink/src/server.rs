//! A sink that listens: bound, served, stopped.

use std::io;
use std::net::SocketAddr;

use actix_web::dev::{Server, ServerHandle};
use actix_web::web::{Data, ThinData};
use actix_web::{App, HttpServer};

use crate::body::Buffers;
use crate::config::SinkConfig;
use crate::connection;
use crate::receive::Receiver;
use crate::routes::routes;

/// A sink that is bound to its port.
pub struct Sink {
    address: SocketAddr,
    server: Server,
}

/// Stops a sink from elsewhere.
#[derive(Debug, Clone)]
pub struct StopHandle(ServerHandle);

/// Why a sink does not run.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// What was asked for is out of range; every fault is named.
    #[error("the sink cannot be started so: {}", .0.join("; "))]
    Config(Vec<String>),
    /// The port cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why it cannot.
        #[source]
        source: io::Error,
    },
    /// It broke down while it served.
    #[error("the sink broke down")]
    Serve(#[source] io::Error),
}

impl Sink {
    /// Binds the port; requests wait until [`Sink::serve`]. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`SinkError::Config`], [`SinkError::Bind`].
    pub fn bind(config: &SinkConfig) -> Result<Self, SinkError> {
        let complaints = config.faults.complaints();
        if !complaints.is_empty() {
            return Err(SinkError::Config(complaints));
        }
        let receiver = Data::new(Receiver::new(config.faults.clone(), config.body_limit));
        let mut server = HttpServer::new(move || {
            App::new()
                .app_data(Data::clone(&receiver))
                .app_data(ThinData(Buffers::default()))
                .configure(routes)
        })
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS);
        if let Some(workers) = config.workers {
            server = server.workers(workers.get());
        }
        if config.faults.reset_rate > 0.0 {
            server = server.on_connect(connection::remember);
        }
        let address = SocketAddr::new(config.host, config.port);
        let server = server.bind(address).map_err(|source| SinkError::Bind { address, source })?;
        let address = server.addrs().first().copied().unwrap_or(address);
        Ok(Self { address, server: server.run() })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Stops it from elsewhere.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.server.handle())
    }

    /// Takes requests until it is stopped.
    ///
    /// # Errors
    /// [`SinkError::Serve`].
    pub async fn serve(self) -> Result<(), SinkError> {
        self.server.await.map_err(SinkError::Serve)
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sink").field("address", &self.address).finish_non_exhaustive()
    }
}

impl StopHandle {
    /// Lets requests under way be answered, for a few seconds at most, and then stops.
    pub async fn stop(&self) {
        self.0.stop(true).await;
    }
}

const SHUTDOWN_SECONDS: u64 = 5;
