//! The ledger's sending side: what was due in one share of a lane and what became of it.
//!
//! Two identities hold after every call, and tests prove them over any order of calls:
//! `due = issued + missed + waiting` and `issued = acked + rejected + failed + in doubt + in flight`.
//! `waiting` and `in flight` are differences, never counted, and both are zero once a run is settled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Kind};

/// Counts of records, in the classes of the load model. What is zero is left out where it is serialized.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    #[serde(default, skip_serializing_if = "is_zero")]
    due: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    issued: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    acked: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    rejected: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    failed: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    missed: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    in_doubt: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    requests: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    retries: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    bytes: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    wire_bytes: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    failures: BTreeMap<Kind, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rejections: BTreeMap<Kind, u64>,
}

impl Tally {
    /// So many records are due by now; a lower number than before changes nothing.
    pub fn note_due(&mut self, due: u64) {
        self.due = self.due.max(due);
    }

    /// A batch left. What leaves is due, so `due` rises with it when it must.
    pub fn issue(&mut self, records: u64, bytes: u64) {
        self.issued += records;
        self.requests += 1;
        self.bytes += bytes;
        self.note_due(self.issued + self.missed);
    }

    /// The answer to a batch of `records` that is in flight.
    pub fn book(&mut self, records: u64, answer: &Answer) {
        let records = records.min(self.in_flight());
        if records == 0 {
            return;
        }
        match answer {
            Answer::Acked => self.acked += records,
            Answer::Partial { rejected } => {
                let rejected = records.min(*rejected);
                self.acked += records - rejected;
                self.reject(rejected, Kind::PartialSuccess);
            }
            Answer::Rejected(kind) => self.reject(records, *kind),
            Answer::Failed(kind) => {
                self.failed += records;
                *self.failures.entry(*kind).or_default() += records;
            }
        }
    }

    /// A batch that was answered had been sent again so often, and left as so many bytes in all.
    pub fn sent(&mut self, retries: u64, wire_bytes: u64) {
        self.requests += retries;
        self.retries += retries;
        self.wire_bytes += wire_bytes;
    }

    /// An earlier holder of the run died: what it had in flight, and what it may have issued since up to `reserved`,
    /// is in doubt.
    pub fn take_over(&mut self, reserved: u64) {
        self.issued = self.issued.max(reserved);
        self.in_doubt += self.in_flight();
        self.note_due(self.issued + self.missed);
    }

    /// The run is over: what was due and never issued was missed.
    pub fn settle(&mut self) {
        self.missed += self.waiting();
    }

    /// Adds another share's or another stretch's counts.
    pub fn merge(&mut self, other: &Self) {
        self.due += other.due;
        self.issued += other.issued;
        self.acked += other.acked;
        self.rejected += other.rejected;
        self.failed += other.failed;
        self.missed += other.missed;
        self.in_doubt += other.in_doubt;
        self.requests += other.requests;
        self.retries += other.retries;
        self.bytes += other.bytes;
        self.wire_bytes += other.wire_bytes;
        for (kind, records) in &other.failures {
            *self.failures.entry(*kind).or_default() += records;
        }
        for (kind, records) in &other.rejections {
            *self.rejections.entry(*kind).or_default() += records;
        }
    }

    /// What was counted since `earlier`, a former state of the same tally.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            due: self.due.saturating_sub(earlier.due),
            issued: self.issued.saturating_sub(earlier.issued),
            acked: self.acked.saturating_sub(earlier.acked),
            rejected: self.rejected.saturating_sub(earlier.rejected),
            failed: self.failed.saturating_sub(earlier.failed),
            missed: self.missed.saturating_sub(earlier.missed),
            in_doubt: self.in_doubt.saturating_sub(earlier.in_doubt),
            requests: self.requests.saturating_sub(earlier.requests),
            retries: self.retries.saturating_sub(earlier.retries),
            bytes: self.bytes.saturating_sub(earlier.bytes),
            wire_bytes: self.wire_bytes.saturating_sub(earlier.wire_bytes),
            failures: kinds_since(&self.failures, &earlier.failures),
            rejections: kinds_since(&self.rejections, &earlier.rejections),
        }
    }

    /// Records that the schedule asked for so far.
    pub fn due(&self) -> u64 {
        self.due
    }

    /// Records that left.
    pub fn issued(&self) -> u64 {
        self.issued
    }

    /// Records answered with success.
    pub fn acked(&self) -> u64 {
        self.acked
    }

    /// Records answered and refused.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Records without success.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Records that were due and never issued.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Records reserved by a holder that died before it reported.
    pub fn in_doubt(&self) -> u64 {
        self.in_doubt
    }

    /// Requests made, those that were sent again included.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Requests that repeated another; their records count once.
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Bytes of the bodies sent, before they were compressed; each batch counts once.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of the bodies of answered requests as they left, those that were sent again included.
    pub fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    /// Failed records by kind; they add up to [`Tally::failed`].
    pub fn failures(&self) -> &BTreeMap<Kind, u64> {
        &self.failures
    }

    /// Rejected records by kind; they add up to [`Tally::rejected`].
    pub fn rejections(&self) -> &BTreeMap<Kind, u64> {
        &self.rejections
    }

    /// Records that are due and not yet issued, in a run that goes on.
    pub fn waiting(&self) -> u64 {
        self.due.saturating_sub(self.issued + self.missed)
    }

    /// Records that left and are not yet answered.
    pub fn in_flight(&self) -> u64 {
        self.issued.saturating_sub(self.acked + self.rejected + self.failed + self.in_doubt)
    }

    /// Whether every record has its final class.
    pub fn is_settled(&self) -> bool {
        self.waiting() == 0 && self.in_flight() == 0
    }

    fn reject(&mut self, records: u64, kind: Kind) {
        if records > 0 {
            self.rejected += records;
            *self.rejections.entry(kind).or_default() += records;
        }
    }
}

