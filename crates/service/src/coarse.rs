//! Coarse points made of fine ones: counts added up, distributions merged. Pure, so that whoever stores points of a past
//! run makes the same ones as the supervisor.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::point::{Grain, Point};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_engine::latency::{LatencyTimes, UnreadableDistribution};

use crate::series::second_of;

/// The coarse points of one run from `from` to `until`, both multiples of [`Grain::COARSE`], made of its fine ones; those that
/// lie elsewhere are left out.
///
/// # Errors
/// A distribution cannot be read.
pub fn put_together(
    fine: impl IntoIterator<Item = Point>,
    from: Duration,
    until: Duration,
) -> Result<Vec<Point>, UnreadableDistribution> {
    let mut windows: BTreeMap<(u64, Signal, u32), (Point, LatencyTimes)> = BTreeMap::new();
    for point in fine {
        let window = second_of(point.active).div_ceil(Grain::COARSE.as_secs());
        let end = Grain::COARSE * u32::try_from(window).unwrap_or(u32::MAX);
        if end <= from || end > until {
            continue;
        }
        let key = (window, point.signal, point.share);
        match windows.get_mut(&key) {
            None => {
                let times = LatencyTimes::from_latency(&point.latency)?;
                let active = ActiveTime::from_duration(end);
                windows.insert(key, (Point { grain: Grain::Coarse, active, ..point }, times));
            }
            Some((coarse, sum)) => {
                sum.add(&point.latency)?;
                coarse.tally.merge(&point.tally);
                coarse.evidence.merge(&point.evidence);
                coarse.span += point.span;
                coarse.at = coarse.at.max(point.at);
                coarse.marks.extend(point.marks);
            }
        }
    }
    let whole = |(coarse, times): (Point, LatencyTimes)| Point { latency: times.to_latency(), ..coarse };
    Ok(windows.into_values().map(whole).collect())
}
