//! What the use cases decide, and what they do when a port fails.

use mockall::predicate::eq;
use moniflux_domain::id::{RunNumber, Version};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::profile::{LaneRate, Rate};
use moniflux_ports::test_store::{InsertError, ReplaceError};
use serde_json::json;

use super::*;
use crate::error::UseCaseError;

fn with(field: &str, value: Value) -> Draft {
    let mut body = body();
    body[field] = value;
    draft(&body)
}

fn reference() -> Draft {
    draft(&json!({"testID": "t"}))
}

#[expect(clippy::needless_pass_by_value, reason = "shorter calls")]
fn assert_down<T: std::fmt::Debug>(result: Result<T, UseCaseError>) {
    assert!(matches!(result, Err(UseCaseError::Store(ref fault)) if fault.is_retryable()), "{result:?}");
}

#[tokio::test]
async fn a_created_test_is_pending_and_stored_once() {
    let mut ports = Ports::default();
    ports.tests.expect_insert().times(1).returning(|_| Ok(()));
    let test = ports.service().create(draft(&body())).await.unwrap();
    assert_eq!((test.status, test.version, test.created_at), (Status::Pending, Version::FIRST, now()));
}

#[tokio::test]
async fn a_test_without_a_name_is_given_one() {
    let mut ports = Ports::default();
    ports.tests.expect_insert().returning(|_| Ok(()));
    let test = ports.service().create(with("testID", Value::Null)).await.unwrap();
    assert_eq!(Uuid::parse_str(test.id.as_str()).unwrap().get_version_num(), 7);
}

#[tokio::test]
async fn a_test_created_with_a_start_time_is_scheduled_and_the_past_is_refused() {
    let mut ports = Ports::default();
    ports.tests.expect_insert().times(1).returning(|_| Ok(()));
    let service = ports.service();
    let test = service.create(with("schedule", json!("2030-01-01T12:00:01Z"))).await.unwrap();
    assert_eq!(test.status, Status::Scheduled);
    let past = service.create(with("schedule", json!("2030-01-01T12:00:00Z"))).await;
    assert!(matches!(past, Err(UseCaseError::Invalid(faults)) if faults.as_slice()[0].field == "schedule"));
}

#[tokio::test]
async fn a_taken_name_and_a_store_that_is_down_are_told_apart() {
    let mut ports = Ports::default();
    ports.tests.expect_insert().times(1).returning(|_| Err(InsertError::Exists));
    assert!(matches!(ports.service().create(draft(&body())).await, Err(UseCaseError::Exists(_))));
    let mut ports = Ports::default();
    ports.tests.expect_insert().times(1).returning(|_| Err(down().into()));
    assert_down(ports.service().create(draft(&body())).await);
}

#[tokio::test]
async fn a_full_body_creates_the_test_with_its_first_run() {
    let mut ports = Ports::default();
    ports.tests.expect_get().returning(|_| Ok(None));
    ports.tests.expect_insert().times(1).withf(|test| test.status == Status::Running).returning(|_| Ok(()));
    ports.runs.expect_begin().times(1).withf(|run| run.number == RunNumber::FIRST).returning(|_| Ok(()));
    let test = ports.service().start(draft(&body())).await.unwrap();
    assert_eq!((test.status, test.started_at), (Status::Running, Some(now())));
}

#[tokio::test]
async fn a_stored_test_is_started_by_its_name_and_by_a_body_that_changes_it() {
    for (given, rate) in [(reference(), 5), (with("logRate", json!(9)), 9)] {
        let mut ports = Ports::holding(test_in(Status::Completed));
        ports.tests.expect_compare_and_set().times(1).returning(|_, _| Ok(()));
        ports.runs.expect_begin().times(1).returning(|_| Ok(()));
        let test = ports.service().start(given).await.unwrap();
        assert_eq!(test.run.unwrap().number, RunNumber(2));
        assert_eq!(test.spec.rates.logs, LaneRate::PerSecond(Rate::per_second(rate).unwrap()));
    }
}

