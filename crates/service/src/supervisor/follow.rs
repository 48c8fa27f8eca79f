//! Following: what tests want of their runs, and runs that nobody holds.

use std::time::Duration;

use moniflux_domain::id::TestId;
use moniflux_domain::run::ShareId;
use moniflux_ports::change_feed::{Change, Changes};
use moniflux_ports::error::StoreFault;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Supervisor;
use super::claims::Claims;
use super::wish::{Wish, wish};

impl Supervisor {
    pub(super) async fn follow(self, cancelled: CancellationToken) {
        let Some(mut changes) = self.watch(&cancelled).await else { return };
        let mut closing = JoinSet::new();
        let mut claims = Claims::new(self.clock.monotonic(), self.feed.delay());
        loop {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => break,
                () = self.over.notified() => self.close_over(&mut closing),
                change = changes.next() => {
                    self.heed(change, &mut closing).await;
                    claims.expect_new(self.clock.monotonic());
                }
                () = self.begun.notified() => self.claim_now(&mut claims).await,
                () = self.clock.sleep_until(claims.next) => self.claim_now(&mut claims).await,
                Some(closed) = closing.join_next() => log_broken(closed),
            }
        }
        while let Some(closed) = closing.join_next().await {
            log_broken(closed);
        }
    }

    /// Watches the store; tries until it can or is cancelled.
    async fn watch(&self, cancelled: &CancellationToken) -> Option<Box<dyn Changes>> {
        loop {
            match self.feed.watch().await {
                Ok(changes) => return Some(changes),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the store cannot be watched; trying on"
                    );
                }
            }
            if !self.rest(RETRY, cancelled).await {
                return None;
            }
        }
    }

    async fn heed(&self, change: Change, closing: &mut JoinSet<()>) {
        let tests = match change {
            Change::Test(test) => vec![test],
            Change::Any => self.held.tests(),
        };
        for test in tests {
            if let Err(error) = self.apply(&test).await {
                tracing::warn!(testID = %test, error = &error as &dyn std::error::Error, "a change cannot be read; trying on");
                self.held.mark_unread(&test);
            }
        }
        // A run that was over while its test was paused may be closed now.
        self.close_over(closing);
    }

    /// Tells a test's runs what it wants of them.
    async fn apply(&self, test: &TestId) -> Result<(), StoreFault> {
        let shares = self.held.of_test(test);
        if shares.is_empty() {
            return Ok(());
        }
        let stored = self.stores.tests.get(test).await?;
        for share in shares {
            self.tell(share, wish(stored.as_ref(), share.run));
        }
        Ok(())
    }

    fn tell(&self, share: ShareId, wish: Wish) {
        let mut held = self.held.lock();
        let Some(entry) = held.get_mut(&share) else { return };
        if entry.wish == wish {
            return;
        }
        match &wish {
            Wish::Go(spec) => {
                entry.follow(spec);
                entry.handle.resume();
            }
            Wish::Hold(spec) => {
                entry.follow(spec);
                entry.handle.pause();
            }
            Wish::End(_) => entry.handle.stop(),
        }
        entry.wish = wish;
        drop(held);
        // What changed needs other reservations than the last beat made.
        self.held.kick();
    }

    /// Closes what is over, each in a task of its own: a slow store must not keep the others waiting.
    fn close_over(&self, closing: &mut JoinSet<()>) {
        let mut held = self.held.lock();
        let over: Vec<ShareId> =
            held.iter().filter(|(_, entry)| entry.is_closable()).map(|(share, _)| *share).collect();
        for share in over {
            if let Some(entry) = held.remove(&share) {
                let supervisor = self.clone();
                closing.spawn(async move { supervisor.close(share, entry).await });
            }
        }
    }

    async fn claim_now(&self, claims: &mut Claims) {
        for test in self.held.take_unread() {
            if let Err(error) = self.apply(&test).await {
                tracing::debug!(testID = %test, %error, "a change still cannot be read");
                self.held.mark_unread(&test);
            }
        }
        let are_more = self.take_all(claims.per_run).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "runs cannot be claimed; trying on");
            false
        });
        claims.made(self.clock.monotonic(), are_more);
    }
}

fn log_broken(closed: Result<(), tokio::task::JoinError>) {
    if let Err(error) = closed {
        tracing::error!(%error, "closing a run broke off");
    }
}

const RETRY: Duration = Duration::from_millis(500);
