//! Points and samples, in the tables of those names. A call writes all of its rows in one transaction.

use async_trait::async_trait;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Point, Sample};
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleQuery};
use sqlx::QueryBuilder;

use crate::codec::{PointRow, integer, json, millis};
use crate::error::fault;
use crate::samples;
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
        samples::append(self, samples).await
    }

    async fn samples(&self, run: RunId, query: &SampleQuery) -> Result<Vec<Sample>, StoreFault> {
        samples::find(self, run, query).await
    }

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        if runs.is_empty() {
            return Ok(());
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        for run in runs {
            for delete in ["DELETE FROM points WHERE run = ?1", "DELETE FROM samples WHERE run = ?1"] {
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
