//! Who may drive a run: claiming, renewing, running out, fencing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moniflux_domain::id::{Epoch, ReplicaId, RunId};
use moniflux_domain::run::{Outcome as RunOutcome, Run, ShareId};
use moniflux_domain::signal::Share;
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{Renewal, StaleEpoch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::concurrently::sixteen;
use crate::example::{checkpoint, run, run_id};
use crate::run_store::{TTL, at_most, claim, end, is_stale, renew, renewal, replica, share, under};
use crate::{Deployment, Outcome, Stores};

/// Sixteen claimers, fifty runs: each run is claimed once.
pub async fn each_run_is_claimed_by_one_of_many(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for number in 0..50 {
        stores.runs.begin(&run(number)?).await?;
    }
    let answers = sixteen(deployment, |caller, stores| async move {
        let replica = replica(&format!("replica-{caller}"));
        let mut mine = Vec::new();
        loop {
            let claimed = stores.runs.claim(&replica, TTL, at_most(3)).await?;
            if claimed.is_empty() {
                return Ok::<_, StoreFault>((replica, mine));
            }
            mine.extend(claimed);
        }
    })
    .await?;
    let mut claimed = Vec::new();
    for answer in answers {
        let (replica, runs) = answer?;
        assert!(runs.iter().all(|run| holder(run) == Some(&replica) && share(run).epoch == Epoch(1)));
        claimed.extend(runs.into_iter().map(|run| run.id));
    }
    claimed.sort();
    assert_eq!(claimed, (0..50).map(run_id).collect::<Vec<_>>());
    Ok(())
}

/// In the order in which they began, and never more than asked for.
pub async fn a_claim_takes_the_oldest_first_up_to_its_limit(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for number in [4, 1, 3, 5, 2] {
        stores.runs.begin(&run(number)?).await?;
    }
    for (limit, expected) in [(0, vec![]), (2, vec![1, 2]), (1, vec![3]), (u32::MAX, vec![4, 5]), (9, vec![])]
    {
        let claimed = stores.runs.claim(&replica("a"), TTL, at_most(limit)).await?;
        let ids: Vec<_> = claimed.iter().map(|run| run.id).collect();
        assert_eq!(ids, expected.into_iter().map(run_id).collect::<Vec<_>>(), "at most {limit}");
    }
    Ok(())
}

/// With its new lease and its new epoch, and everything else as it was.
pub async fn a_claim_answers_the_run_as_it_is_stored(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut begun = run(1)?;
    begun.shares[0].checkpoint = checkpoint(1)?;
    stores.runs.begin(&begun).await?;
    let mut held = claim(&stores).await?;
    assert_eq!(stores.runs.get(&begun.test, begun.number).await?.as_ref(), Some(&held));
    assert_eq!((holder(&held), share(&held).epoch), (Some(&replica("holder")), Epoch(1)));
    (held.shares[0].lease, held.shares[0].epoch) = (None, Epoch(0));
    assert_eq!(held, begun);
    Ok(())
}

/// Neither by another replica nor by its own.
pub async fn a_held_run_is_not_claimed(deployment: &dyn Deployment) -> Outcome {
    let (stores, other) = (deployment.open().await?, deployment.open().await?);
    stores.runs.begin(&run(1)?).await?;
    claim(&stores).await?;
    assert_eq!(stores.runs.claim(&replica("holder"), TTL, at_most(9)).await?, []);
    assert_eq!(other.runs.claim(&replica("other"), TTL, at_most(9)).await?, []);
    Ok(())
}

/// Not before; and each time the epoch is raised by one.
pub async fn a_lease_that_ran_out_is_taken_over_with_the_next_epoch(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    stores.runs.begin(&run(1)?).await?;
    let ttl = Duration::from_millis(300);
    let mut last = None;
    for epoch in 1..=3 {
        let held = claim_in_time(&stores, ttl).await?;
        assert_eq!(share(&held).epoch, Epoch(epoch));
        let expires_at = share(&held).lease.as_ref().map(|lease| lease.expires_at);
        if let (Some(last), Some(this)) = (last, expires_at) {
            let apart = this.signed_duration_since(last).to_std()?;
            assert!(apart >= ttl, "taken over {:?} too early", ttl.saturating_sub(apart));
        }
        last = expires_at;
    }
    Ok(())
}

/// The holder that was late and lost nothing goes on; then nobody else gets the run.
pub async fn a_lease_that_ran_out_can_be_prolonged_until_it_is_taken(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    stores.runs.begin(&run(1)?).await?;
    let claimed = stores.runs.claim(&replica("holder"), Duration::from_millis(1), at_most(1)).await?;
    let held = claimed.first().ok_or("a run to claim")?;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(renew(&stores, held).await?, Ok(()));
    assert_eq!(stores.runs.claim(&replica("other"), TTL, at_most(1)).await?, []);
    let stored = stores.runs.get(&held.test, held.number).await?.ok_or("stored")?;
    assert_eq!((share(&stored).epoch, holder(&stored)), (share(held).epoch, Some(&replica("holder"))));
    Ok(())
}

/// After a takeover every write of the earlier holder fails and changes nothing; so does one of a time to come.
pub async fn an_earlier_holder_is_fenced_off(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    stores.runs.begin(&run(1)?).await?;
    let first = claim(&stores).await?;
    stores.runs.release(renewal(&first, 1)?).await?;
    let second = claim(&stores).await?;
    assert_eq!(share(&second).epoch, share(&first).epoch.next());

    for epoch in [share(&first).epoch, Epoch(0), share(&second).epoch.next()] {
        let fenced = under(&second, epoch);
        assert_eq!(renew(&stores, &fenced).await?, Err(StaleEpoch));
        assert!(is_stale(&stores.runs.release(renewal(&fenced, 8)?).await));
        assert!(is_stale(&stores.runs.finish(renewal(&fenced, 8)?, end(RunOutcome::Failed)).await));
    }
    assert_eq!(stores.runs.get(&second.test, second.number).await?.as_ref(), Some(&second));
    assert_eq!(renew(&stores, &second).await?, Ok(()));
    Ok(())
}

/// Counts, histograms and a load with pieces; a later one replaces all of it.
pub async fn a_checkpoint_reads_back_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    stores.runs.begin(&run(1)?).await?;
    let held = claim(&stores).await?;
    for salt in [1, 2] {
        let answers = stores.runs.renew(&replica("holder"), TTL, vec![renewal(&held, salt)?]).await?;
        assert_eq!(answers, [Ok(())]);
        let stored = stores.runs.get(&held.test, held.number).await?.ok_or("stored")?;
        let mut expected = held.clone();
        expected.shares[0].checkpoint = checkpoint(salt)?;
        expected.shares[0].lease.clone_from(&share(&stored).lease);
        assert_eq!(stored, expected);
    }
    Ok(())
}

