//! Points, samples and attachments, in the tables of those names. A call writes all of its rows in one transaction.

use async_trait::async_trait;
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Point, Sample};
use moniflux_domain::signal::Signal;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleCursor};
use sqlx::QueryBuilder;

use crate::codec::{AttachmentRow, PointRow, SampleRow, integer, json, millis};
use crate::error::fault;
use crate::store::SqliteStore;

#[async_trait]
impl ResultStore for SqliteStore {
    async fn append_points(&self, points: &[Point]) -> Result<(), StoreFault> {
        if points.is_empty() {
            return Ok(());
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        for point in points {
            let insert =
                "INSERT INTO points (run, active, signal, share, at, tally, evidence, lateness, response,
                    service, marks)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                ON CONFLICT (run, active, signal, share) DO NOTHING";
            sqlx::query(insert)
                .bind(bytes(&point.run))
                .bind(integer(point.active.as_nanos())?)
                .bind(point.signal.as_str())
                .bind(point.share)
                .bind(millis(point.at))
                .bind(json(&point.tally)?)
                .bind(json(&point.evidence)?)
                .bind(point.latency.lateness.0.as_slice())
                .bind(point.latency.response.0.as_slice())
                .bind(point.latency.service.0.as_slice())
                .bind(json(&point.marks)?)
                .execute(&mut *transaction)
                .await
                .map_err(fault)?;
        }
        transaction.commit().await.map_err(fault)
    }

    async fn points(&self, run: RunId, range: PointRange) -> Result<Vec<Point>, StoreFault> {
        let mut select = QueryBuilder::new("SELECT * FROM points WHERE run = ");
        select.push_bind(bytes(&run).to_vec());
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

    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault> {
        if samples.is_empty() {
            return Ok(());
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        for sample in samples {
            let insert =
                "INSERT INTO samples (run, signal, share, seq, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (run, signal, share, seq) DO NOTHING";
            sqlx::query(insert)
                .bind(bytes(&sample.run))
                .bind(sample.signal.as_str())
                .bind(sample.share)
                .bind(integer(sample.seq)?)
                .bind(millis(sample.at))
                .bind(sample.body.as_str())
                .execute(&mut *transaction)
                .await
                .map_err(fault)?;
        }
        transaction.commit().await.map_err(fault)
    }

    async fn samples(
        &self,
        run: RunId,
        signal: Option<Signal>,
        after: Option<SampleCursor>,
        limit: u32,
    ) -> Result<Vec<Sample>, StoreFault> {
        let mut select = QueryBuilder::new("SELECT * FROM samples WHERE run = ");
        select.push_bind(bytes(&run).to_vec());
        if let Some(signal) = signal {
            select.push(" AND signal = ").push_bind(signal.as_str());
        }
        if let Some(after) = after {
            // Beyond what a column holds is after every number that is stored.
            let seq = i64::try_from(after.seq).unwrap_or(i64::MAX);
            select.push(" AND (signal, share, seq) > (").push_bind(after.signal.as_str());
            select.push(", ").push_bind(after.share).push(", ").push_bind(seq).push(")");
        }
        select.push(" ORDER BY signal, share, seq LIMIT ").push_bind(limit);
        let rows: Vec<SampleRow> = select.build_query_as().fetch_all(&self.reader).await.map_err(fault)?;
        rows.into_iter().map(SampleRow::decode).collect()
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
        let select = sqlx::query_as("SELECT name, at, body FROM attachments WHERE run = ?1 ORDER BY name");
        let rows: Vec<AttachmentRow> =
            select.bind(bytes(&run)).fetch_all(&self.reader).await.map_err(fault)?;
        rows.into_iter().map(AttachmentRow::decode).collect()
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

fn bytes(run: &RunId) -> &[u8] {
    run.0.as_bytes()
}
