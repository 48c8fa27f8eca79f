//! Runs are compared with each other and with a baseline, and documents are kept with them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body::{self, with};
use moniflux_tests::on_both_stores;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::SOON;
use reqwest::Method;
use serde_json::{Value, json};

on_both_stores!(
    a_slower_destination_is_told_from_chance,
    documents_are_kept_with_a_run_until_the_test_is_deleted,
    every_test_is_listed_searched_and_turned_round,
);

async fn a_slower_destination_is_told_from_chance(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let (fast, slow) = tokio::try_join!(Sink::start(&[]), Sink::start(&["--delay", "150"]))?;
    let api = service.api();
    for (run, sink) in [(1, &fast), (2, &fast), (3, &slow)] {
        let body = body::logs("compared", sink.address(), 100, 7);
        api.post("/start-test", &body).await?.with(200)?;
        let results = service.run_over("compared", "Completed", Duration::from_secs(30)).await?;
        ensure!(results.run == run, "{results:?}");
    }
    api.get("/tests/compared/compare").await?.refused(400, "invalid_field")?;
    let set = api.request(Method::PUT, "/tests/compared/baseline").json(&json!({"run": 1}));
    let set = moniflux_tests::api::Answer::to(set).await?.with(200)?;
    ensure!(set["baseline"] == 1, "{set}");

    let slower = api.get("/tests/compared/compare").await?.with(200)?;
    ensure!(slower["runs"][0]["run"] == 1 && slower["runs"][1]["run"] == 3, "{slower}");
    let p50 = figure(&slower, "responseTime.p50")?;
    ensure!(p50["matters"] == true && p50["direction"] == "worse", "{p50}");
    ensure!(p50["difference"].as_f64().is_some_and(|ms| (100.0..1_000.0).contains(&ms)), "{p50}");
    let due = figure(&slower, "due")?;
    ensure!(due["direction"] == "same" && due["a"] == 700.0 && due["b"] == 700.0, "{due}");

    let other_way = api.get("/compare?runs=compared:3,compared:1").await?.with(200)?;
    ensure!(figure(&other_way, "responseTime.p50")?["direction"] == "better", "{other_way}");
    let (first, second) = (&slower["runs"][0]["runID"], "compared:2");
    let first = first.as_str().context("no runID")?;
    let alike = api.get(&format!("/compare?runs={first},{second}")).await?.with(200)?;
    ensure!(figure(&alike, "failed")?["matters"] == false, "{alike}");
    ensure!(figure(&alike, "rate.achieved")?["matters"] == false, "{alike}");

    let problem = api.get("/compare?runs=compared:1").await?.refused(400, "invalid_field")?;
    ensure!(problem.fields() == ["runs"], "{problem:?}");
    api.get("/compare").await?.refused(400, "invalid_field")?;
    api.get("/compare?runs=compared:1,compared:9").await?.refused(404, "run_not_found")?;
    let none = api.delete("/tests/compared/baseline").await?.with(200)?;
    ensure!(none.get("baseline").is_none(), "{none}");
    Ok(())
}

async fn documents_are_kept_with_a_run_until_the_test_is_deleted(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let api = service.api();
    api.post("/save-results", &json!({"testID": "kept", "results": {}}))
        .await?
        .refused(400, "test_not_found")?;
    api.post("/start-test", &body::logs("kept", sink.address(), 10, 1)).await?.with(200)?;
    service.run_over("kept", "Completed", SOON).await?;
    for cpu in [1, 2] {
        let body = json!({"testID": "kept", "name": "collector", "results": {"cpu": cpu}});
        let saved = api.post("/save-results", &body).await?.with(200)?;
        ensure!(saved["run"] == 1 && saved["name"] == "collector", "{saved}");
    }
    api.post("/save-results", &json!({"testID": "kept", "results": [1, 2]})).await?.with(200)?;
    let results = api.get("/tests/kept/results").await?.with(200)?;
    let kept = results["attachments"].as_array().context("no attachments")?;
    let kept: Vec<_> = kept.iter().map(|kept| (kept["name"].as_str(), &kept["results"])).collect();
    let expected = [(Some("collector"), &json!({"cpu": 2})), (Some("results"), &json!([1, 2]))];
    ensure!(kept == expected, "{results}");
    let wrong = api.post("/save-results", &json!({"run": 0, "results": 5})).await?;
    ensure!(wrong.refused(400, "invalid_field")?.fields() == ["results", "run", "testID"], "{wrong:?}");
    api.delete("/tests/kept").await?.with(204)?;
    api.get("/tests/kept/results").await?.refused(404, "test_not_found")?;
    Ok(())
}

async fn every_test_is_listed_searched_and_turned_round(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let api = service.api();
    for test in ["first", "second", "third"] {
        let fields = json!({"destination": {"name": format!("to {test}")}});
        api.post("/create-test", &with(body::logs(test, sink.address(), 10, 1), &fields)).await?.with(201)?;
    }
    api.post("/start-test", &json!({"testID": "second"})).await?.with(200)?;
    service.run_over("second", "Completed", SOON).await?;
    for (path, expected) in [
        ("/get-all-tests", &["first", "second", "third"][..]),
        ("/tests", &["first", "third"]),
        ("/get-all-tests?order=newest&limit=2", &["third", "second"]),
        ("/get-all-tests?search=TO%20SEC", &["second"]),
        ("/tests?status=Completed&search=sec", &["second"]),
    ] {
        let answer = api.get(path).await?;
        let tests = answer.with(200)?;
        let names: Vec<_> =
            tests.as_array().context("no list")?.iter().filter_map(|test| test["testID"].as_str()).collect();
        ensure!(names == expected, "{path}: {names:?}");
        ensure!(answer.header("link").is_ok() == path.contains("limit"), "{path}: {answer:?}");
    }
    let refused = api.get("/tests?order=sideways&search=").await?.refused(400, "invalid_field")?;
    ensure!(refused.fields() == ["order", "search"], "{refused:?}");
    api.post("/validate-test", &body::logs("first", sink.address(), 10, 1))
        .await?
        .refused(400, "test_exists")?;
    api.post("/validate-test", &body::logs("fourth", sink.address(), 10, 1)).await?.with(200)?;
    api.get("/tests/fourth").await?.refused(404, "test_not_found")?;
    Ok(())
}

fn figure(comparison: &Value, name: &str) -> Result<Value> {
    let figures = comparison["figures"].as_array().context("no figures")?;
    let found = figures.iter().find(|figure| figure["figure"] == name && figure["lane"] == "logs");
    Ok(found.with_context(|| format!("no {name} in {comparison}"))?.clone())
}
