//! The receiving side of the ledger: what arrived, per test, run, signal and share.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::RunId;
use moniflux_domain::signal::{Share, Signal};
use moniflux_payload::{DecodeError, Origin, decode};
use serde::Serialize;

use crate::arrivals::Arrivals;
use crate::intervals::Intervals;

/// What arrived so far.
#[derive(Debug, Default)]
pub struct Ledger {
    tests: Mutex<BTreeMap<String, BTreeMap<RunId, Lanes>>>,
}

type Lanes = BTreeMap<(Signal, Share), Lane>;

/// What arrived of one share of a lane.
#[derive(Debug, Default)]
struct Lane {
    received: u64,
    bytes: u64,
    /// Counted within the share, so that what arrives in full is one interval.
    numbers: Intervals,
}

impl Ledger {
    /// Counts every record of a body, or, when it cannot be read, none; answers how many there were.
    ///
    /// The bytes of a body that brought records of several lanes are divided among them by their records.
    ///
    /// # Errors
    /// The body is not of that format, or holds what is not from us or of another share than it says.
    pub fn receive(
        &self,
        kind: DestinationKind,
        signal: Signal,
        share: Share,
        body: &[u8],
    ) -> Result<u64, DecodeError> {
        let mut arrivals = Arrivals::default();
        decode(kind, signal, share, body, &mut |arrival| arrivals.take(arrival))?;
        let lanes = arrivals.settle();

        let records: u64 = lanes.iter().map(|lane| lane.records).sum();
        let mut records_left = records;
        let mut bytes_left = body.len() as u64;
        let mut tests = self.lock();
        for arrived in lanes {
            let bytes = bytes_left * arrived.records / records_left;
            records_left -= arrived.records;
            bytes_left -= bytes;
            let Origin { test, run, share } = arrived.origin;
            let runs = tests.entry(test.to_owned()).or_default();
            let lane = runs.entry(run).or_default().entry((signal, share)).or_default();
            lane.received += arrived.records;
            lane.bytes += bytes;
            for (first, last) in arrived.runs {
                lane.numbers.insert(first..=last);
            }
        }
        Ok(records)
    }

    /// Everything that arrived.
    pub fn view(&self) -> LedgerView {
        LedgerView { tests: self.lock().iter().map(|(test, runs)| view(test, runs)).collect() }
    }

    /// What arrived of that test; none when nothing did.
    pub fn view_of(&self, test: &str) -> Option<TestView> {
        self.lock().get(test).map(|runs| view(test, runs))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<RunId, Lanes>>> {
        self.tests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ledger as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerView {
    /// By name.
    pub tests: Vec<TestView>,
}

/// What arrived of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestView {
    /// The name of the test.
    #[serde(rename = "testID")]
    pub test: String,
    /// By their ids; those of later runs are greater.
    pub runs: Vec<RunView>,
}

/// What arrived of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunView {
    /// The run.
    #[serde(rename = "runID")]
    pub run: RunId,
    /// By signal and share.
    pub lanes: Vec<LaneView>,
}

/// What arrived of one share of a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneView {
    /// The signal of the lane.
    pub signal: Signal,
    /// The share of the lane, from 0.
    pub share: u32,
    /// Records that came in.
    pub received: u64,
    /// Different records that came in.
    pub unique: u64,
    /// Records whose number had come in before.
    pub duplicates: u64,
    /// Records before the last that did not come in.
    pub missing: u64,
    /// The last record that came in, counted within the share from 0.
    pub highest: Option<u64>,
    /// Bytes of the bodies, unpacked.
    pub bytes: u64,
}

fn view(test: &str, runs: &BTreeMap<RunId, Lanes>) -> TestView {
    let lane_view = |(&(signal, share), lane): (&(Signal, Share), &Lane)| LaneView {
        signal,
        share: share.index(),
        received: lane.received,
        unique: lane.numbers.count(),
        duplicates: lane.received - lane.numbers.count(),
        missing: lane.numbers.missing(),
        highest: lane.numbers.highest(),
        bytes: lane.bytes,
    };
    let runs =
        runs.iter().map(|(run, lanes)| RunView { run: *run, lanes: lanes.iter().map(lane_view).collect() });
    TestView { test: test.to_owned(), runs: runs.collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RUN: &str = "01900000-0000-7000-8000-000000000007";

    fn receive(ledger: &Ledger, records: &[(&str, u64)]) -> usize {
        let records: Vec<_> =
            records.iter().map(|(test, own)| json!({"testID": test, "runID": RUN, "seq": own * 4})).collect();
        let body = serde_json::to_vec(&records).unwrap();
        ledger.receive(DestinationKind::Http, Signal::Logs, Share::new(3, 4).unwrap(), &body).unwrap();
        body.len()
    }

    #[test]
    fn it_tells_what_came_once_twice_and_not_at_all() {
        let ledger = Ledger::default();
        let mut bytes = receive(&ledger, &[("a", 0), ("a", 1), ("a", 2), ("a", 2)]);
        bytes += receive(&ledger, &[("a", 1), ("a", 9), ("a", 5)]);
        let expected = json!({"tests": [{"testID": "a", "runs": [{"runID": RUN, "lanes": [
            {"signal": "logs", "share": 3, "received": 7, "unique": 5, "duplicates": 2, "missing": 5, "highest": 9,
             "bytes": bytes}]}]}]});
        assert_eq!(serde_json::to_value(ledger.view()).unwrap(), expected);
        assert_eq!(serde_json::to_value(ledger.view_of("a").unwrap()).unwrap(), expected["tests"][0]);
        assert_eq!(ledger.view_of("b"), None);
    }

    #[test]
    fn no_byte_of_a_body_is_counted_twice_or_lost() {
        let ledger = Ledger::default();
        let bytes = receive(&ledger, &[("a", 0), ("b", 0), ("c", 0), ("b", 1)]);
        let lanes = ["a", "b", "c"].map(|test| ledger.view_of(test).unwrap().runs[0].lanes[0].bytes);
        assert_eq!(lanes.iter().sum::<u64>(), bytes as u64);
        assert!(lanes[1] > lanes[0] && lanes[0].abs_diff(lanes[2]) <= 1, "{lanes:?}");
    }

    #[test]
    fn a_record_of_another_share_is_refused_with_its_body() {
        let ledger = Ledger::default();
        let body = format!(
            r#"[{{"testID": "a", "runID": "{RUN}", "seq": 1}}, {{"testID": "a", "runID": "{RUN}", "seq": 2}}]"#
        );
        let second = Share::new(1, 3).unwrap();
        assert!(ledger.receive(DestinationKind::Http, Signal::Logs, second, body.as_bytes()).is_err());
        assert!(ledger.view().tests.is_empty());
    }

    #[test]
    fn a_body_that_breaks_off_counts_nothing() {
        let ledger = Ledger::default();
        let body = format!(r#"[{{"testID": "a", "runID": "{RUN}", "seq": 0}}, {{"seq"#);
        assert!(ledger.receive(DestinationKind::Http, Signal::Logs, Share::WHOLE, body.as_bytes()).is_err());
        assert!(ledger.view().tests.is_empty());
    }
}
