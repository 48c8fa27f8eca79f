//! A spec and its destination, the key included.

use moniflux_domain::destination::{Destination, DestinationKind, Endpoint};
use moniflux_domain::secret::Secret;
use moniflux_domain::spec::{LoadDuration, LogSize, LogType, Rates, Spec};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecDocument {
    log_type: LogType,
    log_size: LogSize,
    rates: Rates,
    duration: LoadDuration,
    destination: DestinationDocument,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
