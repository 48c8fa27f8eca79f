//! Storing samples: as many as the store takes within a part of a beat, so that no lease waits for them. What is not stored by then, or is
//! refused, waits for the next beat; what does not fit among those that wait is dropped. Samples are for people to look at and no part of
//! any account.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moniflux_domain::point::Sample;

use super::Supervisor;

/// Samples that were not stored yet; bounded.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<Vec<Sample>>);

impl Waiting {
    /// All of them; nothing waits any more.
    fn take(&self) -> Vec<Sample> {
        mem::take(&mut *self.lock())
    }

    /// Lets them wait, as far as there is room.
    pub(crate) fn put(&self, samples: Vec<Sample>) {
        let mut waiting = self.lock();
        waiting.extend(samples);
        let mut bytes = 0;
        let fit = waiting.iter().take_while(|sample| {
            bytes += size_of::<Sample>() + sample.body.len();
            bytes <= MOST_BYTES
        });
        let fit = fit.count();
        let dropped = waiting.len() - fit;
        waiting.truncate(fit);
        drop(waiting);
        if dropped > 0 {
            tracing::warn!(dropped, "the store does not take all samples of records: some are not kept");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sample>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Supervisor {
    /// Stores what waits, and these.
    pub(crate) async fn keep(&self, samples: Vec<Sample>) {
        let mut all = self.waiting.take();
        all.extend(samples);
        let stored = self.store(&all).await;
        all.drain(..stored);
        self.waiting.put(all);
    }

    /// Answers how many of them are stored, from the first on.
    async fn store(&self, samples: &[Sample]) -> usize {
        let give_up = self.clock.monotonic() + PATIENCE;
        let mut done = 0;
        for some in samples.chunks(AT_ONCE) {
            let stored = tokio::select! {
                biased;
                stored = self.stores.results.append_samples(some) => stored,
                () = self.clock.sleep_until(give_up) => break,
            };
            if let Err(error) = stored {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    samples = samples.len() - done,
                    "samples of records cannot be stored; trying on"
                );
                break;
            }
            done += some.len();
        }
        done
    }
}

/// Half a beat.
const PATIENCE: Duration = Duration::from_millis(500);

/// Other writes of the store come in between.
const AT_ONCE: usize = 1_000;

/// What may wait.
const MOST_BYTES: usize = 32 * 1024 * 1024;
