//! Points and attachments, and how what runs left behind is forgotten.

use std::time::Duration;

use chrono::{SubsecRound, Utc};
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_ports::result_store::{PointRange, SampleQuery};

use crate::concurrently::sixteen;
use crate::example::{attachment, moment, point, run_id, sample};
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
        let found = stores.results.points(run_id(1), Grain::Fine, range).await?;
        let times: Vec<_> = found.iter().map(|point| point.active.as_nanos()).collect();
        assert_eq!(times, expected, "{range:?}");
    }
    Ok(())
}

/// Points of one grain are not among those of the other, and are known apart.
pub async fn grains_are_kept_apart(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let fine = point(run_id(1), Signal::Logs, 0, 30);
    let coarse = Point { grain: Grain::Coarse, span: Grain::COARSE, ..fine.clone() };
    stores.results.append_points(&[coarse.clone(), fine.clone()]).await?;
    for (grain, expected) in [(Grain::Fine, fine), (Grain::Coarse, coarse)] {
        let found = stores.results.points(run_id(1), grain, PointRange::default()).await?;
        assert_eq!(found, [expected]);
    }
    Ok(())
}

/// Of every run, after a moment, by the time they were taken; coarse ones are not among them.
pub async fn what_was_stored_lately_can_be_followed(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let taken = |run, millis, signal| Point {
        at: moment(millis),
        ..point(run_id(run), signal, 0, millis.cast_unsigned())
    };
    let in_order = [
        taken(1, 1_000, Signal::Logs),
        taken(1, 1_000, Signal::Traces),
        taken(2, 1_000, Signal::Logs),
        taken(1, 2_000, Signal::Logs),
    ];
    let coarse = Point { grain: Grain::Coarse, ..in_order[0].clone() };
    let mut stored: Vec<_> = in_order.iter().rev().cloned().collect();
    stored.push(coarse);
    stores.results.append_points(&stored).await?;
    stores.results.append_points(&stored[..1]).await?;
    assert_eq!(stores.results.points_since(moment(999), 100).await?, in_order);
    assert_eq!(stores.results.points_since(moment(1_000), 100).await?, in_order[3..]);
    assert_eq!(stores.results.points_since(moment(999), 2).await?.len(), 2);
    assert_eq!(stores.results.points_since(moment(2_000), 100).await?, []);
    Ok(())
}

/// What is older is gone, at once or soon; the rest stays.
pub async fn old_results_are_forgotten(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a store forgets by its own clock, which is that of the world"
    )]
    let now = Utc::now().trunc_subsecs(3);
    for (run, at) in [(1, now - Duration::from_hours(48)), (2, now)] {
        stores.results.append_points(&[Point { at, ..point(run_id(run), Signal::Logs, 0, 1) }]).await?;
        stores.results.append_samples(&[Sample { at, ..sample(run_id(run), Signal::Logs, 0, 1) }]).await?;
    }
    stores.results.retain(Duration::from_hours(24)).await?;
    // Who comes later finds the store as it was left, and says the same.
    deployment.open().await?.results.retain(Duration::from_hours(24)).await?;
    let any = SampleQuery { limit: 10, ..SampleQuery::default() };
    let is_gone = async || {
        let samples = stores.results.samples(run_id(1), &any).await?;
        Outcome::Ok(samples.is_empty() && points(&stores, run_id(1)).await?.is_empty())
    };
    // A server looks once a minute.
    for _ in 0..1_500 {
        if is_gone().await? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(is_gone().await?, "what is old is still there");
    assert_eq!(points(&stores, run_id(2)).await?.len(), 1);
    assert_eq!(stores.results.samples(run_id(2), &any).await?.len(), 1);
    Ok(())
}

/// By name, whatever the order they were attached in; of one run only; the latest of each name.
pub async fn attachments_read_back_by_name_and_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let names = ["", "a", "a.b", "a/$b", "b", "verification", "ünï 'cödé'"];
    let ordered = names.map(|name| attachment(name, 1));
    for attached in ordered.iter().rev() {
        stores.results.attach(run_id(1), &attachment(&attached.name, 0)).await?;
        stores.results.attach(run_id(1), attached).await?;
    }
    stores.results.attach(run_id(2), &attachment("a", 2)).await?;
    let other_handle = deployment.open().await?;
    assert_eq!(other_handle.results.attachments(run_id(1)).await?, ordered);
    assert_eq!(stores.results.attachments(run_id(2)).await?, [attachment("a", 2)]);
    assert_eq!(stores.results.attachments(run_id(3)).await?, []);
    Ok(())
}

/// All of them succeed, and what stays is whole, as one of the sixteen had it.
pub async fn of_sixteen_attachments_of_one_name_one_stays(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let attached = sixteen(deployment, |number, stores| async move {
        stores.results.attach(run_id(1), &attachment("same", number.into())).await
    });
    for outcome in attached.await? {
        outcome?;
    }
    let kept = stores.results.attachments(run_id(1)).await?;
    assert_eq!(kept.len(), 1);
    assert!((0..16).any(|number| kept[0] == attachment("same", number)), "{kept:?}");
    Ok(())
}

/// Oldest first, then by run; until they are detached.
pub async fn documents_of_a_name_are_found_whatever_their_run(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for (run, name, salt) in [(3, "due", 1), (1, "due", 7), (2, "due", 1), (1, "other", 0), (4, "du", 0)] {
        stores.results.attach(run_id(run), &attachment(name, salt)).await?;
    }
    let found = async |limit| stores.results.attached("due", limit).await;
    let expected = [(2, 1), (3, 1), (1, 7)].map(|(run, salt)| (run_id(run), attachment("due", salt)));
    assert_eq!(found(10).await?, expected);
    assert_eq!(found(2).await?, expected[..2]);
    assert_eq!(found(0).await?, []);
    for _ in 0..2 {
        stores.results.detach(run_id(2), "due").await?;
        stores.results.detach(run_id(1), "nothing").await?;
        assert_eq!(found(10).await?, expected[1..]);
    }
    assert_eq!(stores.results.attachments(run_id(1)).await?.len(), 2);
    Ok(())
}

/// Of several runs at once, and of no other; again, and of none, changes nothing.
pub async fn the_results_of_a_run_are_forgotten(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for run in [1, 2, 3].map(run_id) {
        stores.results.append_points(&[point(run, Signal::Logs, 0, 1)]).await?;
        stores.results.append_samples(&[sample(run, Signal::Logs, 0, 1)]).await?;
        stores.results.attach(run, &attachment("a", 1)).await?;
    }
    let any = SampleQuery { limit: 10, ..SampleQuery::default() };
    for _ in 0..2 {
        stores.results.delete_of(&[run_id(1), run_id(3), run_id(99)]).await?;
        stores.results.delete_of(&[]).await?;
        for (run, left) in [(1, 0), (2, 1), (3, 0)] {
            let samples = stores.results.samples(run_id(run), &any).await?;
            let attachments = stores.results.attachments(run_id(run)).await?;
            let points = points(&stores, run_id(run)).await?;
            assert_eq!([points.len(), samples.len(), attachments.len()], [left; 3]);
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
    Ok(stores.results.points(run, Grain::Fine, PointRange::default()).await?)
}
