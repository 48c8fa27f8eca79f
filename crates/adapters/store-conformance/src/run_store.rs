//! Beginning, reading, finishing and forgetting runs; [`crate::leases`] has who may drive them.

use std::time::Duration;

use moniflux_domain::id::{Epoch, ReplicaId, RunNumber};
use moniflux_domain::run::{Outcome as RunOutcome, Run, RunEnd, RunShare, ShareId};
use moniflux_ports::run_store::{ClaimLimit, HolderError, Renewal, StaleEpoch};

use crate::concurrently::sixteen;
use crate::example::{checkpoint, moment, name, plain_spec, run, run_id, run_of};
use crate::{Deployment, Outcome, Stores};

/// Every field, with a checkpoint that has come a long way and one that has not begun.
pub async fn a_begun_run_reads_back_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut full = run(1)?;
    full.shares[0].checkpoint = checkpoint(1)?;
    let mut plain = run(2)?;
    plain.spec = plain_spec()?;
    for run in [full, plain] {
        stores.runs.begin(&run).await?;
        assert_eq!(stores.runs.get(&run.test, run.number).await?, Some(run));
    }
    assert_eq!(stores.runs.get(&name("test-1")?, RunNumber(2)).await?, None);
    assert_eq!(stores.runs.get(&name("other")?, RunNumber::FIRST).await?, None);
    Ok(())
}

/// A run that is held, and even one that has ended, stays as it is.
pub async fn beginning_a_run_again_changes_nothing(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let run = run(1)?;
    stores.runs.begin(&run).await?;
    stores.runs.begin(&run).await?;
    let held = claim(&stores).await?;
    stores.runs.begin(&run).await?;
    assert_eq!(stores.runs.get(&run.test, run.number).await?.as_ref(), Some(&held));
    stores.runs.finish(renewal(&held, 1)?, end(RunOutcome::Completed)).await?;
    let ended = stores.runs.get(&run.test, run.number).await?;
    stores.runs.begin(&run).await?;
    assert_eq!(stores.runs.get(&run.test, run.number).await?, ended);
    Ok(())
}

/// Another run under the same test and number takes its place, and the former holder is fenced off.
pub async fn a_leftover_is_replaced(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let leftover = run_of("again", 1, 1)?;
    stores.runs.begin(&leftover).await?;
    let held = claim(&stores).await?;
    let other = run_of("again", 2, 3)?;
    stores.runs.begin(&other).await?;

    let run = run_of("again", 1, 2)?;
    stores.runs.begin(&run).await?;
    assert_eq!(stores.runs.get(&run.test, run.number).await?.as_ref(), Some(&run));
    assert_eq!(renew(&stores, &held).await?, Err(StaleEpoch));
    let list = stores.runs.list(&run.test, None, 10).await?;
    assert_eq!(list, [run, other]);
    Ok(())
}

/// Sixteen callers begin different runs under one test and number: all are told yes, and one of them is there.
pub async fn of_sixteen_runs_under_one_number_one_stays(deployment: &dyn Deployment) -> Outcome {
    let answers = sixteen(deployment, |caller, stores| async move {
        let run = run_of("crowded", 1, u128::from(caller)).map_err(|e| e.to_string())?;
        stores.runs.begin(&run).await.map_err(|fault| format!("{fault:?}"))
    })
    .await?;
    answers.into_iter().collect::<Result<Vec<_>, String>>()?;
    let stores = deployment.open().await?;
    let test = name("crowded")?;
    let list = stores.runs.list(&test, None, 100).await?;
    assert_eq!(list.len(), 1);
    assert_eq!(stores.runs.get(&test, RunNumber::FIRST).await?.as_ref(), list.first());
    Ok(())
}

/// Lowest number first, above a number, up to a limit, of one test only.
pub async fn runs_are_listed_by_number(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for number in [10, 2, 1, 9, u32::MAX] {
        stores.runs.begin(&run_of("listed", number, u128::from(number))?).await?;
    }
    stores.runs.begin(&run_of("listed-too", 3, 3)?).await?;
    let test = name("listed")?;
    let asked: [(Option<u32>, u32, &[u32]); 7] = [
        (None, 100, &[1, 2, 9, 10, u32::MAX]),
        (None, 2, &[1, 2]),
        (Some(2), 2, &[9, 10]),
        (Some(3), u32::MAX, &[9, 10, u32::MAX]),
        (Some(10), 1, &[u32::MAX]),
        (Some(u32::MAX), 5, &[]),
        (None, 0, &[]),
    ];
    for (after, limit, expected) in asked {
        let list = stores.runs.list(&test, after.map(RunNumber), limit).await?;
        let numbers: Vec<_> = list.iter().map(|run| run.number.0).collect();
        assert_eq!(numbers, expected, "after {after:?}, at most {limit}");
    }
    Ok(())
}

