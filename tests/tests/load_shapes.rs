//! Load shapes, ends, shares, retries and guards, against the sink's ledger, through the API on both stores and through
//! `moniflux run`.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use moniflux_tests::body::{self, with};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, let_run, until};
use moniflux_tests::{alone, on_both_stores};
use serde_json::{Value, json};

on_both_stores!(
    every_shape_sends_the_area_under_its_curve,
    a_load_ends_with_its_count_or_with_someones_word,
    shares_add_up_to_the_test,
    a_profile_can_be_changed_paused_and_resumed_in_mid_run,
    a_rate_can_be_the_most_for_a_while,
    a_thousand_changes_of_one_run_leave_every_record_its_class,
    records_are_as_compressible_and_traces_as_large_as_asked,
    what_fails_for_too_long_ends_the_run,
);

const LONG: Duration = Duration::from_mins(1);

/// Shapes of four seconds at 400 per second, and how many records each asks for.
fn shapes() -> Vec<(&'static str, Value, u64)> {
    let stages = json!([{"duration": 1, "target": 800}, {"duration": 2, "target": "50%"}, {"duration": 1, "target": 0}]);
    vec![
        ("ramp", json!({"type": "ramp", "from": 0, "to": "100%"}), 800),
        ("short-ramp", json!({"type": "ramp", "from": "200%", "to": 100, "over": 2}), 1_100),
        ("steps", json!({"type": "steps", "from": 100, "to": 400, "steps": 4}), 1_000),
        ("spike", json!({"type": "spike", "peak": 4_000, "at": 1, "for": 0.5}), 3_400),
        ("sine", json!({"type": "sine", "low": 0, "high": "200%", "period": 2}), 1_600),
        ("stages", json!({"type": "stages", "from": 0, "stages": stages}), 400 + 1_000 + 100),
        ("by-signal", json!({"logs": {"type": "ramp", "from": 0, "to": 800}}), 1_600),
    ]
}

async fn every_shape_sends_the_area_under_its_curve(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    try_join_all(shapes().into_iter().map(async |(test, profile, records)| {
        let fields = json!({"profile": profile, "linger": 0.02});
        let asked = with(body::logs(test, sink.address(), 400, 4), &fields);
        let started = service.api().post("/start-test", &asked).await?.with(200)?;
        ensure!(started["profile"] == profile, "{started}");
        let results = service.run_over(test, "Completed", LONG).await?;
        results.ensure_exact("logs", records)?;
        sink.lane(test, &results.run_id, "logs").await?.ensure_exact(records)
    }))
    .await?;
    Ok(())
}

async fn a_load_ends_with_its_count_or_with_someones_word(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let api = service.api();
    let without_duration = |test: &str, fields: Value| {
        with(with(body::logs(test, sink.address(), 500, 1), &json!({"duration": null})), &fields)
    };
    for asked in [
        without_duration("counted", json!({"count": 1_234})),
        without_duration("as-fast-as-it-goes", json!({"logRate": "max", "count": 123_456, "connections": 4})),
        without_duration("open", json!({"openEnded": true})),
    ] {
        let started = api.post("/start-test", &asked).await?.with(200)?;
        ensure!(started["duration"].is_null() && started["logRate"] == asked["logRate"], "{started}");
    }
    for (test, records) in [("counted", 1_234), ("as-fast-as-it-goes", 123_456)] {
        let results = service.run_over(test, "Completed", LONG).await?;
        results.ensure_exact("logs", records)?;
        // One that is over in some milliseconds is late as a whole when the machine stalls once.
        ensure!(test != "counted" || results.verdict == "valid", "{results:?}");
        sink.lane(test, &results.run_id, "logs").await?.ensure_exact(records)?;
    }
    api.post("/cancel-test", &json!({"testID": "open"})).await?.with(200)?;
    let results = service.run_over("open", "Cancelled", LONG).await?;
    let due = results.lane("logs")?.due;
    results.ensure_exact("logs", due)?;
    sink.lane("open", &results.run_id, "logs").await?.ensure_exact(due)
}

