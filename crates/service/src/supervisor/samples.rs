//! Storing samples: as many as the store takes within a part of a beat. They are for people to look at and no part of any account, so
//! what is not stored by then is dropped: nothing waits, and no lease is endangered by them.

use std::time::Duration;

use moniflux_domain::point::Sample;

use super::Supervisor;

impl Supervisor {
    /// Stores them; says how many could not be.
    pub(crate) async fn keep(&self, samples: Vec<Sample>) {
        let give_up = self.clock.monotonic() + PATIENCE;
        let mut dropped = samples.len();
        for some in samples.chunks(AT_ONCE) {
            let stored = tokio::select! {
                biased;
                stored = self.stores.results.append_samples(some) => stored,
                () = self.clock.sleep_until(give_up) => {
                    tracing::warn!(dropped, "the store is too slow for all samples of records: some are not kept");
                    return;
                }
            };
            if let Err(error) = stored {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, dropped, "samples of records cannot be stored: they are not kept");
                return;
            }
            dropped -= some.len();
        }
    }
}

/// Half a beat.
const PATIENCE: Duration = Duration::from_millis(500);

/// Other writes of the store come in between.
const AT_ONCE: usize = 1_000;
