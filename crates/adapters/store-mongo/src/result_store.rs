//! Points and samples, in the collections of those names; unique indexes refuse what is stored again.

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::doc;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Point, Sample};
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleQuery};
use serde::Serialize;

use crate::codec::{PointDocument, SampleDocument, uuid};
use crate::error::{answer, are_duplicates, fault, raw_answer};
use crate::samples;
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

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        if runs.is_empty() {
            return Ok(());
        }
        let runs: Vec<_> = runs.iter().map(|run| uuid(*run)).collect();
        let of_them = doc! { "run": { "$in": runs } };
        answer(self.points.delete_many(of_them.clone())).await?;
        answer(self.samples.delete_many(of_them)).await?;
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
