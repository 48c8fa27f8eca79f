//! The time series collection of points: how it is made, filled from what earlier versions kept, and kept short.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{TimeseriesGranularity, TimeseriesOptions};
use mongodb::{Collection, Database};
use moniflux_ports::error::StoreFault;

use super::{MongoStore, SERIES};
use crate::error::{answer, exists_already, fault, is_gone, raw_answer};

impl MongoStore {
    /// Makes the collection, and moves into it what is in the plain collection that earlier versions had.
    pub(super) async fn make_series(&self, database: &Database) -> Result<(), StoreFault> {
        let options = TimeseriesOptions::builder()
            .time_field("at")
            .meta_field(Some("of".to_owned()))
            .granularity(Some(TimeseriesGranularity::Seconds))
            .build();
        match raw_answer(async { database.create_collection(SERIES).timeseries(options).await }).await? {
            Ok(()) => {}
            Err(error) if exists_already(&error) => {}
            Err(error) => return Err(fault(error)),
        }
        let earlier: Collection<Document> = database.collection("points");
        let mut found = answer(async { earlier.find(doc! {}).await }).await?;
        let mut moved = Vec::new();
        while let Some(point) = answer(async { found.try_next().await }).await? {
            moved.push(of_now(point));
            if moved.len() == AT_ONCE {
                self.move_into_series(&mut moved).await?;
            }
        }
        self.move_into_series(&mut moved).await?;
        match raw_answer(async { earlier.drop().await }).await? {
            Ok(()) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }

    /// Lets the server forget points and samples older than that; it looks once a minute.
    pub(crate) async fn forget_after(&self, keep: Duration) -> Result<(), StoreFault> {
        let seconds = i64::try_from(keep.as_secs()).unwrap_or(i64::MAX).min(LONGEST_SECONDS);
        let database = self.client.database(&self.series.namespace().db);
        let series = doc! { "collMod": SERIES, "expireAfterSeconds": seconds };
        answer(async { database.run_command(series).await }).await?;
        let index = doc! { "keyPattern": { "at": 1 }, "expireAfterSeconds": seconds };
        let samples = doc! { "collMod": self.samples.name(), "index": index };
        answer(async { database.run_command(samples).await }).await?;
        Ok(())
    }

    async fn move_into_series(&self, points: &mut Vec<Document>) -> Result<(), StoreFault> {
        if !points.is_empty() {
            let series = self.series.clone_with_type::<Document>();
            answer(async { series.insert_many(std::mem::take(points)).await }).await?;
        }
        Ok(())
    }
}

/// A point of the plain collection in the form it has now.
fn of_now(mut point: Document) -> Document {
    let mut of = doc! { "grain": 1 };
    for name in ["run", "signal", "share"] {
        of.insert(name, point.remove(name).unwrap_or(Bson::Null));
    }
    point.remove("_id");
    point.insert("of", of);
    point.insert("span", 1_000_000_000_i64);
    point
}

const AT_ONCE: usize = 1_000;

/// What the server takes: 2³¹ − 1.
const LONGEST_SECONDS: i64 = 2_147_483_647;
