//! Joins the two sides of the ledger: what a run says of its records, and what the sink says of them.
//!
//! The sink tells which numbers arrived, and the run how many were acked, not which. So a loss is known within bounds, which
//! meet when nothing that left was left unacked.

use crate::run::{Checkpoint, LaneCheckpoint};
use crate::verify::{SinkLane, SinkLedger, Verification, Verified};

impl Verification {
    /// This one, with what the sink counted by now of a run that came so far.
    #[must_use]
    pub fn joined(self, run: &Checkpoint, ledger: &SinkLedger) -> Self {
        let mut next = Self { fault: None, ..self };
        next.lanes.clear();
        for lane in &run.lanes {
            let arrived = ledger
                .lanes
                .iter()
                .find(|found| found.signal == lane.signal && found.share == lane.share().index());
            let sum = next.lanes.entry(lane.signal).or_default();
            sum.add(lane, arrived);
            sum.end_to_end = ledger.end_to_end.get(&lane.signal).copied().unwrap_or_default();
        }
        next.end_to_end = ledger.end_to_end_of_all;
        next
    }

    /// Whether the sink has everything that was acked, as far as that can be known.
    pub fn has_everything(&self) -> bool {
        self.is_known() && self.lanes.values().all(|lane| lane.lost == 0)
    }

    /// Whether nothing that was acked can be missing.
    pub fn is_certain(&self) -> bool {
        self.is_known() && self.lanes.values().all(|lane| lane.lost_at_most == 0)
    }

    /// Whether the sink counted the same in both.
    pub fn counts_like(&self, other: &Self) -> bool {
        self.lanes == other.lanes
    }
}

