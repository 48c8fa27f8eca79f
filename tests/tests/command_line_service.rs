//! `moniflux tests …` against a running service, and `moniflux demo`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::api::Api;
use moniflux_tests::command::CommandLine;
use moniflux_tests::on_both_stores;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, until};
use serde_json::Value;

on_both_stores!(every_verb_does_what_its_call_does, a_test_is_watched_to_its_end_and_its_exit_code_tells_how);

async fn every_verb_does_what_its_call_does(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let line =
        CommandLine::new()?.with("MONIFLUX_URL", service.api().address()).with("KEY_OF_THE_TEST", "hunter2");
    let made = line
        .json(&[
            "tests",
            "create",
            "--id",
            "a",
            "--to",
            sink.address(),
            "--logs",
            "100/s",
            "--for",
            "10m",
            "--api-key-env",
            "KEY_OF_THE_TEST",
        ])
        .await?;
    ensure!(made["status"] == "Pending" && made["logRate"] == 100 && made["duration"] == 600, "{made}");
    ensure!(made["destination"]["apiKey"] == "********", "{made}");

    std::fs::write(
        line.file("b.yaml"),
        format!("testID: b\nlogRate: 5\ncount: 9\ndestination: {{endpoint: '{}'}}", sink.address()),
    )?;
    line.ended(0, &["tests", "create", "b.yaml", "--seed", "7"]).await?;
    let listed = line.json(&["tests", "list"]).await?;
    let names: Vec<_> =
        listed.as_array().context("no list")?.iter().filter_map(|test| test["testID"].as_str()).collect();
    ensure!(names == ["a", "b"], "{listed}");
    let some = line.json(&["tests", "list", "--limit", "1"]).await?;
    ensure!(some.as_array().is_some_and(|some| some.len() == 1), "{some}");
    let table = line.ended(0, &["tests", "list", "--output", "csv"]).await?;
    ensure!(
        table.lines().count() == 3 && table.lines().next().is_some_and(|names| names.starts_with("testID,")),
        "{table}"
    );

    let scheduled = line.json(&["tests", "schedule", "a", "--in", "1h"]).await?;
    ensure!(scheduled["status"] == "Scheduled" && scheduled["schedule"].is_string(), "{scheduled}");
    let status = async |wanted: &str, verb: &[&str]| -> Result<Value> {
        let test = line.json(&[&["tests"], verb].concat()).await?;
        ensure!(test["status"] == wanted, "{verb:?}: {test}");
        Ok(test)
    };
    status("Running", &["start", "a"]).await?;
    status("Paused", &["pause", "a"]).await?;
    status("Running", &["resume", "a"]).await?;
    let changed = status("Running", &["change", "a", "--logs", "10"]).await?;
    ensure!(changed["logRate"] == 10 && changed["duration"] == 600, "{changed}");
    let again = status("Running", &["restart", "a", "--logs", "20"]).await?;
    ensure!(again["run"] == 2 && again["logRate"] == 20, "{again}");
    let shown = line.json(&["tests", "show", "a"]).await?;
    ensure!(shown["test"]["testID"] == "a" && shown["results"]["run"] == 2, "{shown}");
    status("Cancelled", &["cancel", "a"]).await?;
    let words = line.ended(0, &["tests", "show", "a", "--run", "1"]).await?;
    ensure!(words.contains("Cancelled after ") && words.contains("records"), "{words}");
    let runs = line.ended(0, &["tests", "show", "a", "--runs", "--output", "csv"]).await?;
    ensure!(runs.lines().count() == 3 && runs.contains("\n2,"), "{runs}");
    line.ended(0, &["tests", "show", "b"]).await?;
    until("the run has ended", SOON, async || line.ended(0, &["tests", "delete", "a"]).await).await?;
    line.ended(1, &["tests", "show", "a"]).await?;
    Ok(())
}

