//! `moniflux serve`: the service, until a signal ends it.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use moniflux_engine::Engine;
use moniflux_http::{HttpConfig, Metrics};
use moniflux_service::{Scheduler, Service, Supervisor};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::settings::{ServeArgs, Settings, SettingsArgs};
use crate::shutdown::Shutdown;
use crate::{logging, wiring};

pub(crate) fn main(settings: &SettingsArgs, args: &ServeArgs) -> anyhow::Result<Exit> {
    let settings = Settings::load(settings, args).context("the configuration is wrong:")?;
    logging::start(&settings)?;
    let (engine, _threads) = wiring::engine()?;
    wiring::main_threads()?.block_on(async {
        let mut shutdown = Shutdown::listen()?;
        serve(&settings, engine, &mut shutdown, announce).await
    })
}

/// A service that can be asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listening<'a> {
    pub(crate) address: SocketAddr,
    /// The store, for people.
    pub(crate) store: &'a str,
    pub(crate) service: &'a Arc<Service>,
}

/// Serves until a signal comes; `ready` is called once, when it listens.
pub(crate) async fn serve(
    settings: &Settings,
    engine: Engine,
    shutdown: &mut Shutdown,
    ready: impl AsyncFnOnce(Listening<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let store = tokio::select! {
        store = wiring::open_store(&settings.store) => store?,
        _ = shutdown.wished() => return Ok(Exit::Signal),
    };
    let replica = wiring::replica();
    tracing::info!(store = store.name, replica = %replica, "store opened");
    let clock = Arc::clone(&engine.clock);
    let metrics = Metrics::default();
    let (service, supervisor) = Supervisor::new(
        store.stores,
        store.feed,
        engine,
        replica,
        wiring::sinks(),
        Arc::new(metrics.clone()),
    );

    let config = HttpConfig { host: settings.host.clone(), port: settings.port, ..HttpConfig::default() };
    let (server, address) = moniflux_http::bind(&config, Arc::clone(&service), clock, metrics)?;
    let api = server.handle();
    ready(Listening { address, store: &store.name, service: &service }).await?;

    let cancelled = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(Scheduler::new(service).run(cancelled.clone()));
    tasks.spawn(supervisor.keeping(settings.keep).run(cancelled.clone()));
    // The server's end, which only a fault brings about by itself.
    let mut server = std::pin::pin!(server);
    let exit = tokio::select! {
        signal = shutdown.wished() => {
            tracing::info!(signal, "stopping: runs are given back");
            Ok(Exit::Signal)
        }
        ended = &mut server => match ended {
            Ok(()) => Err(anyhow::anyhow!("the HTTP server ended by itself")),
            Err(error) => Err(error).context("the HTTP server failed"),
        },
        Some(ended) = tasks.join_next() => Err(anyhow::anyhow!("a part of the service ended by itself: {ended:?}")),
    };
    let drained = async {
        tokio::join!(api.stop(true), async {
            cancelled.cancel();
            while tasks.join_next().await.is_some() {}
        });
    };
    tokio::select! {
        () = async { tokio::join!(drained, async { server.await.ok(); }); } => {}
        () = tokio::time::sleep(DRAIN) => tracing::warn!("not everything was given back in time"),
        _ = shutdown.wished() => tracing::warn!("stopping at once"),
    }
    exit
}

/// Tells people, and those who started the process, where it listens.
async fn announce(Listening { address, store, .. }: Listening<'_>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "MoniFlux listens on http://{address} (store: {store}; dashboard: http://{address}/; API: http://{address}/docs)"
    )?;
    stdout.flush()?;
    tracing::info!(%address, store, "listening");
    Ok(())
}

/// Longer than lanes wait for answers, shorter than orchestrators wait for a process.
const DRAIN: Duration = Duration::from_secs(20);
