//! Puts the fine points of long runs together into coarse ones, so that a run of days can be read quickly.
//!
//! A holder does so for its shares, some time after the points were taken, from what is stored: what a crash leaves out
//! the next holder makes up for. Storing a coarse point again changes nothing.

use std::time::Duration;

use moniflux_domain::point::{Grain, Point};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::ShareId;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::PointRange;
use tokio_util::sync::CancellationToken;

use super::Supervisor;
use crate::coarse::put_together;

impl Supervisor {
    pub(super) async fn coarsen(self, cancelled: CancellationToken) {
        while self.rest(PERIOD, &cancelled).await {
            if let Err(error) = self.coarsen_once().await {
                tracing::debug!(%error, "points cannot be put together; trying on");
            }
        }
    }

    pub(crate) async fn coarsen_once(&self) -> Result<(), StoreFault> {
        let shares: Vec<_> = {
            let held = self.held.lock();
            let far = |(id, share): (&ShareId, &super::held::HeldShare)| {
                let active = share.checkpoint.active.as_duration();
                let until = share.coarse_until.map_or(SHORT, |until| until + Grain::COARSE);
                (active > until + SETTLING).then_some((*id, active, share.coarse_until))
            };
            held.iter().filter_map(far).collect()
        };
        for (id, active, from) in shares {
            let from = match from {
                Some(from) => from,
                None => self.coarse_so_far(id).await?,
            };
            let windows = (active.saturating_sub(SETTLING)).as_secs() / Grain::COARSE.as_secs();
            let until = Grain::COARSE * u32::try_from(windows).unwrap_or(u32::MAX);
            if until > from {
                let coarse = self.coarse_of(id, from, until).await?;
                self.stores.results.append_points(&coarse).await?;
            }
            if let Some(share) = self.held.lock().get_mut(&id) {
                share.coarse_until = Some(until.max(from));
            }
        }
        Ok(())
    }

    /// How far coarse points of that share are stored.
    async fn coarse_so_far(&self, id: ShareId) -> Result<Duration, StoreFault> {
        let stored = self.stores.results.points(id.run, Grain::Coarse, PointRange::default()).await?;
        let theirs = stored.iter().filter(|point| is_of(id, point));
        Ok(theirs.map(|point| point.active.as_duration()).max().unwrap_or_default())
    }

    /// The coarse points from `from` to `until`, both multiples of [`Grain::COARSE`].
    async fn coarse_of(
        &self,
        id: ShareId,
        from: Duration,
        until: Duration,
    ) -> Result<Vec<Point>, StoreFault> {
        let range = PointRange {
            from: ActiveTime::from_duration(from),
            to: Some(ActiveTime::from_duration(until + Duration::from_secs(1))),
        };
        let fine = self.stores.results.points(id.run, Grain::Fine, range).await?;
        put_together(fine.into_iter().filter(|point| is_of(id, point)), from, until)
            .map_err(StoreFault::broken)
    }
}

/// Whether the point is one of a lane that the share covers.
fn is_of(id: ShareId, point: &Point) -> bool {
    id.share.count() == 1 || point.share == id.share.index()
}

const PERIOD: Duration = Duration::from_secs(5);

/// Runs up to here are read as they were reported.
const SHORT: Duration = Duration::from_mins(10);

/// After this time nothing more is reported of an earlier second.
const SETTLING: Duration = Duration::from_secs(10);
