//! The API's contract: every call, with its status, its body and its headers, on both stores.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body;
use moniflux_tests::on_both_stores;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, moment_in, until};
use reqwest::Method;
use serde_json::{Value, json};

on_both_stores!(
    the_original_services_calls_answer_as_its_documentation_says,
    a_listing_has_filters_and_pages_that_a_link_leads_through,
    pause_resume_change_runs_results_and_delete_answer_as_described,
);

/// A destination that nobody listens at.
const NOBODY: &str = "http://127.0.0.1:9";

async fn the_original_services_calls_answer_as_its_documentation_says(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let api = service.api();
    let long = json!({"duration": 600, "destination": {"port": port_of(sink.address())?}});
    let given = body::with(body::readme("unique-test-id-123", "http", "http://127.0.0.1:1/endpoint"), &long);

    let created = api.post("/create-test", &given).await?;
    ensure!(created.header("location")? == "/tests/unique-test-id-123");
    let created = created.with(201)?;
    let expected = json!({
        "testID": "unique-test-id-123", "userID": "user123", "status": "Pending", "logType": "INFO",
        "logRate": 500, "logSize": 50, "metricsRate": 1000, "traceRate": 200, "duration": 600,
        "destination": {
            "name": "Destination1", "type": "http", "endpoint": "http://127.0.0.1:1/endpoint",
            "port": port_of(sink.address())?, "apiKey": "********",
        },
        "schedule": null, "startedAt": null, "completedAt": null, "run": null, "version": 1,
        "createdAt": created["createdAt"], "updatedAt": created["updatedAt"],
    });
    ensure!(created == expected, "not as documented: {created}");
    for time in ["createdAt", "updatedAt"] {
        chrono::DateTime::parse_from_rfc3339(created[time].as_str().context("a time")?)?;
    }
    api.post("/create-test", &given).await?.refused(400, "test_exists")?;
    ensure!(api.get("/tests/unique-test-id-123").await?.with(200)? == created, "it reads otherwise");
    let none = api.get("/tests/nobody").await?.refused(404, "test_not_found")?;
    ensure!(none.detail.contains("nobody"), "{none:?}");

    let at = moment_in(Duration::from_hours(1));
    let schedule = json!({"testID": "unique-test-id-123", "userID": "user123", "schedule": at});
    let scheduled = api.post("/schedule-test", &schedule).await?.with(200)?;
    ensure!(scheduled["status"] == "Scheduled" && scheduled["schedule"].is_string(), "{scheduled}");
    let id = json!({"testID": "unique-test-id-123"});
    let cancelled = api.post("/cancel-test", &id).await?.with(200)?;
    ensure!(cancelled["status"] == "Cancelled" && cancelled["schedule"].is_null(), "{cancelled}");

    let started = api.post("/start-test", &id).await?.with(200)?;
    ensure!(
        started["status"] == "Running" && started["run"] == 1 && started["startedAt"].is_string(),
        "{started}"
    );
    until("the port of the destination counts", SOON, async || {
        ensure!(sink.received("unique-test-id-123").await? > 0, "nothing arrived");
        Ok(())
    })
    .await?;
    let restart = json!({"testID": "unique-test-id-123", "logRate": 1667, "duration": 600});
    let restarted = api.post("/restart-test", &restart).await?.with(200)?;
    ensure!(restarted["logRate"] == 1667 && restarted["run"] == 2, "{restarted}");
    ensure!(
        restarted["metricsRate"] == 1000 && restarted["destination"] == expected["destination"],
        "{restarted}"
    );
    let cancelled = api.post("/cancel-test", &id).await?.with(200)?;
    ensure!(cancelled["status"] == "Cancelled" && cancelled["completedAt"].is_string(), "{cancelled}");

    // What was read can be posted again, its mask for the stored key included.
    let again = api.post("/start-test", &cancelled).await?.with(200)?;
    ensure!(again["run"] == 3 && again["destination"]["apiKey"] == "********", "{again}");
    let nameless = body::with(given, &json!({"testID": null, "userID": null}));
    let nameless = api.post("/create-test", &nameless).await?.with(201)?;
    let made = nameless["testID"].as_str().context("a name was made")?;
    ensure!(made.len() == 36 && made.as_bytes().get(14) == Some(&b'7'), "not a UUID v7: {made}");
    ensure!(nameless["userID"] == "anonymous", "{nameless}");
    Ok(())
}

