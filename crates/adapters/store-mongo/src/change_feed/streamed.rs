//! A change stream on the collection `tests`.
//!
//! The driver resumes it after a lost connection or an election, where it was. When even that fails, a new stream is
//! begun, and the watcher is told that it may have missed something.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use mongodb::bson::doc;
use mongodb::change_stream::ChangeStream;
use moniflux_domain::id::TestId;
use moniflux_ports::change_feed::{Change, Changes};
use moniflux_ports::error::StoreFault;
use serde::Deserialize;
use tokio::time::sleep;

use crate::error::answer;
use crate::store::MongoStore;

pub(super) struct Watch {
    store: MongoStore,
    /// None after it ended.
    stream: Option<ChangeStream<Event>>,
}

/// What is asked of an event: which document it is about. A dropped collection has none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    document_key: Option<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    id: String,
}

impl Watch {
    pub(super) async fn begin(store: MongoStore) -> Result<Self, StoreFault> {
        let stream = Some(stream(&store).await?);
        Ok(Self { store, stream })
    }

    /// Another stream in place of one that ended; tries until there is one.
    async fn begin_again(&mut self) {
        let mut is_first = true;
        while self.stream.is_none() {
            match stream(&self.store).await {
                Ok(stream) => self.stream = Some(stream),
                Err(error) => {
                    if is_first {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "no change stream, trying on"
                        );
                    }
                    is_first = false;
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

#[async_trait]
impl Changes for Watch {
    async fn next(&mut self) -> Change {
        if let Some(stream) = &mut self.stream {
            match stream.next().await {
                Some(Ok(Event { document_key: Some(key) })) => {
                    return TestId::parse(key.id).map_or(Change::Any, Change::Test);
                }
                Some(Ok(Event { document_key: None })) => return Change::Any,
                Some(Err(error)) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the change stream ended");
                }
                None => tracing::warn!("the change stream ended"),
            }
        }
        self.stream = None;
        self.begin_again().await;
        Change::Any
    }
}

async fn stream(store: &MongoStore) -> Result<ChangeStream<Event>, StoreFault> {
    // Without the documents: they are long, and hold keys.
    let watch = store.tests.watch().pipeline([doc! { "$project": { "operationType": 1, "documentKey": 1 } }]);
    Ok(answer(watch).await?.with_type())
}

/// Between attempts to begin a stream.
const PAUSE: Duration = Duration::from_millis(250);
