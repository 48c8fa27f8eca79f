//! Every error has one form, tells all faults at once and nothing internal.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::test::TestRequest;
use moniflux_domain::lifecycle::Status;
use serde_json::{Value, json};

use super::memory::Trouble;
use super::{Api, full_body};
use crate::body::SIZE_LIMIT;

#[actix_web::test]
async fn all_faults_of_a_body_are_told_at_once_with_the_nearest_known_field() {
    let body = json!({
        "testID": "a b", "logRat": 5, "logSize": 0, "metricsRate": -1, "duration": "long",
        "destination": {"endpoint": "ftp://h", "port": 70000, "typ": "http"}
    });
    let answer = Api::new().post("/create-test", body).await;
    let mut fields = answer.wrong_fields();
    fields.sort();
    let expected = [
        "destination.endpoint",
        "destination.port",
        "destination.typ",
        "duration",
        "logRat",
        "logSize",
        "metricsRate",
        "testID",
    ];
    assert_eq!(fields, expected);
    assert!(answer.text().contains("did you mean logRate?"), "{}", answer.text());
}

#[actix_web::test]
async fn what_is_missing_is_told_at_once() {
    let api = Api::new();
    for path in ["/create-test", "/start-test"] {
        assert_eq!(api.post(path, json!({})).await.wrong_fields(), ["logRate", "duration", "destination"]);
    }
    for path in ["/cancel-test", "/restart-test"] {
        assert_eq!(api.post(path, json!({})).await.wrong_fields(), ["testID"]);
    }
    assert_eq!(api.post("/schedule-test", json!({})).await.wrong_fields(), ["testID", "schedule"]);
}

#[actix_web::test]
async fn a_start_time_that_is_past_is_refused() {
    let api = Api::new();
    api.with_test("t", Status::Pending).await;
    let body = json!({"testID": "t", "schedule": "2024-10-25T15:00:00Z"});
    assert_eq!(api.post("/schedule-test", body).await.wrong_fields(), ["schedule"]);
}

#[actix_web::test]
async fn a_run_in_progress_keeps_its_destination() {
    let api = Api::new();
    api.with_test("t", Status::Running).await;
    let body = json!({"logRate": 7, "destination": {"endpoint": "http://other"}});
    assert_eq!(api.call(Method::PATCH, "/tests/t", body).await.wrong_fields(), ["destination"]);
}

#[actix_web::test]
async fn a_body_that_is_no_json_or_no_object_is_a_400() {
    let api = Api::new();
    for body in ["", "{", "{\"testID\": }", "\u{feff}{}"] {
        let request =
            TestRequest::post().uri("/create-test").insert_header((CONTENT_TYPE, "application/json"));
        api.send(request.set_payload(body)).await.problem(400, "malformed_json");
    }
    assert_eq!(api.post("/create-test", json!([1])).await.wrong_fields(), ["body"]);
}

#[actix_web::test]
async fn only_json_is_taken_with_or_without_a_charset() {
    let api = Api::new();
    let send = |content_type: &'static str| {
        let request = TestRequest::post().uri("/start-test").insert_header((CONTENT_TYPE, content_type));
        api.send(request.set_payload(full_body("t").to_string()))
    };
    for refused in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        send(refused).await.problem(415, "unsupported_media_type");
    }
    assert_eq!(send("Application/JSON; charset=utf-8").await.status.as_u16(), 200);

    let request = TestRequest::post().uri("/start-test").set_json(full_body("t"));
    api.send(request.insert_header((CONTENT_ENCODING, "gzip"))).await.problem(415, "unsupported_media_type");
    let without = TestRequest::post().uri("/start-test").set_payload("{}");
    api.send(without).await.problem(415, "unsupported_media_type");
}

