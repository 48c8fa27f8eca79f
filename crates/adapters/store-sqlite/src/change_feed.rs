//! What changed, read from the table `changes`.
//!
//! Every watch reads for itself: at once when a test is changed through this handle, and a few times a second for what
//! other processes do. An idle read is one look at the end of a table, some tens of microseconds.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::TestId;
use moniflux_ports::change_feed::{Change, ChangeFeed, Changes};
use moniflux_ports::error::StoreFault;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::error::fault;
use crate::store::SqliteStore;

#[async_trait]
impl ChangeFeed for SqliteStore {
    async fn watch(&self) -> Result<Box<dyn Changes>, StoreFault> {
        let changed = self.changed.subscribe();
        let seen: i64 = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM changes")
            .fetch_one(&self.reader)
            .await
            .map_err(fault)?;
        Ok(Box::new(Watch { store: self.clone(), changed, seen, untold: VecDeque::new(), failing: false }))
    }

    fn delay(&self) -> Option<Duration> {
        None
    }
}

/// A watch: how far it read, and what it has not yet told.
struct Watch {
    store: SqliteStore,
    changed: watch::Receiver<()>,
    seen: i64,
    untold: VecDeque<Change>,
    failing: bool,
}

#[async_trait]
impl Changes for Watch {
    async fn next(&mut self) -> Change {
        loop {
            if let Some(change) = self.untold.pop_front() {
                return change;
            }
            // Before the read, so that what is changed during it wakes the wait after it.
            self.changed.mark_unchanged();
            let read = self.read().await;
            self.note(read);
            if self.untold.is_empty() {
                tokio::select! {
                    _ = self.changed.changed() => {}
                    () = sleep(PERIOD) => {}
                }
            }
        }
    }
}

impl Watch {
    async fn read(&self) -> Result<Vec<(i64, String)>, StoreFault> {
        sqlx::query_as("SELECT seq, test FROM changes WHERE seq > ?1 ORDER BY seq")
            .bind(self.seen)
            .fetch_all(&self.store.reader)
            .await
            .map_err(fault)
    }

    /// Takes in what was read, without a pause in which a dropped call could lose it.
    fn note(&mut self, read: Result<Vec<(i64, String)>, StoreFault>) {
        let rows = match read {
            Ok(rows) => rows,
            Err(error) => {
                if !self.failing {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "changes cannot be read, trying on"
                    );
                }
                self.failing = true;
                return;
            }
        };
        if self.failing {
            tracing::info!("changes can be read again");
            self.failing = false;
        }
        // Rows are deleted from the front only: a gap means that some went before they were seen.
        if rows.first().is_some_and(|(seq, _)| *seq != self.seen + 1) {
            self.untold.push_back(Change::Any);
        }
        for (seq, test) in rows {
            self.seen = seq;
            let change = TestId::parse(test).map_or(Change::Any, Change::Test);
            if !self.untold.contains(&change) {
                self.untold.push_back(change);
            }
        }
    }
}

/// How long a change by another process may stay unseen.
const PERIOD: Duration = Duration::from_millis(250);
