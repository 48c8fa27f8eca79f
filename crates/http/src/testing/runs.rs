//! Runs and results.

use moniflux_domain::id::{RunId, RunNumber};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::{Outcome, Run, RunEnd};
use moniflux_domain::test::{CurrentRun, Test};
use serde_json::json;
use uuid::Uuid;

use super::Api;

/// A test in its third run, whose first two have ended.
async fn with_three_runs(status: Status) -> (Api, Test) {
    let api = Api::new();
    let test = api.with_test("t", status).await;
    for number in 1..=3 {
        let current = CurrentRun { id: RunId(Uuid::from_u128(number.into())), number: RunNumber(number) };
        let mut run = Run::begin(&Test { run: Some(current), ..test.clone() }).unwrap();
        if number < 3 {
            let reason = (number == 2).then(|| "the key cannot be sent".to_owned());
            let outcome = if number == 2 { Outcome::Failed } else { Outcome::Completed };
            run.shares[0].end = Some(RunEnd { outcome, at: test.created_at, reason });
        }
        api.memory.put_run(run);
    }
    let run = Some(CurrentRun { id: RunId(Uuid::from_u128(3)), number: RunNumber(3) });
    let test = api.memory.put(Test { run, ..test });
    (api, test)
}

#[actix_web::test]
async fn a_run_is_answered_with_its_lanes_and_its_verdict() {
    let (api, test) = with_three_runs(Status::Paused).await;
    let run = api.get("/tests/t/runs/3").await.json();
    assert_eq!(run["testID"], "t");
    assert_eq!(run["runID"], "00000000-0000-0000-0000-000000000003");
    assert_eq!(
        (&run["run"], &run["status"], &run["verdict"]),
        (&json!(3), &json!("Paused"), &json!("valid"))
    );
    assert_eq!((&run["startedAt"], &run["endedAt"]), (&json!(test.started_at), &json!(null)));
    assert_eq!(run["activeSeconds"], 0.0);
    let none = json!({"p50": null, "p90": null, "p95": null, "p99": null, "p999": null, "max": null});
    let lane = json!({
        "due": 0, "issued": 0, "acked": 0, "rejected": 0, "failed": 0, "missed": 0, "inDoubt": 0, "inFlight": 0,
        "waiting": 0, "failures": {}, "rejections": {}, "requests": 0, "retries": 0, "bytes": 0, "wireBytes": 0, "compressionRatio": null,
        "rate": {"asked": 0.0, "achieved": 0.0}, "lateness": {"p50": null, "p99": null, "max": null},
        "responseTime": none, "serviceTime": none
    });
    assert_eq!(run["lanes"], json!({"logs": lane, "metrics": lane, "traces": lane}));
}

#[actix_web::test]
async fn runs_are_listed_first_run_first_a_page_at_a_time() {
    let (api, _) = with_three_runs(Status::Running).await;
    let page = api.get("/tests/t/runs?limit=2").await;
    let summary = |answer: &super::Answer| {
        let runs = answer.json();
        let one = |run: &serde_json::Value| format!("{} {}", run["run"], run["status"].as_str().unwrap());
        runs.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(summary(&page), ["1 Completed", "2 Failed"]);
    assert_eq!(page.json()[1]["reason"], "the key cannot be sent");
    assert_eq!(page.header("link"), "</tests/t/runs?limit=2&cursor=2>; rel=\"next\"");
    let last = api.get("/tests/t/runs?limit=2&cursor=2").await;
    assert_eq!((summary(&last), last.header("link")), (vec!["3 Running".to_owned()], ""));
}

#[actix_web::test]
async fn results_are_those_of_the_latest_run_or_of_the_one_asked_for() {
    let (api, _) = with_three_runs(Status::Running).await;
    assert_eq!(api.get("/tests/t/results").await.json()["run"], 3);
    assert_eq!(api.get("/tests/t/results?run=1").await.json()["status"], "Completed");
    assert_eq!(api.get("/tests/t/results?run=x&ran=1").await.wrong_fields(), ["run", "ran"]);
}

#[actix_web::test]
async fn a_run_that_does_not_exist_is_a_404() {
    let (api, _) = with_three_runs(Status::Running).await;
    for path in ["/tests/t/runs/4", "/tests/t/runs/0", "/tests/t/runs/x", "/tests/t/results?run=9"] {
        api.get(path).await.problem(404, "run_not_found");
    }
    api.with_test("fresh", Status::Pending).await;
    api.get("/tests/fresh/results").await.problem(404, "run_not_found");
    for path in ["/tests/none/runs", "/tests/none/runs/1", "/tests/none/results"] {
        api.get(path).await.problem(404, "test_not_found");
    }
}