async fn a_listing_has_filters_and_pages_that_a_link_leads_through(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let api = service.api();
    for number in 0..7 {
        let user = if number % 2 == 0 { "even" } else { "odd" };
        let body =
            body::with(body::logs(&format!("listed-{number}"), NOBODY, 1, 600), &json!({"userID": user}));
        api.post("/create-test", &body).await?.with(201)?;
    }
    let at = moment_in(Duration::from_hours(1));
    api.post("/schedule-test", &json!({"testID": "listed-1", "schedule": at})).await?.with(200)?;
    api.post("/start-test", &json!({"testID": "listed-2"})).await?.with(200)?;
    api.post("/start-test", &json!({"testID": "listed-3"})).await?.with(200)?;
    api.post("/cancel-test", &json!({"testID": "listed-3"})).await?.with(200)?;

    ensure!(names(service.api(), "/tests").await?.1 == numbers(&[0, 1, 2, 4, 5, 6]), "not the active ones");
    for (query, expected) in [
        ("status=Cancelled", &[3][..]),
        ("status=scheduled,RUNNING", &[1, 2]),
        ("status=Pending&status=Cancelled", &[0, 3, 4, 5, 6]),
        ("userID=odd", &[1, 5]),
        ("userID=even&status=Running", &[2]),
        ("userID=nobody", &[]),
    ] {
        let (_, found) = names(api, &format!("/tests?{query}")).await?;
        ensure!(found == numbers(expected), "{query}: {found:?}");
    }

    let (mut page, mut seen) = ("/tests?limit=4&userID=even".to_owned(), Vec::new());
    for expected in [4, 0] {
        let (next, found) = names(api, &page).await?;
        ensure!(found.len() == expected || seen.len() + found.len() == 4, "{page}: {found:?}");
        seen.extend(found);
        match next {
            Some(next) => page = next,
            None => break,
        }
    }
    ensure!(seen == numbers(&[0, 2, 4, 6]), "the pages held {seen:?}");
    let (mut page, mut seen) = (Some("/tests?limit=2".to_owned()), Vec::new());
    while let Some(this) = page {
        let (next, found) = names(api, &this).await?;
        ensure!(found.len() <= 2 && seen.len() < 7, "{this}: {found:?}");
        seen.extend(found);
        page = next;
    }
    ensure!(seen == numbers(&[0, 1, 2, 4, 5, 6]), "the pages held {seen:?}");

    let wrong = api.get("/tests?status=Sleeping&limit=0&cursor=%25").await?.refused(400, "invalid_field")?;
    ensure!(wrong.fields() == ["cursor", "limit", "status"], "{wrong:?}");
    Ok(())
}

/// The path of the next page, and the names on this one.
async fn names(api: &moniflux_tests::api::Api, path: &str) -> Result<(Option<String>, Vec<String>)> {
    let answer = api.get(path).await?;
    let page = answer.with(200)?;
    let tests = page.as_array().context("a JSON array")?.iter();
    let names = tests.map(|test| test["testID"].as_str().map(str::to_owned).context("a name"));
    let next = answer.headers.get("link").map(|link| -> Result<String> {
        let (target, relation) = link.to_str()?.split_once(';').context("a link without its relation")?;
        ensure!(relation.trim() == "rel=\"next\"", "{link:?}");
        Ok(target.trim_matches(['<', '>']).to_owned())
    });
    Ok((next.transpose()?, names.collect::<Result<_>>()?))
}

fn numbers(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| format!("listed-{number}")).collect()
}

async fn pause_resume_change_runs_results_and_delete_answer_as_described(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let api = service.api();
    api.get("/tests/a/runs").await?.refused(404, "test_not_found")?;
    api.post("/create-test", &body::logs("a", sink.address(), 100, 600)).await?.with(201)?;
    ensure!(api.get("/tests/a/runs").await?.with(200)? == json!([]), "a run before the first");
    api.get("/tests/a/runs/1").await?.refused(404, "run_not_found")?;
    api.get("/tests/a/results").await?.refused(404, "run_not_found")?;
    let changed = api.patch("/tests/a", &json!({"logSize": 99, "metricsRate": 7})).await?.with(200)?;
    ensure!(
        changed["logSize"] == 99 && changed["version"] == 2 && changed["status"] == "Pending",
        "{changed}"
    );

    api.post("/start-test", &json!({"testID": "a"})).await?.with(200)?;
    ensure!(api.act("/tests/a/pause").await?.with(200)?["status"] == "Paused");
    ensure!(api.act("/tests/a/resume").await?.with(200)?["status"] == "Running");
    let fixed = json!({"logSize": 10, "logRate": 3, "destination": {"endpoint": NOBODY}});
    let fixed = api.patch("/tests/a", &fixed).await?.refused(400, "invalid_field")?;
    ensure!(fixed.fields() == ["destination", "logSize"], "{fixed:?}");
    api.patch("/tests/nobody", &json!({"logRate": 3})).await?.refused(404, "test_not_found")?;
    api.act("/tests/nobody/pause").await?.refused(404, "test_not_found")?;
    api.delete("/tests/nobody").await?.refused(404, "test_not_found")?;
    api.delete("/tests/a").await?.refused(400, "not_allowed_in_state")?;
    let ready = "moniflux_running_runs 1";
    until("the metrics know the run", SOON, async || {
        let metrics = api.get("/metrics").await?;
        ensure!(
            metrics.status == 200 && metrics.header("content-type")?.starts_with("text/plain"),
            "{metrics:?}"
        );
        ensure!(metrics.text.lines().any(|line| line == ready), "no such line: {}", metrics.text);
        let of_run =
            |line: &&str| line.starts_with("moniflux_run_records_total{") && line.contains("\"logs\"");
        ensure!(metrics.text.lines().any(|line| of_run(&line)), "no records: {}", metrics.text);
        Ok(())
    })
    .await?;

    api.post("/restart-test", &json!({"testID": "a", "duration": 1})).await?.with(200)?;
    service.run_over("a", "Completed", SOON).await?;
    let runs = api.get("/tests/a/runs").await?.with(200)?;
    let told = |run: &Value| (run["run"].clone(), run["status"].clone());
    let list = runs.as_array().context("a list")?;
    let expected = [(json!(1), json!("Cancelled")), (json!(2), json!("Completed"))];
    ensure!(list.iter().map(told).eq(expected), "{runs}");
    ensure!(api.get("/tests/a/runs/1").await?.with(200)? == list[0], "one run reads otherwise");
    ensure!(api.get("/tests/a/results").await?.with(200)? == list[1], "not the latest run's");
    ensure!(api.get("/tests/a/results?run=1").await?.with(200)? == list[0], "not the first run's");
    for missing in ["/tests/a/runs/3", "/tests/a/results?run=3"] {
        api.get(missing).await?.refused(404, "run_not_found")?;
    }
    let lane = &list[1]["lanes"]["logs"];
    for field in ["rate", "lateness", "responseTime", "serviceTime"] {
        ensure!(lane[field].is_object(), "no {field}: {lane}");
    }

    let gone = api.delete("/tests/a").await?;
    ensure!(gone.status == 204 && gone.text.is_empty(), "{gone:?}");
    for path in ["/tests/a", "/tests/a/runs", "/tests/a/results"] {
        api.get(path).await?.refused(404, "test_not_found")?;
    }
    // A test of the same name begins with nothing of the one before.
    api.post("/create-test", &body::logs("a", sink.address(), 100, 600)).await?.with(201)?;
    ensure!(api.get("/tests/a/runs").await?.with(200)? == json!([]), "runs of a deleted test are left");
    Ok(())
}

