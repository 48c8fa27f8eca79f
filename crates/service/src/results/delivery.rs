//! What became of a run's records on the far side of their ack: as it was stored, or as the sink tells it now.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::id::RunId;
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
    /// What arrived of a run at its sink; none for a run that has none.
    ///
    /// Of a run that goes on, or whose sink is still asked, it is what the sink tells now: not settled.
    pub(crate) async fn delivery_of(&self, run: &Run) -> Result<Option<Verification>, UseCaseError> {
        let Some(verify) = &run.spec.verify else { return Ok(None) };
        if run.end().is_some()
            && let Some(stored) = self.stored_delivery(run.id).await?
        {
            return Ok(Some(stored));
        }
        let asked = verify_now(self.sinks.as_ref(), self.clock.as_ref(), run, verify);
        let mut now = tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_too_late| {
            let fault = format!("the sink did not answer: {}: nothing within {PATIENCE:?}", verify.sink);
            Verification { fault: Some(fault), ..Verification::unknown(verify, self.now()) }
        });
        // Whoever had to ask is gone for good: nobody will say more than this.
        now.settled = run.end().is_some_and(|end| {
            let since = (self.clock.now() - end.at).to_std().unwrap_or_default();
            since > verify.wait + ABANDONED
        });
        Ok(Some(now))
    }

    /// What was stored when the sink had been asked for the last time; none when it still is, or never was.
    pub(crate) async fn stored_delivery(&self, run: RunId) -> Result<Option<Verification>, StoreFault> {
        let attachments = self.stores.results.attachments(run).await?;
        let stored = attachments.iter().find(|attachment| attachment.name == VERIFICATION);
        stored.map(|stored| serde_json::from_str(&stored.body).map_err(StoreFault::broken)).transpose()
    }
}

/// How long a sink may keep someone waiting who wants results.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long after its wait a run's sink has been asked at the latest, whoever died meanwhile.
const ABANDONED: Duration = Duration::from_mins(1);
