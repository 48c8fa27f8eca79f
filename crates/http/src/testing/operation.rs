//! Probes and metrics.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;

use super::Api;
use super::memory::Trouble;

#[actix_web::test]
async fn a_process_without_its_store_is_alive_and_not_ready() {
    let api = Api::new();
    assert_eq!(api.get("/ready").await.json(), json!({"status": "ready"}));
    for trouble in [Trouble::Unavailable, Trouble::Broken] {
        api.memory.begin(trouble);
        assert_eq!(api.get("/ready").await.status.as_u16(), 503);
        assert_eq!(api.get("/health").await.json(), json!({"status": "alive"}));
    }
}

#[actix_web::test]
async fn what_can_be_read_can_be_asked_for_its_head() {
    let answer = Api::new().send(TestRequest::with_uri("/health").method(Method::HEAD)).await;
    assert_eq!(answer.status.as_u16(), 200);
}

#[actix_web::test]
async fn metrics_count_requests_by_route_whatever_the_path_holds() {
    let api = Api::new();
    for name in ["a", "b"] {
        api.get(&format!("/tests/{name}")).await;
        api.get(&format!("/made/up/{name}")).await;
    }
    let answer = api.get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "# HELP moniflux_http_requests_total HTTP requests answered.",
        "# TYPE moniflux_http_request_duration_seconds histogram",
        r#"moniflux_http_requests_total{method="GET",route="/tests/{testID}",status="404"} 2"#,
        r#"moniflux_http_requests_total{method="GET",route="unmatched",status="404"} 2"#,
        "moniflux_running_runs 0",
        r#"moniflux_store_call_duration_seconds_count{operation="get",port="tests"} 2"#,
        r#"moniflux_store_errors_total{operation="get",port="tests"} 0"#,
    ] {
        assert!(answer.text().lines().any(|found| found == line), "{line} is not in\n{}", answer.text());
    }
}
