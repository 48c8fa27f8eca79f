//! Runs and their leases, in the collection `runs`. Every time here is the server's, `$$NOW`.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{self, Bson, Document, doc};
use mongodb::options::{ReturnDocument, UpdateModifications};
use moniflux_domain::id::{Epoch, ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::run::{Run, RunEnd};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{HolderError, Renewal, RunStore, StaleEpoch};
use serde::{Deserialize, Serialize};

use crate::codec::{CheckpointDocument, EndDocument, RunDocument, integer, run_id, uuid};
use crate::error::{answer, fault, is_duplicate, raw_answer};
use crate::store::MongoStore;

#[async_trait]
impl RunStore for MongoStore {
    async fn begin(&self, run: &Run) -> Result<(), StoreFault> {
        let document = RunDocument::encode(run)?;
        let id = uuid(run.id);
        let leftover = doc! { "test": run.test.as_str(), "number": run.number.0, "id": { "$ne": id } };
        loop {
            // Replaces the leftover, or else inserts, which an index refuses when the run is there already.
            let replace = self.runs.replace_one(leftover.clone(), &document).upsert(true);
            match raw_answer(replace).await? {
                Ok(_) => return Ok(()),
                Err(error) if is_duplicate(&error) => {}
                Err(error) => return Err(fault(error)),
            }
            if answer(self.runs.find_one(doc! { "id": id })).await?.is_some() {
                return Ok(());
            }
            // Another run was begun under the same number at the same moment: now it is there to be replaced.
        }
    }

    async fn claim(&self, replica: &ReplicaId, ttl: Duration, limit: u32) -> Result<Vec<Run>, StoreFault> {
        let lease = lease(replica, ttl)?;
        let limit = limit as usize;
        let mut runs = Vec::new();
        // What another caller takes between the look and the grasp is made up for in the next round.
        while runs.len() < limit {
            match self.claim_some(&lease, limit - runs.len(), &mut runs).await {
                Ok(Round::NothingFree) => break,
                Ok(Round::Looked) => {}
                // What was taken is the caller's, and must not stand still until the leases run out.
                Err(fault) if !runs.is_empty() => {
                    tracing::warn!(error = &fault as &dyn std::error::Error, "claimed some runs only");
                    break;
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(runs)
    }

    async fn renew(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        renewals: Vec<Renewal>,
    ) -> Result<Vec<Result<(), StaleEpoch>>, StoreFault> {
        let lease = lease(replica, ttl)?;
        // One update each, because the answer to many in one command does not say which of them found their run.
        let mut calls = Vec::with_capacity(renewals.len());
        for renewal in &renewals {
            let checkpoint = bson(&CheckpointDocument::from(&renewal.checkpoint))?;
            let set = doc! { "checkpoint": { "$literal": checkpoint }, "lease": lease.clone() };
            calls.push(self.update_held(renewal, vec![doc! { "$set": set }])?);
        }
        stream::iter(calls).buffered(AT_ONCE).try_collect().await
    }

    async fn release(&self, renewal: Renewal) -> Result<(), HolderError> {
        let checkpoint = bson(&CheckpointDocument::from(&renewal.checkpoint))?;
        let set = doc! { "checkpoint": checkpoint, "lease": Bson::Null };
        Ok(self.update_held(&renewal, doc! { "$set": set })?.await??)
    }

    async fn finish(&self, renewal: Renewal, end: RunEnd) -> Result<(), HolderError> {
        let checkpoint = bson(&CheckpointDocument::from(&renewal.checkpoint))?;
        let end = bson(&EndDocument::from(end))?;
        let set = doc! { "checkpoint": checkpoint, "lease": Bson::Null, "end": end };
        Ok(self.update_held(&renewal, doc! { "$set": set })?.await??)
    }

    async fn get(&self, test: &TestId, number: RunNumber) -> Result<Option<Run>, StoreFault> {
        let found = answer(self.runs.find_one(doc! { "test": test.as_str(), "number": number.0 })).await?;
        found.map(RunDocument::decode).transpose()
    }

    async fn list(
        &self,
        test: &TestId,
        after: Option<RunNumber>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreFault> {
        // To the server no limit at all.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let after = after.map_or(-1, |number| i64::from(number.0));
        let filter = doc! { "test": test.as_str(), "number": { "$gt": after } };
        let found = answer(async {
            let find = self.runs.find(filter).sort(doc! { "number": 1 }).limit(i64::from(limit));
            find.await?.try_collect::<Vec<_>>().await
        })
        .await?;
        found.into_iter().map(RunDocument::decode).collect()
    }

    async fn delete_of(&self, test: &TestId) -> Result<Vec<RunId>, StoreFault> {
        let named = answer(async {
            let names = self.runs.clone_with_type::<Named>();
            let find = names.find(doc! { "test": test.as_str() }).projection(doc! { "id": 1 });
            find.await?.try_collect::<Vec<_>>().await
        })
        .await?;
        // Only these: a run that begins meanwhile is not forgotten without being named.
        let ids: Vec<_> = named.into_iter().map(|named| named.id).collect();
        answer(self.runs.delete_many(doc! { "test": test.as_str(), "id": { "$in": ids.clone() } })).await?;
        Ok(ids.into_iter().map(run_id).collect())
    }
}

/// What a look for free runs found.
enum Round {
    NothingFree,
    Looked,
}

impl MongoStore {
    /// Looks for free runs, oldest first, and takes as many of them as nobody else does.
    async fn claim_some(
        &self,
        lease: &Document,
        limit: usize,
        runs: &mut Vec<Run>,
    ) -> Result<Round, StoreFault> {
        let limit = i64::try_from(limit.min(A_ROUND)).map_err(StoreFault::broken)?;
        let seen = answer(async {
            let names = self.runs.clone_with_type::<Named>();
            let find = names.find(free()).sort(doc! { "startedAt": 1, "id": 1 }).limit(limit);
            find.projection(doc! { "id": 1 }).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        if seen.is_empty() {
            return Ok(Round::NothingFree);
        }
        let take = vec![doc! { "$set": { "lease": lease, "epoch": { "$add": ["$epoch", 1_i64] } } }];
        let calls = seen.into_iter().map(|named| {
            let mut free = free();
            free.insert("id", named.id);
            let take = self.runs.find_one_and_update(free, take.clone());
            answer(take.return_document(ReturnDocument::After))
        });
        let mut taking = stream::iter(calls.collect::<Vec<_>>()).buffered(AT_ONCE);
        let mut fault = None;
        while let Some(taken) = taking.next().await {
            match taken.and_then(|taken| taken.map(RunDocument::decode).transpose()) {
                Ok(taken) => runs.extend(taken),
                Err(error) => fault = Some(error),
            }
        }
        fault.map_or(Ok(Round::Looked), Err)
    }

    /// Updates a run that its holder still holds and that has not ended.
    fn update_held(
        &self,
        renewal: &Renewal,
        update: impl Into<UpdateModifications>,
    ) -> Result<impl Future<Output = Result<Result<(), StaleEpoch>, StoreFault>> + Send + '_, StoreFault>
    {
        let Renewal { run, epoch: Epoch(epoch), .. } = renewal;
        let held = doc! { "id": uuid(*run), "epoch": integer(*epoch)?, "end": Bson::Null };
        let update = update.into();
        Ok(async move {
            let updated = answer(self.runs.update_one(held, update)).await?;
            Ok(if updated.matched_count > 0 { Ok(()) } else { Err(StaleEpoch) })
        })
    }
}

/// Runs that go on and that nobody holds. A lease that is not there is, to the server, less than any time.
fn free() -> Document {
    doc! { "end": { "$type": "null" }, "$expr": { "$lte": ["$lease.expiresAt", "$$NOW"] } }
}

/// A run's name alone.
#[derive(Serialize, Deserialize)]
struct Named {
    id: bson::Uuid,
}

/// The expression of a lease that begins now, rounded up: it never runs out early.
fn lease(replica: &ReplicaId, ttl: Duration) -> Result<Document, StoreFault> {
    let millis = i64::try_from(ttl.as_nanos().div_ceil(1_000_000)).map_err(StoreFault::broken)?;
    // A literal, because a name that begins with a dollar would else be an expression.
    Ok(doc! { "holder": { "$literal": &replica.0 }, "expiresAt": { "$add": ["$$NOW", millis] } })
}

fn bson(value: &impl Serialize) -> Result<Bson, StoreFault> {
    bson::serialize_to_bson(value).map_err(StoreFault::broken)
}

/// How many free runs are looked for at once.
const A_ROUND: usize = 1_000;

/// How many claims or renewals are under way at once.
const AT_ONCE: usize = 32;