/// It keeps its end, its last checkpoint and its epoch; nobody claims it, and its holder is told that it is over.
pub async fn a_finished_run_is_final(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for (number, outcome) in (1..).zip([RunOutcome::Completed, RunOutcome::Cancelled, RunOutcome::Failed]) {
        let begun = run(number)?;
        stores.runs.begin(&begun).await?;
        let held = claim(&stores).await?;
        let end = end(outcome);
        stores.runs.finish(renewal(&held, 5)?, end.clone()).await?;

        let mut ended = begun.clone();
        ended.shares[0] = RunShare {
            end: Some(end.clone()),
            checkpoint: checkpoint(5)?,
            epoch: share(&held).epoch,
            ..share(&begun).clone()
        };
        assert_eq!(stores.runs.get(&begun.test, begun.number).await?.as_ref(), Some(&ended));
        assert_eq!(stores.runs.claim(&replica("other"), TTL, at_most(10)).await?, []);
        assert_eq!(renew(&stores, &held).await?, Err(StaleEpoch));
        assert!(is_stale(&stores.runs.release(renewal(&held, 6)?).await));
        assert!(is_stale(&stores.runs.finish(renewal(&held, 6)?, end).await));
        assert_eq!(stores.runs.get(&begun.test, begun.number).await?, Some(ended));
    }
    Ok(())
}

/// A number beyond what a store can hold is an error that no retry mends; it is never another number.
pub async fn a_number_is_stored_exactly_or_refused(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let large = 1_u64 << 63;
    for (number, reserved) in (1..).zip([large - 1, large, u64::MAX]) {
        let mut run = run(number)?;
        run.shares[0].checkpoint = checkpoint(0)?;
        run.shares[0].checkpoint.lanes.iter_mut().for_each(|lane| lane.reserved = reserved);
        match stores.runs.begin(&run).await {
            Ok(()) => assert_eq!(stores.runs.get(&run.test, run.number).await?, Some(run)),
            Err(fault) => {
                assert!(reserved >= large && !fault.is_retryable(), "{reserved}: {fault:?}");
                assert_eq!(stores.runs.get(&run.test, run.number).await?, None);
            }
        }
    }
    Ok(())
}

/// All of one test's, none of another's; a holder of one is told; a second time there is nothing to forget.
pub async fn the_runs_of_a_test_are_forgotten_by_name(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for number in 1..=3 {
        stores.runs.begin(&run_of("forgotten", number, u128::from(number))?).await?;
    }
    let held = claim(&stores).await?;
    let kept = run_of("kept", 1, 9)?;
    stores.runs.begin(&kept).await?;

    let test = name("forgotten")?;
    let mut forgotten = stores.runs.delete_of(&test).await?;
    forgotten.sort();
    assert_eq!(forgotten, [run_id(1), run_id(2), run_id(3)]);
    assert_eq!(stores.runs.list(&test, None, 10).await?, []);
    assert_eq!(renew(&stores, &held).await?, Err(StaleEpoch));
    assert_eq!(stores.runs.delete_of(&test).await?, []);
    assert_eq!(stores.runs.list(&kept.test, None, 10).await?, [kept]);
    Ok(())
}

/// Longer than any property takes.
pub(crate) const TTL: Duration = Duration::from_mins(10);

pub(crate) fn replica(name: &str) -> ReplicaId {
    ReplicaId(name.to_owned())
}

/// That many shares, of whichever runs.
pub(crate) fn at_most(shares: u32) -> ClaimLimit {
    ClaimLimit { shares, per_run: u32::MAX }
}

/// The first share of a run.
pub(crate) fn share(run: &Run) -> &RunShare {
    &run.shares[0]
}

/// Claims the oldest run that is free, for long.
pub(crate) async fn claim(stores: &Stores) -> Outcome<Run> {
    let claimed = stores.runs.claim(&replica("holder"), TTL, at_most(1)).await?;
    Ok(claimed.into_iter().next().ok_or("a run to claim")?)
}

/// A holder's report, with a checkpoint told by its salt.
pub(crate) fn renewal(held: &Run, salt: u64) -> Outcome<Renewal> {
    let RunShare { share, epoch, .. } = *share(held);
    Ok(Renewal { share: ShareId { run: held.id, share }, epoch, checkpoint: checkpoint(salt)? })
}

/// Prolongs one lease for long.
pub(crate) async fn renew(stores: &Stores, held: &Run) -> Outcome<Result<(), StaleEpoch>> {
    let answers = stores.runs.renew(&replica("holder"), TTL, vec![renewal(held, 1)?]).await?;
    assert_eq!(answers.len(), 1);
    Ok(answers.into_iter().next().ok_or("an answer")?)
}

pub(crate) fn is_stale(answer: &Result<(), HolderError>) -> bool {
    matches!(answer, Err(HolderError::Stale(StaleEpoch)))
}

pub(crate) fn end(outcome: RunOutcome) -> RunEnd {
    let reason = (outcome == RunOutcome::Failed).then(|| "no \"way\" ön".to_owned());
    RunEnd { outcome, at: moment(123_456), reason }
}

/// A run that nobody holds under that epoch.
pub(crate) fn under(held: &Run, epoch: Epoch) -> Run {
    let mut run = held.clone();
    run.shares[0].epoch = epoch;
    run
}
