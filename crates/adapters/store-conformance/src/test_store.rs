//! Inserting, reading, replacing and deleting tests.

use chrono::TimeDelta;
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::Version;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::spec::LogType;
use moniflux_ports::test_store::{InsertError, ReplaceError, TestQuery};

use crate::concurrently::sixteen;
use crate::example::{full_test, moment, name, test};
use crate::{Deployment, Outcome};

/// Sixteen callers on two handles insert one name: one succeeds, the others hear that it exists, and the one stays.
pub async fn of_sixteen_inserts_of_one_name_exactly_one_succeeds(deployment: &dyn Deployment) -> Outcome {
    let answers = sixteen(deployment, |caller, stores| async move {
        let mut test = test("wanted").map_err(|e| e.to_string())?;
        test.version = Version(u64::from(caller) + 1);
        match stores.tests.insert(&test).await {
            Ok(()) => Ok(Some(test)),
            Err(InsertError::Exists) => Ok(None),
            Err(InsertError::Store(fault)) => Err(format!("{fault:?}")),
        }
    })
    .await?;
    let answers = answers.into_iter().collect::<Result<Vec<_>, String>>()?;
    let inserted: Vec<_> = answers.into_iter().flatten().collect();
    assert_eq!(inserted.len(), 1, "exactly one insert succeeds");
    let stored = deployment.open().await?.tests.get(&name("wanted")?).await?;
    assert_eq!(stored, inserted.first().cloned());
    Ok(())
}

/// Every field, secrets included, for a test with everything set and one with everything left out.
pub async fn what_is_inserted_reads_back_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for test in [full_test("full")?, test("plain")?] {
        stores.tests.insert(&test).await?;
        let stored = stores.tests.get(&test.id).await?.ok_or("stored")?;
        assert_eq!(stored, test);
        let key = |key: Option<moniflux_domain::secret::Secret>| key.map(|key| key.expose().to_owned());
        assert_eq!(key(stored.spec.destination.api_key), key(test.spec.destination.api_key));
    }
    assert_eq!(stores.tests.get(&name("other")?).await?, None);
    Ok(())
}

/// Every state, severity and kind of destination.
pub async fn every_choice_reads_back(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut tests = Vec::new();
    for status in Status::ALL {
        let mut test = test(&format!("status-{status}"))?;
        test.status = status;
        tests.push(test);
    }
    for log_type in LogType::ALL {
        let mut test = test(&format!("log-type-{log_type}"))?;
        test.spec.log_type = log_type;
        tests.push(test);
    }
    for kind in DestinationKind::ALL {
        let mut test = test(&format!("kind-{}", kind.as_str()))?;
        test.spec.destination.kind = kind;
        tests.push(test);
    }
    for test in tests {
        stores.tests.insert(&test).await?;
        assert_eq!(stores.tests.get(&test.id).await?, Some(test));
    }
    Ok(())
}

/// What is finer than a millisecond is cut off, towards the past.
pub async fn times_are_kept_to_the_millisecond(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut test = full_test("fine")?;
    let whole = test.clone();
    let rest = TimeDelta::nanoseconds(999_999);
    test.created_at += rest;
    test.updated_at += rest;
    test.schedule = test.schedule.map(|at| at + rest);
    test.started_at = test.started_at.map(|at| at + rest);
    test.completed_at = test.completed_at.map(|at| at + rest);
    stores.tests.insert(&test).await?;
    assert_eq!(stores.tests.get(&test.id).await?, Some(whole));

    let due_by = |due_by| TestQuery { due_by: Some(due_by), ..TestQuery::default() };
    assert_eq!(stores.tests.list(&due_by(moment(1) + rest)).await?.tests.len(), 1);
    assert_eq!(stores.tests.list(&due_by(moment(1) - TimeDelta::nanoseconds(1))).await?.tests.len(), 0);
    Ok(())
}

/// A replacement may set, change and clear every field but the name.
pub async fn a_replacement_reads_back_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let plain = test("changing")?;
    let mut full = full_test("changing")?;
    full.created_at = plain.created_at;
    stores.tests.insert(&plain).await?;
    stores.tests.compare_and_set(&full, plain.version).await?;
    assert_eq!(stores.tests.get(&full.id).await?, Some(full.clone()));
    stores.tests.compare_and_set(&plain, full.version).await?;
    assert_eq!(stores.tests.get(&full.id).await?, Some(plain));
    Ok(())
}

