//! What a lane tells of itself once a second, and how far ahead it reserves sequence numbers.

use moniflux_domain::point::Sample;
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::LaneCheckpoint;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;

use super::{Collector, Lane, Phase};
use crate::latency::LatencyTimes;

/// What a lane reports: all so far, and what came since the report before.
#[derive(Debug)]
pub(crate) struct LaneReport {
    pub(crate) checkpoint: LaneCheckpoint,
    pub(crate) tally: Tally,
    pub(crate) evidence: Evidence,
    pub(crate) times: LatencyTimes,
    pub(crate) samples: Vec<Sample>,
}

/// What was last reported, and what came since.
pub(super) struct Since {
    pub(super) tally: Tally,
    pub(super) evidence: Evidence,
    pub(super) times: LatencyTimes,
}

impl Lane {
    pub(super) fn report(&mut self) -> LaneReport {
        let active = self.pace.active(self.clock.monotonic());
        if self.phase != Phase::Over {
            self.tally.note_due(self.load.due(active));
        }
        let busy = self.worker.busy();
        self.evidence.busiest = self.evidence.busiest.max(busy);
        let times = std::mem::take(&mut self.since.times);
        self.times.merge(&times);
        let reserved = self.reservation(active);
        let report = LaneReport {
            tally: self.tally.since(&self.since.tally),
            // As busy as it is now, not as it ever was: a point is of its own second.
            evidence: Evidence { busiest: busy, ..self.evidence.since(&self.since.evidence) },
            times,
            samples: self.collector.as_mut().map(Collector::take).unwrap_or_default(),
            checkpoint: LaneCheckpoint {
                signal: self.signal,
                load: self.load.clone(),
                reserved,
                tally: self.tally.clone(),
                evidence: self.evidence,
                latency: self.times.to_latency(),
            },
        };
        self.since.tally = self.tally.clone();
        self.since.evidence = self.evidence;
        report
    }

    /// Up to where sequence numbers are to be reserved, seen from `active`; what is not asked for again is given back.
    fn reservation(&mut self, active: ActiveTime) -> u64 {
        let goes_on = matches!(self.phase, Phase::Load | Phase::Drain { .. });
        let (issued, stands) = (self.tally.issued(), self.pace.is_held());
        let wanted = if !goes_on {
            issued
        } else if self.load.is_unpaced() {
            // As much as it may grow by: three times what came since the report before.
            let lately = issued - self.since.tally.issued();
            let ahead = if stands { 0 } else { (3 * lately).max(LaneCheckpoint::FIRST_UNPACED) };
            issued.saturating_add(ahead).min(self.load.limit().unwrap_or(u64::MAX))
        } else {
            let ahead = if stands { active } else { active.plus(self.reserve) };
            self.load.due(ahead).saturating_sub(self.tally.missed()).max(issued)
        };
        if self.reserves {
            self.granted = self.granted.min(wanted);
        }
        wanted
    }
}
