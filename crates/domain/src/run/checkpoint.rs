//! How far a run came, and where another holder goes on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::capacity::Search;
use crate::point::Latency;
use crate::profile::{ActiveTime, Load};
use crate::signal::{Share, Signal};
use crate::spec::Spec;
use crate::tally::Tally;
use crate::verdict::{Evidence, Verdict};

/// How far a run or a share of it came: what another holder needs to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Time under load so far.
    pub active: ActiveTime,
    /// One entry for each share of each lane.
    pub lanes: Vec<LaneCheckpoint>,
    /// The search for the capacity, if the run is one.
    pub search: Option<Search>,
}

/// How far one share of a lane came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneCheckpoint {
    /// The lane's signal.
    pub signal: Signal,
    /// The load, with every change so far.
    pub load: Load,
    /// Sequence numbers below this may have been issued.
    pub reserved: u64,
    /// What became of the records.
    pub tally: Tally,
    /// What the verdict rests on.
    pub evidence: Evidence,
    /// The distributions so far.
    pub latency: Latency,
}

impl Checkpoint {
    /// Before the first record of a share of a run, as [`Spec::leased_shares`] has them.
    pub fn start(spec: &Spec, leased: Share) -> Self {
        let demands = Signal::ALL.into_iter().filter_map(|signal| Some((signal, spec.demand(signal)?)));
        let lanes = demands.flat_map(|(signal, demand)| {
            let start = move |share| LaneCheckpoint::start(signal, Load::of(demand.clone(), share));
            spec.lane_shares(leased).map(start)
        });
        Self { active: ActiveTime::ZERO, lanes: lanes.collect(), search: Search::of(spec) }
    }

    /// Where a new holder goes on: what an earlier one may have issued counts as in doubt, and load goes on from the
    /// moment at which all of that was due.
    #[must_use]
    pub fn taken_over(&self) -> Self {
        let mut next = self.clone();
        for lane in &mut next.lanes {
            lane.tally.take_over(lane.reserved);
            if let Some(due) = lane.load.due_at(lane.reserved + lane.tally.missed()) {
                next.active = next.active.max(due);
            }
        }
        next.note_due();
        next
    }

    /// With sequence numbers reserved for that much more of every lane's load.
    #[must_use]
    pub fn reserved_ahead(&self, by: Duration) -> Self {
        let mut next = self.clone();
        for lane in &mut next.lanes {
            let wanted = if lane.load.is_unpaced() {
                let first = lane.tally.issued().saturating_add(LaneCheckpoint::FIRST_UNPACED);
                first.min(lane.load.limit().unwrap_or(u64::MAX))
            } else {
                lane.load.due(self.active.plus(by)).saturating_sub(lane.tally.missed())
            };
            lane.reserved = lane.reserved.max(wanted);
        }
        next
    }

    /// What the whole run's verdict rests on.
    pub fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for lane in &self.lanes {
            evidence.merge(&lane.evidence);
        }
        evidence
    }

    /// The whole run's verdict.
    pub fn verdict(&self) -> Verdict {
        self.evidence().verdict()
    }

    /// Closes the accounts of a run that nobody drives any more: what was reserved is in doubt, the rest that was due
    /// is missed.
    #[must_use]
    pub fn closed(&self) -> Self {
        let mut last = self.clone();
        for lane in &mut last.lanes {
            lane.tally.take_over(lane.reserved);
            lane.tally.settle();
        }
        last
    }

    fn note_due(&mut self) {
        for lane in &mut self.lanes {
            lane.tally.note_due(lane.load.due(self.active));
        }
    }
}

impl LaneCheckpoint {
    /// Sequence numbers that are reserved at first for a lane that sends as fast as it can.
    pub const FIRST_UNPACED: u64 = 1_000_000;

    /// Before the first record.
    pub fn start(signal: Signal, load: Load) -> Self {
        Self {
            signal,
            load,
            reserved: 0,
            tally: Tally::default(),
            evidence: Evidence::default(),
            latency: Latency::default(),
        }
    }

    /// Which share of the lane it is.
    pub fn share(&self) -> Share {
        self.load.share()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::profile::{Demand, LoadDuration, Rate};

    fn checkpoint(rate: u64, seconds: u32) -> Checkpoint {
        let demand =
            Demand::constant(Rate::per_second(rate).unwrap(), LoadDuration::seconds(seconds).unwrap());
        let load = Load::of(demand, Share::WHOLE);
        Checkpoint {
            active: ActiveTime::ZERO,
            lanes: vec![LaneCheckpoint::start(Signal::Logs, load)],
            search: None,
        }
    }

    #[test]
    fn a_taken_over_run_goes_on_behind_what_was_reserved() {
        let mut before = checkpoint(100, 10);
        before.active = ActiveTime::from_duration(Duration::from_secs(3));
        before.lanes[0].tally.issue(300, 1);
        before.lanes[0].tally.book(250, &Answer::Acked);
        let before = before.reserved_ahead(Duration::from_secs(2));
        assert_eq!(before.lanes[0].reserved, 500);

        let after = before.taken_over();
        assert_eq!(after.active.as_duration(), Duration::from_secs(5));
        let tally = &after.lanes[0].tally;
        assert_eq!((tally.issued(), tally.acked(), tally.in_doubt(), tally.due()), (500, 250, 250, 500));
    }

    /// The three shares of a run, each by itself.
    #[test]
    fn taking_over_a_run_that_never_began_changes_nothing() {
        let before = checkpoint(100, 10);
        assert_eq!(before.taken_over(), before);
    }

    #[test]
    fn no_more_is_reserved_than_is_ever_due() {
        let ahead = checkpoint(100, 1).reserved_ahead(Duration::from_mins(1));
        assert_eq!(ahead.lanes[0].reserved, 100);
        assert!(ahead.closed().lanes[0].tally.is_settled());
    }
}
