//! What is stored as JSON in one column: specs and checkpoints.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use moniflux_domain::capacity::Search;
use moniflux_domain::point::{Distribution, Latency};
use moniflux_domain::profile::{ActiveTime, Load};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint};
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::{Spec, StoredSpec};
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_ports::error::StoreFault;
use serde::{Deserialize, Serialize};

/// JSON text.
pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreFault> {
    serde_json::to_string(value).map_err(StoreFault::broken)
}

/// The JSON text of a spec, its key included.
pub(crate) fn spec_document(spec: &Spec) -> Result<String, StoreFault> {
    json(&StoredSpec::from(spec))
}

/// The JSON text of a checkpoint.
pub(crate) fn checkpoint_document(checkpoint: &Checkpoint) -> Result<String, StoreFault> {
    let lanes = checkpoint.lanes.iter().map(LaneDocument::from).collect();
    json(&CheckpointDocument { active: checkpoint.active, lanes, search: checkpoint.search.clone() })
}

#[derive(Serialize, Deserialize)]
pub(super) struct CheckpointDocument {
    active: ActiveTime,
    lanes: Vec<LaneDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    search: Option<Search>,
}

#[derive(Serialize, Deserialize)]
struct LaneDocument {
    signal: Signal,
    load: Load,
    reserved: u64,
    tally: Tally,
    evidence: Evidence,
    /// Base64.
    lateness: String,
    response: String,
    service: String,
}

impl From<&LaneCheckpoint> for LaneDocument {
    fn from(lane: &LaneCheckpoint) -> Self {
        let text = |distribution: &Distribution| BASE64_STANDARD.encode(&distribution.0);
        Self {
            signal: lane.signal,
            load: lane.load.clone(),
            reserved: lane.reserved,
            tally: lane.tally.clone(),
            evidence: lane.evidence,
            lateness: text(&lane.latency.lateness),
            response: text(&lane.latency.response),
            service: text(&lane.latency.service),
        }
    }
}

impl TryFrom<LaneDocument> for LaneCheckpoint {
    type Error = base64::DecodeError;

    fn try_from(document: LaneDocument) -> Result<Self, Self::Error> {
        let distribution = |text: String| BASE64_STANDARD.decode(text).map(Distribution);
        Ok(Self {
            signal: document.signal,
            load: document.load,
            reserved: document.reserved,
            tally: document.tally,
            evidence: document.evidence,
            latency: Latency {
                lateness: distribution(document.lateness)?,
                response: distribution(document.response)?,
                service: distribution(document.service)?,
            },
        })
    }
}

impl TryFrom<CheckpointDocument> for Checkpoint {
    type Error = base64::DecodeError;

    fn try_from(document: CheckpointDocument) -> Result<Self, Self::Error> {
        let lanes = document.lanes.into_iter().map(LaneCheckpoint::try_from).collect::<Result<_, _>>()?;
        Ok(Self { active: document.active, lanes, search: document.search })
    }
}
