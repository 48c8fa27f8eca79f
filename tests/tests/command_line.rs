//! `moniflux run`: flags make a test, which is shown, judged, and ends with the exit code it deserves.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::command::CommandLine;
use moniflux_tests::process::run_to_end;
use moniflux_tests::scripted::{Reply, Scripted};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, Stopwatch, until};
use moniflux_tests::tools;
use serde_json::Value;

#[tokio::test]
async fn flags_alone_make_a_test_that_is_shown_and_judged() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let line = CommandLine::new()?;
    let ended = line
        .judged(
            0,
            &[
                "run",
                "--to",
                sink.address(),
                "--type",
                "otlp-http",
                "--logs",
                "100/s",
                "--metrics",
                "50/s",
                "--traces",
                "10/s",
                "--for",
                "2s",
                "--id",
                "flags",
                "--threshold",
                "failed == 0",
                "--threshold",
                "logs.responseTime.p99 < 10s",
            ],
        )
        .await?;
    let said = &ended.stdout;
    for part in ["test flags  run ", "✓ failed == 0", "times in ms"] {
        ensure!(said.contains(part), "no {part}: {said}");
    }
    let judged = ["✓ passed: every threshold held\nCompleted after ", "! invalid: the generator fell behind"];
    ensure!(said.contains(judged[usize::from(ended.code == 1)]), "{}: {said}", ended.code);
    let told: Vec<_> = ended.stderr.lines().filter(|line| line.contains("s of 2")).collect();
    ensure!((1..=4).contains(&told.len()) && told[0].contains("logs: "), "{}", ended.stderr);
    ensure!(!said.contains('\u{1b}') && !ended.stderr.contains('\u{1b}'), "marks, and no terminal: {said}");
    let arrived = sink.only_run("flags").await?;
    for (signal, records) in [("logs", 200), ("metrics", 100), ("traces", 20)] {
        arrived.get(signal).context("nothing arrived")?.ensure_exact(records)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_threshold_that_does_not_hold_ends_with_99() -> Result<()> {
    let sink = Sink::start(&["--status", "500"]).await?;
    let line = CommandLine::new()?;
    let arguments =
        ["run", "--to", sink.address(), "--logs", "50", "--for", "1", "--threshold", "failed.rate < 1%"];
    let ended = line.judged(99, &arguments).await?;
    let said = &ended.stdout;
    let judged = ["! invalid: the generator", "✗ failed: failed.rate < 1% did not hold"];
    ensure!(said.contains(judged[usize::from(ended.code == 99)]), "{said}");
    ensure!(
        said.contains("✗ failed.rate < 1%  100.0000 %") && said.contains("50 failed by status_500"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn a_run_is_given_up_over_a_threshold_that_must_hold() -> Result<()> {
    let sink = Sink::start(&["--status", "500"]).await?;
    let line = CommandLine::new()?;
    let began = Stopwatch::start();
    let arguments = [
        "run",
        "--to",
        sink.address(),
        "--logs",
        "50",
        "--for",
        "10m",
        "--abort-unless",
        "acked.rate >= 0",
        "--abort-unless",
        "failed == 0",
        "--output",
        "json",
    ];
    let results: Value = serde_json::from_str(&line.ended(99, &arguments).await?)?;
    ensure!(began.elapsed() < Duration::from_mins(1), "it went on");
    ensure!(results["status"] == "Failed" && results["conclusion"]["result"] == "failed", "{results:#}");
    ensure!(
        results["thresholds"][1]["abortOnFail"] == true && results["thresholds"][1]["ok"] == false,
        "{results:#}"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_flag_and_ends_with_104() -> Result<()> {
    let line = CommandLine::new()?;
    let ended = line
        .run(&[
            "run",
            "--to",
            "nowhere",
            "--logs",
            "100M",
            "--for",
            "soon",
            "--threshold",
            "speed > 88",
            "--set",
            "sed=1",
        ])
        .await?;
    ensure!(
        ended.code == 104 && ended.stderr.contains("--for is \"soon\""),
        "{}: {}",
        ended.code,
        ended.stderr
    );
    let ended = line
        .run(&[
            "run",
            "--to",
            "nowhere",
            "--logs",
            "100M",
            "--for",
            "1s",
            "--threshold",
            "speed > 88",
            "--set",
            "sed=1",
        ])
        .await?;
    ensure!(ended.code == 104 && ended.stdout.is_empty(), "{}: {}", ended.code, ended.stdout);
    for fault in
        ["--to is \"nowhere\"", "--logs is 100000000", "--threshold is \"speed > 88\"", "did you mean seed?"]
    {
        ensure!(ended.stderr.contains(fault), "no {fault}: {}", ended.stderr);
    }
    for wrong in [&["run", "--no-such-flag"][..], &["runn"], &["run", "spec.yaml", "--output", "xml"]] {
        line.ended(104, wrong).await?;
    }
    for help in [&["--help"][..], &["run", "--help"], &["--version"], &["tests", "start", "--help"]] {
        line.ended(0, help).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_foresees_what_the_run_then_sends() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let line = CommandLine::new()?;
    let arguments = [
        "run",
        "--to",
        sink.address(),
        "--logs",
        "300/s",
        "--traces",
        "30/s",
        "--for",
        "1s",
        "--id",
        "dry",
        "--profile",
        "{type: ramp, from: '50%'}",
    ];
    let foreseen = line.json(&[&arguments[..], &["--dry-run"]].concat()).await?;
    ensure!(sink.received("dry").await? == 0, "something was sent");
    for signal in ["logs", "traces"] {
        let samples = foreseen["lanes"][signal]["samples"].as_array().context("no samples")?;
        ensure!(samples.len() == 2 && samples[1]["seq"] == 1 && samples[1]["testID"] == "dry", "{samples:?}");
    }
    let ended = line.judged(0, &[&arguments[..], &["--output", "json"]].concat()).await?;
    let results: Value = serde_json::from_str(&ended.stdout)?;
    for signal in ["logs", "traces"] {
        let (lane, foreseen) = (&results["lanes"][signal], &foreseen["lanes"][signal]);
        let sent = ["due", "requests", "bytes"].map(|name| lane[name].as_u64());
        let told = ["records", "requests", "bytes"].map(|name| foreseen[name].as_u64());
        ensure!(sent == told && foreseen["exact"] == true, "{lane} and not {foreseen}");
    }
    let words = line.ended(0, &[&arguments[..], &["--dry-run"]].concat()).await?;
    ensure!(words.contains("nothing was sent") && words.contains("logs, the first 2"), "{words}");
    Ok(())
}

#[tokio::test]
async fn flags_that_were_saved_run_again_without_their_key() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let line = CommandLine::new()?.with("KEY_OF_THE_TEST", "hunter2");
    let arguments = [
        "run",
        "--to",
        sink.address(),
        "--logs",
        "20",
        "--for",
        "1s",
        "--id",
        "saved",
        "--api-key-env",
        "KEY_OF_THE_TEST",
        "--retries",
        "2",
        "--save-spec",
        "spec.yaml",
    ];
    let ended = line.run(&arguments).await?;
    ensure!(ended.code == 0 && ended.stderr.contains("--api-key-env"), "{}: {}", ended.code, ended.stderr);
    ensure!(sink.received("saved").await? == 0, "something was sent");
    let spec = std::fs::read_to_string(line.file("spec.yaml"))?;
    ensure!(spec.contains("logRate: 20") && !spec.contains("hunter2"), "{spec}");
    let arguments = ["run", "spec.yaml", "--count", "15", "--quiet", "--output", "csv"];
    let table = line.judged(0, &arguments).await?.stdout;
    let lines: Vec<_> = table.lines().collect();
    ensure!(
        lines.len() == 2 && lines[0].starts_with("test,runID,run,") && lines[1].contains("logs,15,15,15"),
        "{table}"
    );
    sink.only_run("saved").await?.get("logs").context("nothing arrived")?.ensure_exact(15)
}

#[tokio::test]
async fn colors_are_forced_and_forbidden_by_variables() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let arguments =
        ["run", "--to", sink.address(), "--logs", "5", "--for", "1", "--threshold", "missed == 0", "-q"];
    let forced = CommandLine::new()?.with("CLICOLOR_FORCE", "1");
    let said = forced.judged(0, &arguments).await?.stdout;
    ensure!(said.contains("\u{1b}[32m✓\u{1b}[0m missed == 0"), "{said}");
    let forbidden = CommandLine::new()?.with("CLICOLOR_FORCE", "1").with("NO_COLOR", "1");
    ensure!(!forbidden.judged(0, &arguments).await?.stdout.contains('\u{1b}'), "marks");
    Ok(())
}

#[tokio::test]
async fn a_terminal_shows_a_picture_that_is_redrawn_in_place() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let program = tools::moniflux()?;
    let run = format!(
        "{} run --to {} --logs 50 --for 3 --threshold 'missed == 0'",
        program.display(),
        sink.address()
    );
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--flush", "--command", &run, "/dev/null"]).env("TERM", "xterm");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR");
    let ended = run_to_end("script", &mut command, SOON).await?;
    let shown = &ended.stdout;
    ensure!(ended.code == i32::from(shown.contains("generator-limited")), "{}: {shown}", ended.code);
    for part in ["\u{1b}[4A\r\u{1b}[J", "█", "░", "rate/s", "asked/s", "p99 ms", "✓", "missed == 0"] {
        ensure!(shown.contains(part), "no {part:?}: {shown}");
    }
    Ok(())
}

#[tokio::test]
async fn a_signal_ends_the_load_and_the_results_so_far_are_told() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let line = CommandLine::new()?;
    let mut process = line.start(&[
        "run",
        "--to",
        sink.address(),
        "--logs",
        "50",
        "--open-ended",
        "--id",
        "ended",
        "--output",
        "json",
    ])?;
    until("something arrives", SOON, async || {
        ensure!(sink.received("ended").await? > 0, "nothing yet");
        Ok(())
    })
    .await?;
    let status = process.terminate(SOON).await?;
    ensure!(status.code() == Some(105), "{status}");
    let results: Value = serde_json::from_str(&process.stdout()?)?;
    let lane = &results["lanes"]["logs"];
    ensure!(
        results["status"] == "Cancelled" && lane["due"] == lane["acked"] && lane["due"] != 0,
        "{results:#}"
    );
    Ok(())
}

#[tokio::test]
async fn shells_and_manuals_know_every_command() -> Result<()> {
    let line = CommandLine::new()?;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = line.ended(0, &["completions", shell]).await?;
        for word in ["schedule", "abort-unless", "completions"] {
            ensure!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let page = line.ended(0, &["man"]).await?;
    ensure!(page.contains(".TH moniflux 1") && page.contains("Load tests"), "{page}");
    line.ended(0, &["man", "--dir", "pages"]).await?;
    for page in ["moniflux.1", "moniflux-run.1", "moniflux-tests-watch.1"] {
        ensure!(line.file("pages").join(page).is_file(), "no {page}");
    }
    Ok(())
}

#[tokio::test]
async fn what_only_the_sink_can_tell_is_asked_of_it_when_the_load_has_ended() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let line = CommandLine::new()?;
    let arguments =
        ["run", "--to", sink.address(), "--logs", "100", "--for", "2s", "--threshold", "loss == 0"];
    let said = line.judged(0, &arguments).await?.stdout;
    ensure!(said.contains("✓ loss == 0"), "{said}");
    ensure!(said.contains("nothing that was acked is missing at the sink"), "{said}");
    // Whoever acks and keeps nothing is found out: it is no sink, so there is nothing to show that it arrived.
    let nobody = Scripted::start(|_| Reply::status(200)).await?;
    let address = nobody.address();
    let arguments = [
        "run",
        "--to",
        &address,
        "--logs",
        "10",
        "--for",
        "1s",
        "--threshold",
        "loss == 0",
        "--set",
        "verify.wait=1",
    ];
    let arguments = [&arguments[..], &["--verify"]].concat();
    let said = line.judged(99, &arguments).await?.stdout;
    ensure!(said.contains("✗ loss == 0") && said.contains("cannot tell"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_report_is_written_as_the_file_is_called() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let line = CommandLine::new()?;
    let run = async |file: &str| -> Result<String> {
        let arguments = [
            "run",
            "--to",
            sink.address(),
            "--logs",
            "100",
            "--traces",
            "10",
            "--for",
            "2s",
            "--id",
            "reported",
            "--threshold",
            "acked < 50",
            "--report",
            file,
        ];
        line.judged(99, &arguments).await?;
        Ok(std::fs::read_to_string(line.file(file))?)
    };
    let page = run("report.html").await?;
    for part in ["<!DOCTYPE html>", "reported", "acked &lt; 50", "<svg", "logRate: 100"] {
        ensure!(page.contains(part), "no {part} in the page");
    }
    ensure!(!page.contains("src=\"http") && !page.contains("href=\"http"), "the page needs others");
    let document: Value = serde_json::from_str(&run("report.json").await?)?;
    let points = document["series"]["points"].as_array().context("no points")?;
    let acked = points.iter().filter_map(|point| point["lanes"]["logs"]["acked"].as_u64()).sum::<u64>();
    ensure!(points.len() >= 2 && acked == 200, "{document:#}");
    let samples = document["samples"].as_array().context("no samples")?;
    ensure!(
        samples.iter().any(|sample| sample["signal"] == "traces" && sample["record"]["seq"] == 0),
        "{samples:?}"
    );
    let timeline = document["series"]["timeline"].as_array().context("no timeline")?;
    ensure!(timeline.iter().any(|entry| entry["event"] == "thresholdBreached"), "{timeline:?}");
    ensure!(run("report.csv").await?.lines().count() >= 5, "no table");
    let ended = line
        .run(&["run", "--to", sink.address(), "--logs", "1", "--for", "1", "--report", "no/folder.html"])
        .await?;
    ensure!(ended.code == 104 && ended.stderr.contains("--report"), "{}: {}", ended.code, ended.stderr);
    Ok(())
}
