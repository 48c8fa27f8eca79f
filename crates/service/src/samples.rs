//! Samples: the records that were kept of a run, a page at a time.

use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::point::Sample;
use moniflux_ports::result_store::{SampleCursor, SampleQuery};

use crate::error::UseCaseError;
use crate::service::Service;

/// The run that samples are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampledRun {
    /// Its name.
    pub id: RunId,
    /// Its number.
    pub number: RunNumber,
}

/// Samples in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePage {
    /// At most as many as were asked for.
    pub samples: Vec<Sample>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<SampleCursor>,
}

impl Service {
    /// The run of a test whose samples are meant; the latest for no number.
    ///
    /// # Errors
    /// There is no such test, or no such run.
    pub async fn sampled_run(
        &self,
        id: &TestId,
        number: Option<RunNumber>,
    ) -> Result<SampledRun, UseCaseError> {
        let run = self.run_of(&self.stored(id).await?, number).await?;
        Ok(SampledRun { id: run.id, number: run.number })
    }

    /// Those of a run that fit. A run in progress has those that were stored by the last second.
    ///
    /// # Errors
    /// The store failed.
    pub async fn samples(&self, run: SampledRun, query: &SampleQuery) -> Result<SamplePage, UseCaseError> {
        // One more tells whether there are others.
        let one_more = SampleQuery { limit: query.limit.saturating_add(1), ..query.clone() };
        let mut samples = self.stores.results.samples(run.id, &one_more).await?;
        let goes_on = samples.len() > query.limit as usize;
        samples.truncate(query.limit as usize);
        let next = samples.last().filter(|_| goes_on).map(SampleCursor::of);
        Ok(SamplePage { samples, next })
    }
}
