//! The receiving side of the ledger: what arrived, per test, run, signal and share.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::RunId;
use moniflux_domain::signal::{Share, Signal};
use moniflux_payload::{DecodeError, Origin, decode};
use serde::Serialize;

use crate::arrivals::{Arrivals, LaneArrivals};
use crate::end_to_end::{EndToEnd, EndToEndView};
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
    reordered: u64,
    end_to_end: EndToEnd,
}

impl Ledger {
    /// Counts every record of a body that came at `arrived`, or, when it cannot be read, none; answers how many there were.
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
        arrived: SystemTime,
    ) -> Result<u64, DecodeError> {
        let mut arrivals = Arrivals::at(unix_nanos(arrived));
        decode(kind, signal, share, body, &mut |arrival| arrivals.take(arrival))?;
        let lanes = arrivals.settle();

        let records: u64 = lanes.iter().map(|lane| lane.records).sum();
        let mut records_left = records;
        let mut bytes_left = body.len() as u64;
        let mut tests = self.lock();
        for arrivals in lanes {
            let bytes = bytes_left * arrivals.records / records_left;
            records_left -= arrivals.records;
            bytes_left -= bytes;
            let Origin { test, run, share } = arrivals.origin;
            let runs = tests.entry(test.to_owned()).or_default();
            let lane = runs.entry(run).or_default().entry((signal, share)).or_default();
            lane.bytes += bytes;
            lane.take(&arrivals);
        }
        Ok(records)
    }

    /// Everything that arrived.
    pub fn view(&self) -> LedgerView {
        LedgerView { tests: self.lock().iter().map(|(test, runs)| view(test, runs.iter())).collect() }
    }

    /// What arrived of that test, or of that run of it only; none when nothing arrived of the test.
    pub fn view_of(&self, test: &str, run: Option<RunId>) -> Option<TestView> {
        let tests = self.lock();
        let runs = tests.get(test)?.iter().filter(|(found, _)| run.is_none_or(|run| run == **found));
        Some(view(test, runs))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<RunId, Lanes>>> {
        self.tests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    fn take(&mut self, arrivals: &LaneArrivals<'_>) {
        self.received += arrivals.records;
        self.end_to_end.note(&arrivals.latencies);
        // What one body brings comes at once: its records overtake those of other bodies, and not one another.
        let highest = self.numbers.highest();
        for &(first, last) in &arrivals.runs {
            let new = self.numbers.insert(first..=last);
            if let Some(highest) = highest {
                // Every number above the highest is new.
                let above = last.saturating_sub(highest.max(first.saturating_sub(1)));
                self.reordered += new.saturating_sub(above);
            }
        }
    }
}

fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The ledger as it is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerView {
    /// By name.
    pub tests: Vec<TestView>,
}

/// What arrived of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestView {
    /// The name of the test.
    #[serde(rename = "testID")]
    pub test: String,
    /// By their ids; those of later runs are greater.
    pub runs: Vec<RunView>,
}

/// What arrived of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunView {
    /// The run.
    #[serde(rename = "runID")]
    pub run: RunId,
    /// By signal and share.
    pub lanes: Vec<LaneView>,
    /// Over the shares of each signal, and over all of them.
    #[serde(rename = "endToEnd")]
    pub end_to_end: RunEndToEnd,
}

/// End-to-end latency of a run. Percentiles of shares cannot be added up, so the sink does it with what it counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunEndToEnd {
    /// Of every record.
    pub all: EndToEndView,
    /// Of each signal's.
    #[serde(flatten)]
    pub signals: BTreeMap<Signal, EndToEndView>,
}

/// What arrived of one share of a lane.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Different records that came first after the body with a later one had come.
    pub reordered: u64,
    /// Records before the last that did not come in.
    pub missing: u64,
    /// The last record that came in, counted within the share from 0.
    pub highest: Option<u64>,
    /// Bytes of the bodies, unpacked.
    pub bytes: u64,
    /// From the records' own times to their arrival.
    #[serde(rename = "endToEnd")]
    pub end_to_end: EndToEndView,
}

fn view<'a>(test: &str, runs: impl Iterator<Item = (&'a RunId, &'a Lanes)>) -> TestView {
    let lane_view = |(&(signal, share), lane): (&(Signal, Share), &Lane)| LaneView {
        signal,
        share: share.index(),
        received: lane.received,
        unique: lane.numbers.count(),
        duplicates: lane.received - lane.numbers.count(),
        reordered: lane.reordered,
        missing: lane.numbers.missing(),
        highest: lane.numbers.highest(),
        bytes: lane.bytes,
        end_to_end: lane.end_to_end.view(),
    };
    let run_view = |(run, lanes): (&RunId, &Lanes)| RunView {
        run: *run,
        lanes: lanes.iter().map(lane_view).collect(),
        end_to_end: RunEndToEnd::of(lanes),
    };
    TestView { test: test.to_owned(), runs: runs.map(run_view).collect() }
}

