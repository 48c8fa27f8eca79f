//! Changes without a change stream: every writer counts its changes in one document, and watchers look at it.
//!
//! A standalone server has no transactions, so a change and its note are two writes. The note is written before the
//! change is answered, which is all that the port promises; one document keeps the notes in order. A look that finds
//! nothing new is answered from the `_id` index with nothing.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::doc;
use moniflux_domain::id::TestId;
use moniflux_ports::change_feed::{Change, Changes};
use moniflux_ports::error::StoreFault;
use tokio::time::sleep;

use crate::codec::ChangesDocument;
use crate::error::answer;
use crate::store::MongoStore;

impl MongoStore {
    /// Makes the document in which changes are noted.
    pub(crate) async fn make_changes(&self) -> Result<(), StoreFault> {
        let first = doc! { "$setOnInsert": { "count": 0_i64, "latest": [] } };
        answer(self.changes.update_one(doc! { "_id": TESTS }, first).upsert(true)).await?;
        Ok(())
    }

    /// Notes a change of a test.
    pub(super) async fn note_change(&self, test: &TestId) -> Result<(), StoreFault> {
        let latest = doc! { "$each": [test.as_str()], "$slice": -LATEST };
        let note = doc! { "$inc": { "count": 1_i64 }, "$push": { "latest": latest } };
        answer(self.changes.update_one(doc! { "_id": TESTS }, note).upsert(true)).await?;
        Ok(())
    }
}

/// A watch: how many changes it saw, and what it has not yet told.
pub(super) struct Watch {
    store: MongoStore,
    seen: i64,
    untold: VecDeque<Change>,
    failing: bool,
}

impl Watch {
    pub(super) async fn begin(store: MongoStore) -> Result<Self, StoreFault> {
        let changes = answer(store.changes.find_one(doc! { "_id": TESTS })).await?;
        let seen = changes.map_or(0, |changes| changes.count);
        Ok(Self { store, seen, untold: VecDeque::new(), failing: false })
    }

    async fn look(&self) -> Result<Option<ChangesDocument>, StoreFault> {
        answer(self.store.changes.find_one(doc! { "_id": TESTS, "count": { "$ne": self.seen } })).await
    }

    /// Takes in what was found, without a pause in which a dropped call could lose it.
    fn note(&mut self, found: Result<Option<ChangesDocument>, StoreFault>) {
        match found {
            Ok(changes) => {
                if self.failing {
                    tracing::info!("changes can be read again");
                }
                self.failing = false;
                if let Some(changes) = changes {
                    self.take(changes);
                }
            }
            Err(error) => {
                if !self.failing {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "changes cannot be read, trying on"
                    );
                }
                self.failing = true;
            }
        }
    }

    fn take(&mut self, changes: ChangesDocument) {
        let new = usize::try_from(changes.count - self.seen).ok();
        self.seen = changes.count;
        // Fewer than before, or more than are named: something was not seen.
        let Some(known) = new.and_then(|new| changes.latest.len().checked_sub(new)) else {
            self.untold.push_back(Change::Any);
            return;
        };
        for test in changes.latest.into_iter().skip(known) {
            let change = TestId::parse(test).map_or(Change::Any, Change::Test);
            if !self.untold.contains(&change) {
                self.untold.push_back(change);
            }
        }
    }
}

#[async_trait]
impl Changes for Watch {
    async fn next(&mut self) -> Change {
        loop {
            if let Some(change) = self.untold.pop_front() {
                return change;
            }
            let found = self.look().await;
            self.note(found);
            if self.untold.is_empty() {
                sleep(PERIOD).await;
            }
        }
    }
}

/// The only document.
const TESTS: &str = "tests";

/// How many changes are named; a watcher that misses more looks at everything.
const LATEST: i32 = 250;

/// How long a change may stay unseen.
pub(super) const PERIOD: Duration = Duration::from_millis(250);
