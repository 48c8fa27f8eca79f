//! Judges runs by their thresholds once a second: marks what breaks, and gives up what is to be given up.
//!
//! A run is judged by the shares that are here; of a run that is spread over replicas each judges its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SubsecRound;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{LoadEvent, Mark, Point};
use moniflux_domain::run::{Checkpoint, ShareId};
use moniflux_domain::threshold::Breach;

use super::Supervisor;
use super::held::HeldShare;
use crate::results::RunFigures;

impl Supervisor {
    /// Judges every run here that has thresholds, as of the last beat; what breaks is marked in the latest of `points`.
    pub(super) fn judge(&self, points: &mut [Point]) {
        let mut held = self.held.lock();
        let watched: BTreeSet<RunId> =
            held.iter().filter(|(_, share)| !share.watch.is_idle()).map(|(id, _)| id.run).collect();
        for run in watched {
            let whole = whole(&held, run);
            let figures = match RunFigures::of(&whole) {
                Ok(figures) => figures,
                Err(error) => {
                    tracing::error!(runID = %run, %error, "a run cannot be judged");
                    continue;
                }
            };
            // The first share here remembers what was seen of the run.
            let mut shares = held.iter_mut().filter(|(id, _)| id.run == run).map(|(_, share)| share);
            let Some(first) = shares.next() else { continue };
            let (breaches, reason) = first.watch.note(self.clock.monotonic(), &figures);
            for Breach { threshold, shown } in breaches {
                tracing::info!(testID = %first.test, runID = %run, threshold, shown, "a threshold does not hold any more");
                let at = self.clock.now().trunc_subsecs(3);
                let detail = Some(format!("{threshold}: {shown}"));
                let event = LoadEvent::ThresholdBreached;
                mark(points, run, &Mark { event, at, active: whole.active, detail });
            }
            if let Some(reason) = reason {
                tracing::warn!(testID = %first.test, runID = %run, reason, "run given up");
                first.give_up(reason.clone());
                shares.for_each(|share| share.give_up(reason.clone()));
            }
        }
    }
}

/// How far the shares of a run that are here came together.
fn whole(held: &BTreeMap<ShareId, HeldShare>, run: RunId) -> Checkpoint {
    let mut whole = Checkpoint::default();
    for (_, share) in held.iter().filter(|(id, _)| id.run == run) {
        whole.active = whole.active.max(share.checkpoint.active);
        whole.lanes.extend(share.checkpoint.lanes.iter().cloned());
    }
    whole
}

/// Adds a mark to the latest points of a run.
fn mark(points: &mut [Point], run: RunId, mark: &Mark) {
    let of_run = |point: &&mut Point| point.run == run;
    let latest = points.iter_mut().filter(of_run).map(|point| point.active).max();
    for point in points.iter_mut().filter(of_run).filter(|point| Some(point.active) == latest) {
        point.marks.push(mark.clone());
    }
}
