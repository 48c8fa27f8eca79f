//! Tests, in the table `tests`. Triggers note every change of it in `changes`.

use async_trait::async_trait;
use moniflux_domain::id::{TestId, Version};
use moniflux_domain::test::Test;
use moniflux_ports::error::StoreFault;
use moniflux_ports::test_store::{
    InsertError, Order, ReplaceError, TestCursor, TestPage, TestQuery, TestStore,
};
use sqlx::{QueryBuilder, Sqlite};

use crate::codec::{TestRow, integer, millis, spec_document};
use crate::error::fault;
use crate::store::SqliteStore;

#[async_trait]
impl TestStore for SqliteStore {
    async fn insert(&self, test: &Test) -> Result<(), InsertError> {
        let inserted = sqlx::query(
            "INSERT INTO tests (id, user, status, spec, schedule, created_at, updated_at, started_at, completed_at,
                run_id, run_number, version, baseline)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (id) DO NOTHING",
        );
        let inserted = bind(inserted, test)?.execute(&self.writer).await.map_err(fault)?;
        if inserted.rows_affected() == 0 {
            return Err(InsertError::Exists);
        }
        self.changed.send_replace(());
        Ok(())
    }

    async fn get(&self, id: &TestId) -> Result<Option<Test>, StoreFault> {
        let row: Option<TestRow> = sqlx::query_as("SELECT * FROM tests WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await
            .map_err(fault)?;
        row.map(TestRow::decode).transpose()
    }

    async fn list(&self, query: &TestQuery) -> Result<TestPage, StoreFault> {
        if query.limit == 0 {
            return Ok(TestPage { tests: Vec::new(), next: query.after.clone() });
        }
        let rows: Vec<TestRow> =
            select(query).build_query_as().fetch_all(&self.reader).await.map_err(fault)?;
        let is_last = rows.len() <= query.limit as usize;
        let page = rows.into_iter().take(query.limit as usize);
        let tests = page.map(TestRow::decode).collect::<Result<Vec<_>, _>>()?;
        let last = tests.last().filter(|_| !is_last);
        let next = last.map(|test| TestCursor { created_at: test.created_at, id: test.id.clone() });
        Ok(TestPage { tests, next })
    }

    async fn compare_and_set(&self, test: &Test, expected: Version) -> Result<(), ReplaceError> {
        let replaced = sqlx::query(
            "UPDATE tests SET user = ?2, status = ?3, spec = ?4, schedule = ?5, created_at = ?6, updated_at = ?7,
                started_at = ?8, completed_at = ?9, run_id = ?10, run_number = ?11, version = ?12, baseline = ?13
            WHERE id = ?1 AND version = ?14",
        );
        let replaced = bind(replaced, test)?.bind(integer(expected.0)?);
        let replaced = replaced.execute(&self.writer).await.map_err(fault)?;
        self.told(&test.id, replaced.rows_affected()).await
    }

    async fn delete(&self, id: &TestId, expected: Version) -> Result<(), ReplaceError> {
        let deleted = sqlx::query("DELETE FROM tests WHERE id = ?1 AND version = ?2")
            .bind(id.as_str())
            .bind(integer(expected.0)?)
            .execute(&self.writer)
            .await
            .map_err(fault)?;
        self.told(id, deleted.rows_affected()).await
    }

    async fn check(&self) -> Result<(), StoreFault> {
        let write = "INSERT INTO probe (id, at) SELECT 1, now FROM clock WHERE true
            ON CONFLICT (id) DO UPDATE SET at = excluded.at";
        sqlx::query(write).execute(&self.writer).await.map_err(fault)?;
        sqlx::query("SELECT at FROM probe").fetch_one(&self.reader).await.map_err(fault)?;
        Ok(())
    }
}

impl SqliteStore {
    /// What a write that expected a version answers, from the number of tests that it changed.
    async fn told(&self, id: &TestId, changed: u64) -> Result<(), ReplaceError> {
        if changed > 0 {
            self.changed.send_replace(());
            return Ok(());
        }
        let there = sqlx::query("SELECT 1 FROM tests WHERE id = ?1").bind(id.as_str());
        let there = there.fetch_optional(&self.reader).await.map_err(fault)?;
        Err(if there.is_some() { ReplaceError::Conflict } else { ReplaceError::NotFound })
    }
}

/// The tests that fit, one more than a page holds.
fn select(query: &TestQuery) -> QueryBuilder<Sqlite> {
    let mut select = QueryBuilder::new("SELECT * FROM tests WHERE true");
    if !query.statuses.is_empty() {
        let mut statuses = select.push(" AND status IN (").separated(", ");
        for status in &query.statuses {
            statuses.push_bind(status.as_str());
        }
        select.push(")");
    }
    if let Some(user) = &query.user {
        select.push(" AND user = ").push_bind(user.as_str().to_owned());
    }
    if let Some(due_by) = query.due_by {
        select.push(" AND schedule <= ").push_bind(millis(due_by));
    }
    if let Some(text) = &query.search {
        let text = text.to_lowercase();
        select.push(" AND (");
        for (place, column) in SEARCHED.into_iter().enumerate() {
            select.push(if place == 0 { "instr(lower(" } else { " OR instr(lower(" });
            select.push(column).push("), ").push_bind(text.clone()).push(")");
        }
        select.push(")");
    }
    let (beyond, order) = match query.order {
        Order::OldestFirst => (" AND (created_at, id) > (", " ORDER BY created_at, id LIMIT "),
        Order::NewestFirst => (" AND (created_at, id) < (", " ORDER BY created_at DESC, id DESC LIMIT "),
    };
    if let Some(after) = &query.after {
        select.push(beyond).push_bind(millis(after.created_at));
        select.push(", ").push_bind(after.id.as_str().to_owned()).push(")");
    }
    select.push(order).push_bind(i64::from(query.limit) + 1);
    select
}

/// Where a text is looked for.
const SEARCHED: [&str; 4] =
    ["id", "user", "spec ->> '$.spec.destination.name'", "spec ->> '$.spec.destination.endpoint'"];

type Statement<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;

/// Binds a test's columns to `?1` … `?13`, in the order of the table.
fn bind<'q>(statement: Statement<'q>, test: &Test) -> Result<Statement<'q>, StoreFault> {
    Ok(statement
        .bind(test.id.as_str().to_owned())
        .bind(test.user.as_str().to_owned())
        .bind(test.status.as_str())
        .bind(spec_document(&test.spec)?)
        .bind(test.schedule.map(millis))
        .bind(millis(test.created_at))
        .bind(millis(test.updated_at))
        .bind(test.started_at.map(millis))
        .bind(test.completed_at.map(millis))
        .bind(test.run.map(|run| run.id.0.into_bytes().to_vec()))
        .bind(test.run.map(|run| run.number.0))
        .bind(integer(test.version.0)?)
        .bind(test.baseline.map(|run| run.0)))
}
