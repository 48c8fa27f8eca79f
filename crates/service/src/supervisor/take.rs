//! Taking runs: claims those that nobody holds and puts them under load.

use std::sync::Arc;

use moniflux_domain::guard::Guard;
use moniflux_domain::run::{Checkpoint, Outcome, Run};
use moniflux_engine::RunPlan;
use moniflux_engine::run::StartError;
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::Renewal;

use super::held::HeldRun;
use super::wish::{Wish, wish};
use super::{LEASE, Supervisor};

impl Supervisor {
    /// Claims runs until there are none left to claim.
    pub(crate) async fn take_all(&self) -> Result<(), StoreFault> {
        loop {
            let claimed = self.stores.runs.claim(&self.replica, LEASE, AT_ONCE).await?;
            let were_all = claimed.len() < AT_ONCE as usize;
            self.take(claimed).await?;
            if were_all {
                return Ok(());
            }
        }
    }

    /// Puts claimed runs under load, or ends those whose test wants that.
    ///
    /// Should it fail half-way, the leases of the rest run out and they are claimed again.
    async fn take(&self, claimed: Vec<Run>) -> Result<(), StoreFault> {
        let mut ready = Vec::new();
        for run in claimed {
            let test = self.stores.tests.get(&run.test).await?;
            let goes_on = run.checkpoint.taken_over();
            match wish(test.as_ref(), run.id) {
                Wish::Go(spec) => {
                    let reserved = goes_on.reserved_ahead(self.engine.reserve);
                    ready.push((run, Wish::Go(spec), reserved));
                }
                Wish::Hold(spec) => ready.push((run, Wish::Hold(spec), goes_on)),
                Wish::End(outcome) => {
                    let last = Renewal { run: run.id, epoch: run.epoch, checkpoint: run.checkpoint.closed() };
                    self.finish(&run.test, last, outcome, None).await;
                }
            }
        }
        let renewals = ready.iter().map(|(run, _, checkpoint)| Renewal {
            run: run.id,
            epoch: run.epoch,
            checkpoint: checkpoint.clone(),
        });
        let renewed = self.stores.runs.renew(&self.replica, LEASE, renewals.collect()).await?;
        for ((run, wish, from), renewed) in ready.into_iter().zip(renewed) {
            if renewed.is_ok() {
                self.put_under_load(run, wish, from).await;
            }
        }
        Ok(())
    }

    async fn put_under_load(&self, run: Run, wish: Wish, from: Checkpoint) {
        let (spec, held) = match &wish {
            Wish::Go(spec) => (spec, false),
            Wish::Hold(spec) => (spec, true),
            Wish::End(_) => return,
        };
        let plan = RunPlan {
            test: run.test.clone(),
            run: run.id,
            // What cannot change in a run is the run's own; rates and duration follow below.
            spec: run.spec.clone(),
            started_at: run.started_at,
            from: from.clone(),
            told: run.checkpoint.clone(),
            held,
            reserves: true,
            over: Arc::clone(&self.over),
        };
        tracing::info!(
            testID = %run.test, runID = %run.id, run = run.number.0, epoch = run.epoch.0,
            active = ?from.active.as_duration(), "run taken"
        );
        let started = self.engine.start(plan).and_then(|mut handle| {
            handle.change(spec)?;
            Ok(handle)
        });
        match started {
            Ok(handle) => {
                let entry = HeldRun {
                    guard: Guard::new(spec.abort_on),
                    given_up: None,
                    test: run.test,
                    number: run.number,
                    epoch: run.epoch,
                    handle,
                    wish,
                    checkpoint: from,
                };
                self.held.lock().insert(run.id, entry);
            }
            Err(error) => self.fail(&run, &error).await,
        }
    }

    /// Ends a run that cannot be put under load.
    async fn fail(&self, run: &Run, error: &StartError) {
        let reason = chain(error);
        let last = Renewal { run: run.id, epoch: run.epoch, checkpoint: run.checkpoint.closed() };
        self.settle(&run.test, last, Outcome::Failed, Some(reason)).await;
    }
}

/// An error with its sources, as one line for people.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// How many runs are claimed in one go.
const AT_ONCE: u32 = 64;
