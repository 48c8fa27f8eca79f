//! Connecting, making the indexes, closing.

mod series;

use std::fmt;

use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Client, Collection, IndexModel};
use moniflux_ports::error::StoreFault;

use crate::codec::{
    AttachmentDocument, ChangesDocument, PointDocument, RunDocument, SampleDocument, TestDocument,
};
use crate::config::MongoConfig;
use crate::error::{answer, exists_already, fault, is_gone, raw_answer};

/// Every store port on one database of a MongoDB. Clones share its connections.
#[derive(Clone)]
pub struct MongoStore {
    client: Client,
    pub(crate) tests: Collection<TestDocument>,
    pub(crate) runs: Collection<RunDocument>,
    /// A time series collection. It has no unique indexes, so a point that was stored again is there twice, and is told once.
    pub(crate) series: Collection<PointDocument>,
    pub(crate) samples: Collection<SampleDocument>,
    pub(crate) attachments: Collection<AttachmentDocument>,
    /// Used where there are no change streams.
    pub(crate) changes: Collection<ChangesDocument>,
    pub(crate) probe: Collection<Document>,
    /// Whether the server is part of a replica set or a cluster; else it has no change streams.
    pub(crate) has_streams: bool,
}

impl MongoStore {
    /// Connects, and makes the indexes that are not there.
    ///
    /// # Errors
    /// The URI is none; no primary answers within five seconds; the user may not do it; the indexes cannot be made.
    pub async fn connect(config: MongoConfig) -> Result<Self, StoreFault> {
        let options = answer(config.options()).await?;
        let client = Client::with_options(options).map_err(fault)?;
        let hello = answer(client.database("admin").run_command(doc! { "hello": 1 })).await?;
        let is_cluster = hello.get_str("msg").is_ok_and(|message| message == "isdbgrid");
        let has_streams = is_cluster || hello.contains_key("setName");
        if !has_streams {
            tracing::warn!("the MongoDB server is not part of a replica set: changes are polled for");
        }

        let database = client.database(&config.database);
        let store = Self {
            tests: database.collection("tests"),
            runs: database.collection("runs"),
            series: database.collection(SERIES),
            samples: database.collection("samples"),
            attachments: database.collection("attachments"),
            changes: database.collection("changes"),
            probe: database.collection("probe"),
            has_streams,
            client,
        };
        store.make_series(&database).await?;
        store.make_indexes().await?;
        if !has_streams {
            store.make_changes().await?;
        }
        Ok(store)
    }

    /// Ends every connection. Calls in progress, and calls that come later, fail.
    pub async fn close(&self) {
        self.client.clone().shutdown().immediate(true).await;
    }

    async fn make_indexes(&self) -> Result<(), StoreFault> {
        let by_creation = index(doc! { "createdAt": 1, "_id": 1 });
        let by_status = index(doc! { "status": 1, "createdAt": 1, "_id": 1 });
        let by_schedule = partial(doc! { "schedule": 1 }, doc! { "schedule": { "$type": "date" } });
        answer(self.tests.create_indexes([by_creation, by_status, by_schedule])).await?;

        self.give_every_run_a_share().await?;
        let by_name = unique(doc! { "id": 1, "share": 1 });
        let by_number = unique(doc! { "test": 1, "number": 1, "share": 1 });
        let go_on = doc! { "end": { "$type": "null" } };
        let that_go_on = partial(doc! { "startedAt": 1, "id": 1, "share": 1 }, go_on);
        answer(self.runs.create_indexes([by_name, by_number, that_go_on])).await?;

        let of_a_run = index(doc! { "of.run": 1, "of.grain": 1, "at": 1 });
        let by_time = index(doc! { "at": 1 });
        answer(self.series.create_indexes([of_a_run, by_time])).await?;
        self.forget_earlier(&self.samples, &["run_1_signal_1_share_1_seq_1"]).await?;
        let sample = unique(doc! { "run": 1, "signal": 1, "seq": 1, "share": 1 });
        let by_trace = partial(doc! { "run": 1, "traceID": 1 }, doc! { "traceID": { "$exists": true } });
        answer(self.samples.create_indexes([sample, by_trace])).await?;
        // Once it was said for how long samples are kept, it is there with that as an option.
        match raw_answer(self.samples.create_index(index(doc! { "at": 1 }))).await? {
            Ok(_) => {}
            Err(error) if exists_already(&error) => {}
            Err(error) => return Err(fault(error)),
        }
        let attachments =
            [unique(doc! { "run": 1, "name": 1 }), index(doc! { "name": 1, "at": 1, "run": 1 })];
        answer(self.attachments.create_indexes(attachments)).await?;
        Ok(())
    }

    /// Earlier versions knew no shares: a run was one document, and an index saw to that.
    async fn give_every_run_a_share(&self) -> Result<(), StoreFault> {
        let whole = doc! { "$set": { "share": 0, "shares": 1 } };
        answer(self.runs.update_many(doc! { "share": { "$exists": false } }, whole)).await?;
        self.forget_earlier(&self.runs, &["id_1", "test_1_number_1", "startedAt_1_id_1"]).await
    }

    /// Drops indexes that earlier versions made.
    async fn forget_earlier<T: Send + Sync>(
        &self,
        collection: &Collection<T>,
        indexes: &[&str],
    ) -> Result<(), StoreFault> {
        for earlier in indexes {
            match raw_answer(async { collection.drop_index(*earlier).await }).await? {
                Ok(()) => {}
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(fault(error)),
            }
        }
        Ok(())
    }
}

/// The collection of points.
const SERIES: &str = "series";

/// Without the documents, which hold keys, and the client, which holds a password.
impl fmt::Debug for MongoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoStore").field("database", &self.tests.namespace().db).finish_non_exhaustive()
    }
}

fn index(keys: Document) -> IndexModel {
    IndexModel::builder().keys(keys).build()
}

fn unique(keys: Document) -> IndexModel {
    let options = IndexOptions::builder().unique(true).build();
    IndexModel::builder().keys(keys).options(options).build()
}

/// An index of the documents that fit the filter only.
fn partial(keys: Document, filter: Document) -> IndexModel {
    let options = IndexOptions::builder().partial_filter_expression(filter).build();
    IndexModel::builder().keys(keys).options(options).build()
}
