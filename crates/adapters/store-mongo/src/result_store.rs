//! Points, samples and attachments, in the collections of those names; unique indexes refuse points and samples that are
//! stored again.

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Point, Sample};
use moniflux_domain::signal::Signal;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleCursor};
use serde::Serialize;

use crate::codec::{AttachmentDocument, PointDocument, SampleDocument, date, uuid};
use crate::error::{answer, are_duplicates, fault, raw_answer};
use crate::store::MongoStore;

#[async_trait]
impl ResultStore for MongoStore {
    async fn append_points(&self, points: &[Point]) -> Result<(), StoreFault> {
        append(&self.points, points.iter().map(PointDocument::encode).collect::<Result<_, _>>()?).await
    }

    async fn points(&self, run: RunId, range: PointRange) -> Result<Vec<Point>, StoreFault> {
        // No point is stored beyond what BSON holds, so none lies at or after such a start.
        let Ok(from) = i64::try_from(range.from.as_nanos()) else { return Ok(Vec::new()) };
        let mut active = doc! { "$gte": from };
        if let Some(to) = range.to.and_then(|to| i64::try_from(to.as_nanos()).ok()) {
            active.insert("$lt", to);
        }
        let found = answer(async {
            let find = self.points.find(doc! { "run": uuid(run), "active": active });
            find.sort(doc! { "active": 1, "signal": 1, "share": 1 }).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        found.into_iter().map(PointDocument::decode).collect()
    }

    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault> {
        append(&self.samples, samples.iter().map(SampleDocument::encode).collect::<Result<_, _>>()?).await
    }

    async fn samples(
        &self,
        run: RunId,
        signal: Option<Signal>,
        after: Option<SampleCursor>,
        limit: u32,
    ) -> Result<Vec<Sample>, StoreFault> {
        // To the server no limit at all.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut filter = doc! { "run": uuid(run) };
        if let Some(signal) = signal {
            filter.insert("signal", signal.as_str());
        }
        if let Some(cursor) = after {
            filter.insert("$or", later(cursor));
        }
        let found = answer(async {
            let find = self.samples.find(filter).sort(doc! { "signal": 1, "share": 1, "seq": 1 });
            find.limit(i64::from(limit)).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        found.into_iter().map(SampleDocument::decode).collect()
    }

    async fn attach(&self, run: RunId, attachment: &Attachment) -> Result<(), StoreFault> {
        let of_that_name = doc! { "run": uuid(run), "name": &attachment.name };
        let set = doc! { "$set": { "at": date(attachment.at), "body": &attachment.body } };
        answer(self.attachments.update_one(of_that_name, set).upsert(true)).await?;
        Ok(())
    }

    async fn attachments(&self, run: RunId) -> Result<Vec<Attachment>, StoreFault> {
        let found = answer(async {
            let find = self.attachments.find(doc! { "run": uuid(run) }).sort(doc! { "name": 1 });
            find.await?.try_collect::<Vec<_>>().await
        })
        .await?;
        found.into_iter().map(AttachmentDocument::decode).collect()
    }

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        if runs.is_empty() {
            return Ok(());
        }
        let runs: Vec<_> = runs.iter().map(|run| uuid(*run)).collect();
        let of_them = doc! { "run": { "$in": runs } };
        answer(self.points.delete_many(of_them.clone())).await?;
        answer(self.samples.delete_many(of_them.clone())).await?;
        answer(self.attachments.delete_many(of_them)).await?;
        Ok(())
    }
}

/// Inserts what is not there yet.
async fn append<T>(collection: &Collection<T>, documents: Vec<T>) -> Result<(), StoreFault>
where
    T: Serialize + Send + Sync,
{
    if documents.is_empty() {
        return Ok(());
    }
    match raw_answer(collection.insert_many(documents).ordered(false)).await? {
        Ok(_) => Ok(()),
        Err(error) if are_duplicates(&error) => Ok(()),
        Err(error) => Err(fault(error)),
    }
}

/// The places after a cursor, by signal, share and sequence number.
fn later(after: SampleCursor) -> [Document; 3] {
    let (signal, share) = (after.signal.as_str(), after.share);
    // Beyond what BSON holds is after every number that is stored.
    let seq = i64::try_from(after.seq).unwrap_or(i64::MAX);
    [
        doc! { "signal": { "$gt": signal } },
        doc! { "signal": signal, "share": { "$gt": share } },
        doc! { "signal": signal, "share": share, "seq": { "$gt": seq } },
    ]
}
