//! `moniflux demo`: a service, a sink and running tests in one process, ready to look at, and gone afterwards.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::SecondsFormat;
use clap::Args;
use moniflux_domain::draft::Draft;
use moniflux_engine::Engine;
use moniflux_ports::clock::Clock;
use moniflux_service::Service;
use moniflux_sink::{Faults, Sink, SinkConfig};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::serve::{Listening, serve};
use crate::exit::Exit;
use crate::settings::{ServeArgs, Settings, SettingsArgs, StoreSettings};
use crate::shutdown::Shutdown;
use crate::{logging, wiring};

/// Where the demonstration listens.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is left behind: what it stores lies in a temporary folder, and is removed at the end."
)]
pub(crate) struct DemoArgs {
    /// The address of the service
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port of the service; 0 for any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The port of the sink, on this machine; 0 for any free one
    #[arg(long, default_value_t = 0)]
    sink_port: u16,
}

pub(crate) fn main(settings: &SettingsArgs, args: &DemoArgs) -> anyhow::Result<Exit> {
    let folder = TempDir::with_prefix("moniflux-demo-").context("cannot make a temporary folder")?;
    let loaded = Settings::load(settings, &ServeArgs::default()).context("the configuration is wrong:")?;
    let settings = Settings {
        host: args.host.to_string(),
        port: args.port,
        store: StoreSettings::Sqlite { folder: folder.path().to_owned() },
        ..loaded.quiet(settings)
    };
    logging::start(&settings)?;
    let (engine, threads) = wiring::engine()?;
    let shown = wiring::main_threads()?.block_on(show(&settings, engine, args.sink_port));
    drop(threads);
    folder.close().context("the temporary folder cannot be removed")?;
    shown
}

async fn show(settings: &Settings, engine: Engine, sink_port: u16) -> anyhow::Result<Exit> {
    let mut shutdown = Shutdown::listen()?;
    let faults = Faults { delay: DELAY, ..Faults::default() };
    let sink = Sink::bind(&SinkConfig { port: sink_port, faults, ..SinkConfig::default() })?;
    let (stop, sink_at) = (sink.stop_handle(), sink.addr());
    let mut receiving = std::pin::pin!(sink.serve());
    let clock = Arc::clone(&engine.clock);
    let ready = async |listening: Listening<'_>| {
        start_tests(listening.service, sink_at, clock.as_ref()).await?;
        announce(listening.address, sink_at)
    };
    let served = tokio::select! {
        served = serve(settings, engine, &mut shutdown, ready) => served,
        ended = &mut receiving => match ended {
            Ok(()) => Err(anyhow::anyhow!("the sink ended by itself")),
            Err(error) => Err(error.into()),
        }
    };
    tokio::join!(stop.stop(), async {
        receiving.await.ok();
    });
    served
}

/// One test to look at for an hour, one that is over soon, and one that waits.
async fn start_tests(service: &Arc<Service>, sink: SocketAddr, clock: &dyn Clock) -> anyhow::Result<()> {
    let later = (clock.now() + LATER).to_rfc3339_opts(SecondsFormat::Millis, true);
    service
        .start(draft(
            "demo",
            sink,
            &json!({
                "logRate": 500, "metricsRate": 1000, "traceRate": 100, "duration": 3600,
                "profile": {"type": "sine", "low": "40%", "high": "100%", "period": "1m"},
            }),
        )?)
        .await?;
    service
        .start(draft(
            "demo-short",
            sink,
            &json!({
                "logRate": 200, "traceRate": 20, "duration": 20,
                "profile": {"type": "spike", "peak": "400%", "at": 8, "for": 4},
            }),
        )?)
        .await?;
    service
        .create(draft(
            "demo-later",
            sink,
            &json!({
                "logRate": 1000, "duration": 60, "profile": {"type": "ramp"}, "schedule": later,
            }),
        )?)
        .await?;
    Ok(())
}

/// What the tests have in common, and the fields of one.
fn draft(name: &str, sink: SocketAddr, fields: &Value) -> anyhow::Result<Draft> {
    let address = format!("http://{sink}");
    let mut body = json!({
        "testID": name, "userID": "demo", "logSize": 200,
        "destination": {"name": "the sink of the demonstration", "type": "otlp-http", "endpoint": address},
        "thresholds": ["missed == 0", "failed.rate < 0.1%", "responseTime.p99 < 250ms", "loss == 0"],
        "verify": {"sink": address},
    });
    for (field, value) in fields.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    Ok(Draft::read(&body)?)
}

fn announce(service: SocketAddr, sink: SocketAddr) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "MoniFlux listens on http://{service}\n\n\
         dashboard  http://{service}/\n\
         API        http://{service}/docs\n\
         sink       http://{sink}/ledger/demo\n\
         watch      moniflux tests watch demo --url http://{service}\n\n\
         ctrl-C ends it, and nothing is kept"
    )?;
    stdout.flush()?;
    Ok(())
}

/// How long every answer of the sink waits: a little, so that there is something to see.
const DELAY: Duration = Duration::from_millis(2);

const LATER: Duration = Duration::from_mins(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_tests_are_ones_that_anybody_could_post() {
        let sink = SocketAddr::from(([127, 0, 0, 1], 4318));
        let fields = json!({"logRate": 5, "duration": 1});
        let spec = draft("demo", sink, &fields).unwrap().into_spec().unwrap();
        assert_eq!((spec.thresholds.len(), spec.verify.is_some()), (4, true));
    }
}
