//! Drives one run in this process, shows it while it goes on, and answers what became of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::SubsecRound;
use moniflux_domain::guard::Guard;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::point::{LoadEvent, Mark, Point};
use moniflux_domain::run::{Checkpoint, Outcome, Run, RunEnd, RunShare};
use moniflux_domain::signal::Share;
use moniflux_domain::spec::Spec;
use moniflux_domain::threshold::{Breach, Watch};
use moniflux_domain::verify::Verification;
use moniflux_engine::{Engine, RunHandle, RunPlan};
use moniflux_service::Results;
use moniflux_service::results::RunFigures;
use tokio::sync::Notify;
use uuid::Uuid;

use super::history::History;
use super::progress::Progress;
use crate::cli::show::results::RunResults;
use crate::cli::show::screen::Screen;
use crate::exit::Exit;
use crate::shutdown::Shutdown;
use crate::wiring;

/// What became of a run.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) run: Run,
    /// As the API answers it.
    pub(super) results: Results,
    /// The same, to be shown.
    pub(super) shown: RunResults,
    /// What it was like over time, if that was wanted.
    pub(super) history: Option<History>,
    pub(super) exit: Exit,
}

/// Runs the spec to its end.
///
/// # Errors
/// The run cannot start or go on, or a second signal ended everything.
pub(super) async fn drive(
    engine: &Engine,
    test: TestId,
    spec: Spec,
    keeps_history: bool,
    screen: &Screen,
) -> anyhow::Result<Driven> {
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
    let mut history = keeps_history.then(History::default);
    let watched = Watched { engine, run: &run, over: &over, screen };
    let followed = watched.follow(&mut handle, &mut history, &mut shutdown).await;
    screen.clear();
    let (outcome, reason) = followed?;
    let last = handle.observe().await?;
    if let Some(history) = &mut history {
        history.note(&last)?;
    }
    share.checkpoint = last.checkpoint;
    share.end = Some(RunEnd { outcome, at: engine.clock.now().trunc_subsecs(3), reason });
    run.shares.push(share);
    let delivery = verified(engine, &run, &mut shutdown, screen).await;
    let results = Results::verified(&run, Status::Running, delivery)?;
    let shown = RunResults::read(&serde_json::to_value(&results)?)?;
    let exit = match outcome {
        Outcome::Cancelled => Exit::Signal,
        Outcome::Completed | Outcome::Failed => shown.exit(),
    };
    Ok(Driven { run, results, shown, history, exit })
}

/// What arrived at the run's sink, if it names one; a signal ends the wait for it.
async fn verified(
    engine: &Engine,
    run: &Run,
    shutdown: &mut Shutdown,
    screen: &Screen,
) -> Option<Verification> {
    let verify = run.spec.verify.as_ref()?;
    screen.say(&format!("asking {} what arrived", verify.sink.as_str()));
    let sinks = wiring::sinks();
    let found = moniflux_service::verify(sinks.as_ref(), engine.clock.as_ref(), run, verify);
    tokio::select! {
        found = found => Some(found),
        _ = shutdown.wished() => None,
    }
}

/// A run that is under load.
struct Watched<'a> {
    engine: &'a Engine,
    run: &'a Run,
    over: &'a Notify,
    screen: &'a Screen,
}

impl Watched<'_> {
    /// Shows progress once a second until the run is over; a signal ends its load, a second one everything.
    async fn follow(
        &self,
        handle: &mut RunHandle,
        history: &mut Option<History>,
        shutdown: &mut Shutdown,
    ) -> anyhow::Result<(Outcome, Option<String>)> {
        let Self { engine, run, over, screen } = self;
        let mut outcome = Outcome::Completed;
        let mut reason = None;
        let mut guard = Guard::new(run.spec.abort_on);
        let mut watch = Watch::new(&run.spec.thresholds);
        let mut progress = Progress::of(run);
        let mut next = engine.clock.monotonic();
        while !handle.is_over() {
            tokio::select! {
                () = over.notified() => {}
                () = engine.clock.sleep_until(next) => {
                    next += Duration::from_secs(1);
                    let mut seen = handle.observe().await?;
                    handle.drive(&mut seen);
                    let figures = RunFigures::of(&seen.checkpoint)?;
                    let now = engine.clock.monotonic();
                    let (breaches, broken) = watch.note(now, &figures);
                    for Breach { threshold, shown } in breaches {
                        tracing::warn!(threshold, shown, "a threshold does not hold any more");
                        let at = engine.clock.now().trunc_subsecs(3);
                        let (event, detail) = (LoadEvent::ThresholdBreached, Some(format!("{threshold}: {shown}")));
                        let mark = Mark { event, at, active: seen.checkpoint.active, detail };
                        seen.points.iter_mut().for_each(|point| point.marks.push(mark.clone()));
                    }
                    if let Some(history) = history {
                        history.note(&seen)?;
                    }
                    if let Some(frame) = progress.note(&seen, &figures)? {
                        screen.show(&frame, progress.second());
                    }
                    if reason.is_none() && outcome == Outcome::Completed {
                        reason = guard.note(now, &Point::counted(&seen.points)).or(broken);
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
}