async fn shares_add_up_to_the_test(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let asked =
        with(body::readme("shared", "otlp-http", sink.address()), &json!({"parallelism": 3, "duration": 3}));
    service.api().post("/start-test", &asked).await?.with(200)?;
    let results = service.run_over("shared", "Completed", LONG).await?;
    for (signal, records) in [("logs", 1_500), ("metrics", 3_000), ("traces", 600)] {
        results.ensure_exact(signal, records)?;
        sink.lane("shared", &results.run_id, signal).await?.ensure_exact(records)?;
    }
    let ledger = sink.api().get("/ledger/shared").await?.with(200)?;
    let lanes = ledger["runs"][0]["lanes"].as_array().map(Vec::len);
    ensure!(lanes == Some(9), "not three shares of three signals: {ledger}");
    Ok(())
}

async fn a_profile_can_be_changed_paused_and_resumed_in_mid_run(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let (api, test) = (service.api(), "bent");
    api.post("/start-test", &body::logs(test, sink.address(), 100, 8)).await?.with(200)?;
    until("it is under load", SOON, async || {
        ensure!(sink.received(test).await? > 100, "too few");
        Ok(())
    })
    .await?;
    let profile = json!({"type": "ramp", "from": "1000%", "to": "2000%", "over": 2});
    api.patch("/tests/bent", &json!({"profile": profile})).await?.with(200)?;
    until("the new profile is in effect", Duration::from_secs(2), async || {
        ensure!(sink.received(test).await? > 800, "too few");
        Ok(())
    })
    .await?;
    api.act("/tests/bent/pause").await?.with(200)?;
    until("it stands still", SOON, async || {
        let before = sink.received(test).await?;
        let_run(Duration::from_millis(700)).await;
        ensure!(sink.received(test).await? == before, "it goes on");
        Ok(())
    })
    .await?;
    api.act("/tests/bent/resume").await?.with(200)?;
    let results = service.run_over(test, "Completed", LONG).await?;
    let due = results.lane("logs")?.due;
    // At most two seconds at 100, at least five at 1,000 to 2,000, of which two were the ramp.
    ensure!((8_000..=15_000).contains(&due), "{due} are due");
    results.ensure_exact("logs", due)?;
    sink.lane(test, &results.run_id, "logs").await?.ensure_exact(due)
}

async fn a_rate_can_be_the_most_for_a_while(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let (api, test) = (service.api(), "let-loose");
    let asked = with(body::logs(test, sink.address(), 50, 12), &json!({"parallelism": 2}));
    api.post("/start-test", &asked).await?.with(200)?;
    let arrives = async |more: u64| {
        let before = sink.received(test).await?;
        until("it goes on", SOON, async || {
            ensure!(sink.received(test).await? >= before + more, "too few");
            Ok(())
        })
        .await
    };
    arrives(50).await?;
    api.patch("/tests/let-loose", &json!({"logRate": "max"})).await?.with(200)?;
    arrives(20_000).await?;
    api.patch("/tests/let-loose", &json!({"logRate": 50})).await?.with(200)?;
    let_run(Duration::from_secs(1)).await;
    let before = sink.received(test).await?;
    let_run(Duration::from_secs(2)).await;
    let slowly = sink.received(test).await? - before;
    ensure!((50..200).contains(&slowly), "{slowly} in about two seconds at 50/s");
    let results = service.run_over(test, "Completed", LONG).await?;
    let due = results.lane("logs")?.due;
    results.ensure_exact("logs", due)?;
    sink.lane(test, &results.run_id, "logs").await?.ensure_exact(due)
}

async fn a_thousand_changes_of_one_run_leave_every_record_its_class(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let (api, test) = (service.api(), "stormy");
    let asked =
        with(body::logs(test, sink.address(), 300, 600), &json!({"metricsRate": 100, "parallelism": 2}));
    api.post("/start-test", &asked).await?.with(200)?;
    for turn in 0..1_000_u64 {
        match turn % 50 {
            20 => api.act("/tests/stormy/pause").await?.with(200)?,
            25 => api.act("/tests/stormy/resume").await?.with(200)?,
            _ => {
                let rates = json!({"logRate": 1 + turn * 37 % 2_000, "metricsRate": turn * 13 % 500});
                api.patch("/tests/stormy", &rates).await?.with(200)?
            }
        };
    }
    api.post("/cancel-test", &json!({"testID": test})).await?.with(200)?;
    let results = service.run_over(test, "Cancelled", LONG).await?;
    for signal in ["logs", "metrics"] {
        let due = results.lane(signal)?.due;
        results.ensure_exact(signal, due)?;
        sink.lane(test, &results.run_id, signal).await?.ensure_exact(due)?;
    }
    Ok(())
}

