//! Listing tests: order, filters, pages.

use moniflux_domain::destination::Endpoint;
use moniflux_domain::id::UserId;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::test::Test;
use moniflux_ports::test_store::{Order, TestQuery};

use crate::example::{full_test, moment, test};
use crate::{Deployment, Outcome, Stores};

/// Oldest first; names, compared byte by byte, decide between equals. The tests come back whole.
pub async fn a_listing_is_by_creation_then_by_name(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let created = [("c", 3), ("a", 2), ("b", 1), ("z", 2), ("B", 2), ("b:", 2), ("b.", 2), ("-1", 1_000_000)];
    for (id, at) in created {
        let mut test = full_test(id)?;
        test.created_at = moment(at);
        stores.tests.insert(&test).await?;
    }
    let page = stores.tests.list(&TestQuery::default()).await?;
    assert_eq!(page.next, None);
    assert_eq!(names(&page.tests), ["b", "B", "a", "b.", "b:", "z", "c", "-1"]);
    for test in page.tests {
        assert_eq!(stores.tests.get(&test.id).await?, Some(test));
    }
    Ok(())
}

/// The other way round, page by page.
pub async fn a_listing_may_begin_with_the_newest(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for (id, at) in [("c", 3), ("a", 2), ("b", 1), ("z", 2)] {
        let mut test = test(id)?;
        test.created_at = moment(at);
        stores.tests.insert(&test).await?;
    }
    let mut query = TestQuery { order: Order::NewestFirst, limit: 3, ..TestQuery::default() };
    let first = stores.tests.list(&query).await?;
    assert_eq!(names(&first.tests), ["c", "z", "a"]);
    query.after = first.next;
    let second = stores.tests.list(&query).await?;
    assert_eq!((names(&second.tests), second.next), (vec!["b"], None));
    Ok(())
}

/// A text is found anywhere in the name, the user, and the destination's name and address, and means itself only.
pub async fn a_text_is_searched_for(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for id in ["Nightly.1", "nightly-2", "weekly"] {
        let mut test = test(id)?;
        test.user = UserId::parse(if id == "weekly" { "Ann (ops) 50%" } else { "bob" })?;
        test.spec.destination.name = (id == "weekly").then(|| "The_Nightly loki".to_owned());
        test.spec.destination.endpoint = Endpoint::parse(&format!("http://h/{id}?q=.*"))?;
        stores.tests.insert(&test).await?;
    }
    for (text, found) in [
        ("nightly", &["Nightly.1", "nightly-2", "weekly"][..]),
        ("NIGHTLY.", &["Nightly.1"]),
        ("nightly.2", &[]),
        ("ann (ops)", &["weekly"]),
        ("50%", &["weekly"]),
        ("_nightly", &["weekly"]),
        ("q=.*", &["Nightly.1", "nightly-2", "weekly"]),
        ("$", &[]),
    ] {
        let query = TestQuery { search: Some(text.to_owned()), ..TestQuery::default() };
        assert_eq!(names(&stores.tests.list(&query).await?.tests), found, "{text}");
    }
    Ok(())
}

/// By states, by user, by start time, and by all of them at once.
pub async fn a_listing_holds_only_what_was_asked_for(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mine = UserId::parse("me")?;
    let tests = [
        ("pending", Status::Pending, true, None),
        ("due", Status::Scheduled, true, Some(10)),
        ("later", Status::Scheduled, true, Some(11)),
        ("theirs", Status::Scheduled, false, Some(9)),
        ("running", Status::Running, false, None),
    ];
    for (id, status, is_mine, schedule) in tests {
        let mut test = test(id)?;
        test.status = status;
        test.schedule = schedule.map(moment);
        if is_mine {
            test.user = mine.clone();
        }
        stores.tests.insert(&test).await?;
    }
    let all = TestQuery::default();
    let scheduled = vec![Status::Scheduled];
    let asked = [
        (all.clone(), vec!["due", "later", "pending", "running", "theirs"]),
        (TestQuery { statuses: scheduled.clone(), ..all.clone() }, vec!["due", "later", "theirs"]),
        (
            TestQuery { statuses: vec![Status::Running, Status::Pending], ..all.clone() },
            vec!["pending", "running"],
        ),
        (TestQuery { statuses: vec![Status::Failed], ..all.clone() }, vec![]),
        (TestQuery { user: Some(mine.clone()), ..all.clone() }, vec!["due", "later", "pending"]),
        (TestQuery { user: Some(UserId::parse("m")?), ..all.clone() }, vec![]),
        (TestQuery { due_by: Some(moment(10)), ..all.clone() }, vec!["due", "theirs"]),
        (TestQuery { due_by: Some(moment(8)), ..all.clone() }, vec![]),
        (TestQuery { statuses: scheduled, user: Some(mine), due_by: Some(moment(10)), ..all }, vec!["due"]),
    ];
    for (query, expected) in asked {
        assert_eq!(names(&stores.tests.list(&query).await?.tests), expected, "{query:?}");
    }
    Ok(())
}

