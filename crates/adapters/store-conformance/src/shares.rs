//! Runs in several shares: each is claimed, renewed and ended on its own, and read with its siblings.

use moniflux_domain::run::{Outcome as RunOutcome, Run};
use moniflux_ports::run_store::{ClaimLimit, StaleEpoch};

use crate::example::{checkpoint, run, run_in_shares, run_of};
use crate::run_store::{TTL, at_most, claim, end, renew, renewal, replica};
use crate::{Deployment, Outcome};

/// Which shares of which run are in an answer.
fn taken(runs: &[Run]) -> Vec<(&str, Vec<u32>)> {
    let shares = |run: &Run| run.shares.iter().map(|share| share.share.index()).collect();
    runs.iter().map(|run| (run.test.as_str(), shares(run))).collect()
}

/// Up to the limit for one run, which hides no other run; and never twice.
pub async fn shares_are_claimed_apart(deployment: &dyn Deployment) -> Outcome {
    let (stores, other) = (deployment.open().await?, deployment.open().await?);
    stores.runs.begin(&run_in_shares(1, 64)?).await?;
    stores.runs.begin(&run_in_shares(2, 3)?).await?;
    let of_each = |per_run| ClaimLimit { shares: 64, per_run };

    let mine = stores.runs.claim(&replica("mine"), TTL, of_each(1)).await?;
    assert_eq!(taken(&mine), [("test-1", vec![0]), ("test-2", vec![0])]);
    let theirs = other.runs.claim(&replica("theirs"), TTL, of_each(2)).await?;
    assert_eq!(taken(&theirs), [("test-1", vec![1, 2]), ("test-2", vec![1, 2])]);
    let few = stores.runs.claim(&replica("mine"), TTL, at_most(3)).await?;
    assert_eq!(taken(&few), [("test-1", vec![3, 4, 5])]);
    let rest = other.runs.claim(&replica("theirs"), TTL, of_each(64)).await?;
    assert_eq!(taken(&rest), [("test-1", (6..64).collect())]);
    assert_eq!(stores.runs.claim(&replica("mine"), TTL, of_each(64)).await?, []);

    let whole = stores.runs.get(&mine[1].test, mine[1].number).await?.ok_or("stored")?;
    let holders = whole.shares.iter().map(|share| share.lease.as_ref().map(|lease| lease.holder.0.as_str()));
    assert_eq!(holders.collect::<Vec<_>>(), [Some("mine"), Some("theirs"), Some("theirs")]);
    Ok(())
}

/// Its siblings go on, under epochs of their own; the run has ended when all of them have.
pub async fn a_share_ends_alone(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let begun = run_in_shares(1, 2)?;
    stores.runs.begin(&begun).await?;
    let [first, second] = [claim(&stores).await?, claim(&stores).await?];
    stores.runs.release(renewal(&second, 1)?).await?;
    let second = claim(&stores).await?;
    assert_eq!((first.shares[0].epoch.0, second.shares[0].epoch.0), (1, 2));

    stores.runs.finish(renewal(&first, 3)?, end(RunOutcome::Completed)).await?;
    let stored = stores.runs.get(&begun.test, begun.number).await?.ok_or("stored")?;
    assert_eq!(stored.end(), None);
    assert_eq!(stored.shares[0].checkpoint, checkpoint(3)?);
    assert_eq!(stored.shares[1], second.shares[0]);
    assert_eq!(renew(&stores, &first).await?, Err(StaleEpoch));
    assert_eq!(renew(&stores, &second).await?, Ok(()));

    stores.runs.finish(renewal(&second, 4)?, end(RunOutcome::Failed)).await?;
    let stored = stores.runs.get(&begun.test, begun.number).await?.ok_or("stored")?;
    assert_eq!(stored.end(), Some(end(RunOutcome::Failed)));
    assert_eq!(stores.runs.claim(&replica("other"), TTL, at_most(9)).await?, []);
    Ok(())
}

/// After a crash half-way; what is there, even held, stays as it is.
pub async fn shares_that_were_not_stored_are_added(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let whole = run_in_shares(1, 3)?;
    let part = Run { shares: vec![whole.shares[1].clone()], ..whole.clone() };
    stores.runs.begin(&part).await?;
    let stored = stores.runs.get(&whole.test, whole.number).await?.ok_or("stored")?;
    assert!(!stored.is_complete());
    let held = claim(&stores).await?;
    stores.runs.begin(&whole).await?;
    let stored = stores.runs.get(&whole.test, whole.number).await?.ok_or("stored")?;
    assert!(stored.is_complete());
    assert_eq!(stored.shares[1], held.shares[0]);
    assert_eq!((&stored.shares[0], &stored.shares[2]), (&whole.shares[0], &whole.shares[2]));
    Ok(())
}

/// Even if it had more shares.
pub async fn of_a_leftover_no_share_stays(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let leftover = run_in_shares(1, 4)?;
    stores.runs.begin(&leftover).await?;
    let mut next = run_of(leftover.test.as_str(), 1, 9)?;
    next.shares = run_in_shares(1, 2)?.shares;
    stores.runs.begin(&next).await?;
    assert_eq!(stores.runs.get(&next.test, next.number).await?.as_ref(), Some(&next));
    assert_eq!(stores.runs.list(&next.test, None, 9).await?, [next]);
    Ok(())
}

/// A page holds whole runs, however many shares they have; they are forgotten as a whole, too.
pub async fn runs_are_listed_with_all_their_shares(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut runs = Vec::new();
    for number in 1..=3_u32 {
        let mut run = run_of("listed", number, number.into())?;
        run.shares = run_in_shares(number, number * 2)?.shares;
        stores.runs.begin(&run).await?;
        runs.push(run);
    }
    stores.runs.begin(&run(9)?).await?;
    let test = runs[0].test.clone();
    assert_eq!(stores.runs.list(&test, None, 2).await?, runs[..2]);
    assert_eq!(stores.runs.list(&test, Some(runs[1].number), 2).await?, runs[2..]);
    let mut forgotten = stores.runs.delete_of(&test).await?;
    forgotten.sort();
    assert_eq!(forgotten, runs.iter().map(|run| run.id).collect::<Vec<_>>());
    assert_eq!(stores.runs.list(&test, None, 9).await?, []);
    Ok(())
}