#[tokio::test]
async fn a_name_alone_does_not_create_a_test() {
    let mut ports = Ports::default();
    ports.tests.expect_get().returning(|_| Ok(None));
    assert!(matches!(ports.service().start(reference()).await, Err(UseCaseError::NotFound(_))));
    assert!(matches!(
        Ports::default().service().start(draft(&json!({}))).await,
        Err(UseCaseError::Invalid(_))
    ));
}

#[tokio::test]
async fn who_loses_the_race_decides_again_on_what_the_winner_left() {
    let mut ports = Ports::default();
    let mut states = [Status::Pending, Status::Running].into_iter();
    ports.tests.expect_get().times(2).returning(move |_| Ok(states.next().map(test_in)));
    ports.tests.expect_compare_and_set().times(1).returning(|_, _| Err(ReplaceError::Conflict));
    let lost = ports.service().start(reference()).await;
    assert!(matches!(lost, Err(UseCaseError::Refused { .. })), "{lost:?}");
}

#[tokio::test]
async fn endless_contention_is_answered_and_not_waited_out() {
    let mut ports = Ports::holding(test_in(Status::Running));
    ports.tests.expect_compare_and_set().returning(|_, _| Err(ReplaceError::Conflict));
    assert!(matches!(ports.service().cancel(&id()).await, Err(UseCaseError::Contended(_))));
}

#[tokio::test]
async fn a_restart_replaces_the_run_in_progress() {
    let mut ports = Ports::holding(test_in(Status::Running));
    ports
        .tests
        .expect_compare_and_set()
        .with(mockall::predicate::always(), eq(Version(1)))
        .returning(|_, _| Ok(()));
    ports.runs.expect_begin().times(1).withf(|run| run.number == RunNumber(2)).returning(|_| Ok(()));
    let test = ports.service().restart(draft(&json!({"testID": "t", "logRate": 1667}))).await.unwrap();
    assert_eq!((test.status, test.run.unwrap().number), (Status::Running, RunNumber(2)));
    assert_eq!(test.spec.rates.logs, LaneRate::PerSecond(Rate::per_second(1667).unwrap()));
}

#[tokio::test]
async fn every_refusal_leaves_the_store_as_it_is() {
    let service = |status| Ports::holding(test_in(status)).service();
    let refused = |result: Result<_, UseCaseError>| matches!(result, Err(UseCaseError::Refused { .. }));
    let later = || draft(&json!({"testID": "t", "schedule": "2031-01-01T00:00:00Z"}));
    assert!(refused(service(Status::Running).start(reference()).await));
    assert!(refused(service(Status::Pending).restart(reference()).await));
    assert!(refused(service(Status::Running).schedule(later()).await));
    assert!(refused(service(Status::Pending).cancel(&id()).await));
    assert!(refused(service(Status::Pending).pause(&id()).await));
    assert!(refused(service(Status::Running).resume(&id()).await));
    assert!(refused(service(Status::Running).delete(&id()).await.map(|()| test_in(Status::Running))));
}

#[tokio::test]
async fn a_schedule_needs_a_test_and_a_moment_in_the_future() {
    let faults = |body: Value| async move {
        match Ports::default().service().schedule(draft(&body)).await {
            Err(UseCaseError::Invalid(faults)) => faults.as_slice().iter().map(|f| f.field.clone()).collect(),
            other => vec![format!("{other:?}")],
        }
    };
    assert_eq!(faults(json!({})).await, ["testID", "schedule"]);
    assert_eq!(faults(json!({"schedule": "2024-10-25T15:00:00Z"})).await, ["testID", "schedule"]);
}

