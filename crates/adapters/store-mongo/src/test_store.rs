//! Tests, in the collection `tests`, by name as `_id`.

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use moniflux_domain::id::{TestId, Version};
use moniflux_domain::test::Test;
use moniflux_ports::error::StoreFault;
use moniflux_ports::test_store::{
    InsertError, Order, ReplaceError, TestCursor, TestPage, TestQuery, TestStore,
};

use crate::codec::{TestDocument, date, integer};
use crate::error::{answer, fault, is_duplicate, raw_answer};
use crate::store::MongoStore;

#[async_trait]
impl TestStore for MongoStore {
    async fn insert(&self, test: &Test) -> Result<(), InsertError> {
        let document = TestDocument::encode(test)?;
        match raw_answer(self.tests.insert_one(document)).await? {
            Ok(_) => Ok(self.tell(&test.id).await?),
            Err(error) if is_duplicate(&error) => Err(InsertError::Exists),
            Err(error) => Err(fault(error).into()),
        }
    }

    async fn get(&self, id: &TestId) -> Result<Option<Test>, StoreFault> {
        let found = answer(self.tests.find_one(doc! { "_id": id.as_str() })).await?;
        found.map(TestDocument::decode).transpose()
    }

    async fn list(&self, query: &TestQuery) -> Result<TestPage, StoreFault> {
        // To the server no limit at all.
        if query.limit == 0 {
            return Ok(TestPage { tests: Vec::new(), next: query.after.clone() });
        }
        let found = answer(async {
            let way = match query.order {
                Order::OldestFirst => 1,
                Order::NewestFirst => -1,
            };
            let find = self.tests.find(filter(query)).sort(doc! { "createdAt": way, "_id": way });
            find.limit(i64::from(query.limit) + 1).await?.try_collect::<Vec<_>>().await
        })
        .await?;
        let is_last = found.len() <= query.limit as usize;
        let page = found.into_iter().take(query.limit as usize);
        let tests = page.map(TestDocument::decode).collect::<Result<Vec<_>, _>>()?;
        let last = tests.last().filter(|_| !is_last);
        let next = last.map(|test| TestCursor { created_at: test.created_at, id: test.id.clone() });
        Ok(TestPage { tests, next })
    }

    async fn compare_and_set(&self, test: &Test, expected: Version) -> Result<(), ReplaceError> {
        let document = TestDocument::encode(test)?;
        let stored = as_expected(&test.id, expected)?;
        let replaced = answer(self.tests.replace_one(stored, document)).await?;
        self.told(&test.id, replaced.matched_count).await
    }

    async fn delete(&self, id: &TestId, expected: Version) -> Result<(), ReplaceError> {
        let deleted = answer(self.tests.delete_one(as_expected(id, expected)?)).await?;
        self.told(id, deleted.deleted_count).await
    }

    async fn check(&self) -> Result<(), StoreFault> {
        let only = doc! { "_id": "only" };
        let now = doc! { "$currentDate": { "at": true } };
        answer(self.probe.update_one(only.clone(), now).upsert(true)).await?;
        answer(self.probe.find_one(only)).await?;
        Ok(())
    }
}

impl MongoStore {
    /// What a write that expected a version answers, from the number of tests that it found.
    async fn told(&self, id: &TestId, found: u64) -> Result<(), ReplaceError> {
        if found > 0 {
            return Ok(self.tell(id).await?);
        }
        let there = answer(self.tests.find_one(doc! { "_id": id.as_str() })).await?;
        Err(if there.is_some() { ReplaceError::Conflict } else { ReplaceError::NotFound })
    }
}

/// A regular expression of that very text.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Where a text is looked for.
const SEARCHED: [&str; 4] = ["_id", "user", "spec.spec.destination.name", "spec.spec.destination.endpoint"];

fn as_expected(id: &TestId, version: Version) -> Result<Document, StoreFault> {
    Ok(doc! { "_id": id.as_str(), "version": integer(version.0)? })
}

fn filter(query: &TestQuery) -> Document {
    let mut filter = Document::new();
    if !query.statuses.is_empty() {
        let statuses: Vec<_> = query.statuses.iter().map(|status| status.as_str()).collect();
        filter.insert("status", doc! { "$in": statuses });
    }
    if let Some(user) = &query.user {
        filter.insert("user", user.as_str());
    }
    if let Some(due_by) = query.due_by {
        // The type lets the server use the index of tests with a start time.
        filter.insert("schedule", doc! { "$type": "date", "$lte": date(due_by) });
    }
    let mut conditions = Vec::new();
    if let Some(text) = &query.search {
        let holds = doc! { "$regex": literally(text), "$options": "i" };
        conditions.push(doc! { "$or": SEARCHED.map(|field| doc! { field: holds.clone() }).to_vec() });
    }
    if let Some(after) = &query.after {
        let beyond = match query.order {
            Order::OldestFirst => "$gt",
            Order::NewestFirst => "$lt",
        };
        let (created_at, id) = (date(after.created_at), after.id.as_str());
        let later = doc! { "createdAt": { beyond: created_at } };
        let beside = doc! { "createdAt": created_at, "_id": { beyond: id } };
        conditions.push(doc! { "$or": [later, beside] });
    }
    if !conditions.is_empty() {
        filter.insert("$and", conditions);
    }
    filter
}
