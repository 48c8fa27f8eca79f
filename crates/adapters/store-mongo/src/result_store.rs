//! Points, in the time series collection `series`; samples, of which a unique index refuses what is stored again; and
//! attachments.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::doc;
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleQuery};
use serde::Serialize;

use crate::codec::{AttachmentDocument, PointDocument, SampleDocument, date, uuid};
use crate::error::{answer, are_duplicates, fault, raw_answer};
use crate::samples;
use crate::store::MongoStore;

#[async_trait]
impl ResultStore for MongoStore {
    async fn append_points(&self, points: &[Point]) -> Result<(), StoreFault> {
        append(&self.series, points.iter().map(PointDocument::encode).collect::<Result<_, _>>()?).await
    }

    async fn points(&self, run: RunId, grain: Grain, range: PointRange) -> Result<Vec<Point>, StoreFault> {
        // No point is stored beyond what BSON holds, so none lies at or after such a start.
        let Ok(from) = i64::try_from(range.from.as_nanos()) else { return Ok(Vec::new()) };
        let mut active = doc! { "$gte": from };
        if let Some(to) = range.to.and_then(|to| i64::try_from(to.as_nanos()).ok()) {
            active.insert("$lt", to);
        }
        let filter = doc! { "of.run": uuid(run), "of.grain": grain.as_secs(), "active": active };
        let found = answer(async { self.series.find(filter).await?.try_collect::<Vec<_>>().await }).await?;
        let mut points: Vec<_> = found.into_iter().map(PointDocument::decode).collect::<Result<_, _>>()?;
        let place = |point: &Point| (point.active, point.signal, point.share);
        // What was stored again is told once, as it was stored first.
        points.sort_by_key(|point| (place(point), point.at));
        points.dedup_by_key(|point| place(point));
        Ok(points)
    }

    async fn points_since(&self, at: DateTime<Utc>, limit: u32) -> Result<Vec<Point>, StoreFault> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let filter = doc! { "at": { "$gt": date(at) }, "of.grain": Grain::Fine.as_secs() };
        let found = answer(async {
            let find = self.series.find(filter).sort(doc! { "at": 1 }).limit(i64::from(limit));
            find.await?.try_collect::<Vec<_>>().await
        })
        .await?;
        let mut points: Vec<_> = found.into_iter().map(PointDocument::decode).collect::<Result<_, _>>()?;
        let place = |point: &Point| (point.at, point.run, point.active, point.signal, point.share);
        points.sort_by_key(place);
        points.dedup_by_key(|point| place(point));
        Ok(points)
    }

    async fn retain(&self, keep: Duration) -> Result<(), StoreFault> {
        self.forget_after(keep).await
    }

    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault> {
        append(&self.samples, samples.iter().map(SampleDocument::encode).collect::<Result<_, _>>()?).await
    }

    async fn samples(&self, run: RunId, query: &SampleQuery) -> Result<Vec<Sample>, StoreFault> {
        // To the server no limit at all.
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let Some(filter) = samples::filter(run, query) else { return Ok(Vec::new()) };
        let found = answer(async {
            let find = self.samples.find(filter).sort(doc! { "signal": 1, "seq": 1, "share": 1 });
            find.limit(i64::from(query.limit)).await?.try_collect::<Vec<_>>().await
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
        found.into_iter().map(|document| Ok(document.decode()?.1)).collect()
    }

    async fn attached(&self, name: &str, limit: u32) -> Result<Vec<(RunId, Attachment)>, StoreFault> {
        // To the server no limit at all.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = answer(async {
            let find = self.attachments.find(doc! { "name": name }).sort(doc! { "at": 1, "run": 1 });
            find.limit(i64::from(limit)).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        found.into_iter().map(AttachmentDocument::decode).collect()
    }

    async fn detach(&self, run: RunId, name: &str) -> Result<(), StoreFault> {
        answer(self.attachments.delete_one(doc! { "run": uuid(run), "name": name })).await?;
        Ok(())
    }

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        if runs.is_empty() {
            return Ok(());
        }
        let runs: Vec<_> = runs.iter().map(|run| uuid(*run)).collect();
        answer(self.series.delete_many(doc! { "of.run": { "$in": &runs } })).await?;
        let of_them = doc! { "run": { "$in": runs } };
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