impl Verified {
    /// Adds one share: what left of it, and what arrived of it, if anything did.
    fn add(&mut self, lane: &LaneCheckpoint, arrived: Option<&SinkLane>) {
        let (issued, acked) = (lane.tally.issued(), lane.tally.acked());
        let (unique, highest) = arrived.map_or((0, None), |arrived| (arrived.unique, arrived.highest));
        let lost = acked.saturating_sub(unique);
        let behind_the_last = issued.saturating_sub(highest.map_or(0, |highest| highest + 1));
        self.lost += lost;
        self.lost_at_most += issued.saturating_sub(unique).min(acked);
        self.lost_at_tail += behind_the_last.min(lost);
        if let Some(arrived) = arrived {
            self.received += arrived.received;
            self.unique += arrived.unique;
            self.duplicates += arrived.duplicates;
            self.reordered += arrived.reordered;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::answer::{Answer, Kind};
    use crate::destination::Endpoint;
    use crate::profile::{ActiveTime, Demand, Load, LoadDuration, Rate};
    use crate::signal::{Share, Signal};
    use crate::threshold::{Count, Quantile};
    use crate::verify::{EndToEnd, Verify};

    fn lane(signal: Signal, share: Share, acked: u64, failed: u64) -> LaneCheckpoint {
        let demand = Demand::constant(Rate::per_second(1).unwrap(), LoadDuration::seconds(1).unwrap());
        let mut lane = LaneCheckpoint::start(signal, Load::of(demand, share));
        lane.tally.issue(acked + failed, 1);
        lane.tally.book(acked, &Answer::Acked);
        lane.tally.book(failed, &Answer::Failed(Kind::Timeout));
        lane
    }

    /// So many different records, without gaps but for that many before the last.
    fn arrived(signal: Signal, share: u32, unique: u64, missing: u64) -> SinkLane {
        let highest = (unique + missing).checked_sub(1);
        SinkLane { signal, share, received: unique, unique, duplicates: 0, reordered: 0, highest }
    }

    fn unknown() -> Verification {
        let sink = Endpoint::parse("http://sink:4318").unwrap();
        Verification::unknown(&Verify { sink, wait: Duration::ZERO }, DateTime::UNIX_EPOCH)
    }

    fn joined(lanes: Vec<LaneCheckpoint>, arrived: Vec<SinkLane>) -> Verification {
        let run = Checkpoint { active: ActiveTime::ZERO, lanes, search: None };
        unknown().joined(&run, &SinkLedger { lanes: arrived, ..SinkLedger::default() })
    }

    /// Lost, at most lost, lost at the tail.
    fn of_one(acked: u64, failed: u64, unique: u64, missing: u64) -> (u64, u64, u64) {
        let sent = lane(Signal::Logs, Share::WHOLE, acked, failed);
        let verification = joined(vec![sent], vec![arrived(Signal::Logs, 0, unique, missing)]);
        let lane = verification.lanes[&Signal::Logs];
        (lane.lost, lane.lost_at_most, lane.lost_at_tail)
    }

    #[test]
    fn a_loss_is_exact_when_everything_was_acked() {
        assert_eq!(of_one(100, 0, 100, 0), (0, 0, 0));
        assert_eq!(of_one(100, 0, 90, 10), (10, 10, 0), "from the middle");
        assert_eq!(of_one(100, 0, 90, 0), (10, 10, 10), "from the end");
        assert_eq!(of_one(100, 0, 90, 4), (10, 10, 6), "from both");
        assert_eq!(of_one(100, 0, 0, 0), (100, 100, 100));
    }

    #[test]
    fn a_failed_record_that_arrived_may_hide_a_lost_one() {
        // Ten failed and a hundred arrived: the hundred that were acked, or some of the ten.
        assert_eq!(of_one(100, 10, 100, 0), (0, 10, 0));
        assert_eq!(of_one(100, 10, 110, 0), (0, 0, 0));
        assert_eq!(of_one(100, 10, 95, 0), (5, 15, 5));
        assert_eq!(of_one(5, 100, 0, 0), (5, 5, 5), "no more than were acked");
    }

    #[test]
    fn what_is_too_much_of_one_share_does_not_make_up_for_another() {
        let (first, second) = (Share::new(0, 2).unwrap(), Share::new(1, 2).unwrap());
        let sent = vec![lane(Signal::Traces, first, 50, 10), lane(Signal::Traces, second, 50, 0)];
        let came = vec![arrived(Signal::Traces, 0, 60, 0), arrived(Signal::Traces, 1, 40, 3)];
        let lane = joined(sent, came).lanes[&Signal::Traces];
        assert_eq!((lane.unique, lane.lost, lane.lost_at_most, lane.lost_at_tail), (100, 10, 10, 7));
    }

    #[test]
    fn a_signal_of_which_nothing_arrived_is_lost_and_one_that_was_off_is_not_there() {
        let sent = vec![lane(Signal::Logs, Share::WHOLE, 5, 0), lane(Signal::Metrics, Share::WHOLE, 7, 0)];
        let verification =
            joined(sent, vec![arrived(Signal::Logs, 0, 5, 0), arrived(Signal::Traces, 0, 9, 0)]);
        assert_eq!(verification.lost(), Some(7));
        assert_eq!(verification.count(Some(Signal::Logs), Count::Loss), Some(0));
        assert_eq!(verification.count(Some(Signal::Traces), Count::Loss), None);
        assert_eq!(verification.count(None, Count::Acked), None);
        assert!(!verification.has_everything());
    }

    #[test]
    fn a_sink_that_never_answered_leaves_everything_unknown() {
        let unknown = unknown();
        assert_eq!((unknown.lost(), unknown.end_to_end(None, Quantile::P99)), (None, None));
        assert!(!unknown.has_everything() && !unknown.is_certain());
    }

    #[test]
    fn latencies_are_those_that_the_sink_put_together() {
        let times = |p99| EndToEnd { count: 1, p99: Some(p99), ..EndToEnd::default() };
        let ledger = SinkLedger {
            lanes: vec![arrived(Signal::Logs, 0, 5, 0)],
            end_to_end: BTreeMap::from([(Signal::Logs, times(3.0))]),
            end_to_end_of_all: times(9.0),
        };
        let run = Checkpoint { lanes: vec![lane(Signal::Logs, Share::WHOLE, 5, 0)], ..Checkpoint::default() };
        let verification = unknown().joined(&run, &ledger);
        assert_eq!(verification.end_to_end(Some(Signal::Logs), Quantile::P99), Some(3.0));
        assert_eq!(verification.end_to_end(None, Quantile::P99), Some(9.0));
        let stored = serde_json::to_string(&verification).unwrap();
        assert_eq!(serde_json::from_str::<Verification>(&stored).unwrap(), verification);
    }

    proptest! {
        /// Any records of a share acked or failed, and any of them arrived: what was lost lies within the bounds.
        #[test]
        fn the_bounds_hold_whatever_arrived(records in prop::collection::vec((any::<bool>(), any::<bool>()), 0..40)) {
            let acked = records.iter().filter(|(acked, _)| *acked).count() as u64;
            let came: Vec<u64> = (0..).zip(&records).filter(|(_, (_, came))| *came).map(|(seq, _)| seq).collect();
            let truly_lost = records.iter().filter(|(acked, came)| *acked && !*came).count() as u64;
            let unique = came.len() as u64;
            let missing = came.last().map_or(0, |last| last + 1 - unique);
            let (least, most, at_tail) = of_one(acked, records.len() as u64 - acked, unique, missing);
            prop_assert!((least..=most).contains(&truly_lost), "{least} {truly_lost} {most}");
            prop_assert!(at_tail <= least);
            if acked == records.len() as u64 {
                prop_assert_eq!(least, most);
            }
        }
    }
}
