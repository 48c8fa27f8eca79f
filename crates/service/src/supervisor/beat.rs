//! The beat: once a second every held share of a run reports, and its lease is renewed with its checkpoint.

use moniflux_domain::id::Epoch;
use moniflux_domain::point::{Point, Sample};
use moniflux_domain::run::{Checkpoint, ShareId};
use moniflux_engine::run::Observation;
use moniflux_ports::run_store::Renewal;
use tokio_util::sync::CancellationToken;

use super::{BEAT, LEASE, Supervisor};

/// What one share of a run reported.
struct Report {
    share: ShareId,
    epoch: Epoch,
    checkpoint: Checkpoint,
    points: Vec<Point>,
    samples: Vec<Sample>,
}

impl Supervisor {
    pub(crate) async fn beat(self, cancelled: CancellationToken) {
        let mut unsaved = Vec::new();
        let mut last = self.clock.monotonic();
        loop {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => break,
                () = self.held.kicked() => {}
                () = self.clock.sleep_until(last + BEAT) => {}
            }
            last = self.clock.monotonic();
            self.beat_once(&mut unsaved).await;
        }
        self.save(&mut unsaved).await;
    }

    /// Renews every lease. Points that cannot be saved now wait in `unsaved`.
    async fn beat_once(&self, unsaved: &mut Vec<Point>) {
        let reports = self.reports().await;
        if reports.is_empty() && unsaved.is_empty() {
            return self.keep(Vec::new()).await;
        }
        let renewals = reports.iter().map(|report| Renewal {
            share: report.share,
            epoch: report.epoch,
            checkpoint: report.checkpoint.clone(),
        });
        let renewed = match self.stores.runs.renew(&self.replica, LEASE, renewals.collect()).await {
            Ok(renewed) => renewed,
            Err(error) => {
                // What is reserved can still be issued; the next beat tries again.
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "leases cannot be renewed; trying on"
                );
                for report in reports {
                    unsaved.extend(report.points);
                    self.waiting.put(report.samples);
                }
                return;
            }
        };
        let mut samples = Vec::new();
        for (report, renewed) in reports.into_iter().zip(renewed) {
            let mut held = self.held.lock();
            if renewed.is_err()
                && let Some(run) = held.remove(&report.share)
            {
                self.telemetry.lease_lost();
                // Another replica holds it by now: what it says counts, and what this one reports does not.
                tracing::warn!(testID = %run.test, runID = %report.share.run, share = report.share.share.index(), "share of a run lost to another replica");
                continue;
            }
            // One that is no longer held here was closed meanwhile, and its points still count.
            if let Some(run) = held.get_mut(&report.share) {
                if let Some(reason) = run.guard.note(self.clock.monotonic(), &Point::counted(&report.points))
                {
                    tracing::warn!(testID = %run.test, runID = %report.share.run, share = report.share.share.index(), reason, "run given up");
                    run.give_up(reason);
                }
                run.handle.grant(&report.checkpoint);
                run.checkpoint = report.checkpoint;
            }
            unsaved.extend(report.points);
            samples.extend(report.samples);
        }
        self.judge(unsaved);
        self.save(unsaved).await;
        self.keep(samples).await;
    }

    /// Asks all of them at once, then waits for their answers.
    async fn reports(&self) -> Vec<Report> {
        let asked: Vec<_> = {
            let mut held = self.held.lock();
            held.iter_mut().map(|(share, entry)| (*share, entry.epoch, entry.handle.observe())).collect()
        };
        let mut reports = Vec::with_capacity(asked.len());
        for (share, epoch, seen) in asked {
            match seen.await {
                Ok(mut seen) => {
                    self.search_on(share, &mut seen);
                    let Observation { checkpoint, points, samples } = seen;
                    reports.push(Report { share, epoch, checkpoint, points, samples });
                }
                Err(error) => self.break_off(share, error).await,
            }
        }
        reports
    }

    /// Lets a search for the capacity go on. What it asks for next needs other reservations than this beat makes.
    fn search_on(&self, share: ShareId, seen: &mut Observation) {
        let changed = self.held.lock().get_mut(&share).is_some_and(|held| held.handle.drive(seen));
        if changed {
            self.held.kick();
        }
    }

    pub(super) async fn save(&self, unsaved: &mut Vec<Point>) {
        if unsaved.is_empty() {
            return;
        }
        match self.stores.results.append_points(unsaved).await {
            Ok(()) => unsaved.clear(),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    points = unsaved.len(),
                    "points cannot be stored; trying on"
                );
            }
        }
    }
}
