//! What one request brought: the numbers of each lane as few intervals, so that the ledger is locked once and briefly.

use moniflux_payload::{Arrival, Origin};

use crate::end_to_end::Latencies;

/// The records of one request.
#[derive(Debug)]
pub(crate) struct Arrivals<'a> {
    /// When it came, in nanoseconds since 1970.
    at: u64,
    lanes: Vec<LaneArrivals<'a>>,
    /// The lane of the record before.
    current: usize,
}

/// The records of one request that are of one share of a lane.
#[derive(Debug)]
pub(crate) struct LaneArrivals<'a> {
    pub(crate) origin: Origin<'a>,
    /// How many records, those that came twice included.
    pub(crate) records: u64,
    /// First and last numbers.
    pub(crate) runs: Vec<(u64, u64)>,
    pub(crate) latencies: Latencies,
}

impl<'a> Arrivals<'a> {
    /// Of a request that came at that time, in nanoseconds since 1970.
    pub(crate) fn at(at: u64) -> Self {
        Self { at, lanes: Vec::new(), current: 0 }
    }

    /// Takes the next record of the body.
    #[inline]
    pub(crate) fn take(&mut self, Arrival { origin, seq, at }: Arrival<'a>) {
        if self.lanes.get(self.current).is_none_or(|lane| lane.origin != origin) {
            self.turn_to(origin);
        }
        let lane = &mut self.lanes[self.current];
        lane.records += 1;
        lane.latencies.note(at, self.at);
        match lane.runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(seq) => *last = seq,
            Some(_) | None => lane.runs.push((seq, seq)),
        }
    }

    /// The lanes, with runs that touch made one.
    pub(crate) fn settle(mut self) -> Vec<LaneArrivals<'a>> {
        for lane in &mut self.lanes {
            #[expect(
                clippy::stable_sort_primitive,
                reason = "points come instrument by instrument: a few rising sequences, which a merge sort finds"
            )]
            lane.runs.sort();
            lane.runs.dedup_by(|(first, last), (_, last_before)| {
                let touches = *first <= last_before.saturating_add(1);
                if touches {
                    *last_before = (*last_before).max(*last);
                }
                touches
            });
        }
        self.lanes
    }

    fn turn_to(&mut self, origin: Origin<'a>) {
        self.current = self.lanes.iter().position(|lane| lane.origin == origin).unwrap_or_else(|| {
            let (runs, latencies) = (Vec::new(), Latencies::default());
            self.lanes.push(LaneArrivals { origin, records: 0, runs, latencies });
            self.lanes.len() - 1
        });
    }
}

#[cfg(test)]
mod tests {
    use moniflux_domain::id::RunId;
    use moniflux_domain::signal::Share;
    use uuid::Uuid;

    use super::*;

    fn runs(numbers: impl IntoIterator<Item = u64>) -> Vec<(u64, u64)> {
        let mut arrivals = Arrivals::at(0);
        for seq in numbers {
            arrivals.take(Arrival { origin: origin(0), seq, at: None });
        }
        arrivals.settle().remove(0).runs
    }

    fn origin(share: u32) -> Origin<'static> {
        let share = Share::new(share, 2).unwrap();
        Origin { test: "a", run: RunId(Uuid::from_u128(1)), share }
    }

    #[test]
    fn numbers_in_any_order_become_few_runs() {
        assert_eq!(runs(5..900), [(5, 899)]);
        assert_eq!(runs((0..8).flat_map(|metric| (metric..800).step_by(8))), [(0, 799)]);
        assert_eq!(runs([9, 3, 2, 3, 4, 9, 7]), [(2, 4), (7, 7), (9, 9)]);
        assert_eq!(runs([u64::MAX, u64::MAX, 0]), [(0, 0), (u64::MAX, u64::MAX)]);
    }

    #[test]
    fn lanes_are_kept_apart_and_twice_counts_twice() {
        let mut arrivals = Arrivals::at(0);
        for (share, seq) in [(0, 1), (1, 1), (0, 2), (1, 1), (0, 3)] {
            arrivals.take(Arrival { origin: origin(share), seq, at: None });
        }
        let lanes: Vec<_> = arrivals
            .settle()
            .into_iter()
            .map(|lane| (lane.origin.share.index(), lane.records, lane.runs))
            .collect();
        assert_eq!(lanes, [(0, 3, vec![(1, 3)]), (1, 2, vec![(1, 1)])]);
    }
}
