//! Points, and forgetting what runs left behind.

use moniflux_domain::id::RunId;
use moniflux_domain::point::Point;
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_ports::result_store::{PointRange, SampleQuery};

use crate::example::{point, run_id, sample};
use crate::{Deployment, Outcome, Stores};

/// By active time, then signal, then share, whatever the order they were stored in; of one run only.
pub async fn points_read_back_in_order_and_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut ordered = Vec::new();
    for active in [0, 1_000_000_000, 1_000_000_001, i64::MAX as u64] {
        for signal in Signal::ALL {
            for share in [0, 1, 10, u32::MAX] {
                ordered.push(point(run_id(1), signal, share, active));
            }
        }
    }
    let mut shuffled: Vec<_> = ordered.iter().rev().cloned().collect();
    shuffled.swap(3, 17);
    shuffled.push(point(run_id(2), Signal::Logs, 0, 5));
    let (early, late) = shuffled.split_at(20);
    stores.results.append_points(early).await?;
    stores.results.append_points(&[]).await?;
    deployment.open().await?.results.append_points(late).await?;
    assert_eq!(points(&stores, run_id(1)).await?, ordered);
    assert_eq!(points(&stores, run_id(2)).await?.len(), 1);
    assert_eq!(points(&stores, run_id(3)).await?, []);
    Ok(())
}

/// The first one stays, and those beside it in the call are stored.
pub async fn a_point_stored_again_changes_nothing(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let first = point(run_id(1), Signal::Logs, 0, 1);
    let mut again = point(run_id(1), Signal::Logs, 0, 2);
    again.active = first.active;
    let before = point(run_id(1), Signal::Logs, 0, 0);
    let after = point(run_id(1), Signal::Logs, 0, 3);
    stores.results.append_points(std::slice::from_ref(&first)).await?;
    stores.results.append_points(&[before.clone(), again, after.clone()]).await?;
    assert_eq!(points(&stores, run_id(1)).await?, [before, first, after]);
    Ok(())
}

/// Any end may be open, or lie beyond every point.
pub async fn a_range_includes_its_start_and_not_its_end(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let stored: Vec<_> = (0..10).map(|t| point(run_id(1), Signal::Traces, 0, t * 10)).collect();
    stores.results.append_points(&stored).await?;
    let asked: [(u64, Option<u64>, &[u64]); 7] = [
        (0, None, &[0, 10, 20, 30, 40, 50, 60, 70, 80, 90]),
        (20, Some(50), &[20, 30, 40]),
        (21, Some(51), &[30, 40, 50]),
        (90, None, &[90]),
        (80, Some(u64::MAX), &[80, 90]),
        (u64::MAX, None, &[]),
        (50, Some(50), &[]),
    ];
    for (from, to, expected) in asked {
        let range = PointRange { from: ActiveTime::from_nanos(from), to: to.map(ActiveTime::from_nanos) };
        let found = stores.results.points(run_id(1), range).await?;
        let times: Vec<_> = found.iter().map(|point| point.active.as_nanos()).collect();
        assert_eq!(times, expected, "{range:?}");
    }
    Ok(())
}

/// Of several runs at once, and of no other; again, and of none, changes nothing.
pub async fn the_results_of_a_run_are_forgotten(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for run in [1, 2, 3].map(run_id) {
        stores.results.append_points(&[point(run, Signal::Logs, 0, 1)]).await?;
        stores.results.append_samples(&[sample(run, Signal::Logs, 0, 1)]).await?;
    }
    let any = SampleQuery { limit: 10, ..SampleQuery::default() };
    for _ in 0..2 {
        stores.results.delete_of(&[run_id(1), run_id(3), run_id(99)]).await?;
        stores.results.delete_of(&[]).await?;
        for (run, left) in [(1, 0), (2, 1), (3, 0)] {
            let samples = stores.results.samples(run_id(run), &any).await?;
            assert_eq!((points(&stores, run_id(run)).await?.len(), samples.len()), (left, left));
        }
    }
    Ok(())
}

/// More than one statement or message of a driver holds.
pub async fn thousands_of_points_are_stored_in_one_call(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let stored: Vec<_> = (0..5_000).map(|t| point(run_id(1), Signal::Logs, 0, t)).collect();
    stores.results.append_points(&stored).await?;
    assert_eq!(points(&stores, run_id(1)).await?, stored);
    Ok(())
}

async fn points(stores: &Stores, run: RunId) -> Outcome<Vec<Point>> {
    Ok(stores.results.points(run, PointRange::default()).await?)
}
