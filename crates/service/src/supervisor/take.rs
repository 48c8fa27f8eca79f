//! Taking shares of runs: claims those that nobody holds and puts them under load.

use std::sync::Arc;

use moniflux_domain::guard::Guard;
use moniflux_domain::id::{Epoch, RunId};
use moniflux_domain::run::{Checkpoint, Outcome, Run, RunShare, ShareId};
use moniflux_domain::threshold::Watch;
use moniflux_engine::RunPlan;
use moniflux_engine::run::StartError;
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{ClaimLimit, Renewal};

use super::held::HeldShare;
use super::verification::Due;
use super::wish::{Wish, wish};
use super::{LEASE, Supervisor};

impl Supervisor {
    /// Claims shares of runs until there are none left to claim, at most so many of one run; answers whether a run has more
    /// shares than were taken of it here.
    pub(crate) async fn take_all(&self, per_run: u32) -> Result<bool, StoreFault> {
        let limit = ClaimLimit { shares: AT_ONCE, per_run };
        loop {
            let claimed = self.stores.runs.claim(&self.replica, LEASE, limit).await?;
            let shares: usize = claimed.iter().map(|run| run.shares.len()).sum();
            let is_part = claimed.iter().any(|run| !run.is_complete());
            self.take(claimed).await?;
            if is_part || shares < AT_ONCE as usize {
                return Ok(is_part);
            }
        }
    }

    /// Puts claimed shares under load, or ends those whose test wants that.
    ///
    /// Should it fail half-way, the leases of the rest run out and they are claimed again.
    async fn take(&self, claimed: Vec<Run>) -> Result<(), StoreFault> {
        let mut ready = Vec::new();
        for mut run in claimed {
            let test = self.stores.tests.get(&run.test).await?;
            let wish = wish(test.as_ref(), run.id);
            let shares = std::mem::take(&mut run.shares);
            let run = Arc::new(run);
            for share in shares {
                if share.epoch > Epoch::FIRST {
                    self.telemetry.taken_over();
                }
                let goes_on = share.checkpoint.taken_over();
                let from = match &wish {
                    Wish::Go(_) => goes_on.reserved_ahead(self.engine.reserve),
                    Wish::Hold(_) => goes_on,
                    Wish::End(outcome) => {
                        let last = renewal(run.id, &share, share.checkpoint.closed());
                        let finish = self.finish(&run.test, last, *outcome, None);
                        self.verified(Due::of(&run), Box::pin(finish)).await;
                        continue;
                    }
                };
                ready.push(Claimed { run: Arc::clone(&run), share, wish: wish.clone(), from });
            }
        }
        let renewals = ready.iter().map(|claimed| claimed.renewal(claimed.from.clone()));
        let renewed = self.stores.runs.renew(&self.replica, LEASE, renewals.collect()).await?;
        for (claimed, renewed) in ready.into_iter().zip(renewed) {
            if renewed.is_ok() {
                self.put_under_load(claimed).await;
            }
        }
        Ok(())
    }

    async fn put_under_load(&self, claimed: Claimed) {
        let Claimed { run, share, wish, from } = &claimed;
        let (spec, held) = match wish {
            Wish::Go(spec) => (spec, false),
            Wish::Hold(spec) => (spec, true),
            Wish::End(_) => return,
        };
        let plan = RunPlan {
            test: run.test.clone(),
            run: run.id,
            share: share.share,
            // What cannot change in a run is the run's own; rates and duration follow below.
            spec: run.spec.clone(),
            started_at: run.started_at,
            from: from.clone(),
            told: share.checkpoint.clone(),
            held,
            reserves: true,
            over: Arc::clone(&self.over),
        };
        tracing::info!(
            testID = %run.test, runID = %run.id, run = run.number.0, share = share.share.index(),
            epoch = share.epoch.0, active = ?from.active.as_duration(), "run taken"
        );
        let started = self.engine.start(plan).and_then(|mut handle| {
            handle.change(spec)?;
            Ok(handle)
        });
        match started {
            Ok(handle) => {
                let entry = HeldShare {
                    guard: Guard::new(spec.abort_on),
                    watch: Watch::new(&run.spec.thresholds),
                    coarse_until: None,
                    given_up: None,
                    due: Due::of(run),
                    test: run.test.clone(),
                    number: run.number,
                    epoch: share.epoch,
                    handle,
                    wish: wish.clone(),
                    checkpoint: from.clone(),
                };
                self.held.lock().insert(ShareId { run: run.id, share: share.share }, entry);
            }
            Err(error) => self.fail(&claimed, &error).await,
        }
    }

    /// Ends what cannot be put under load.
    async fn fail(&self, claimed: &Claimed, error: &StartError) {
        let last = claimed.renewal(claimed.share.checkpoint.closed());
        let (run, reason) = (&claimed.run, Some(chain(error)));
        let settle = self.settle(&run.test, run.number, last, Outcome::Failed, reason);
        self.verified(Due::of(run), Box::pin(settle)).await;
    }
}

/// A share that was claimed, and where it goes on.
struct Claimed {
    /// Without its shares.
    run: Arc<Run>,
    share: RunShare,
    wish: Wish,
    from: Checkpoint,
}

impl Claimed {
    fn renewal(&self, checkpoint: Checkpoint) -> Renewal {
        renewal(self.run.id, &self.share, checkpoint)
    }
}

fn renewal(run: RunId, share: &RunShare, checkpoint: Checkpoint) -> Renewal {
    Renewal { share: ShareId { run, share: share.share }, epoch: share.epoch, checkpoint }
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

/// How many shares are claimed in one go.
const AT_ONCE: u32 = 64;
