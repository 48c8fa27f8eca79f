//! Closing runs: the last checkpoint, the test's new state, the run's end; and giving leases back.

use std::time::Duration;

use chrono::SubsecRound;
use moniflux_domain::id::{RunNumber, TestId};
use moniflux_domain::lifecycle::Command;
use moniflux_domain::run::{Outcome, Run, RunEnd, ShareId};
use moniflux_engine::run::{LaneBrokeOff, Observation};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{HolderError, Renewal};

use super::held::HeldShare;
use super::wish::{Wish, wish};
use super::{LEASE, Supervisor};
use crate::error::UseCaseError;
use crate::service::refused;

impl Supervisor {
    /// Closes a share all of whose records have their class, and which is no longer among the held ones.
    pub(super) async fn close(&self, share: ShareId, mut held: HeldShare) {
        let (checkpoint, outcome, reason) = match held.handle.observe().await {
            Ok(Observation { checkpoint, points, samples }) => {
                let mut unsaved = points;
                self.save(&mut unsaved).await;
                self.keep(samples).await;
                let outcome = match held.wish {
                    Wish::End(outcome) => outcome,
                    Wish::Go(_) | Wish::Hold(_) if held.given_up.is_some() => Outcome::Failed,
                    Wish::Go(_) | Wish::Hold(_) => Outcome::Completed,
                };
                let reason = held.given_up.filter(|_| outcome == Outcome::Failed);
                (checkpoint, outcome, reason)
            }
            Err(error) => (held.checkpoint.closed(), Outcome::Failed, Some(error.to_string())),
        };
        let last = Renewal { share, epoch: held.epoch, checkpoint };
        let settle = self.settle(&held.test, held.number, last, outcome, reason);
        self.verified(held.due, Box::pin(settle)).await;
    }

    /// A lane's task is gone: the run cannot go on.
    pub(super) async fn break_off(&self, share: ShareId, error: LaneBrokeOff) {
        let Some(held) = self.held.lock().remove(&share) else { return };
        let last = Renewal { share, epoch: held.epoch, checkpoint: held.checkpoint.closed() };
        let settle = self.settle(&held.test, held.number, last, Outcome::Failed, Some(error.to_string()));
        self.verified(held.due, Box::pin(settle)).await;
    }

    /// Stores the last checkpoint, moves the test on, and ends the share; in this order, so that a crash in between
    /// leaves a share that its next holder ends in the same way.
    ///
    /// A share that completed leaves the test as it is while others go on.
    pub(crate) async fn settle(
        &self,
        test: &TestId,
        number: RunNumber,
        last: Renewal,
        outcome: Outcome,
        reason: Option<String>,
    ) {
        if !self.insist(|| self.store_last(&last)).await {
            return;
        }
        if outcome == Outcome::Completed && self.others_go_on(test, number, last.share).await {
            let run = last.share.run;
            self.finish(test, last, outcome, reason).await;
            // The others may have seen this one go on, and have ended since.
            if let Err(error) = self.end_with_run(test, number, run).await {
                tracing::warn!(testID = %test, runID = %run, %error, "whether the run is over cannot be read now");
            }
            return;
        }
        let command = match outcome {
            Outcome::Completed => Command::LoadEnds,
            Outcome::Failed => Command::CannotGoOn,
            // Whoever cancelled it moved the test on.
            Outcome::Cancelled => return self.finish(test, last, outcome, reason).await,
        };
        let now = self.clock.now().trunc_subsecs(3);
        let moved = self
            .service
            .update(test, |stored| match wish(Some(stored), last.share.run) {
                Wish::Go(_) | Wish::Hold(_) => stored.ended(command, now).map_err(refused(test)),
                Wish::End(_) => Err(UseCaseError::NotFound(test.clone())),
            })
            .await;
        match moved {
            Ok(_) => self.finish(test, last, outcome, reason).await,
            // Cancelled, replaced or deleted at the last moment.
            Err(UseCaseError::NotFound(_)) => self.finish(test, last, Outcome::Cancelled, None).await,
            // Paused at the last moment, or the store failed: the lease runs out, and whoever claims the run closes it.
            Err(error) => {
                tracing::warn!(testID = %test, runID = %last.share.run, %error, "run cannot be closed now");
            }
        }
    }