#[tokio::test]
async fn a_schedule_is_kept_to_the_millisecond() {
    let mut ports = Ports::holding(test_in(Status::Pending));
    ports.tests.expect_compare_and_set().times(1).returning(|_, _| Ok(()));
    let draft = draft(&json!({"testID": "t", "schedule": "2031-01-01T00:00:00.123456Z"}));
    let test = ports.service().schedule(draft).await.unwrap();
    assert_eq!(test.status, Status::Scheduled);
    assert_eq!(test.schedule.unwrap().timestamp_subsec_nanos(), 123_000_000);
}

#[tokio::test]
async fn a_run_in_progress_takes_rates_and_duration_only() {
    let mut ports = Ports::holding(test_in(Status::Running));
    ports.tests.expect_compare_and_set().times(1).returning(|_, _| Ok(()));
    let service = ports.service();
    let change = draft(&json!({"logRate": 7, "traceRate": 1, "duration": 20, "logType": "INFO"}));
    let test = service.change(&id(), change).await.unwrap();
    assert_eq!((test.status, test.version), (Status::Running, Version(2)));
    let change = draft(
        &json!({"logType": "WARN", "logSize": 1, "entropy": "low", "spansPerTrace": 2, "userID": "u", "testID": "x",
        "destination": {"endpoint": "http://h"}, "schedule": "2031-01-01T00:00:00Z"}),
    );
    let Err(UseCaseError::Invalid(faults)) = service.change(&id(), change).await else {
        panic!("it was taken")
    };
    let fields: Vec<_> = faults.as_slice().iter().map(|fault| fault.field.as_str()).collect();
    let payload = ["logType", "logSize", "entropy", "spansPerTrace", "destination"];
    assert_eq!(fields, [&["testID", "userID", "schedule"][..], &payload].concat());
}

#[tokio::test]
async fn a_deleted_test_goes_before_its_runs_and_results() {
    let mut order = mockall::Sequence::new();
    let mut ports = Ports::holding(test_in(Status::Completed));
    ports.tests.expect_delete().times(1).in_sequence(&mut order).returning(|_, _| Ok(()));
    let run = RunId(Uuid::from_u128(1));
    ports.runs.expect_delete_of().times(1).in_sequence(&mut order).returning(move |_| Ok(vec![run]));
    ports
        .results
        .expect_delete_of()
        .withf(move |runs| *runs == [run])
        .times(1)
        .in_sequence(&mut order)
        .returning(|_| Ok(()));
    ports.service().delete(&id()).await.unwrap();
}

#[tokio::test]
async fn results_of_what_is_not_there_say_what_is_missing() {
    let none = Ports::holding(test_in(Status::Pending)).service().results(&id(), None).await;
    assert!(matches!(none, Err(UseCaseError::RunNotFound { number: None, .. })), "{none:?}");
    let mut ports = Ports::holding(test_in(Status::Completed));
    ports.runs.expect_get().returning(|_, _| Ok(None));
    let ninth = ports.service().results(&id(), Some(RunNumber(9))).await;
    assert!(matches!(ninth, Err(UseCaseError::RunNotFound { number: Some(RunNumber(9)), .. })), "{ninth:?}");
}

#[tokio::test]
async fn a_run_that_was_begun_this_moment_already_has_results() {
    let mut ports = Ports::holding(test_in(Status::Running));
    ports.runs.expect_get().returning(|_, _| Ok(None));
    ports.results.expect_attachments().returning(|_| Ok(Vec::new()));
    let results = ports.service().results(&id(), None).await.unwrap();
    assert_eq!((results.status.as_str(), results.run), ("Running", RunNumber::FIRST));
}

