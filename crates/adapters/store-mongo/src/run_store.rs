//! Runs and their leases, in the collection `runs`, one document a share. Every time here is the server's, `$$NOW`.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{self, Bson, Document, doc};
use mongodb::options::{ReturnDocument, UpdateModifications};
use moniflux_domain::id::{Epoch, ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::run::{Run, RunEnd, ShareId};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{ClaimLimit, HolderError, Renewal, RunStore, StaleEpoch};
use serde::{Deserialize, Serialize};

use crate::codec::{CheckpointDocument, EndDocument, RunDocument, integer, run_id, uuid};
use crate::error::{answer, fault, is_duplicate, raw_answer};
use crate::store::MongoStore;

#[async_trait]
impl RunStore for MongoStore {
    async fn begin(&self, run: &Run) -> Result<(), StoreFault> {
        for share in &run.shares {
            let document = RunDocument::encode(run, share)?;
            loop {
                match raw_answer(async { self.runs.insert_one(&document).await }).await? {
                    Ok(_) => break,
                    Err(error) if is_duplicate(&error) => {}
                    Err(error) => return Err(fault(error)),
                }
                let mine = doc! { "id": uuid(run.id), "share": share.share.index() };
                if answer(self.runs.find_one(mine)).await?.is_some() {
                    break;
                }
                // Under the same test and number: of a deleted test, or begun at the same moment.
                self.forget_leftovers(run, doc! { "$eq": share.share.index() }).await?;
            }
        }
        // Those of a run that had more shares.
        let shares = i64::try_from(run.shares.len()).map_err(StoreFault::broken)?;
        self.forget_leftovers(run, doc! { "$gte": shares }).await
    }

    async fn claim(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        limit: ClaimLimit,
    ) -> Result<Vec<Run>, StoreFault> {
        let lease = lease(replica, ttl)?;
        let mut parts = Vec::new();
        // What another caller takes between the look and the grasp is made up for in the next round.
        while parts.len() < limit.shares as usize {
            match self.claim_some(&lease, limit, &mut parts).await {
                Ok(Round::NothingFree) => break,
                Ok(Round::Looked) => {}
                // What was taken is the caller's, and must not stand still until the leases run out.
                Err(fault) if !parts.is_empty() => {
                    tracing::warn!(error = &fault as &dyn std::error::Error, "claimed some runs only");
                    break;
                }
                Err(fault) => return Err(fault),
            }
        }
        parts.sort_by_key(|run| (run.started_at, run.share_ids().next()));
        Ok(Run::joined(parts))
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
        let numbers = doc! { "$eq": number.0 };
        Ok(self.read_runs(test, numbers).await?.pop())
    }

    async fn find(&self, run: RunId) -> Result<Option<Run>, StoreFault> {
        let found = answer(async {
            let find = self.runs.find(doc! { "id": uuid(run) }).sort(doc! { "share": 1 });
            find.await?.try_collect::<Vec<_>>().await
        })
        .await?;
        let parts = found.into_iter().map(RunDocument::decode).collect::<Result<Vec<_>, _>>()?;
        Ok(Run::joined(parts).pop())
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
        // Every run has a share 0, so that these are the runs.
        let after = after.map_or(-1, |number| i64::from(number.0));
        let first = doc! { "test": test.as_str(), "share": 0, "number": { "$gt": after } };
        let numbers = answer(async {
            let numbers = self.runs.clone_with_type::<Numbered>();
            let find = numbers.find(first).sort(doc! { "number": 1 }).limit(i64::from(limit));
            find.projection(doc! { "number": 1 }).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        match numbers.last() {
            Some(last) => self.read_runs(test, doc! { "$gt": after, "$lte": last.number }).await,
            None => Ok(Vec::new()),
        }
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
        let mut ids: Vec<_> = ids.into_iter().map(run_id).collect();
        // One document a share.
        ids.sort();
        ids.dedup();
        Ok(ids)
    }
}

/// What a look for free shares found.
enum Round {
    NothingFree,
    Looked,
}

impl MongoStore {
    /// The runs of a test with such numbers, in order, with all of their shares.
    async fn read_runs(&self, test: &TestId, numbers: Document) -> Result<Vec<Run>, StoreFault> {
        let found = answer(async {
            let find = self.runs.find(doc! { "test": test.as_str(), "number": numbers });
            find.sort(doc! { "number": 1, "share": 1 }).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        let parts = found.into_iter().map(RunDocument::decode).collect::<Result<Vec<_>, _>>()?;
        Ok(Run::joined(parts))
    }

    /// Forgets such shares of other runs under that run's test and number.
    async fn forget_leftovers(&self, run: &Run, shares: Document) -> Result<(), StoreFault> {
        let others = doc! {
            "test": run.test.as_str(), "number": run.number.0, "share": shares, "id": { "$ne": uuid(run.id) }
        };
        answer(self.runs.delete_many(others)).await?;
        Ok(())
    }

    /// Looks for free shares, oldest run first, and takes as many of them as nobody else does.
    async fn claim_some(
        &self,
        lease: &Document,
        limit: ClaimLimit,
        parts: &mut Vec<Run>,
    ) -> Result<Round, StoreFault> {
        let mut taken: HashMap<RunId, u32> = HashMap::new();
        for part in &*parts {
            *taken.entry(part.id).or_default() += 1;
        }
        let sated = taken.iter().filter(|(_, shares)| **shares >= limit.per_run);
        let sated: Vec<_> = sated.map(|(run, _)| uuid(*run)).collect();
        let left = (limit.shares as usize).saturating_sub(parts.len()).min(A_ROUND);
        let look = i64::try_from(left).map_err(StoreFault::broken)?;
        let mut seen = answer(async {
            let names = self.runs.clone_with_type::<Named>();
            let mut free = free();
            free.insert("id", doc! { "$nin": sated });
            let find = names.find(free).sort(doc! { "startedAt": 1, "id": 1, "share": 1 }).limit(look);
            find.projection(doc! { "id": 1, "share": 1 }).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        if seen.is_empty() {
            return Ok(Round::NothingFree);
        }
        seen.retain(|named| {
            let shares = taken.entry(run_id(named.id)).or_default();
            *shares += 1;
            *shares <= limit.per_run
        });
        let take = vec![doc! { "$set": { "lease": lease, "epoch": { "$add": ["$epoch", 1_i64] } } }];
        let calls = seen.into_iter().map(|named| {
            let mut free = free();
            free.insert("id", named.id);
            free.insert("share", named.share);
            let take = self.runs.find_one_and_update(free, take.clone());
            answer(take.return_document(ReturnDocument::After))
        });
        let mut taking = stream::iter(calls.collect::<Vec<_>>()).buffered(AT_ONCE);
        let mut fault = None;
        while let Some(taken) = taking.next().await {
            match taken.and_then(|taken| taken.map(RunDocument::decode).transpose()) {
                Ok(taken) => parts.extend(taken),
                Err(error) => fault = Some(error),
            }
        }
        fault.map_or(Ok(Round::Looked), Err)
    }

    /// Updates a share that its holder still holds and that has not ended.
    fn update_held(
        &self,
        renewal: &Renewal,
        update: impl Into<UpdateModifications>,
    ) -> Result<impl Future<Output = Result<Result<(), StaleEpoch>, StoreFault>> + Send + '_, StoreFault>
    {
        let Renewal { share: ShareId { run, share }, epoch: Epoch(epoch), .. } = renewal;
        let held = doc! {
            "id": uuid(*run), "share": share.index(), "epoch": integer(*epoch)?, "end": Bson::Null
        };
        let update = update.into();
        Ok(async move {
            let updated = answer(self.runs.update_one(held, update)).await?;
            Ok(if updated.matched_count > 0 { Ok(()) } else { Err(StaleEpoch) })
        })
    }
}

/// Shares that go on and that nobody holds. A lease that is not there is, to the server, less than any time.
fn free() -> Document {
    doc! { "end": { "$type": "null" }, "$expr": { "$lte": ["$lease.expiresAt", "$$NOW"] } }
}

/// A share's name alone.
#[derive(Serialize, Deserialize)]
struct Named {
    id: bson::Uuid,
    #[serde(default)]
    share: u32,
}

/// A run's number alone.
#[derive(Serialize, Deserialize)]
struct Numbered {
    number: u32,
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

/// How many free shares are looked for at once.
const A_ROUND: usize = 1_000;

/// How many claims or renewals are under way at once.
const AT_ONCE: usize = 32;