impl RunEndToEnd {
    fn of(lanes: &Lanes) -> Self {
        let mut signals: BTreeMap<Signal, EndToEnd> = BTreeMap::new();
        for ((signal, _), lane) in lanes {
            signals.entry(*signal).or_default().merge(&lane.end_to_end);
        }
        let mut all = EndToEnd::default();
        for signal in signals.values() {
            all.merge(signal);
        }
        let signals = signals.iter().map(|(signal, times)| (*signal, times.view())).collect();
        Self { all: all.view(), signals }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const RUN: &str = "01900000-0000-7000-8000-000000000007";

    /// Ten seconds after 1970 began.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(10)
    }

    /// Receives records of these tests and with these numbers in the last of four shares, made a second ago.
    fn receive(ledger: &Ledger, records: &[(&str, u64)]) -> usize {
        let record = |(test, own): &(&str, u64)| json!({"testID": test, "runID": RUN, "seq": own * 4, "timestamp": "1970-01-01T00:00:09.000000000Z"});
        let body = serde_json::to_vec(&records.iter().map(record).collect::<Vec<_>>()).unwrap();
        let share = Share::new(3, 4).unwrap();
        ledger.receive(DestinationKind::Http, Signal::Logs, share, &body, now()).unwrap();
        body.len()
    }

    fn reordered(bodies: &[&[u64]]) -> u64 {
        let ledger = Ledger::default();
        for numbers in bodies {
            receive(&ledger, &numbers.iter().map(|number| ("a", *number)).collect::<Vec<_>>());
        }
        ledger.view_of("a", None).unwrap().runs[0].lanes[0].reordered
    }

    #[test]
    fn it_tells_what_came_once_twice_and_not_at_all() {
        let ledger = Ledger::default();
        let mut bytes = receive(&ledger, &[("a", 0), ("a", 1), ("a", 2), ("a", 2)]);
        bytes += receive(&ledger, &[("a", 1), ("a", 9), ("a", 5)]);
        let second = 1_000.0;
        let a_second = json!({"count": 7, "p50": second, "p90": second, "p95": second, "p99": second, "p999": second,
            "max": second, "skew": null});
        let expected = json!({"tests": [{"testID": "a", "runs": [{"runID": RUN, "lanes": [
            {"signal": "logs", "share": 3, "received": 7, "unique": 5, "duplicates": 2, "reordered": 0, "missing": 5,
             "highest": 9, "bytes": bytes, "endToEnd": a_second}],
            "endToEnd": {"all": a_second, "logs": a_second}}]}]});
        assert_eq!(serde_json::to_value(ledger.view()).unwrap(), expected);
        assert_eq!(serde_json::to_value(ledger.view_of("a", None).unwrap()).unwrap(), expected["tests"][0]);
        assert_eq!(ledger.view_of("b", None), None);
    }

    #[test]
    fn what_comes_first_after_a_later_one_is_reordered() {
        assert_eq!(reordered(&[&[0, 1, 2], &[3, 4], &[7, 8]]), 0, "a gap is none");
        assert_eq!(reordered(&[&[3, 4, 5], &[0, 1, 2], &[6]]), 3);
        assert_eq!(reordered(&[&[4, 2, 0], &[9, 1, 5]]), 1, "a body comes at once");
        assert_eq!(reordered(&[&[0, 1, 2, 3], &[1, 2], &[1, 2]]), 0, "what came before is a duplicate");
        assert_eq!(reordered(&[&[0, 5], &[3, 4, 5, 6, 7], &[4, 1, 2]]), 4);
    }

    #[test]
    fn no_byte_of_a_body_is_counted_twice_or_lost() {
        let ledger = Ledger::default();
        let bytes = receive(&ledger, &[("a", 0), ("b", 0), ("c", 0), ("b", 1)]);
        let lanes = ["a", "b", "c"].map(|test| ledger.view_of(test, None).unwrap().runs[0].lanes[0].bytes);
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
        assert!(ledger.receive(DestinationKind::Http, Signal::Logs, second, body.as_bytes(), now()).is_err());
        assert!(ledger.view().tests.is_empty());
    }

    #[test]
    fn a_body_that_breaks_off_counts_nothing() {
        let ledger = Ledger::default();
        let body = format!(r#"[{{"testID": "a", "runID": "{RUN}", "seq": 0}}, {{"seq"#);
        assert!(
            ledger
                .receive(DestinationKind::Http, Signal::Logs, Share::WHOLE, body.as_bytes(), now())
                .is_err()
        );
        assert!(ledger.view().tests.is_empty());
    }
}
