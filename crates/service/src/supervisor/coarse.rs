//! Puts the fine points of long runs together into coarse ones, so that a run of days can be read quickly.
//!
//! A holder does so for its shares, some time after the points were taken, from what is stored: what a crash leaves out
//! the next holder makes up for. Storing a coarse point again changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::point::{Grain, Point};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::ShareId;
use moniflux_domain::signal::Signal;
use moniflux_engine::latency::LatencyTimes;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::PointRange;
use tokio_util::sync::CancellationToken;

use super::Supervisor;
use crate::series::second_of;

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
                let coarse = self.put_together(id, from, until).await?;
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
    async fn put_together(
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
        let mut windows: BTreeMap<(u64, Signal, u32), (Point, LatencyTimes)> = BTreeMap::new();
        for point in fine.into_iter().filter(|point| is_of(id, point)) {
            let window = second_of(point.active).div_ceil(Grain::COARSE.as_secs());
            let end = Grain::COARSE * u32::try_from(window).unwrap_or(u32::MAX);
            if end <= from || end > until {
                continue;
            }
            let times = LatencyTimes::from_latency(&point.latency).map_err(StoreFault::broken)?;
            let key = (window, point.signal, point.share);
            match windows.get_mut(&key) {
                None => {
                    let active = ActiveTime::from_duration(end);
                    windows.insert(key, (Point { grain: Grain::Coarse, active, ..point }, times));
                }
                Some((coarse, sum)) => {
                    coarse.tally.merge(&point.tally);
                    coarse.evidence.merge(&point.evidence);
                    coarse.span += point.span;
                    coarse.at = coarse.at.max(point.at);
                    coarse.marks.extend(point.marks);
                    sum.merge(&times);
                }
            }
        }
        let whole = |(coarse, times): (Point, LatencyTimes)| Point { latency: times.to_latency(), ..coarse };
        Ok(windows.into_values().map(whole).collect())
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
