//! Points, samples and attachments, in the tables of those names. A call writes all of its rows in one transaction.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleQuery};
use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite};

use crate::codec::{AttachmentRow, PointRow, integer, json, millis};
use crate::error::fault;
use crate::samples;
use crate::store::SqliteStore;

#[async_trait]
impl ResultStore for SqliteStore {
    async fn append_points(&self, points: &[Point]) -> Result<(), StoreFault> {
        if points.is_empty() {
            return Ok(());
        }
        // Encoded before the one writer is taken.
        let rows = points.iter().map(Row::of).collect::<Result<Vec<_>, _>>()?;
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        // Many rows a statement: each statement is a way to the store's thread and back.
        for some in rows.chunks(ROWS_A_STATEMENT) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO points (run, grain, active, signal, share, at, span, tally, evidence, lateness, response,
                    service, marks) ",
            );
            insert.push_values(some, |mut values, row| row.push_onto(&mut values));
            insert.push(" ON CONFLICT (run, grain, active, signal, share) DO NOTHING");
            insert.build().execute(&mut *transaction).await.map_err(fault)?;
        }
        transaction.commit().await.map_err(fault)
    }

    async fn points(&self, run: RunId, grain: Grain, range: PointRange) -> Result<Vec<Point>, StoreFault> {
        let mut select = QueryBuilder::new("SELECT * FROM points WHERE run = ");
        select.push_bind(bytes(&run).to_vec());
        select.push(" AND grain = ").push_bind(grain.as_secs());
        // No point is stored beyond what a column holds, so none lies at or after such a start.
        let Ok(from) = i64::try_from(range.from.as_nanos()) else { return Ok(Vec::new()) };
        select.push(" AND active >= ").push_bind(from);
        if let Some(to) = range.to.and_then(|to| i64::try_from(to.as_nanos()).ok()) {
            select.push(" AND active < ").push_bind(to);
        }
        select.push(" ORDER BY active, signal, share");
        let rows: Vec<PointRow> = select.build_query_as().fetch_all(&self.reader).await.map_err(fault)?;
        rows.into_iter().map(PointRow::decode).collect()
    }

    async fn points_since(&self, at: DateTime<Utc>, limit: u32) -> Result<Vec<Point>, StoreFault> {
        let select = "SELECT * FROM points WHERE at > ?1 AND grain = ?2 ORDER BY at, run, active, signal, share LIMIT ?3";
        let select = sqlx::query_as(select).bind(millis(at)).bind(Grain::Fine.as_secs()).bind(limit);
        let rows: Vec<PointRow> = select.fetch_all(&self.reader).await.map_err(fault)?;
        rows.into_iter().map(PointRow::decode).collect()
    }

    /// Forgets a piece at a time, so that other writers need not wait long.
    async fn retain(&self, keep: Duration) -> Result<(), StoreFault> {
        let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        for delete in [
            "DELETE FROM points WHERE rowid IN
                (SELECT rowid FROM points WHERE at < (SELECT now FROM clock) - ?1 LIMIT ?2)",
            "DELETE FROM samples WHERE rowid IN
                (SELECT rowid FROM samples WHERE at < (SELECT now FROM clock) - ?1 LIMIT ?2)",
        ] {
            loop {
                let delete = sqlx::query(delete).bind(keep).bind(AT_ONCE);
                let gone = delete.execute(&self.writer).await.map_err(fault)?.rows_affected();
                if gone < u64::from(AT_ONCE) {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault> {
        samples::append(self, samples).await
    }

    async fn samples(&self, run: RunId, query: &SampleQuery) -> Result<Vec<Sample>, StoreFault> {
        samples::find(self, run, query).await
    }

    async fn attach(&self, run: RunId, attachment: &Attachment) -> Result<(), StoreFault> {
        let replace = "INSERT OR REPLACE INTO attachments (run, name, at, body) VALUES (?1, ?2, ?3, ?4)";
        sqlx::query(replace)
            .bind(bytes(&run))
            .bind(attachment.name.as_str())
            .bind(millis(attachment.at))
            .bind(attachment.body.as_str())
            .execute(&self.writer)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn attachments(&self, run: RunId) -> Result<Vec<Attachment>, StoreFault> {
        let select = sqlx::query_as("SELECT * FROM attachments WHERE run = ?1 ORDER BY name");
        let rows: Vec<AttachmentRow> =
            select.bind(bytes(&run)).fetch_all(&self.reader).await.map_err(fault)?;
        rows.into_iter().map(|row| Ok(row.decode()?.1)).collect()
    }

    async fn attached(&self, name: &str, limit: u32) -> Result<Vec<(RunId, Attachment)>, StoreFault> {
        let select = "SELECT * FROM attachments WHERE name = ?1 ORDER BY at, run LIMIT ?2";
        let select = sqlx::query_as(select).bind(name).bind(limit);
        let rows: Vec<AttachmentRow> = select.fetch_all(&self.reader).await.map_err(fault)?;
        rows.into_iter().map(AttachmentRow::decode).collect()
    }

    async fn detach(&self, run: RunId, name: &str) -> Result<(), StoreFault> {
        let delete = sqlx::query("DELETE FROM attachments WHERE run = ?1 AND name = ?2");
        delete.bind(bytes(&run)).bind(name).execute(&self.writer).await.map_err(fault)?;
        Ok(())
    }

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        if runs.is_empty() {
            return Ok(());
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        for run in runs {
            for delete in [
                "DELETE FROM points WHERE run = ?1",
                "DELETE FROM samples WHERE run = ?1",
                "DELETE FROM attachments WHERE run = ?1",
            ] {
                let delete = sqlx::query(delete).bind(bytes(run));
                delete.execute(&mut *transaction).await.map_err(fault)?;
            }
        }
        transaction.commit().await.map_err(fault)
    }
}

/// A point as a row of `points`.
struct Row<'a> {
    point: &'a Point,
    active: i64,
    span: i64,
    tally: String,
    evidence: String,
    marks: Option<String>,
}

impl<'a> Row<'a> {
    fn of(point: &'a Point) -> Result<Self, StoreFault> {
        Ok(Self {
            point,
            active: integer(point.active.as_nanos())?,
            span: integer(ActiveTime::from_duration(point.span).as_nanos())?,
            tally: json(&point.tally)?,
            evidence: json(&point.evidence)?,
            marks: if point.marks.is_empty() { None } else { Some(json(&point.marks)?) },
        })
    }

    /// In the order of the statement's columns.
    fn push_onto(&self, values: &mut Separated<'_, Sqlite, &str>) {
        let point = self.point;
        values
            .push_bind(bytes(&point.run).to_vec())
            .push_bind(point.grain.as_secs())
            .push_bind(self.active)
            .push_bind(point.signal.as_str())
            .push_bind(point.share)
            .push_bind(millis(point.at))
            .push_bind(self.span)
            .push_bind(self.tally.clone())
            .push_bind(self.evidence.clone())
            .push_bind(point.latency.lateness.0.clone())
            .push_bind(point.latency.response.0.clone())
            .push_bind(point.latency.service.0.clone())
            .push_bind(self.marks.clone());
    }
}

/// Of 13 columns each; SQLite takes 32,766 values a statement.
const ROWS_A_STATEMENT: usize = 100;

/// Rows forgotten in one transaction.
const AT_ONCE: u32 = 5_000;

fn bytes(run: &RunId) -> &[u8] {
    run.0.as_bytes()
}