fn kinds_since(now: &BTreeMap<Kind, u64>, earlier: &BTreeMap<Kind, u64>) -> BTreeMap<Kind, u64> {
    now.iter()
        .map(|(kind, records)| (*kind, records.saturating_sub(earlier.get(kind).copied().unwrap_or(0))))
        .filter(|(_, records)| *records > 0)
        .collect()
}

/// Most counts of most stretches are zero, and are not stored.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Due(u64),
        Issue(u64),
        Book(u64, Answer),
        TakeOver(u64),
        Settle,
    }

    fn answers() -> impl Strategy<Value = Answer> {
        prop_oneof![
            Just(Answer::Acked),
            (0_u64..2_000).prop_map(|rejected| Answer::Partial { rejected }),
            (400_u16..500).prop_map(|code| Answer::Rejected(Kind::Status(code))),
            prop_oneof![Just(Kind::Timeout), Just(Kind::Reset), Just(Kind::Status(500))]
                .prop_map(Answer::Failed),
        ]
    }

    fn steps() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0_u64..10_000).prop_map(Step::Due),
            (1_u64..1_000).prop_map(Step::Issue),
            ((1_u64..1_000), answers()).prop_map(|(records, answer)| Step::Book(records, answer)),
            (0_u64..10_000).prop_map(Step::TakeOver),
            Just(Step::Settle),
        ]
    }

    fn assert_identities(tally: &Tally) {
        assert_eq!(tally.due, tally.issued + tally.missed + tally.waiting());
        let answered = tally.acked + tally.rejected + tally.failed + tally.in_doubt;
        assert_eq!(tally.issued, answered + tally.in_flight());
        assert_eq!(tally.failed, tally.failures.values().sum::<u64>());
        assert_eq!(tally.rejected, tally.rejections.values().sum::<u64>());
    }

    proptest! {
        #[test]
        fn the_identities_hold_after_every_step(steps in prop::collection::vec(steps(), 0..60)) {
            let mut tally = Tally::default();
            for step in steps {
                let before = tally.clone();
                match step {
                    Step::Due(due) => tally.note_due(due),
                    Step::Issue(records) => tally.issue(records, records * 100),
                    Step::Book(records, answer) => {
                        tally.sent(records % 3, records);
                        tally.book(records, &answer);
                    }
                    Step::TakeOver(reserved) => tally.take_over(reserved),
                    Step::Settle => tally.settle(),
                }
                assert_identities(&tally);
                let mut sum = before.clone();
                sum.merge(&tally.since(&before));
                prop_assert_eq!(sum, tally.clone());
            }
        }

        #[test]
        fn merging_keeps_the_identities(left in prop::collection::vec(1_u64..500, 0..9), right in prop::collection::vec(1_u64..500, 0..9)) {
            let tally_of = |batches: &[u64]| {
                let mut tally = Tally::default();
                for records in batches {
                    tally.issue(*records, 1);
                    tally.book(*records / 2, &Answer::Failed(Kind::Dns));
                }
                tally
            };
            let mut sum = tally_of(&left);
            sum.merge(&tally_of(&right));
            assert_identities(&sum);
            prop_assert_eq!(sum.requests(), (left.len() + right.len()) as u64);
        }
    }

    #[test]
    fn a_settled_tally_has_no_record_without_a_class() {
        let mut tally = Tally::default();
        tally.note_due(100);
        tally.issue(60, 6000);
        tally.book(50, &Answer::Partial { rejected: 5 });
        tally.take_over(80);
        tally.settle();
        assert!(tally.is_settled());
        assert_eq!((tally.acked(), tally.rejected(), tally.in_doubt(), tally.missed()), (45, 5, 30, 20));
    }
}