/// Whatever the size of a page, and although many tests were created in one millisecond.
pub async fn pages_are_complete_and_without_duplicates(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    for i in 0..25 {
        let mut test = test(&format!("test-{i:02}"))?;
        test.created_at = moment(i % 3);
        test.user = UserId::parse(if i % 5 == 0 { "few" } else { "many" })?;
        stores.tests.insert(&test).await?;
    }
    let whole = stores.tests.list(&TestQuery::default()).await?;
    assert_eq!(whole.tests.len(), 25);
    for user in [None, Some(UserId::parse("many")?)] {
        let fits = |test: &&Test| user.as_ref().is_none_or(|user| *user == test.user);
        let expected: Vec<_> = whole.tests.iter().filter(fits).cloned().collect();
        for limit in [1, 4, 5, 20, 25, 26] {
            let query = TestQuery { user: user.clone(), limit, ..TestQuery::default() };
            let pages = pages(&stores, query).await?;
            let (last, full) = pages.split_last().ok_or("a page")?;
            assert!(full.iter().all(|page| page.len() == limit as usize), "only the last page is short");
            assert!(!last.is_empty(), "a page that is announced holds something");
            assert_eq!(pages.concat(), expected, "pages of {limit}");
        }
    }
    Ok(())
}

/// Tests that were there at the start are seen once each, although others come before and after the cursor.
pub async fn what_is_created_meanwhile_disturbs_no_listing(deployment: &dyn Deployment) -> Outcome {
    let (reader, writer) = (deployment.open().await?, deployment.open().await?);
    for i in 0..20 {
        let mut test = test(&format!("old-{i:02}"))?;
        test.created_at = moment(100 + i / 4);
        writer.tests.insert(&test).await?;
    }
    let mut query = TestQuery { limit: 3, ..TestQuery::default() };
    let mut seen = Vec::new();
    for round in 0.. {
        let page = reader.tests.list(&query).await?;
        seen.extend(page.tests);
        for (place, at) in [("before", 0), ("beside", 102), ("after", 10_000 + round)] {
            let mut test = test(&format!("new-{place}-{round}"))?;
            test.created_at = moment(at);
            writer.tests.insert(&test).await?;
        }
        query.after = page.next;
        if query.after.is_none() || round == 50 {
            break;
        }
    }
    let seen = names(&seen);
    for i in 0..20 {
        let name = format!("old-{i:02}");
        assert_eq!(seen.iter().filter(|seen| **seen == name).count(), 1, "{name}");
    }
    Ok(())
}

/// None at all, and as many as a number can say.
pub async fn the_limit_may_be_anything(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    stores.tests.insert(&test("only")?).await?;
    let limited = |limit| TestQuery { limit, ..TestQuery::default() };
    assert!(stores.tests.list(&limited(0)).await?.tests.is_empty());
    let page = stores.tests.list(&limited(u32::MAX)).await?;
    assert_eq!((page.tests.len(), page.next), (1, None));
    Ok(())
}

async fn pages(stores: &Stores, mut query: TestQuery) -> Outcome<Vec<Vec<Test>>> {
    let mut pages = Vec::new();
    loop {
        let page = stores.tests.list(&query).await?;
        pages.push(page.tests);
        query.after = page.next;
        if query.after.is_none() || pages.len() > 100 {
            return Ok(pages);
        }
    }
}

fn names(tests: &[Test]) -> Vec<&str> {
    tests.iter().map(|test| test.id.as_str()).collect()
}