async fn a_test_is_watched_to_its_end_and_its_exit_code_tells_how(store: Store) -> Result<()> {
    let (service, good, bad) =
        tokio::try_join!(Service::start(&store), Sink::start(&[]), Sink::start(&["--status", "500"]))?;
    let line = CommandLine::new()?.with("MONIFLUX_URL", service.api().address());
    let start = |name: &'static str, sink: &Sink| {
        let flags = ["--logs", "50", "--for", "3s", "--threshold", "failed == 0"];
        let start = ["tests", "start", name, "--watch", "--to"].map(str::to_owned);
        start
            .into_iter()
            .chain([sink.address().to_owned()])
            .chain(flags.map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let (passes, fails) = (start("passes", &good), start("fails", &bad));
    let passes: Vec<_> = passes.iter().map(String::as_str).collect();
    let fails: Vec<_> = fails.iter().map(String::as_str).collect();
    let (passed, failed) = tokio::try_join!(line.judged(0, &passes), line.judged(99, &fails))?;
    ensure!(passed.stdout.contains("✓ failed == 0") && passed.stdout.contains("150"), "{}", passed.stdout);
    let told = passed.stderr.lines().filter(|line| line.contains("s of 3  logs: ")).count();
    ensure!((1..=5).contains(&told), "{}", passed.stderr);
    ensure!(failed.stdout.contains("✗ failed == 0"), "{}", failed.stdout);
    // What is over is told at once, and ends in the same way.
    let over = line.ended(passed.code, &["tests", "watch", "passes", "--output", "json"]).await?;
    let over: Value = serde_json::from_str(&over)?;
    ensure!(over["status"] == "Completed" && over["thresholds"][0]["ok"] == true, "{over}");
    line.ended(1, &["tests", "watch", "nobody"]).await?;
    Ok(())
}

#[tokio::test]
async fn refusals_are_told_with_all_their_faults_and_have_codes_of_their_own() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let line = CommandLine::new()?;
    let url = service.api().address();
    let ended = line
        .run(&[
            "tests",
            "--url",
            url,
            "create",
            "--to",
            "nowhere",
            "--logs=-1",
            "--set",
            "logRates=5",
            "--for",
            "1",
        ])
        .await?;
    ensure!(ended.code == 104, "{}: {}", ended.code, ended.stderr);
    for fault in ["--to is \"nowhere\"", "--logs is -1", "--set logRates is not known; did you mean logRate?"]
    {
        ensure!(ended.stderr.contains(fault), "no {fault}: {}", ended.stderr);
    }
    for (code, arguments) in [
        (1, &["tests", "--url", url, "pause", "nobody"][..]),
        (1, &["tests", "--url", "http://127.0.0.1:9", "list"]),
        (104, &["tests", "--url", url, "list", "--status", "sleeping"]),
        (104, &["tests", "--url", "here", "list"]),
        (104, &["tests", "--url", url, "schedule", "a", "--at", "noon"]),
    ] {
        let ended = line.run(arguments).await?;
        ensure!(
            ended.code == code && ended.stdout.is_empty(),
            "{arguments:?}: {}: {}",
            ended.code,
            ended.stderr
        );
        ensure!(!ended.stderr.is_empty(), "{arguments:?} says nothing");
    }
    Ok(())
}

#[tokio::test]
async fn the_demonstration_shows_running_tests_and_leaves_nothing_behind() -> Result<()> {
    let line = CommandLine::new()?;
    let folder = line.file("temporary");
    std::fs::create_dir(&folder)?;
    let line = line.with("TMPDIR", &folder.display().to_string());
    let mut demo = line.start(&["demo"])?;
    let api = Api::at(&demo.address("MoniFlux listens on", SOON).await?)?;
    until("its test is under load", SOON, async || {
        let results = api.results("demo").await?;
        ensure!(results.lane("logs")?.acked > 0, "nothing was acked yet");
        Ok(())
    })
    .await?;
    let tests = api.get("/tests").await?.with(200)?;
    ensure!(tests.as_array().is_some_and(|tests| tests.len() == 3), "{tests}");
    ensure!(std::fs::read_dir(&folder)?.count() == 1, "it stores elsewhere");
    let status = demo.terminate(Duration::from_secs(25)).await?;
    ensure!(status.code() == Some(105), "{status}");
    ensure!(std::fs::read_dir(&folder)?.count() == 0, "something is left behind");
    Ok(())
}
