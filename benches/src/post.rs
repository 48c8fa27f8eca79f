//! `moniflux-bench post`: the same body again and again over a few connections, each with one request in flight.
//!
//! Through our emitter's port it shows what sending costs the generator; through reqwest alone, what of that is the
//! client's. One thread, so that it compares with `wrk -t1`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use moniflux_domain::answer::Answer;
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::signal::{Share, Signal};
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::{Batch, Emitter, EmitterFactory as _};
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use tokio::task::JoinSet;

use crate::clock::Stopwatch;

/// What to post where.
#[derive(Debug, Args)]
pub(crate) struct PostArgs {
    /// The base URL; /v1/logs is appended
    #[arg(long)]
    url: String,
    /// The file that holds the body
    #[arg(long)]
    body: PathBuf,
    /// What posts
    #[arg(long, value_enum)]
    client: Poster,
    /// Connections
    #[arg(long, default_value_t = 4)]
    connections: u32,
    /// For how long
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
}

/// What posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Poster {
    /// The port `Emitter` of moniflux-emit-http.
    Emitter,
    /// reqwest, with nothing of ours around it.
    Reqwest,
}

pub(crate) fn main(args: &PostArgs) -> Result<String> {
    let body = Bytes::from(std::fs::read(&args.body)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        let lasts = Duration::from_secs(args.seconds.into());
        match args.client {
            Poster::Emitter => {
                let emitter = emitter(&args.url, args.connections)?;
                for _ in 0..args.connections {
                    tasks.spawn(emit(Arc::clone(&emitter), body.clone(), lasts));
                }
            }
            Poster::Reqwest => {
                let client = client()?;
                let url = format!("{}/v1/logs", args.url);
                for _ in 0..args.connections {
                    tasks.spawn(post(client.clone(), url.clone(), body.clone(), lasts));
                }
            }
        }
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        Ok(String::new())
    })
}

async fn emit(emitter: Arc<dyn Emitter>, body: Bytes, lasts: Duration) -> Result<()> {
    let watch = Stopwatch::start();
    while watch.elapsed() < lasts {
        let batch = Batch { signal: Signal::Logs, share: Share::WHOLE, body: body.clone() };
        let reply = emitter.send(batch).await;
        ensure!(reply.answer == Answer::Acked, "not acked: {reply:?}");
    }
    Ok(())
}

async fn post(client: Client, url: String, body: Bytes, lasts: Duration) -> Result<()> {
    let watch = Stopwatch::start();
    while watch.elapsed() < lasts {
        let request = client.post(&url).header(CONTENT_TYPE, PROTOBUF).body(body.clone());
        request.send().await?.error_for_status()?.bytes().await?;
    }
    Ok(())
}

fn emitter(url: &str, connections: u32) -> Result<Arc<dyn Emitter>> {
    let destination = Destination {
        name: None,
        kind: DestinationKind::OtlpHttp,
        endpoint: Endpoint::parse(url)?,
        port: None,
        api_key: None,
        compression: Compression::None,
    };
    let delivery = Delivery { connections, max_in_flight: connections, ..Delivery::default() };
    Ok(HttpEmitters::default().emitter(&destination, &delivery)?)
}

/// A client for plain HTTP on loopback; of TLS it knows no more than that it trusts nobody.
///
/// # Errors
/// Never, on a machine that has sockets.
pub(crate) fn client() -> Result<Client> {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .tcp_nodelay(true)
        .no_proxy()
        .pool_idle_timeout(IDLE)
        .build()?)
}

/// Shorter than servers keep idle connections, so that no request meets one that is being closed.
const IDLE: Duration = Duration::from_secs(2);

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