/// Whether the lease ran out or was given back.
pub async fn a_new_holder_sees_the_last_checkpoint(deployment: &dyn Deployment) -> Outcome {
    let (stores, other) = (deployment.open().await?, deployment.open().await?);
    stores.runs.begin(&run(1)?).await?;
    let held = claim(&stores).await?;
    let short = Duration::from_millis(1);
    assert_eq!(stores.runs.renew(&replica("holder"), short, vec![renewal(&held, 1)?]).await?, [Ok(())]);
    let second = claim_in_time(&other, TTL).await?;
    assert_eq!((&share(&second).checkpoint, share(&second).epoch), (&checkpoint(1)?, Epoch(2)));
    other.runs.release(renewal(&second, 2)?).await?;
    assert_eq!(share(&claim(&stores).await?).checkpoint, checkpoint(2)?);
    Ok(())
}

/// By anybody, with the next epoch; the one who gave it back holds nothing any more once it is claimed.
pub async fn a_released_run_is_claimable_at_once(deployment: &dyn Deployment) -> Outcome {
    let (stores, other) = (deployment.open().await?, deployment.open().await?);
    stores.runs.begin(&run(1)?).await?;
    let held = claim(&stores).await?;
    stores.runs.release(renewal(&held, 3)?).await?;
    let free = stores.runs.get(&held.test, held.number).await?.ok_or("stored")?;
    assert_eq!((&share(&free).lease, share(&free).epoch), (&None, share(&held).epoch));
    let next = claim(&other).await?;
    assert_eq!(share(&next).epoch, share(&held).epoch.next());
    assert_eq!(renew(&stores, &held).await?, Err(StaleEpoch));
    Ok(())
}

/// In the order in which they were asked, whatever became of the others.
pub async fn many_renewals_are_answered_one_by_one(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for number in 1..=4 {
        stores.runs.begin(&run(number)?).await?;
    }
    let held = stores.runs.claim(&replica("holder"), TTL, at_most(4)).await?;
    let [one, two, three, four] = held.as_slice() else { return Err("four runs to claim".into()) };
    stores.runs.finish(renewal(two, 1)?, end(RunOutcome::Cancelled)).await?;
    let unknown = ShareId { run: run_id(99), share: Share::WHOLE };
    let unknown = Renewal { share: unknown, ..renewal(one, 7)? };
    let early = under(three, Epoch(9));
    let renewals = vec![renewal(two, 7)?, renewal(four, 7)?, unknown, renewal(&early, 7)?, renewal(one, 8)?];
    let answers = stores.runs.renew(&replica("holder"), TTL, renewals).await?;
    assert_eq!(answers, [Err(StaleEpoch), Ok(()), Err(StaleEpoch), Err(StaleEpoch), Ok(())]);
    for (run, expected) in [(one, checkpoint(8)?), (two, checkpoint(1)?), (four, checkpoint(7)?)] {
        let stored = stores.runs.get(&run.test, run.number).await?.ok_or("stored")?;
        assert_eq!(share(&stored).checkpoint, expected);
    }
    assert_eq!(stores.runs.renew(&replica("holder"), TTL, vec![]).await?, []);
    Ok(())
}

