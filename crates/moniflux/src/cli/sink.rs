//! `moniflux sink`: the receiving end, until a signal ends it.

use std::io::Write;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use moniflux_domain::fault;
use moniflux_sink::{Faults, Sink, SinkConfig, SinkError};

use crate::exit::Exit;
use crate::settings::{ServeArgs, Settings, SettingsArgs};
use crate::shutdown::Shutdown;
use crate::{logging, wiring};

/// Where the sink listens, and how badly it behaves.
#[derive(Debug, Args)]
pub(crate) struct SinkArgs {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 for any free port
    #[arg(long, default_value_t = 4318)]
    port: u16,
    /// Threads that take requests; one a core when left out
    #[arg(long)]
    workers: Option<NonZeroUsize>,
    /// Milliseconds that every answer waits
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay: u64,
    /// The share of requests that fail, 0 to 1; all of them when only --status is given
    #[arg(long, value_name = "SHARE")]
    fail_rate: Option<f64>,
    /// The status of requests that fail [default: 500]
    #[arg(long)]
    status: Option<u16>,
    /// The share of requests whose connection is reset, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    reset_rate: f64,
    /// The same seed lets the same requests fail
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Acknowledges so many records a second over all, and lets what is above wait
    #[arg(long, value_name = "RECORDS")]
    max_rate: Option<u64>,
}

impl SinkArgs {
    fn config(&self) -> SinkConfig {
        let usual = Faults::default();
        SinkConfig {
            host: self.host,
            port: self.port,
            workers: self.workers,
            faults: Faults {
                delay: Duration::from_millis(self.delay),
                fail_rate: self.fail_rate.unwrap_or(if self.status.is_some() {
                    1.0
                } else {
                    usual.fail_rate
                }),
                status: self.status.unwrap_or(usual.status),
                reset_rate: self.reset_rate,
                seed: self.seed,
                max_rate: self.max_rate,
            },
            ..SinkConfig::default()
        }
    }
}

pub(crate) fn main(settings: &SettingsArgs, args: &SinkArgs) -> anyhow::Result<Exit> {
    let settings = Settings::load(settings, &ServeArgs::default()).context("the configuration is wrong:")?;
    logging::start(&settings)?;
    wiring::main_threads()?.block_on(receive(&args.config()))
}

async fn receive(config: &SinkConfig) -> anyhow::Result<Exit> {
    let mut shutdown = Shutdown::listen()?;
    let sink = Sink::bind(config).map_err(|error| match error {
        SinkError::Config(complaints) => {
            let mut faults = fault::Faults::none();
            for complaint in complaints {
                let (flag, message) = complaint.split_once(' ').unwrap_or(("", &complaint));
                faults.add(format!("--{flag}"), message);
            }
            anyhow::Error::from(faults).context("the sink cannot be started so:")
        }
        SinkError::Bind { .. } | SinkError::Serve(_) => error.into(),
    })?;
    let stop = sink.stop_handle();
    let mut stdout = std::io::stdout();
    writeln!(stdout, "sink listens on http://{}", sink.addr())?;
    stdout.flush()?;

    let mut serving = std::pin::pin!(sink.serve());
    tokio::select! {
        ended = &mut serving => {
            ended?;
            anyhow::bail!("the sink ended by itself")
        }
        signal = shutdown.wished() => tracing::info!(signal, "stopping"),
    }
    tokio::join!(stop.stop(), async {
        serving.await.ok();
    });
    Ok(Exit::Signal)
}