#[actix_web::test]
async fn a_body_over_the_limit_is_a_413_whether_it_says_so_or_not() {
    let api = Api::new();
    let body = |length: usize| format!("{{\"testID\":\"{}\"}}", "x".repeat(length - 13));
    let post = |length: usize| {
        TestRequest::post()
            .uri("/cancel-test")
            .insert_header((CONTENT_TYPE, "application/json"))
            .set_payload(body(length))
    };
    assert_eq!(body(SIZE_LIMIT).len(), SIZE_LIMIT);
    assert_eq!(api.send(post(SIZE_LIMIT)).await.wrong_fields(), ["testID"]);
    api.send(post(SIZE_LIMIT + 1)).await.problem(413, "body_too_large");
    api.send(post(20).insert_header(("content-length", "1048577"))).await.problem(413, "body_too_large");
}

#[actix_web::test]
async fn an_unknown_path_is_a_404_and_a_wrong_method_a_405_that_says_which_are_taken() {
    let api = Api::new();
    for path in ["/index.html", "/test", "/tests/", "/tests/t/run", "/docs/none.js"] {
        api.get(path).await.problem(404, "path_not_found");
    }
    api.get("/tests/%ff%fe").await.problem(404, "test_not_found");
    for (method, path, allow) in [
        (Method::GET, "/start-test", "POST"),
        (Method::PUT, "/tests/t", "GET, PATCH, DELETE, HEAD"),
        (Method::POST, "/tests", "GET, HEAD"),
        (Method::from_bytes(b"BREW").unwrap(), "/health", "GET, HEAD"),
    ] {
        let answer = api.send(TestRequest::with_uri(path).method(method)).await;
        answer.problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow);
    }
}

#[actix_web::test]
async fn a_store_that_fails_is_a_503_a_broken_one_a_500_and_neither_tells_of_itself() {
    for (trouble, status, code) in
        [(Trouble::Unavailable, 503, "store_unavailable"), (Trouble::Broken, 500, "store_broken")]
    {
        let api = Api::new();
        api.memory.begin(trouble);
        for answer in [
            api.post("/create-test", full_body("t")).await,
            api.post("/start-test", full_body("t")).await,
            api.post("/cancel-test", json!({"testID": "t"})).await,
            api.get("/tests/t").await,
            api.get("/tests/t/results").await,
            api.call(Method::DELETE, "/tests/t", Value::Null).await,
        ] {
            answer.problem(status, code);
            assert!(!answer.text().contains("secret"), "{}", answer.text());
        }
        api.get("/tests").await.problem(500, code);
    }
}

#[actix_web::test]
async fn a_test_that_others_keep_changing_is_a_409() {
    let api = Api::new();
    api.with_test("t", Status::Running).await;
    api.memory.begin(Trouble::Contended);
    api.post("/tests/t/pause", Value::Null).await.problem(409, "contended");
}

#[actix_web::test]
async fn a_request_over_its_time_is_a_503_with_its_name() {
    let api = Api::with_limit(Duration::from_millis(50));
    api.memory.begin(Trouble::Silent);
    let request = TestRequest::get().uri("/tests/t").insert_header(("x-request-id", "mine"));
    let problem = api.send(request).await.problem(503, "timed_out");
    assert_eq!(problem["requestID"], "mine");
}

#[actix_web::test]
async fn a_request_keeps_a_fit_name_and_gets_one_in_place_of_an_unfit_one() {
    let api = Api::new();
    let named = |name: &str| {
        let request = TestRequest::get().uri("/health").insert_header((ACCEPT_ENCODING, "identity"));
        api.send(request.insert_header(("x-request-id", name)))
    };
    assert_eq!(named("a.B_c:d-9").await.header("x-request-id"), "a.B_c:d-9");
    for unfit in ["", "two words", "a\"b", &"x".repeat(129)] {
        let made = named(unfit).await.header("x-request-id").to_owned();
        assert_eq!((made.len(), made.as_bytes()[14]), (36, b'7'), "{unfit}: {made}");
    }
    assert_ne!(
        api.get("/health").await.header("x-request-id"),
        api.get("/health").await.header("x-request-id")
    );
}