/// Sixteen callers on two handles expect one version: one succeeds, the others hear of a conflict, and the one stays.
pub async fn of_sixteen_replacements_of_one_version_exactly_one_succeeds(
    deployment: &dyn Deployment,
) -> Outcome {
    let first = test("wanted")?;
    deployment.open().await?.tests.insert(&first).await?;
    let answers = sixteen(deployment, move |caller, stores| {
        let mut next = first.clone();
        next.version = next.version.next();
        next.updated_at = moment(i64::from(caller) + 1);
        async move {
            match stores.tests.compare_and_set(&next, Version::FIRST).await {
                Ok(()) => Ok(Some(next)),
                Err(ReplaceError::Conflict) => Ok(None),
                Err(other) => Err(format!("{other:?}")),
            }
        }
    })
    .await?;
    let answers = answers.into_iter().collect::<Result<Vec<_>, String>>()?;
    let replaced: Vec<_> = answers.into_iter().flatten().collect();
    assert_eq!(replaced.len(), 1, "exactly one replacement succeeds");
    let stored = deployment.open().await?.tests.get(&name("wanted")?).await?;
    assert_eq!(stored, replaced.first().cloned());
    Ok(())
}

/// Nothing changes when the version is another one, or when there is nothing.
pub async fn a_replacement_of_another_version_is_a_conflict(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut test = test("replaced")?;
    let missing = stores.tests.compare_and_set(&test, Version::FIRST).await;
    assert!(matches!(missing, Err(ReplaceError::NotFound)), "{missing:?}");
    assert_eq!(stores.tests.get(&test.id).await?, None);

    test.version = Version(7);
    stores.tests.insert(&test).await?;
    let mut next = test.clone();
    next.version = Version(8);
    for expected in [6, 8, 0] {
        let conflict = stores.tests.compare_and_set(&next, Version(expected)).await;
        assert!(matches!(conflict, Err(ReplaceError::Conflict)), "{conflict:?}");
    }
    assert_eq!(stores.tests.get(&test.id).await?, Some(test));
    Ok(())
}

/// A deletion of another version changes nothing; a deleted name is free again.
pub async fn a_deletion_needs_the_stored_version(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let test = full_test("deleted")?;
    stores.tests.insert(&test).await?;
    let conflict = stores.tests.delete(&test.id, test.version.next()).await;
    assert!(matches!(conflict, Err(ReplaceError::Conflict)), "{conflict:?}");
    assert_eq!(stores.tests.get(&test.id).await?, Some(test.clone()));

    stores.tests.delete(&test.id, test.version).await?;
    assert_eq!(stores.tests.get(&test.id).await?, None);
    let missing = stores.tests.delete(&test.id, test.version).await;
    assert!(matches!(missing, Err(ReplaceError::NotFound)), "{missing:?}");

    stores.tests.insert(&test).await?;
    assert_eq!(stores.tests.get(&test.id).await?, Some(test));
    Ok(())
}

/// Eight callers delete and eight replace one version: one of the sixteen succeeds.
pub async fn of_a_deletion_and_a_replacement_exactly_one_succeeds(deployment: &dyn Deployment) -> Outcome {
    let first = test("wanted")?;
    deployment.open().await?.tests.insert(&first).await?;
    let answers = sixteen(deployment, move |caller, stores| {
        let mut next = first.clone();
        next.version = next.version.next();
        async move {
            // Both handles see both kinds of callers.
            if caller / 2 % 2 == 0 {
                stores.tests.delete(&next.id, Version::FIRST).await
            } else {
                stores.tests.compare_and_set(&next, Version::FIRST).await
            }
        }
    })
    .await?;
    let mut succeeded = 0;
    for answer in answers {
        match answer {
            Ok(()) => succeeded += 1,
            Err(ReplaceError::Conflict | ReplaceError::NotFound) => {}
            Err(ReplaceError::Store(fault)) => return Err(fault.into()),
        }
    }
    assert_eq!(succeeded, 1);
    Ok(())
}

/// Reads are as of the latest answered change, whoever made it.
pub async fn what_one_handle_wrote_the_other_reads_at_once(deployment: &dyn Deployment) -> Outcome {
    let (writer, reader) = (deployment.open().await?, deployment.open().await?);
    let mut test = test("passed-on")?;
    writer.tests.insert(&test).await?;
    for _ in 0..50 {
        assert_eq!(reader.tests.get(&test.id).await?, Some(test.clone()));
        let expected = test.version;
        test.version = expected.next();
        writer.tests.compare_and_set(&test, expected).await?;
    }
    Ok(())
}

/// The check of a working store succeeds, more than once, and leaves no test behind.
pub async fn a_store_that_works_says_so(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    stores.tests.check().await?;
    stores.tests.check().await?;
    assert!(stores.tests.list(&TestQuery::default()).await?.tests.is_empty());
    Ok(())
}
