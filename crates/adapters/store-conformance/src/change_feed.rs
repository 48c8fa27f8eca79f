//! What is told of changes, and how soon.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use moniflux_domain::id::TestId;
use moniflux_ports::change_feed::{Change, Changes};
use tokio::time::timeout;

use crate::example::{name, run, test};
use crate::{Deployment, Outcome};

/// An insert, a replacement and a deletion, of the watcher's own handle and of another one.
pub async fn every_kind_of_change_is_told_within_a_second(deployment: &dyn Deployment) -> Outcome {
    let (here, there) = (deployment.open().await?, deployment.open().await?);
    for (writer, id) in [(&here, "here"), (&there, "there")] {
        let mut test = test(id)?;
        // A watch of its own for each kind, so that one is not taken for the next.
        let mut changes = here.changes.watch().await?;
        told_while_waiting(changes.as_mut(), &test.id, async { Ok(writer.tests.insert(&test).await?) })
            .await?;

        let expected = test.version;
        test.version = expected.next();
        let mut changes = here.changes.watch().await?;
        let replace = async { Ok(writer.tests.compare_and_set(&test, expected).await?) };
        told_while_waiting(changes.as_mut(), &test.id, replace).await?;

        let mut changes = here.changes.watch().await?;
        let delete = async { Ok(writer.tests.delete(&test.id, test.version).await?) };
        told_while_waiting(changes.as_mut(), &test.id, delete).await?;
    }
    Ok(())
}

/// Each watch stands for itself.
pub async fn every_watcher_on_every_handle_is_told(deployment: &dyn Deployment) -> Outcome {
    let mut watches = Vec::new();
    let handles = [deployment.open().await?, deployment.open().await?];
    for handle in handles.iter().cycle().take(6) {
        watches.push(handle.changes.watch().await?);
    }
    // Runs are not tests: their changes are not told, and keep no other from being told.
    handles[0].runs.begin(&run(1)?).await?;
    handles[1].tests.insert(&test("shared")?).await?;
    for changes in &mut watches {
        told(changes.as_mut(), &name("shared")?).await?;
    }
    Ok(())
}

/// A watcher that looks only after a long burst still hears of each, or that it may have missed some.
pub async fn no_change_of_many_is_missed(deployment: &dyn Deployment) -> Outcome {
    let (here, there) = (deployment.open().await?, deployment.open().await?);
    let mut changes = here.changes.watch().await?;
    let mut expected = BTreeSet::new();
    for i in 0..1_500 {
        let test = test(&format!("test-{i}"))?;
        let writer = if i % 2 == 0 { &here } else { &there };
        writer.tests.insert(&test).await?;
        expected.insert(test.id);
    }
    while !expected.is_empty() {
        let missing = |late| format!("{late}: {} are missing", expected.len());
        match timeout(A_SECOND, changes.next()).await.map_err(missing)? {
            Change::Test(id) => drop(expected.remove(&id)),
            Change::Any => expected.clear(),
        }
    }
    let last = test("last")?;
    there.tests.insert(&last).await?;
    told(changes.as_mut(), &last.id).await
}

/// However often a wait is given up, before and after the change.
pub async fn a_dropped_wait_loses_no_change(deployment: &dyn Deployment) -> Outcome {
    let (here, there) = (deployment.open().await?, deployment.open().await?);
    let mut changes = here.changes.watch().await?;
    let mut told = BTreeSet::new();
    let mut note = |change| match change {
        Change::Test(id) => told.insert(Some(id)),
        Change::Any => told.insert(None),
    };
    let mut expected = BTreeSet::new();
    for i in 0..40 {
        let test = test(&format!("test-{i}"))?;
        there.tests.insert(&test).await?;
        expected.insert(test.id);
        // From a wait that never gets to run, over ones that are given up half-way, to long ones.
        if let Ok(change) = timeout(Duration::from_micros(1 << (i % 16)), changes.next()).await {
            note(change);
        }
    }
    while let Ok(change) = timeout(A_SECOND, changes.next()).await {
        note(change);
    }
    let missing: Vec<_> = expected.iter().filter(|id| !told.contains(&Some((*id).clone()))).collect();
    assert!(told.contains(&None) || missing.is_empty(), "not told of {missing:?}");
    Ok(())
}

/// Hears of that test, or that anything may have changed, within a second.
async fn told(changes: &mut dyn Changes, id: &TestId) -> Outcome {
    Ok(timeout(A_SECOND, hear(changes, id)).await.map_err(|late| format!("{id} is not told: {late}"))?)
}

/// Hears of a change that is made in the midst of a wait: a new wait might look first, and hide how long one lasts.
async fn told_while_waiting(
    changes: &mut dyn Changes,
    id: &TestId,
    change: impl Future<Output = Outcome>,
) -> Outcome {
    let mut hearing = pin!(hear(changes, id));
    if timeout(Duration::from_millis(50), &mut hearing).await.is_ok() {
        return Err(format!("{id} was told before it changed").into());
    }
    change.await?;
    Ok(timeout(A_SECOND, hearing).await.map_err(|late| format!("{id} is not told: {late}"))?)
}

async fn hear(changes: &mut dyn Changes, id: &TestId) {
    loop {
        match changes.next().await {
            Change::Any => return,
            Change::Test(told) if told == *id => return,
            Change::Test(_) => {}
        }
    }
}

const A_SECOND: Duration = Duration::from_secs(1);
