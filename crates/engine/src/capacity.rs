//! Drives a run's search for the capacity: turns observations into the figures of steps, and steps into what the lanes are told.
//!
//! A step settles, is measured, and is judged. After one that held the next begins at once; after one that failed the load rests
//! until everything on its way is answered, so that no step pays for the one before it.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::capacity::{Figures, LaneFigures, Next, Scale, Search};
use moniflux_domain::point::Point;
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::Checkpoint;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::Spec;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;

use crate::latency::Times;

/// A search and the step that goes on.
#[derive(Debug, Clone)]
pub(crate) struct CapacityDriver {
    search: Search,
    stage: Stage,
}

/// How far a step is.
#[derive(Debug, Clone)]
enum Stage {
    /// The rate was asked for; what comes until then says nothing.
    Settle { until: ActiveTime },
    /// It is measured.
    Hold(Measure),
    /// The step failed, and the next begins when nothing is open any more.
    Rest,
    /// Nothing more is asked for.
    Over,
}

/// What was measured of a step so far.
#[derive(Debug, Clone)]
struct Measure {
    since: ActiveTime,
    open_before: BTreeMap<Signal, u64>,
    tallies: BTreeMap<(Signal, u32), Tally>,
    evidence: Evidence,
    response: Times,
}

/// What the lanes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Follow [`CapacityDriver::follow`].
    Follow,
    /// The same, and then [`Turn::Skip`].
    FollowAndSkip,
    /// What waits while the window is full is missed.
    Skip,
    /// End the load.
    Stop,
}

impl CapacityDriver {
    /// Begins the current step of the search at that moment.
    pub(crate) fn new(search: Search, at: ActiveTime) -> Self {
        let until = at.plus(search.goal().settle);
        Self { search, stage: Stage::Settle { until } }
    }

    pub(crate) fn search(&self) -> &Search {
        &self.search
    }

    /// The load that the spec means now.
    pub(crate) fn follow(&self, spec: &Spec) -> Spec {
        let rests = matches!(self.stage, Stage::Rest);
        Search::at(if rests { Scale::ZERO } else { self.search.current() }, spec)
    }

    /// Someone else ended the load: the step that goes on says nothing.
    pub(crate) fn end(&mut self) {
        self.stage = Stage::Over;
    }

    /// Takes what was observed; answers what the lanes are to be told, if anything.
    pub(crate) fn note(&mut self, seen: &Checkpoint, points: &[Point]) -> Option<Turn> {
        if self.search.is_done() && !matches!(self.stage, Stage::Over) {
            self.stage = Stage::Over;
            return Some(Turn::Stop);
        }
        match &mut self.stage {
            Stage::Over => None,
            Stage::Settle { until } if !has_come(*until, seen.active) => None,
            Stage::Settle { .. } => {
                self.stage = Stage::Hold(Measure::begin(seen));
                None
            }
            Stage::Hold(measure) => {
                measure.add(points);
                let figures = measure.figures(&self.search, seen);
                let goal = self.search.goal();
                let is_over = has_come(measure.since.plus(goal.hold), seen.active);
                if is_over || figures.are_lost(&goal.condition) {
                    Some(self.judge(figures, seen))
                } else {
                    None
                }
            }
            Stage::Rest if open(seen).values().all(|open| *open == 0) => {
                self.settle(seen);
                Some(Turn::Follow)
            }
            Stage::Rest => Some(Turn::Skip),
        }
    }

    fn judge(&mut self, figures: Figures, seen: &Checkpoint) -> Turn {
        let next = self.search.note(figures);
        if let Some(step) = self.search.steps().last() {
            tracing::info!(
                step = self.search.steps().len(),
                held = step.limit.is_none(),
                reason = step.reason,
                "capacity"
            );
        }
        let held = self.search.steps().last().is_some_and(|step| step.limit.is_none());
        match next {
            Next::Done => {
                self.stage = Stage::Over;
                Turn::Stop
            }
            Next::Rate(_) if held => {
                self.settle(seen);
                Turn::Follow
            }
            Next::Rate(_) => {
                self.stage = Stage::Rest;
                Turn::FollowAndSkip
            }
        }
    }

    fn settle(&mut self, seen: &Checkpoint) {
        self.stage = Stage::Settle { until: seen.active.plus(self.search.goal().settle) };
    }
}

impl Measure {
    fn begin(seen: &Checkpoint) -> Self {
        Self {
            since: seen.active,
            open_before: open(seen),
            tallies: BTreeMap::new(),
            evidence: Evidence::default(),
            response: Times::default(),
        }
    }

    fn add(&mut self, points: &[Point]) {
        for point in points {
            self.tallies.entry((point.signal, point.share)).or_default().merge(&point.tally);
            self.evidence.merge(&point.evidence);
            // The lane wrote it just now: what cannot be read has no records.
            self.response.merge(&Times::from_distribution(&point.latency.response).unwrap_or_default());
        }
    }

    fn figures(&self, search: &Search, seen: &Checkpoint) -> Figures {
        let open_after = open(seen);
        let mut lanes: BTreeMap<Signal, LaneFigures> = BTreeMap::new();
        for ((signal, _), tally) in &self.tallies {
            let lane = lanes.entry(*signal).or_default();
            let batches = tally.requests().saturating_sub(tally.retries()).max(1);
            lane.due += tally.due();
            lane.issued += tally.issued();
            lane.acked += tally.acked();
            lane.failed += tally.failed() + tally.rejected();
            lane.batch += tally.issued().div_ceil(batches);
        }
        for (signal, lane) in &mut lanes {
            lane.asked = search.asked(*signal);
            lane.open_before = self.open_before.get(signal).copied().unwrap_or_default();
            lane.open_after = open_after.get(signal).copied().unwrap_or_default();
        }
        Figures {
            lasted: seen.active.since(self.since),
            lanes,
            p99: self.response.quantile_millis(0.99).map(|millis| Duration::from_secs_f64(millis / 1e3)),
            evidence: self.evidence,
        }
    }
}

/// Records of each signal that are due and not yet answered.
fn open(seen: &Checkpoint) -> BTreeMap<Signal, u64> {
    let mut open = BTreeMap::new();
    for lane in &seen.lanes {
        *open.entry(lane.signal).or_default() += lane.tally.waiting() + lane.tally.in_flight();
    }
    open
}

/// Whether that moment has come, or is so near that the next observation would be a second late.
fn has_come(moment: ActiveTime, now: ActiveTime) -> bool {
    now.plus(NEAR) >= moment
}

/// How much earlier an observation may come than it was meant to.
const NEAR: Duration = Duration::from_millis(50);
