//! Runs and their leases, in the table `runs`. Every time here is taken by the view `clock`.

use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::{Epoch, ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::run::{Run, RunEnd};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{HolderError, Renewal, RunStore, StaleEpoch};
use uuid::Uuid;

use crate::codec::{RunRow, checkpoint_document, integer, millis, spec_document};
use crate::error::fault;
use crate::store::SqliteStore;

#[async_trait]
impl RunStore for SqliteStore {
    async fn begin(&self, run: &Run) -> Result<(), StoreFault> {
        // OR REPLACE takes the leftover under the same test and number away.
        let insert = "INSERT OR REPLACE INTO runs (id, test, number, spec, started_at, checkpoint, epoch)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id = ?1)";
        sqlx::query(insert)
            .bind(bytes(run.id))
            .bind(run.test.as_str())
            .bind(run.number.0)
            .bind(spec_document(&run.spec)?)
            .bind(millis(run.started_at))
            .bind(checkpoint_document(&run.checkpoint)?)
            .bind(integer(run.epoch.0)?)
            .execute(&self.writer)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn claim(&self, replica: &ReplicaId, ttl: Duration, limit: u32) -> Result<Vec<Run>, StoreFault> {
        let take = "UPDATE runs SET holder = ?1, expires_at = (SELECT now FROM clock) + ?2, epoch = epoch + 1
            WHERE id IN (
                SELECT id FROM runs
                WHERE outcome IS NULL AND (holder IS NULL OR expires_at <= (SELECT now FROM clock))
                ORDER BY started_at, id LIMIT ?3)
            RETURNING *";
        let rows: Vec<RunRow> = sqlx::query_as(take)
            .bind(&replica.0)
            .bind(length(ttl)?)
            .bind(limit)
            .fetch_all(&self.writer)
            .await
            .map_err(fault)?;
        let mut runs = rows.into_iter().map(RunRow::decode).collect::<Result<Vec<_>, _>>()?;
        // RETURNING promises no order.
        runs.sort_by_key(|run| (run.started_at, run.id));
        Ok(runs)
    }

    async fn renew(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        renewals: Vec<Renewal>,
    ) -> Result<Vec<Result<(), StaleEpoch>>, StoreFault> {
        // Encoded before the one writer is taken.
        let ttl = length(ttl)?;
        let renewals = renewals.iter().map(Report::of).collect::<Result<Vec<_>, _>>()?;
        if renewals.is_empty() {
            return Ok(Vec::new());
        }
        // One transaction, so one sync of the disk, for all the runs of a replica.
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        let mut answers = Vec::with_capacity(renewals.len());
        for Report { run, epoch, checkpoint } in renewals {
            let renew =
                "UPDATE runs SET checkpoint = ?3, holder = ?4, expires_at = (SELECT now FROM clock) + ?5
                WHERE id = ?1 AND epoch = ?2 AND outcome IS NULL";
            let renewed = sqlx::query(renew)
                .bind(run)
                .bind(epoch)
                .bind(checkpoint)
                .bind(&replica.0)
                .bind(ttl)
                .execute(&mut *transaction)
                .await
                .map_err(fault)?;
            answers.push(held(renewed.rows_affected()));
        }
        transaction.commit().await.map_err(fault)?;
        Ok(answers)
    }

    async fn release(&self, renewal: Renewal) -> Result<(), HolderError> {
        let Report { run, epoch, checkpoint } = Report::of(&renewal)?;
        let release = "UPDATE runs SET checkpoint = ?3, holder = NULL, expires_at = NULL
            WHERE id = ?1 AND epoch = ?2 AND outcome IS NULL";
        let released = sqlx::query(release).bind(run).bind(epoch).bind(checkpoint);
        Ok(held(released.execute(&self.writer).await.map_err(fault)?.rows_affected())?)
    }

    async fn finish(&self, renewal: Renewal, end: RunEnd) -> Result<(), HolderError> {
        let Report { run, epoch, checkpoint } = Report::of(&renewal)?;
        let finish =
            "UPDATE runs SET checkpoint = ?3, outcome = ?4, ended_at = ?5, reason = ?6, holder = NULL,
                expires_at = NULL
            WHERE id = ?1 AND epoch = ?2 AND outcome IS NULL";
        let finished = sqlx::query(finish)
            .bind(run)
            .bind(epoch)
            .bind(checkpoint)
            .bind(end.outcome.as_str())
            .bind(millis(end.at))
            .bind(end.reason);
        Ok(held(finished.execute(&self.writer).await.map_err(fault)?.rows_affected())?)
    }

    async fn get(&self, test: &TestId, number: RunNumber) -> Result<Option<Run>, StoreFault> {
        let row: Option<RunRow> = sqlx::query_as("SELECT * FROM runs WHERE test = ?1 AND number = ?2")
            .bind(test.as_str())
            .bind(number.0)
            .fetch_optional(&self.reader)
            .await
            .map_err(fault)?;
        row.map(RunRow::decode).transpose()
    }

    async fn list(
        &self,
        test: &TestId,
        after: Option<RunNumber>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreFault> {
        let select = "SELECT * FROM runs WHERE test = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
        let rows: Vec<RunRow> = sqlx::query_as(select)
            .bind(test.as_str())
            .bind(after.map_or(-1, |number| i64::from(number.0)))
            .bind(limit)
            .fetch_all(&self.reader)
            .await
            .map_err(fault)?;
        rows.into_iter().map(RunRow::decode).collect()
    }

    async fn delete_of(&self, test: &TestId) -> Result<Vec<RunId>, StoreFault> {
        let delete = "DELETE FROM runs WHERE test = ?1 RETURNING id";
        let ids: Vec<Vec<u8>> =
            sqlx::query_scalar(delete).bind(test.as_str()).fetch_all(&self.writer).await.map_err(fault)?;
        ids.iter().map(|id| Uuid::from_slice(id).map(RunId).map_err(StoreFault::broken)).collect()
    }
}

/// A renewal as it is bound to a statement.
struct Report {
    run: Vec<u8>,
    epoch: i64,
    checkpoint: String,
}

impl Report {
    fn of(renewal: &Renewal) -> Result<Self, StoreFault> {
        let Renewal { run, epoch: Epoch(epoch), checkpoint } = renewal;
        Ok(Self { run: bytes(*run), epoch: integer(*epoch)?, checkpoint: checkpoint_document(checkpoint)? })
    }
}

/// Whether a holder's write found the run as the holder knows it.
fn held(changed: u64) -> Result<(), StaleEpoch> {
    if changed > 0 { Ok(()) } else { Err(StaleEpoch) }
}

fn bytes(run: RunId) -> Vec<u8> {
    run.0.into_bytes().to_vec()
}

/// A length of time in milliseconds, rounded up: a lease never runs out early.
fn length(ttl: Duration) -> Result<i64, StoreFault> {
    i64::try_from(ttl.as_nanos().div_ceil(1_000_000)).map_err(StoreFault::broken)
}