#[tokio::test]
async fn the_description_lists_every_call_and_its_browser_needs_no_network() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let api = service.api();
    for (path, status) in [("/health", "alive"), ("/ready", "ready")] {
        ensure!(api.get(path).await?.with(200)?["status"] == status, "{path}");
    }
    let description = api.get("/openapi.json").await?.with(200)?;
    ensure!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "no version");
    for (path, method) in [
        ("/create-test", "post"),
        ("/start-test", "post"),
        ("/restart-test", "post"),
        ("/schedule-test", "post"),
        ("/cancel-test", "post"),
        ("/tests", "get"),
        ("/tests/{testID}", "get"),
        ("/tests/{testID}", "patch"),
        ("/tests/{testID}", "delete"),
        ("/tests/{testID}/pause", "post"),
        ("/tests/{testID}/resume", "post"),
        ("/tests/{testID}/runs", "get"),
        ("/tests/{testID}/runs/{run}", "get"),
        ("/tests/{testID}/results", "get"),
        ("/health", "get"),
        ("/ready", "get"),
        ("/metrics", "get"),
    ] {
        ensure!(
            description["paths"][path][method]["responses"].is_object(),
            "{method} {path} is not described"
        );
    }

    let page = api.get("/docs").await?;
    ensure!(page.status == 200 && page.header("content-type")?.starts_with("text/html"), "{page:?}");
    let policy = page.header("content-security-policy")?;
    ensure!(policy.contains("default-src 'self'"), "the page may load from elsewhere: {policy}");
    let mut loaded = 0;
    for attribute in ["src=\"", "href=\""] {
        for rest in page.text.split(attribute).skip(1) {
            let file = rest.split('"').next().unwrap_or_default();
            ensure!(!file.contains("//"), "the page names another host: {file}");
            let path = format!("/docs/{}", file.trim_start_matches("./"));
            ensure!(api.get(&path).await?.status == 200, "{path} is not there");
            loaded += 1;
        }
    }
    ensure!(loaded >= 3, "the page loads next to nothing: {}", page.text);
    let set_up = api.get("/docs/swagger-initializer.js").await?.text;
    ensure!(set_up.contains("../openapi.json") && !set_up.contains("://"), "{set_up}");
    Ok(())
}

#[tokio::test]
async fn a_name_given_to_a_request_comes_back_and_is_in_its_log() -> Result<()> {
    let service = Service::start_with(&Store::sqlite()?, &[("LOG_LEVEL", "debug")]).await?;
    let request = service.api().request(Method::GET, "/tests/nobody").header("x-request-id", "seen-7:a");
    let answer = moniflux_tests::api::Answer::to(request).await?;
    let problem = answer.refused(404, "test_not_found")?;
    ensure!(problem.request_id == "seen-7:a", "{problem:?}");
    until("the log names the request", SOON, async || {
        ensure!(service.log()?.contains("seen-7:a"), "it does not");
        Ok(())
    })
    .await?;

    let first = service.api().get("/health").await?.header("x-request-id")?.to_owned();
    let second = service.api().get("/health").await?.header("x-request-id")?.to_owned();
    ensure!(first != second && !first.is_empty(), "{first} and {second}");
    Ok(())
}

fn port_of(address: &str) -> Result<u16> {
    Ok(address.rsplit(':').next().context("no port")?.parse()?)
}
