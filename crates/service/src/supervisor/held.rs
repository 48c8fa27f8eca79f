//! The shares of runs that this replica drives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moniflux_domain::guard::Guard;
use moniflux_domain::id::{Epoch, RunId, RunNumber, TestId};
use moniflux_domain::point::Distribution;
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::{Checkpoint, LaneCheckpoint, ShareId};
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::Spec;
use moniflux_domain::tally::Tally;
use moniflux_domain::threshold::Watch;
use moniflux_domain::verdict::Evidence;
use moniflux_engine::RunHandle;
use moniflux_engine::latency::Times;
use tokio::sync::Notify;

use super::verification::Due;
use super::wish::Wish;

/// The held shares of runs by name, and what is still to be done about them. The locks are never held across a wait.
#[derive(Default)]
pub struct Held {
    shares: Mutex<BTreeMap<ShareId, HeldShare>>,
    unread: Mutex<BTreeSet<TestId>>,
    kick: Notify,
}

/// A share of a run under this replica's lease.
pub(super) struct HeldShare {
    pub(super) test: TestId,
    pub(super) number: RunNumber,
    pub(super) epoch: Epoch,
    pub(super) handle: RunHandle,
    /// What its test wanted of it last.
    pub(super) wish: Wish,
    /// As of the last beat.
    pub(super) checkpoint: Checkpoint,
    pub(super) guard: Guard,
    pub(super) watch: Watch,
    /// Up to where its points were put together; none when that is not known.
    pub(super) coarse_until: Option<Duration>,
    /// Why it is ended as failed, if it is.
    pub(super) given_up: Option<String>,
    /// That its run is to be verified, if it is.
    pub(super) due: Option<Due>,
}

/// What is shown of a run while it goes on.
#[derive(Debug, Clone)]
pub struct LiveRun {
    /// The test.
    pub test: TestId,
    /// The run.
    pub run: RunId,
    /// The how-many-eth run of its test.
    pub number: RunNumber,
    /// What the verdict on it rests on so far.
    pub evidence: Evidence,
    /// Its lanes as of the last second, the shares that are here together.
    pub lanes: BTreeMap<Signal, LiveLane>,
}

/// What is shown of a lane while it goes on.
#[derive(Debug, Clone, Default)]
pub struct LiveLane {
    /// What became of its records.
    pub tally: Tally,
    /// Records a second that are asked of it now; 0 of one that sends as fast as it can.
    pub asked: f64,
    /// Due time to answer.
    pub response: Times,
}

/// A lane of a held share, as it is copied while nothing else can be done with the shares.
struct Seen {
    test: TestId,
    run: RunId,
    number: RunNumber,
    signal: Signal,
    tally: Tally,
    evidence: Evidence,
    asked: f64,
    response: Distribution,
}

impl HeldShare {
    /// Lets the load follow another spec; a run that cannot is given up.
    pub(super) fn follow(&mut self, spec: &Spec) {
        self.guard.watch_for(spec.abort_on);
        if let Err(error) = self.handle.change(spec) {
            self.give_up(error.to_string());
        }
    }

    /// Ends the load, and the run as failed.
    pub(super) fn give_up(&mut self, reason: String) {
        if self.given_up.is_none() {
            self.handle.stop();
            self.given_up = Some(reason);
        }
    }

    /// Whether it is under load.
    fn goes_on(&self) -> bool {
        matches!(self.wish, Wish::Go(_)) && self.given_up.is_none()
    }

    /// Whether it can be closed: every record has its class, and its test is not paused.
    pub(super) fn is_closable(&self) -> bool {
        self.handle.is_over() && !matches!(self.wish, Wish::Hold(_))
    }
}

impl Held {
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<ShareId, HeldShare>> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a beat before its time.
    pub(crate) fn kick(&self) {
        self.kick.notify_one();
    }

    /// Waits until a beat is asked for. Cancel safe.
    pub(super) async fn kicked(&self) {
        self.kick.notified().await;
    }

    /// This test changed, and could not be read.
    pub(super) fn mark_unread(&self, test: &TestId) {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).insert(test.clone());
    }

    /// The tests that are still to be read.
    pub(super) fn take_unread(&self) -> BTreeSet<TestId> {
        std::mem::take(&mut self.unread.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The shares of that test's runs; of more than one while a new run begins and the one before ends.
    pub(super) fn of_test(&self, test: &TestId) -> Vec<ShareId> {
        self.lock().iter().filter(|(_, held)| held.test == *test).map(|(share, _)| *share).collect()
    }

    /// Whether every share of that run is here.
    pub(super) fn is_whole(&self, run: RunId) -> bool {
        let held = self.lock();
        let mut shares = held.keys().filter(|share| share.run == run).peekable();
        let count = shares.peek().map(|first| first.share.count() as usize);
        count.is_some_and(|count| shares.count() == count)
    }

    /// Every test that has a run here.
    pub(super) fn tests(&self) -> Vec<TestId> {
        self.lock().values().map(|held| held.test.clone()).collect()
    }

    /// The runs that are here, those that began first at the beginning.
    pub(crate) fn live(&self) -> Vec<LiveRun> {
        let mut live: Vec<LiveRun> = Vec::new();
        for Seen { test, run, number, signal, tally, evidence, asked, response } in self.seen() {
            if live.last().is_none_or(|last| last.run != run) {
                live.push(LiveRun {
                    test,
                    run,
                    number,
                    evidence: Evidence::default(),
                    lanes: BTreeMap::new(),
                });
            }
            let Some(last) = live.last_mut() else { continue };
            last.evidence.merge(&evidence);
            let lane = last.lanes.entry(signal).or_default();
            lane.tally.merge(&tally);
            lane.asked += asked;
            if let Err(error) = lane.response.add(&response) {
                tracing::warn!(runID = %run, %error, "response times of a lane are not shown");
            }
        }
        live
    }

    fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for (ShareId { run, .. }, held) in self.lock().iter() {
            let active = held.checkpoint.active;
            seen.extend(held.checkpoint.lanes.iter().map(|lane| Seen {
                test: held.test.clone(),
                run: *run,
                number: held.number,
                signal: lane.signal,
                tally: lane.tally.clone(),
                evidence: lane.evidence,
                asked: if held.goes_on() { asked(lane, active) } else { 0.0 },
                response: lane.latency.response.clone(),
            }));
        }
        seen
    }
}

/// What is asked of a share of a lane, in records a second.
#[expect(clippy::cast_precision_loss, reason = "a rate is far below 2^52")]
fn asked(lane: &LaneCheckpoint, at: ActiveTime) -> f64 {
    lane.load.rate_at(at).0 as f64 / 1_000.0 / f64::from(lane.share().count())
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().keys()).finish()
    }
}