    /// Whether another share of the run has not ended. When that cannot be read it is taken to be so: then the sweep ends the
    /// test.
    async fn others_go_on(&self, test: &TestId, number: RunNumber, share: ShareId) -> bool {
        if share.share.count() == 1 {
            return false;
        }
        let goes_on = |run: &Run| {
            let others = run.shares.iter().filter(|other| other.share != share.share);
            run.id == share.run && others.into_iter().any(|other| other.end.is_none())
        };
        match self.stores.runs.get(test, number).await {
            Ok(run) => run.as_ref().is_some_and(goes_on),
            Err(_) => true,
        }
    }

    /// Ends the share itself.
    pub(super) async fn finish(
        &self,
        test: &TestId,
        last: Renewal,
        outcome: Outcome,
        reason: Option<String>,
    ) {
        let end = RunEnd { outcome, at: self.clock.now().trunc_subsecs(3), reason: reason.clone() };
        let done = self
            .insist(|| async {
                match self.stores.runs.finish(last.clone(), end.clone()).await {
                    Ok(()) => Ok(true),
                    Err(HolderError::Stale(_)) => Ok(false),
                    Err(HolderError::Store(fault)) => Err(fault),
                }
            })
            .await;
        let verdict = last.checkpoint.verdict();
        if done {
            tracing::info!(
                testID = %test, runID = %last.share.run, share = last.share.share.index(), outcome = outcome.as_str(),
                reason, verdict = verdict.as_str(), "run ended"
            );
        }
    }

    /// Lets everything stand still, waits for answers, and gives the leases back.
    pub(super) async fn give_back_all(&self) {
        let held = std::mem::take(&mut *self.held.lock());
        let suspended: Vec<_> = held
            .into_iter()
            .map(|(share, mut entry)| {
                entry.handle.suspend();
                (share, entry)
            })
            .collect();
        for (share, mut entry) in suspended {
            while !entry.handle.is_over() {
                self.over.notified().await;
            }
            let Ok(seen) = entry.handle.observe().await else { continue };
            let last = Renewal { share, epoch: entry.epoch, checkpoint: seen.checkpoint };
            match self.stores.runs.release(last).await {
                Ok(()) => {
                    tracing::info!(testID = %entry.test, runID = %share.run, share = share.share.index(), "run given back");
                }
                Err(error) => {
                    tracing::warn!(testID = %entry.test, runID = %share.run, %error, "run cannot be given back");
                }
            }
            let mut unsaved = seen.points;
            self.save(&mut unsaved).await;
            self.keep(seen.samples).await;
        }
    }

    async fn store_last(&self, last: &Renewal) -> Result<bool, StoreFault> {
        let renewed = self.stores.runs.renew(&self.replica, LEASE, vec![last.clone()]).await?;
        Ok(renewed.into_iter().all(|renewed| renewed.is_ok()))
    }

    /// Repeats a write of the holder for as long as the lease may last; answers whether it took effect.
    pub(super) async fn insist<F>(&self, write: impl Fn() -> F) -> bool
    where
        F: Future<Output = Result<bool, StoreFault>>,
    {
        let give_up = self.clock.monotonic() + LEASE;
        loop {
            match write().await {
                Ok(took_effect) => return took_effect,
                Err(error) if error.is_retryable() && self.clock.monotonic() < give_up => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a run's end cannot be stored; trying on"
                    );
                    self.clock.sleep_until(self.clock.monotonic() + RETRY).await;
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "a run's end was not stored");
                    return false;
                }
            }
        }
    }
}

const RETRY: Duration = Duration::from_millis(200);
