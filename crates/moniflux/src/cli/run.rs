//! `moniflux run SPEC`: one test without a service and without a store.

mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::SubsecRound;
use clap::{Args, ValueEnum};
use moniflux_domain::draft::{Draft, read_time};
use moniflux_domain::fault::Faults;
use moniflux_domain::guard::Guard;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::point::Point;
use moniflux_domain::run::{Checkpoint, Outcome, Run, RunEnd, RunShare};
use moniflux_domain::signal::Share;
use moniflux_domain::spec::Spec;
use moniflux_domain::verify::Verification;
use moniflux_engine::run::Observation;
use moniflux_engine::{Engine, RunHandle, RunPlan};
use moniflux_service::Results;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::exit::Exit;
use crate::settings::{ServeArgs, Settings, SettingsArgs};
use crate::shutdown::Shutdown;
use crate::{logging, wiring};

/// What to run, and how to report it.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The spec: YAML or JSON, with the fields of POST /start-test; - for standard input
    spec: PathBuf,
    /// How the results are printed
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
    /// Searches for the highest rate that the destination takes, beginning at the rates of the spec
    #[arg(long)]
    find_capacity: bool,
    /// With --find-capacity: 99 in 100 records must be answered within this, such as 250ms
    #[arg(long, value_name = "TIME", requires = "find_capacity", value_parser = time)]
    p99: Option<Duration>,
}

/// A time as in a spec.
fn time(text: &str) -> Result<Duration, String> {
    let time = read_time(&serde_json::Value::from(text)).filter(|time| !time.is_zero());
    time.ok_or_else(|| "accepted: a time such as \"250ms\" or \"1.5s\"".to_owned())
}

/// How results are printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Text,
    /// As GET /tests/{testID}/results answers them.
    Json,
}

pub(crate) fn main(settings: &SettingsArgs, args: &RunArgs) -> anyhow::Result<Exit> {
    let settings = Settings::load(settings, &ServeArgs::default()).context("the configuration is wrong:")?;
    logging::start(&settings)?;
    let (test, spec) = read_spec(args)?;
    let (engine, _threads) = wiring::engine()?;
    wiring::main_threads()?.block_on(drive(&engine, test, spec, args.output))
}

/// Reads and checks the spec. JSON is YAML too, so one reader serves both.
fn read_spec(args: &RunArgs) -> anyhow::Result<(TestId, Spec)> {
    let path = &args.spec;
    let text = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let name = path.display();
    let text = text.map_err(|why| Faults::one("SPEC", format!("{name} cannot be read: {why}")));
    let value = text.and_then(|text| {
        serde_saphyr::from_str::<serde_json::Value>(&text)
            .map_err(|why| Faults::one("SPEC", format!("is neither YAML nor JSON: {why}")))
    });
    let spec = value.and_then(|value| {
        let draft = Draft::read(&value)?;
        let draft = if args.find_capacity { draft.finding_capacity(args.p99) } else { draft };
        let test = draft.test.clone().unwrap_or_else(|| TestId::from_uuid(Uuid::now_v7()));
        Ok((test, draft.into_spec()?))
    });
    spec.with_context(|| format!("the spec {name} is wrong:"))
}

async fn drive(engine: &Engine, test: TestId, spec: Spec, output: Output) -> anyhow::Result<Exit> {
    let mut shutdown = Shutdown::listen()?;
    let mut share = RunShare::start(&spec, Share::WHOLE);
    let mut run = Run {
        id: RunId(Uuid::now_v7()),
        test,
        number: RunNumber::FIRST,
        started_at: engine.clock.now().trunc_subsecs(3),
        spec,
        shares: Vec::new(),
    };
    let over = Arc::new(Notify::new());
    let mut handle = engine.start(RunPlan {
        test: run.test.clone(),
        run: run.id,
        share: share.share,
        spec: run.spec.clone(),
        started_at: run.started_at,
        from: share.checkpoint.clone(),
        told: Checkpoint::default(),
        held: false,
        reserves: false,
        over: Arc::clone(&over),
    })?;
    let (outcome, reason) = follow(engine, &run.spec, &mut handle, &over, &mut shutdown).await?;
    share.checkpoint = handle.observe().await?.checkpoint;
    share.end = Some(RunEnd { outcome, at: engine.clock.now().trunc_subsecs(3), reason });
    run.shares.push(share);
    let delivery = verified(engine, &run, &mut shutdown).await;
    let results = Results::verified(&run, Status::Running, delivery)?;
    report::results(&results, output)?;
    let found_nothing = results.capacity.as_ref().is_some_and(|capacity| !capacity.found);
    Ok(match outcome {
        Outcome::Completed if found_nothing => Exit::Threshold,
        Outcome::Completed => Exit::Done,
        Outcome::Cancelled => Exit::Signal,
        Outcome::Failed => Exit::Error,
    })
}

/// What arrived at the run's sink, if it names one; a signal ends the wait for it.
async fn verified(engine: &Engine, run: &Run, shutdown: &mut Shutdown) -> Option<Verification> {
    let verify = run.spec.verify.as_ref()?;
    let sinks = wiring::sinks();
    let found = moniflux_service::verify(sinks.as_ref(), engine.clock.as_ref(), run, verify);
    tokio::select! {
        found = found => Some(found),
        _ = shutdown.wished() => None,
    }
}

/// Shows progress once a second until the run is over; a signal ends its load, a second one everything.
async fn follow(
    engine: &Engine,
    spec: &Spec,
    handle: &mut RunHandle,
    over: &Notify,
    shutdown: &mut Shutdown,
) -> anyhow::Result<(Outcome, Option<String>)> {
    let mut outcome = Outcome::Completed;
    let mut reason = None;
    let mut guard = Guard::new(spec.abort_on);
    let mut next = engine.clock.monotonic();
    while !handle.is_over() {
        tokio::select! {
            () = over.notified() => {}
            () = engine.clock.sleep_until(next) => {
                next += Duration::from_secs(1);
                let mut seen = handle.observe().await?;
                handle.drive(&mut seen);
                let Observation { checkpoint, points, .. } = seen;
                report::progress(spec, &checkpoint);
                if reason.is_none() && outcome == Outcome::Completed {
                    reason = guard.note(engine.clock.monotonic(), &Point::counted(&points));
                    if reason.is_some() {
                        outcome = Outcome::Failed;
                        handle.stop();
                    }
                }
            }
            signal = shutdown.wished() => {
                if outcome == Outcome::Cancelled {
                    anyhow::bail!("stopped at once by {signal}");
                }
                tracing::info!(signal, "ending the load; once more to stop at once");
                outcome = Outcome::Cancelled;
                handle.stop();
            }
        }
    }
    Ok((outcome, reason))
}