async fn what_fails_for_too_long_ends_the_run(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&["--status", "500"]))?;
    let guarded = json!({"abortOn": {"failures": 0.5, "for": 2}});
    let asked = with(body::logs("guarded", sink.address(), 100, 600), &guarded);
    service.api().post("/start-test", &asked).await?.with(200)?;
    let results = service.run_over("guarded", "Failed", LONG).await?;
    results.ensure_settled()?;
    let reason = results.reason.unwrap_or_default();
    ensure!(reason.contains("50%") && reason.contains("abortOn"), "{reason}");
    let test = service.api().get("/tests/guarded").await?.with(200)?;
    ensure!(test["status"] == "Failed", "{test}");
    Ok(())
}

#[tokio::test]
async fn what_may_pass_is_sent_again_and_counted_once() -> Result<()> {
    let sink = Sink::start(&["--status", "503", "--fail-rate", "0.4", "--seed", "7"]).await?;
    let retry = json!({"retry": {"attempts": 10, "on": [503]}, "testID": "again", "drain": 30});
    let (ended, results) = alone::results(&with(body::logs("again", sink.address(), 200, 3), &retry)).await?;
    ensure!(ended.code == 0, "exit code {}", ended.code);
    results.ensure_exact("logs", 600)?;
    let lane = results.lane("logs")?;
    ensure!(lane.retries > 0 && lane.retries < lane.requests, "{lane:?}");
    sink.lane("again", &results.run_id, "logs").await?.ensure_exact(600)
}

async fn records_are_as_compressible_and_traces_as_large_as_asked(store: Store) -> Result<()> {
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let mut last = f64::INFINITY;
    for entropy in ["low", "realistic", "high"] {
        let asked = with(
            body::readme(entropy, "otlp-http", sink.address()),
            &json!({"entropy": entropy, "logSize": 256, "spansPerTrace": 5, "duration": 2, "metricsRate": 0}),
        );
        let asked = with(asked, &json!({"destination": {"compression": "zstd"}}));
        let created = service.api().post("/start-test", &asked).await?.with(200)?;
        let said = if entropy == "realistic" { json!(null) } else { json!(entropy) };
        ensure!(created["entropy"] == said && created["spansPerTrace"] == 5, "{created}");
        let results = service.run_over(entropy, "Completed", LONG).await?;
        for (signal, records) in [("logs", 1_000), ("traces", 400)] {
            results.ensure_exact(signal, records)?;
            sink.lane(entropy, &results.run_id, signal).await?.ensure_exact(records)?;
        }
        let ratio = results.lane("logs")?.compression_ratio.unwrap_or_default();
        ensure!(ratio > 1.0 && ratio < last, "{entropy} compresses {ratio} : 1, after {last} : 1");
        last = ratio;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_service_shapes_counts_and_guards_are_the_same() -> Result<()> {
    let (good, bad) = tokio::try_join!(Sink::start(&[]), Sink::start(&["--status", "500"]))?;
    let (test, profile, records) = shapes().swap_remove(3);
    let shaped =
        with(body::logs(test, good.address(), 400, 4), &json!({"profile": profile, "parallelism": 2}));
    let (ended, results) = alone::results(&shaped).await?;
    ensure!(ended.code == 0, "exit code {}", ended.code);
    results.ensure_exact("logs", records)?;
    good.lane(test, &results.run_id, "logs").await?.ensure_exact(records)?;

    let guarded = json!({"abortOn": {"failures": 1, "for": 1}, "duration": null, "openEnded": true});
    let (ended, results) =
        alone::results(&with(body::logs("guarded", bad.address(), 100, 1), &guarded)).await?;
    ensure!(ended.code == 1 && results.status == "Failed", "exit code {}, {results:?}", ended.code);
    results.ensure_settled()
}
