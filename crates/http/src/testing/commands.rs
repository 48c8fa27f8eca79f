//! The calls that change tests: what they answer when they are done, and every refusal.

use actix_web::http::Method;
use moniflux_domain::lifecycle::{self, Command, Status};
use serde_json::{Value, json};

use super::{Answer, Api, full_body};

#[actix_web::test]
async fn create_answers_201_the_place_and_every_field_in_order() {
    let answer = Api::new().post("/create-test", full_body("a:b")).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (201, "/tests/a:b"));
    let created = answer.json()["createdAt"].as_str().unwrap().to_owned();
    let expected = format!(
        concat!(
            r#"{{"testID":"a:b","userID":"user123","status":"Pending","logType":"INFO","logRate":500,"logSize":50,"#,
            r#""metricsRate":1000,"traceRate":200,"duration":600,"destination":{{"name":"Destination1","type":"http","#,
            r#""endpoint":"http://example.com/endpoint","port":8080,"apiKey":"********"}},"schedule":null,"#,
            r#""createdAt":"{0}","updatedAt":"{0}","startedAt":null,"completedAt":null,"run":null,"version":1}}"#
        ),
        created
    );
    assert_eq!(answer.text(), expected);
}

#[actix_web::test]
async fn a_test_without_name_owner_and_key_gets_a_name_and_no_more() {
    let body = json!({"logRate": 1, "duration": 1, "destination": {"endpoint": "http://h"}});
    let test = Api::new().post("/create-test", body).await.json();
    assert_eq!(test["testID"].as_str().unwrap().len(), 36);
    assert_eq!(test["userID"], "anonymous");
    let destination =
        json!({"name": null, "type": "http", "endpoint": "http://h", "port": null, "apiKey": null});
    assert_eq!(test["destination"], destination);
}

#[actix_web::test]
async fn the_calls_of_the_original_service_do_what_they_say() {
    let api = Api::new();
    let started = api.post("/start-test", full_body("t")).await;
    assert_eq!((started.status.as_u16(), &started.json()["status"]), (200, &json!("Running")));
    assert_eq!(started.json()["run"], 1);

    let restarted = api.post("/restart-test", json!({"testID": "t", "logRate": 1667, "duration": 600})).await;
    assert_eq!((restarted.status.as_u16(), &restarted.json()["logRate"]), (200, &json!(1667)));
    assert_eq!(restarted.json()["run"], 2);

    let cancelled = api.post("/cancel-test", json!({"testID": "t"})).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.json()["status"]), (200, &json!("Cancelled")));

    let at = "2100-01-01T15:00:00Z";
    let scheduled =
        api.post("/schedule-test", json!({"testID": "t", "userID": "user123", "schedule": at})).await;
    assert_eq!((scheduled.status.as_u16(), &scheduled.json()["status"]), (200, &json!("Scheduled")));
    assert_eq!(scheduled.json()["schedule"], at);
}

#[actix_web::test]
async fn a_test_read_can_be_posted_again() {
    let api = Api::new();
    api.with_test("t", Status::Completed).await;
    let read = api.get("/tests/t").await.json();
    let answer = api.post("/start-test", read).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    assert_eq!(api.memory.test("t").spec.destination.api_key.unwrap().expose(), "test-api-key");
}

#[actix_web::test]
async fn a_name_that_is_taken_is_a_400() {
    let api = Api::new();
    api.with_test("t", Status::Pending).await;
    let problem = api.post("/create-test", full_body("t")).await.problem(400, "test_exists");
    assert!(problem["detail"].as_str().unwrap().contains("\"t\""));
}

#[actix_web::test]
async fn every_state_and_command_is_done_or_refused_with_state_and_way_out() {
    for status in Status::ALL {
        for command in ASKED {
            let api = Api::new();
            api.with_test("t", status).await;
            let answer = ask(&api, command).await;
            match lifecycle::decide(Some(status), command) {
                Ok(_) => assert!(answer.status.is_success(), "{command:?} in {status}: {answer:?}"),
                Err(refusal) => {
                    let problem = answer.problem(400, "not_allowed_in_state");
                    let detail = problem["detail"].as_str().unwrap();
                    assert_eq!(detail, format!("test \"t\": {refusal}"));
                    assert!(detail.contains(status.as_str()) && detail.contains("allowed now: "), "{detail}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_test_that_does_not_exist_is_400_for_the_original_calls_and_404_by_path() {
    let api = Api::new();
    for command in ASKED {
        let by_path = matches!(command, Command::Pause | Command::Resume | Command::Change | Command::Delete);
        let status = if by_path { 404 } else { 400 };
        ask(&api, command).await.problem(status, "test_not_found");
    }
    api.get("/tests/t").await.problem(404, "test_not_found");
    api.get("/tests/no%20name").await.problem(404, "test_not_found");
}

#[actix_web::test]
async fn a_deleted_test_is_gone_with_its_runs() {
    let api = Api::new();
    api.with_test("t", Status::Completed).await;
    let answer = api.call(Method::DELETE, "/tests/t", Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    api.get("/tests/t").await.problem(404, "test_not_found");
    api.with_test("t", Status::Pending).await;
    assert_eq!(api.get("/tests/t/runs").await.json(), json!([]));
}

/// What a person can ask of a stored test.
const ASKED: [Command; 8] = [
    Command::Start,
    Command::Restart,
    Command::Schedule,
    Command::Cancel,
    Command::Pause,
    Command::Resume,
    Command::Change,
    Command::Delete,
];

async fn ask(api: &Api, command: Command) -> Answer {
    let named = json!({"testID": "t"});
    match command {
        Command::Start => api.post("/start-test", named).await,
        Command::Restart => api.post("/restart-test", named).await,
        Command::Schedule => {
            api.post("/schedule-test", json!({"testID": "t", "schedule": "2100-01-01T00:00:00Z"})).await
        }
        Command::Cancel => api.post("/cancel-test", named).await,
        Command::Pause => api.post("/tests/t/pause", Value::Null).await,
        Command::Resume => api.post("/tests/t/resume", Value::Null).await,
        Command::Change => api.call(Method::PATCH, "/tests/t", json!({"logRate": 7})).await,
        Command::Delete => api.call(Method::DELETE, "/tests/t", Value::Null).await,
        Command::Create | Command::DueTime | Command::LoadEnds | Command::CannotGoOn => {
            panic!("nobody asks {command:?} of a stored test")
        }
    }
}
