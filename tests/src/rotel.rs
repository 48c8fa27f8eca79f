//! A real OpenTelemetry collector between the service and the sink: OTLP in, OTLP out.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use anyhow::Result;
use tokio::net::TcpStream;

use crate::port::free_port;
use crate::process::Process;
use crate::time::{SOON, until};
use crate::tools;

/// A running collector.
#[derive(Debug)]
pub struct Rotel {
    address: String,
    _process: Process,
}

impl Rotel {
    /// A collector that forwards to `sink`. It answers before it forwards.
    ///
    /// # Errors
    /// It is not installed, or does not come up.
    pub async fn start(sink: &str) -> Result<Self> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let unused = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut command = Command::new(tools::rotel()?);
        command
            .args(["start", "--otlp-http-endpoint", &listen.to_string()])
            .args(["--otlp-grpc-endpoint", &unused.to_string()])
            .args(["--exporter", "otlp", "--otlp-exporter-endpoint", sink])
            .args(["--otlp-exporter-protocol", "http", "--batch-timeout", "1ms"])
            .args(["--otlp-exporter-retry-initial-backoff", "100ms"]);
        let process = Process::start("rotel", &mut command)?;
        until("the collector listens", SOON, async || Ok(TcpStream::connect(listen).await?)).await?;
        Ok(Self { address: format!("http://{listen}"), _process: process })
    }

    /// Where it takes OTLP over HTTP.
    pub fn address(&self) -> &str {
        &self.address
    }
}
