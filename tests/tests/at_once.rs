//! Many who ask for the same at the same time: one run is left running.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::{join_all, try_join_all};
use moniflux_tests::api::Answer;
use moniflux_tests::body;
use moniflux_tests::on_both_stores;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, let_run, until};
use serde_json::json;

on_both_stores!(
    of_twenty_starts_of_one_test_one_begins_a_run,
    of_twenty_restarts_at_once_the_last_runs_and_the_others_end,
);

async fn of_twenty_starts_of_one_test_one_begins_a_run(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let api = service.api();
    api.post("/create-test", &body::logs("stored", sink.address(), 500, 600)).await?.with(201)?;

    let (by_name, in_full) = (json!({"testID": "stored"}), body::logs("new", sink.address(), 500, 600));
    let (stored, new) = tokio::join!(
        join_all((0..20).map(|_| api.post("/start-test", &by_name))),
        join_all((0..20).map(|_| api.post("/start-test", &in_full))),
    );
    for (test, answers) in [("stored", stored), ("new", new)] {
        let answers: Vec<Answer> = answers.into_iter().collect::<Result<_>>()?;
        let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        ensure!(done.len() == 1, "{test} was started {} times", done.len());
        for answer in refused {
            let problem = answer.refused(400, "not_allowed_in_state")?;
            ensure!(problem.detail.contains("Running"), "{}", problem.detail);
        }
        only_one_runs(&service, &sink, test).await?;
    }
    Ok(())
}

async fn of_twenty_restarts_at_once_the_last_runs_and_the_others_end(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let api = service.api();
    api.post("/start-test", &body::logs("again", sink.address(), 500, 600)).await?.with(200)?;
    until("it is under load", SOON, async || {
        ensure!(sink.received("again").await? > 100, "too few");
        Ok(())
    })
    .await?;

    let restarted =
        api.post("/restart-test", &json!({"testID": "again", "logRate": 700})).await?.with(200)?;
    ensure!(restarted["run"] == 2 && restarted["logRate"] == 700, "{restarted}");
    ensure!(restarted["status"] == "Running", "{restarted}");
    only_one_runs(&service, &sink, "again").await?;

    let body = json!({"testID": "again"});
    let answers = try_join_all((0..20).map(|_| api.post("/restart-test", &body))).await?;
    let mut numbers = Vec::new();
    for answer in answers {
        numbers.push(answer.with(200)?["run"].as_u64().context("a run's number")?);
    }
    numbers.sort_unstable();
    ensure!(numbers.iter().copied().eq(3..=22), "not one run each: {numbers:?}");
    only_one_runs(&service, &sink, "again").await
}

/// Of all its runs the latest has no end, and only that one still sends.
async fn only_one_runs(service: &Service, sink: &Sink, test: &str) -> Result<()> {
    let latest = until(&format!("one run of {test} is left"), SOON, async || {
        let runs = service.api().get(&format!("/tests/{test}/runs")).await?.with(200)?;
        let runs = runs.as_array().context("a list")?;
        let (ended, open): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run["endedAt"].is_string());
        ensure!(open.len() == 1, "{} runs go on", open.len());
        ensure!(ended.iter().all(|run| run["status"] == "Cancelled"), "{ended:?}");
        ensure!(open[0]["run"].as_u64() == Some(runs.len() as u64), "an earlier one goes on: {:?}", open[0]);
        open[0]["runID"].as_str().map(str::to_owned).context("a run's name")
    })
    .await?;
    let before = until("the latest run arrives", SOON, async || {
        let runs = sink.runs(test).await?;
        ensure!(runs.contains_key(&latest), "nothing of it is there");
        Ok(runs)
    })
    .await?;
    let_run(Duration::from_secs(1)).await;
    for (run, lanes) in sink.runs(test).await? {
        let more = before.get(&run) != Some(&lanes);
        ensure!(more == (run == latest), "run {run}: more arrived is {more}; the latest is {latest}");
        ensure!(lanes["logs"].duplicates == 0, "{lanes:?}");
    }
    Ok(())
}
