//! Runs and their leases, in the table `runs`, one row a share. Every time here is taken by the view `clock`.

use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::{Epoch, ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::run::{Run, RunEnd, RunShare, ShareId};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{ClaimLimit, HolderError, Renewal, RunStore, StaleEpoch};
use uuid::Uuid;

use crate::codec::{RunRow, checkpoint_document, integer, millis, spec_document};
use crate::error::fault;
use crate::store::SqliteStore;

#[async_trait]
impl RunStore for SqliteStore {
    async fn begin(&self, run: &Run) -> Result<(), StoreFault> {
        let spec = spec_document(&run.spec)?;
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        // A leftover under the same test and number.
        sqlx::query("DELETE FROM runs WHERE test = ?1 AND number = ?2 AND id <> ?3")
            .bind(run.test.as_str())
            .bind(run.number.0)
            .bind(bytes(run.id))
            .execute(&mut *transaction)
            .await
            .map_err(fault)?;
        for RunShare { share, checkpoint, epoch, .. } in &run.shares {
            let insert =
                "INSERT INTO runs (id, share, shares, test, number, spec, started_at, checkpoint, epoch)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING";
            sqlx::query(insert)
                .bind(bytes(run.id))
                .bind(share.index())
                .bind(share.count())
                .bind(run.test.as_str())
                .bind(run.number.0)
                .bind(&spec)
                .bind(millis(run.started_at))
                .bind(checkpoint_document(checkpoint)?)
                .bind(integer(epoch.0)?)
                .execute(&mut *transaction)
                .await
                .map_err(fault)?;
        }
        transaction.commit().await.map_err(fault)
    }

    async fn claim(
        &self,
        replica: &ReplicaId,
        ttl: Duration,
        limit: ClaimLimit,
    ) -> Result<Vec<Run>, StoreFault> {
        let take = "UPDATE runs SET holder = ?1, expires_at = (SELECT now FROM clock) + ?2, epoch = epoch + 1
            WHERE (id, share) IN (
                SELECT id, share FROM (
                    SELECT id, share, started_at, row_number() OVER (PARTITION BY id ORDER BY share) AS nth
                    FROM runs WHERE outcome IS NULL AND (holder IS NULL OR expires_at <= (SELECT now FROM clock)))
                WHERE nth <= ?4 ORDER BY started_at, id, share LIMIT ?3)
            RETURNING *";
        let rows: Vec<RunRow> = sqlx::query_as(take)
            .bind(&replica.0)
            .bind(length(ttl)?)
            .bind(limit.shares)
            .bind(limit.per_run)
            .fetch_all(&self.writer)
            .await
            .map_err(fault)?;
        let mut parts = rows.into_iter().map(RunRow::decode).collect::<Result<Vec<_>, _>>()?;
        // RETURNING promises no order.
        parts.sort_by_key(|run| (run.started_at, run.share_ids().next()));
        Ok(Run::joined(parts))
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
        for Report { run, share, epoch, checkpoint } in renewals {
            let renew =
                "UPDATE runs SET checkpoint = ?4, holder = ?5, expires_at = (SELECT now FROM clock) + ?6
                WHERE id = ?1 AND share = ?2 AND epoch = ?3 AND outcome IS NULL";
            let renewed = sqlx::query(renew)
                .bind(run)
                .bind(share)
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
        let Report { run, share, epoch, checkpoint } = Report::of(&renewal)?;
        let release = "UPDATE runs SET checkpoint = ?4, holder = NULL, expires_at = NULL
            WHERE id = ?1 AND share = ?2 AND epoch = ?3 AND outcome IS NULL";
        let released = sqlx::query(release).bind(run).bind(share).bind(epoch).bind(checkpoint);
        Ok(held(released.execute(&self.writer).await.map_err(fault)?.rows_affected())?)
    }

    async fn finish(&self, renewal: Renewal, end: RunEnd) -> Result<(), HolderError> {
        let Report { run, share, epoch, checkpoint } = Report::of(&renewal)?;
        let finish =
            "UPDATE runs SET checkpoint = ?4, outcome = ?5, ended_at = ?6, reason = ?7, holder = NULL,
                expires_at = NULL
            WHERE id = ?1 AND share = ?2 AND epoch = ?3 AND outcome IS NULL";
        let finished = sqlx::query(finish)
            .bind(run)
            .bind(share)
            .bind(epoch)
            .bind(checkpoint)
            .bind(end.outcome.as_str())
            .bind(millis(end.at))
            .bind(end.reason);
        Ok(held(finished.execute(&self.writer).await.map_err(fault)?.rows_affected())?)
    }

    async fn get(&self, test: &TestId, number: RunNumber) -> Result<Option<Run>, StoreFault> {
        let select = "SELECT * FROM runs WHERE test = ?1 AND number = ?2 ORDER BY share";
        let rows = sqlx::query_as(select).bind(test.as_str()).bind(number.0).fetch_all(&self.reader);
        Ok(joined(rows.await.map_err(fault)?)?.pop())
    }

    async fn find(&self, run: RunId) -> Result<Option<Run>, StoreFault> {
        let select = "SELECT * FROM runs WHERE id = ?1 ORDER BY share";
        let rows = sqlx::query_as(select).bind(bytes(run)).fetch_all(&self.reader);
        Ok(joined(rows.await.map_err(fault)?)?.pop())
    }

    async fn list(
        &self,
        test: &TestId,
        after: Option<RunNumber>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreFault> {
        let select = "SELECT * FROM runs WHERE test = ?1 AND number IN (
                SELECT DISTINCT number FROM runs WHERE test = ?1 AND number > ?2 ORDER BY number LIMIT ?3)
            ORDER BY number, share";
        let rows = sqlx::query_as(select)
            .bind(test.as_str())
            .bind(after.map_or(-1, |number| i64::from(number.0)))
            .bind(limit)
            .fetch_all(&self.reader);
        joined(rows.await.map_err(fault)?)
    }

    async fn delete_of(&self, test: &TestId) -> Result<Vec<RunId>, StoreFault> {
        let delete = "DELETE FROM runs WHERE test = ?1 RETURNING id";
        let ids: Vec<Vec<u8>> =
            sqlx::query_scalar(delete).bind(test.as_str()).fetch_all(&self.writer).await.map_err(fault)?;
        let mut ids = ids
            .iter()
            .map(|id| Uuid::from_slice(id).map(RunId).map_err(StoreFault::broken))
            .collect::<Result<Vec<_>, _>>()?;
        // One row a share.
        ids.sort();
        ids.dedup();
        Ok(ids)
    }
}

/// A renewal as it is bound to a statement.
struct Report {
    run: Vec<u8>,
    share: u32,
    epoch: i64,
    checkpoint: String,
}

impl Report {
    fn of(renewal: &Renewal) -> Result<Self, StoreFault> {
        let Renewal { share: ShareId { run, share }, epoch: Epoch(epoch), checkpoint } = renewal;
        Ok(Self {
            run: bytes(*run),
            share: share.index(),
            epoch: integer(*epoch)?,
            checkpoint: checkpoint_document(checkpoint)?,
        })
    }
}

/// The runs whose shares these rows are, side by side.
fn joined(rows: Vec<RunRow>) -> Result<Vec<Run>, StoreFault> {
    Ok(Run::joined(rows.into_iter().map(RunRow::decode).collect::<Result<Vec<_>, _>>()?))
}

/// Whether a holder's write found the share as the holder knows it.
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
