//! The listing of tests: filters, pages, faults.

use std::collections::BTreeSet;

use moniflux_domain::id::UserId;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::test::Test;

use super::{Answer, Api};

fn names(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    list.as_array().unwrap().iter().map(|test| test["testID"].as_str().unwrap().to_owned()).collect()
}

/// One test in each state, named after it.
async fn one_in_each_state() -> Api {
    let api = Api::new();
    for status in Status::ALL {
        api.with_test(status.as_str(), status).await;
    }
    api
}

#[actix_web::test]
async fn the_listing_holds_what_something_is_still_to_come_of() {
    let api = one_in_each_state().await;
    let listed: BTreeSet<_> = names(&api.get("/tests").await).into_iter().collect();
    assert_eq!(listed, BTreeSet::from(["Paused", "Pending", "Running", "Scheduled"].map(str::to_owned)));
}

#[actix_web::test]
async fn states_are_asked_for_with_commas_or_again_and_again_in_any_case() {
    let api = one_in_each_state().await;
    for query in ["status=failed,COMPLETED", "status=Failed&status=Completed", "status=Completed,%20Failed"] {
        let listed: BTreeSet<_> = names(&api.get(&format!("/tests?{query}")).await).into_iter().collect();
        assert_eq!(listed, BTreeSet::from(["Completed", "Failed"].map(str::to_owned)), "{query}");
    }
}

#[actix_web::test]
async fn the_pages_of_a_listing_hold_every_test_once_and_keep_the_filters() {
    let api = Api::new();
    for number in 0..7 {
        let test = api.with_test(&format!("t{number}"), Status::Pending).await;
        let user = UserId::parse(if number == 3 { "other" } else { "me & you" }).unwrap();
        api.memory.put(Test { user, ..test });
    }
    let mut path = "/tests?limit=4&userID=me+%26+you".to_owned();
    let mut pages = Vec::new();
    loop {
        let answer = api.get(&path).await;
        pages.push(names(&answer));
        let link = answer.header("link");
        if link.is_empty() {
            break;
        }
        path =
            link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap().to_owned();
        assert!(path.contains("limit=4") && path.contains("userID=me+%26+you"), "{path}");
    }
    assert_eq!(pages, [vec!["t0", "t1", "t2", "t4"], vec!["t5", "t6"]]);
}

#[actix_web::test]
async fn every_wrong_parameter_is_told_at_once() {
    let path = "/tests?status=Runing,Paused&limit=1001&cursor=x&userID=&statuses=Paused";
    let answer = Api::new().get(path).await;
    assert_eq!(answer.wrong_fields(), ["status", "userID", "limit", "cursor", "statuses"]);
    assert!(answer.text().contains("Runing"), "{}", answer.text());
}
