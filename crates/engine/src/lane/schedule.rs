//! Cuts what is due into batches: a pure function of the load and of what was issued.
//!
//! The cut does not depend on when it is asked for, so a lane that was late sends the batches that a punctual one would
//! have sent.

use std::time::Duration;

use moniflux_domain::profile::{ActiveTime, Load};

/// Consecutive records that leave together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DueBatch {
    /// Sequence number of the first record, from 0.
    pub(crate) first: u64,
    /// How many records; at least one.
    pub(crate) count: u32,
    /// When the first record is due.
    pub(crate) first_due: ActiveTime,
    /// When the last record is due, and with it the batch.
    pub(crate) due: ActiveTime,
}

/// By what a batch is cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// The most records, by count and by bytes.
    pub(crate) records: u32,
    /// The longest wait of a record that is due.
    pub(crate) linger: Duration,
}

/// The batch after the first `issued` and `missed` records, among what is due by `until`; none when nothing more is due by
/// then. Records that were missed got no number.
pub(crate) fn next_batch(
    load: &Load,
    issued: u64,
    missed: u64,
    cut: Cut,
    until: ActiveTime,
) -> Option<DueBatch> {
    let gone = issued + missed;
    let first_due = load.due_at(gone + 1).filter(|due| *due <= until)?;
    let by_age = load.due(first_due.plus(cut.linger).min(until)).saturating_sub(gone);
    let count = u32::try_from(by_age).unwrap_or(u32::MAX).min(cut.records).max(1);
    let due = load.due_at(gone + u64::from(count))?;
    Some(DueBatch { first: issued, count, first_due, due })
}

#[cfg(test)]
mod tests {
    use moniflux_domain::profile::{Demand, LoadDuration, Rate};
    use moniflux_domain::signal::Share;
    use proptest::prelude::*;

    use super::*;

    fn load(rate: u64, seconds: u32) -> Load {
        let duration = LoadDuration::seconds(seconds).unwrap();
        Load::of(Demand::constant(Rate::per_second(rate).unwrap(), duration), Share::WHOLE)
    }

    fn cut(records: u32, millis: u64) -> Cut {
        Cut { records, linger: Duration::from_millis(millis) }
    }

    #[test]
    fn one_record_a_second_leaves_on_its_second() {
        let batch =
            next_batch(&load(1, 60), 0, 0, cut(1_000, 100), ActiveTime::from_nanos(u64::MAX)).unwrap();
        assert_eq!((batch.first, batch.count, batch.due.as_duration()), (0, 1, Duration::from_secs(1)));
    }

    proptest! {
        #[test]
        fn batches_cover_the_load_without_gap_or_overlap(
            rate in 1_u64..5_000, seconds in 1_u32..4, records in 1_u32..400, millis in 0_u64..300
        ) {
            let (load, cut) = (load(rate, seconds), cut(records, millis));
            let mut issued = 0;
            let mut before = ActiveTime::ZERO;
            while let Some(batch) = next_batch(&load, issued, 0, cut, load.end()) {
                prop_assert_eq!(batch.first, issued);
                prop_assert!(batch.count <= records);
                prop_assert!(batch.due.since(batch.first_due) <= cut.linger);
                prop_assert!(before <= batch.first_due && batch.first_due <= batch.due);
                issued += u64::from(batch.count);
                before = batch.due;
            }
            prop_assert_eq!(issued, load.total());
        }

        #[test]
        fn nothing_leaves_before_it_is_due(rate in 1_u64..5_000, at in 0_u64..2_000_000_000) {
            let (load, until) = (load(rate, 3), ActiveTime::from_nanos(at));
            let mut issued = 0;
            while let Some(batch) = next_batch(&load, issued, 0, cut(100, 50), until) {
                prop_assert!(batch.due <= until);
                issued += u64::from(batch.count);
            }
            prop_assert_eq!(issued, load.due(until));
        }
    }
}