/// As a replica with a thousand runs does every second.
pub async fn a_thousand_runs_are_renewed_in_one_call(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut beginning = JoinSet::new();
    for lane in 0..10 {
        let stores = stores.clone();
        beginning.spawn(async move {
            for number in 0..100 {
                stores.runs.begin(&run(lane * 100 + number)?).await?;
            }
            Outcome::Ok(())
        });
    }
    while let Some(begun) = beginning.join_next().await {
        begun??;
    }
    let held = stores.runs.claim(&replica("holder"), TTL, at_most(1_000)).await?;
    assert_eq!(held.len(), 1_000);
    let renewals = held.iter().map(|run| renewal(run, 4)).collect::<Outcome<Vec<_>>>()?;
    let answers = stores.runs.renew(&replica("holder"), TTL, renewals).await?;
    assert_eq!(answers, vec![Ok(()); 1_000]);
    Ok(())
}

/// Four replicas on two handles claim and renew leases that run out all the time. No epoch of a run is given out
/// twice, and whoever begins to renew after a later epoch was given out is refused.
pub async fn a_run_never_has_two_holders(deployment: &dyn Deployment) -> Outcome {
    const RUNS: u32 = 6;
    let handles = [deployment.open().await?, deployment.open().await?];
    let mut newest = HashMap::new();
    for number in 0..RUNS {
        let run = run(number)?;
        handles[0].runs.begin(&run).await?;
        newest.insert(run.id, AtomicU64::new(0));
    }
    let newest = Arc::new(newest);
    let mut replicas = JoinSet::new();
    for number in 0..4 {
        let stores = handles[number % 2].clone();
        replicas.spawn(contend(stores, replica(&format!("replica-{number}")), Arc::clone(&newest)));
    }
    let mut claims = Vec::new();
    while let Some(claimed) = replicas.join_next().await {
        claims.extend(claimed??);
    }
    let all = claims.len();
    assert!(all > RUNS as usize, "leases ran out and were taken over");
    claims.sort();
    claims.dedup();
    assert_eq!(claims.len(), all, "an epoch was given to two replicas");
    Ok(())
}

/// Claims and renews until it has done so 100 times; answers what it claimed.
async fn contend(
    stores: Stores,
    replica: ReplicaId,
    newest: Arc<HashMap<RunId, AtomicU64>>,
) -> Outcome<Vec<(RunId, Epoch)>> {
    let ttl = Duration::from_millis(5);
    let mut claims = Vec::new();
    let mut held: Vec<Run> = Vec::new();
    for _ in 0..100 {
        for run in stores.runs.claim(&replica, ttl, at_most(2)).await? {
            newest.get(&run.id).ok_or("a known run")?.fetch_max(share(&run).epoch.0, Ordering::SeqCst);
            claims.push((run.id, share(&run).epoch));
            held.retain(|earlier| earlier.id != run.id);
            held.push(run);
        }
        let before: Vec<u64> = held.iter().map(|run| newest[&run.id].load(Ordering::SeqCst)).collect();
        let renewals = held.iter().map(|run| renewal(run, 1)).collect::<Outcome<Vec<_>>>()?;
        let answers = stores.runs.renew(&replica, ttl, renewals).await?;
        let mut still = Vec::new();
        for ((run, newest), answer) in held.into_iter().zip(before).zip(answers) {
            if answer.is_ok() {
                let epoch = share(&run).epoch;
                assert!(newest <= epoch.0, "{replica} renewed epoch {epoch:?} after {newest}");
                still.push(run);
            }
        }
        held = still;
    }
    Ok(claims)
}

/// Asks for a run until there is one; all of them are held by leases that are about to run out.
async fn claim_in_time(stores: &Stores, ttl: Duration) -> Outcome<Run> {
    let claiming = async {
        loop {
            let claimed = stores.runs.claim(&replica("next"), ttl, at_most(1)).await?;
            if let Some(run) = claimed.into_iter().next() {
                return Outcome::Ok(run);
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), claiming).await?
}

fn holder(run: &Run) -> Option<&ReplicaId> {
    share(run).lease.as_ref().map(|lease| &lease.holder)
}
