//! What is stored as JSON in one column: specs and checkpoints.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use moniflux_domain::destination::{Destination, DestinationKind, Endpoint};
use moniflux_domain::point::{Distribution, Latency};
use moniflux_domain::profile::{ActiveTime, Load};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint};
use moniflux_domain::secret::Secret;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::{LoadDuration, LogSize, LogType, Rates, Spec};
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
    json(&SpecDocument::from(spec))
}

/// The JSON text of a checkpoint.
pub(crate) fn checkpoint_document(checkpoint: &Checkpoint) -> Result<String, StoreFault> {
    let lanes = checkpoint.lanes.iter().map(LaneDocument::from).collect();
    json(&CheckpointDocument { active: checkpoint.active, lanes })
}

#[derive(Serialize, Deserialize)]
pub(super) struct SpecDocument {
    log_type: LogType,
    log_size: LogSize,
    rates: Rates,
    duration: LoadDuration,
    destination: DestinationDocument,
}

#[derive(Serialize, Deserialize)]
struct DestinationDocument {
    name: Option<String>,
    kind: DestinationKind,
    endpoint: Endpoint,
    port: Option<u16>,
    api_key: Option<String>,
}

impl From<&Spec> for SpecDocument {
    fn from(spec: &Spec) -> Self {
        let Destination { name, kind, endpoint, port, api_key } = &spec.destination;
        Self {
            log_type: spec.log_type,
            log_size: spec.log_size,
            rates: spec.rates,
            duration: spec.duration,
            destination: DestinationDocument {
                name: name.clone(),
                kind: *kind,
                endpoint: endpoint.clone(),
                port: *port,
                api_key: api_key.as_ref().map(|key| key.expose().to_owned()),
            },
        }
    }
}

impl From<SpecDocument> for Spec {
    fn from(document: SpecDocument) -> Self {
        let DestinationDocument { name, kind, endpoint, port, api_key } = document.destination;
        Self {
            log_type: document.log_type,
            log_size: document.log_size,
            rates: document.rates,
            duration: document.duration,
            destination: Destination { name, kind, endpoint, port, api_key: api_key.map(Secret::new) },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CheckpointDocument {
    active: ActiveTime,
    lanes: Vec<LaneDocument>,
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
        Ok(Self { active: document.active, lanes })
    }
}