/// Every use case, with a store that fails at its first, second … call.
#[tokio::test]
async fn a_port_that_fails_at_any_call_is_reported_as_such() {
    let failing_get = || {
        let mut ports = Ports::default();
        ports.tests.expect_get().returning(|_| Err(down()));
        ports.service()
    };
    assert_down(failing_get().start(reference()).await);
    assert_down(failing_get().restart(reference()).await);
    assert_down(failing_get().cancel(&id()).await);
    assert_down(failing_get().pause(&id()).await);
    assert_down(failing_get().resume(&id()).await);
    assert_down(failing_get().change(&id(), reference()).await);
    assert_down(failing_get().delete(&id()).await);
    assert_down(failing_get().test(&id()).await);
    assert_down(failing_get().runs(&id(), None, 1).await);
    assert_down(failing_get().results(&id(), None).await);

    let failing_set = |status| {
        let mut ports = Ports::holding(test_in(status));
        ports.tests.expect_compare_and_set().returning(|_, _| Err(down().into()));
        ports.tests.expect_delete().returning(|_, _| Err(down().into()));
        ports.service()
    };
    assert_down(failing_set(Status::Pending).start(reference()).await);
    assert_down(failing_set(Status::Running).restart(reference()).await);
    assert_down(failing_set(Status::Running).cancel(&id()).await);
    assert_down(failing_set(Status::Running).pause(&id()).await);
    assert_down(failing_set(Status::Paused).resume(&id()).await);
    assert_down(failing_set(Status::Pending).change(&id(), reference()).await);
    assert_down(failing_set(Status::Pending).delete(&id()).await);

    let failing_begin = |status| {
        let mut ports = Ports::holding(test_in(status));
        ports.tests.expect_compare_and_set().returning(|_, _| Ok(()));
        ports.runs.expect_begin().returning(|_| Err(down()));
        ports.service()
    };
    assert_down(failing_begin(Status::Pending).start(reference()).await);
    assert_down(failing_begin(Status::Running).restart(reference()).await);

    let mut ports = Ports::holding(test_in(Status::Completed));
    ports.tests.expect_delete().returning(|_, _| Ok(()));
    ports.runs.expect_delete_of().times(1).returning(|_| Err(down()));
    assert_down(ports.service().delete(&id()).await);

    let mut ports = Ports::holding(test_in(Status::Completed));
    ports.tests.expect_delete().returning(|_, _| Ok(()));
    ports.runs.expect_delete_of().returning(|_| Ok(Vec::new()));
    ports.results.expect_delete_of().times(1).returning(|_| Err(down()));
    assert_down(ports.service().delete(&id()).await);

    let mut ports = Ports::holding(test_in(Status::Completed));
    ports.runs.expect_get().returning(|_, _| Err(down()));
    ports.runs.expect_list().returning(|_, _, _| Err(down()));
    let service = ports.service();
    assert_down(service.results(&id(), None).await);
    assert_down(service.runs(&id(), None, 1).await);

    let mut ports = Ports::default();
    ports.tests.expect_list().returning(|_| Err(down()));
    ports.tests.expect_check().returning(|| Err(down()));
    let service = ports.service();
    assert_down(service.list(&moniflux_ports::test_store::TestQuery::default()).await);
    assert!(service.check().await.is_err());
}

#[tokio::test]
async fn a_search_in_progress_keeps_its_rates_and_its_goal() {
    let mut test = test_in(Status::Running);
    let capacity = json!({"profile": {"type": "capacity"}});
    let fields = |error| match error {
        Err(UseCaseError::Invalid(faults)) => {
            faults.as_slice().iter().map(|fault| fault.field.clone()).collect::<Vec<_>>()
        }
        other => panic!("taken: {other:?}"),
    };
    let begun = Ports::holding(test.clone()).service().change(&id(), draft(&capacity)).await;
    assert_eq!(fields(begun), ["profile"]);
    test.spec = draft(&capacity).amend(&test.spec).unwrap();
    let change = json!({"logRate": 9, "profile": {"type": "constant"}});
    let changed = Ports::holding(test.clone()).service().change(&id(), draft(&change)).await;
    assert_eq!(fields(changed), ["profile", "logRate"]);
    let mut ports = Ports::holding(test);
    ports.tests.expect_compare_and_set().times(1).returning(|_, _| Ok(()));
    ports.service().change(&id(), draft(&json!({"duration": 60}))).await.unwrap();
}
