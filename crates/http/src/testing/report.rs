//! Reports of runs, as they are asked for.

use moniflux_domain::lifecycle::Status;

use super::Api;

async fn api_with_run() -> Api {
    let api = Api::new();
    api.with_test("t", Status::Completed).await;
    api
}

#[actix_web::test]
async fn a_report_is_a_page_that_may_load_nothing() {
    let page = api_with_run().await.get("/tests/t/report").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src "));
    assert_eq!(page.header("content-disposition"), "inline; filename=\"moniflux-t-run-1.html\"");
    assert!(page.text().contains("<title>t run 1 · MoniFlux</title>"));
}

#[actix_web::test]
async fn a_report_is_a_document_or_tables_too() {
    let api = api_with_run().await;
    let document = api.get("/tests/t/report?format=json&run=1").await.json();
    assert_eq!(document["results"]["testID"], "t");
    assert_eq!(document["spec"]["logRate"], 500);
    for (table, begin) in
        [("", "t,at,signal,due"), ("&table=lanes", "signal,due"), ("&table=timeline", "t,at,event")]
    {
        let answer = api.get(&format!("/tests/t/report?format=csv{table}")).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert!(answer.text().starts_with(begin), "{}", answer.text());
    }
}

#[actix_web::test]
async fn a_report_that_is_asked_for_wrongly_is_refused_in_words() {
    let api = api_with_run().await;
    for (query, field) in [
        ("format=pdf", "format"),
        ("table=rows&format=csv", "table"),
        ("table=lanes", "table"),
        ("run=0", "run"),
    ] {
        assert_eq!(api.get(&format!("/tests/t/report?{query}")).await.wrong_fields(), [field], "{query}");
    }
    api.get("/tests/none/report").await.problem(404, "test_not_found");
    api.get("/tests/t/report?run=9").await.problem(404, "run_not_found");
}
