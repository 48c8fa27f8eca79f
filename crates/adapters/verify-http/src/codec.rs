//! The ledger as a sink answers it. Fields that are not read may be added to it.

use std::collections::BTreeMap;

use moniflux_domain::id::RunId;
use moniflux_domain::signal::Signal;
use moniflux_domain::verify::{EndToEnd, SinkLane, SinkLedger};
use serde::Deserialize;

/// What arrived of a test.
#[derive(Debug, Deserialize)]
pub(crate) struct TestDocument {
    runs: Vec<RunDocument>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunDocument {
    #[serde(rename = "runID")]
    run: RunId,
    lanes: Vec<LaneDocument>,
    end_to_end: RunEndToEnd,
}

#[derive(Debug, Deserialize)]
struct LaneDocument {
    signal: Signal,
    share: u32,
    received: u64,
    unique: u64,
    duplicates: u64,
    reordered: u64,
    highest: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct RunEndToEnd {
    all: EndToEnd,
    #[serde(flatten)]
    signals: BTreeMap<Signal, EndToEnd>,
}

/// What a sink answers instead, RFC 9457.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ProblemDocument {
    #[serde(default)]
    pub(crate) code: String,
}

impl ProblemDocument {
    /// Nothing arrived of the test.
    pub(crate) const TEST_NOT_FOUND: &str = "test_not_found";
}

impl TestDocument {
    /// What arrived of that run.
    pub(crate) fn ledger_of(self, run: RunId) -> SinkLedger {
        self.runs.into_iter().find(|found| found.run == run).map(RunDocument::into_ledger).unwrap_or_default()
    }
}

impl RunDocument {
    fn into_ledger(self) -> SinkLedger {
        SinkLedger {
            lanes: self.lanes.into_iter().map(SinkLane::from).collect(),
            end_to_end: self.end_to_end.signals,
            end_to_end_of_all: self.end_to_end.all,
        }
    }
}

impl From<LaneDocument> for SinkLane {
    fn from(lane: LaneDocument) -> Self {
        let LaneDocument { signal, share, received, unique, duplicates, reordered, highest } = lane;
        Self { signal, share, received, unique, duplicates, reordered, highest }
    }
}
