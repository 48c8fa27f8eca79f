//! What became of a run's records on the far side of their ack: as it was stored, or as the sink tells it now.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::run::Run;
use moniflux_domain::signal::Signal;
use moniflux_domain::verify::EndToEnd;
use moniflux_domain::verify::{Verification, Verified};
use moniflux_ports::error::StoreFault;
use serde::Serialize;

use crate::error::UseCaseError;
use crate::service::Service;
use crate::supervisor::VERIFICATION;
use crate::verify::verify_now;

/// What arrived of a run at its sink. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryResults {
    /// The sink that was asked.
    pub sink: String,
    /// When it was asked last.
    pub at: DateTime<Utc>,
    /// Whether this is the last word: the run is over, and everything arrived or the wait for it ended.
    pub settled: bool,
    /// Why the sink did not answer when it was asked last, if it did not.
    pub fault: Option<String>,
    /// Records that were acked and never seen at the sink; null when it never answered.
    pub lost: Option<u64>,
    /// Each signal that was on; none when the sink never answered.
    pub lanes: BTreeMap<Signal, Verified>,
    /// From the records' own times to their arrival, over all signals.
    pub end_to_end: EndToEnd,
}

impl From<&Verification> for DeliveryResults {
    fn from(found: &Verification) -> Self {
        let Verification { sink, at, settled, fault, lanes, end_to_end } = found.clone();
        Self { sink, at, settled, fault, lost: found.lost(), lanes, end_to_end }
    }
}

impl Service {
    /// The last word on what arrived of a run at its sink; none for a run that names no sink, that goes on, or whose sink is
    /// still asked. No sink is asked for it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn settled_delivery(&self, run: &Run) -> Result<Option<Verification>, UseCaseError> {
        let (Some(verify), Some(end)) = (&run.spec.verify, run.end()) else { return Ok(None) };
        let attachments = self.stores.results.attachments(run.id).await?;
        if let Some(stored) = attachments.iter().find(|attachment| attachment.name == VERIFICATION) {
            return Ok(Some(serde_json::from_str(&stored.body).map_err(StoreFault::broken)?));
        }
        let since = (self.clock.now() - end.at).to_std().unwrap_or_default();
        Ok((since > verify.wait + ABANDONED).then(|| {
            let fault = Some("nobody was left to ask the sink when the run had ended".to_owned());
            Verification { settled: true, fault, ..Verification::unknown(verify, end.at) }
        }))
    }

    /// The same, or else what the sink of the run tells now, which is not settled.
    pub(crate) async fn delivery_of(&self, run: &Run) -> Result<Option<Verification>, UseCaseError> {
        let Some(verify) = &run.spec.verify else { return Ok(None) };
        if let Some(settled) = self.settled_delivery(run).await? {
            return Ok(Some(settled));
        }
        let asked = verify_now(self.sinks.as_ref(), self.clock.as_ref(), run, verify);
        let now = tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_too_late| {
            let fault = format!("the sink did not answer: {}: nothing within {PATIENCE:?}", verify.sink);
            Verification { fault: Some(fault), ..Verification::unknown(verify, self.now()) }
        });
        Ok(Some(now))
    }
}

/// How long a sink may keep someone waiting who wants results.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long after its wait a run's sink has been asked at the latest, whoever died meanwhile.
const ABANDONED: Duration = Duration::from_mins(1);
