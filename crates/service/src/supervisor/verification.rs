//! Verification: when a run has ended, its sink is asked what arrived, and the answer is stored with the run.
//!
//! Before a share ends it is noted in the store that its run is to be verified, and the note stays until that is done. So what is
//! broken off by a crash or a shutdown is found again, by whoever looks, once its own replica must have finished: then the
//! sink is asked once, and that is the answer. Doing it twice does no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::SubsecRound;
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::run::Run;
use moniflux_domain::verify::{Verification, Verify};
use moniflux_ports::error::StoreFault;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Supervisor;
use crate::verify::{verify, verify_now};

/// Under this name the answer is stored with its run.
pub(crate) const VERIFICATION: &str = "moniflux/verification";

/// Under this name it is noted that a run is to be verified.
pub(crate) const DUE: &str = "moniflux/verification-due";

/// A run that is to be verified when it has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Due {
    test: TestId,
    number: RunNumber,
    #[serde(rename = "runID")]
    run: RunId,
}

impl Due {
    /// None for a run that names no sink.
    pub(crate) fn of(run: &Run) -> Option<Self> {
        run.spec.verify.as_ref()?;
        Some(Self { test: run.test.clone(), number: run.number, run: run.id })
    }
}

/// A share's end, as it is written.
type Ending<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The runs that are to be verified here.
#[derive(Debug, Default)]
pub(super) struct Verifying {
    waiting: Mutex<BTreeMap<RunId, Due>>,
    told: Notify,
    /// Those whose sinks are being asked.
    asking: Mutex<BTreeSet<RunId>>,
}

impl Verifying {
    fn tell(&self, due: Due) {
        lock(&self.waiting).insert(due.run, due);
        self.told.notify_one();
    }
}

impl Supervisor {
    /// Lets a share end, and has its run verified if that was the last one.
    pub(super) async fn verified(&self, due: Option<Due>, ending: Ending<'_>) {
        if let Some(due) = &due {
            self.note(due).await;
        }
        ending.await;
        if let Some(due) = due {
            self.verifying.tell(due);
        }
    }

    /// Verifies runs until it is cancelled.
    pub(super) async fn verify(self, cancelled: CancellationToken) {
        let mut under_way = JoinSet::new();
        let mut next_look = self.clock.monotonic();
        loop {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => break,
                () = self.verifying.told.notified() => {
                    for due in mem::take(&mut *lock(&self.verifying.waiting)).into_values() {
                        let supervisor = self.clone();
                        under_way.spawn(async move { supervisor.verify_ended(&due).await });
                    }
                }
                () = self.clock.sleep_until(next_look) => {
                    next_look = self.clock.monotonic() + LOOK;
                    for run in self.to_verify_late().await {
                        let supervisor = self.clone();
                        under_way.spawn(async move { supervisor.verify_late(&run).await });
                    }
                }
                Some(done) = under_way.join_next() => match done {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(error = &error as &dyn std::error::Error, "a run cannot be verified now"),
                    Err(error) => tracing::error!(%error, "verifying a run broke off"),
                },
            }
        }
        // What is broken off here is noted, and found by whoever looks next.
        under_way.shutdown().await;
    }

    /// Waits for what is on its way, if the run has ended.
    pub(crate) async fn verify_ended(&self, due: &Due) -> Result<(), StoreFault> {
        let Some(run) = self.stored_run(due).await?.filter(|run| run.end().is_some()) else { return Ok(()) };
        let Some(sink) = &run.spec.verify else { return Ok(()) };
        if !lock(&self.verifying.asking).insert(run.id) {
            return Ok(());
        }
        let found = verify(self.sinks.as_ref(), self.clock.as_ref(), &run, sink).await;
        let kept = self.keep_verification(due, &found).await;
        lock(&self.verifying.asking).remove(&run.id);
        kept
    }

    /// Asks once, since the wait is over.
    pub(crate) async fn verify_late(&self, run: &Run) -> Result<(), StoreFault> {
        let (Some(due), Some(sink)) = (Due::of(run), &run.spec.verify) else { return Ok(()) };
        let found = verify_now(self.sinks.as_ref(), self.clock.as_ref(), run, sink).await;
        self.keep_verification(&due, &Verification { settled: true, ..found }).await
    }

    async fn to_verify_late(&self) -> Vec<Run> {
        self.left_over().await.unwrap_or_else(|error| {
            tracing::debug!(%error, "runs that are to be verified cannot be read; trying on");
            Vec::new()
        })
    }

    /// Runs that ended so long ago that whoever was to verify them has not done it.
    pub(crate) async fn left_over(&self) -> Result<Vec<Run>, StoreFault> {
        let mut found = Vec::new();
        for (run, note) in self.stores.results.attached(DUE, AT_ONCE).await? {
            // A note that cannot be read is of no use to anyone.
            let due: Option<Due> = serde_json::from_str(&note.body).ok();
            let stored = match &due {
                Some(due) => self.stored_run(due).await?,
                None => None,
            };
            match stored.as_ref().map(|stored| (stored.end(), &stored.spec.verify)) {
                // It goes on, or is still waited for.
                Some((None, Some(_))) => {}
                Some((Some(end), Some(sink))) if !self.is_late(sink, end.at) => {}
                Some((Some(_), Some(_))) if lock(&self.verifying.asking).contains(&run) => {}
                Some((Some(_), Some(_))) => found.extend(stored),
                // It was deleted meanwhile.
                None | Some((_, None)) => self.stores.results.detach(run, DUE).await?,
            }
        }
        Ok(found)
    }

    fn is_late(&self, sink: &Verify, ended_at: chrono::DateTime<chrono::Utc>) -> bool {
        let since = (self.clock.now() - ended_at).to_std().unwrap_or_default();
        since > sink.wait + GRACE
    }

    async fn stored_run(&self, due: &Due) -> Result<Option<Run>, StoreFault> {
        let stored = self.stores.runs.get(&due.test, due.number).await?;
        Ok(stored.filter(|run| run.id == due.run))
    }

    /// Notes in the store that a run is to be verified.
    async fn note(&self, due: &Due) {
        let noted = self.insist(|| async {
            self.stores.results.attach(due.run, &self.document(DUE, due)?).await?;
            Ok(true)
        });
        if !noted.await {
            tracing::warn!(testID = %due.test, runID = %due.run, "should this replica die, nobody will ask the run's sink");
        }
    }

    async fn keep_verification(&self, due: &Due, found: &Verification) -> Result<(), StoreFault> {
        // Not of a run that was deleted meanwhile: nobody would ever forget it.
        if self.stored_run(due).await?.is_some() {
            self.stores.results.attach(due.run, &self.document(VERIFICATION, found)?).await?;
        }
        self.stores.results.detach(due.run, DUE).await?;
        tracing::info!(
            testID = %due.test, runID = %due.run, lost = found.lost(), fault = found.fault, "run verified at its sink"
        );
        Ok(())
    }

    fn document(&self, name: &str, body: &impl Serialize) -> Result<Attachment, StoreFault> {
        let body = serde_json::to_string(body).map_err(StoreFault::broken)?;
        Ok(Attachment { name: name.to_owned(), at: self.clock.now().trunc_subsecs(3), body })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often it is looked for what was left over.
const LOOK: Duration = Duration::from_secs(3);

/// Longer than it takes to ask a sink that does not answer, and to store that.
const GRACE: Duration = Duration::from_secs(5);

/// How many are looked at in one go.
const AT_ONCE: u32 = 100;
