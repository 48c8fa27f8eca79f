//! Records that are kept of a run: how many, how evenly, what is found among them, and that each is one that was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use moniflux_tests::api::Api;
use moniflux_tests::body::{self, with};
use moniflux_tests::on_both_stores;
use moniflux_tests::scripted::{Reply, Scripted};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::let_run;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

on_both_stores!(
    ten_a_second_of_each_signal_are_kept_evenly_and_found_by_what_they_say,
    all_records_are_kept_as_they_were_sent,
    a_run_that_goes_on_elsewhere_keeps_on_collecting,
);

/// A kept record as the API answers it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    signal: String,
    share: u32,
    seq: u64,
    at: DateTime<Utc>,
    record: Value,
}

async fn ten_a_second_of_each_signal_are_kept_evenly_and_found_by_what_they_say(store: Store) -> Result<()> {
    let (service, sink) = (Service::start(&store).await?, Sink::start(&[]).await?);
    let api = service.api();
    let fields = json!({"duration": 5, "spansPerTrace": 3, "logType": "ERROR"});
    let test = with(body::readme("kept", "otlp-http", sink.address()), &fields);
    api.post("/start-test", &test).await?.with(200)?;
    let results = service.run_over("kept", "Completed", Duration::from_secs(30)).await?;

    for signal in ["logs", "metrics", "traces"] {
        let samples = page(api, &format!("/tests/kept/samples?signal={signal}&limit=1000")).await?.0;
        ensure!((48..=51).contains(&samples.len()), "{} {signal} of five seconds", samples.len());
        let lane = sink.lane("kept", &results.run_id, signal).await?;
        ensure!(samples.iter().all(|sample| sample.signal == signal && sample.seq < lane.unique));
        for pair in samples.windows(2) {
            let gap = (pair[1].at - pair[0].at).num_milliseconds();
            ensure!((50..=150).contains(&gap) && pair[0].seq < pair[1].seq, "{gap} ms between {pair:?}");
        }
        for sample in &samples {
            ensure!(sample.record["seq"] == sample.seq && sample.record["testID"] == "kept", "{sample:?}");
            ensure!(sample.record["runID"] == results.run_id.as_str(), "{sample:?}");
        }
    }
    found_by_what_they_say(api).await?;

    let lines = api.get("/tests/kept/samples?format=ndjson").await?;
    ensure!(lines.status == 200 && lines.header("content-type")? == "application/x-ndjson", "{lines:?}");
    ensure!(lines.header("content-disposition")? == "attachment; filename=\"kept-run-1-samples.ndjson\"");
    let exported: Vec<Sample> = lines.text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(exported == every_page(api, "kept", "").await?, "the file is not what the pages are");

    api.delete("/tests/kept").await?.with(204)?;
    api.get("/tests/kept/samples").await?.refused(404, "test_not_found")?;
    // Even a new test of that name has nothing of the old one.
    api.post("/start-test", &with(test, &json!({"duration": 1, "capture": {"perSecond": 0}})))
        .await?
        .with(200)?;
    service.run_over("kept", "Completed", Duration::from_secs(30)).await?;
    ensure!(every_page(api, "kept", "").await?.is_empty(), "nothing was to be kept");
    Ok(())
}

async fn found_by_what_they_say(api: &Api) -> Result<()> {
    let all = every_page(api, "kept", "").await?;
    let log = all.iter().find(|sample| sample.signal == "logs").context("a log")?;
    let message = log.record["message"].as_str().context("a message")?;
    ensure!(message.len() == 50 && log.record["level"] == "ERROR", "{log:?}");

    let found = find(api, &[("text", &message.to_uppercase())]).await?;
    let expected = |has: &dyn Fn(&Sample) -> bool| -> Vec<Sample> {
        all.iter().filter(|sample| has(sample)).cloned().collect()
    };
    ensure!(found.contains(log) && found == expected(&|one| one.record["message"] == message), "{found:?}");
    ensure!(find(api, &[("text", "%")]).await? == expected(&|one| one.record.to_string().contains('%')));
    ensure!(find(api, &[("text", "kept")]).await?.is_empty(), "the test's name is in all of them");

    let found = find(api, &[("seq", &log.seq.to_string())]).await?;
    ensure!(found.contains(log) && found.iter().all(|one| one.seq == log.seq), "{found:?}");
    let found = find(api, &[("level", "error")]).await?;
    ensure!(found == expected(&|one| one.signal == "logs"), "{} of the level", found.len());
    ensure!(find(api, &[("level", "INFO")]).await?.is_empty());

    let trace = all.iter().find(|sample| sample.signal == "traces").context("a trace")?;
    let id = trace.record["traceID"].as_str().context("an id")?;
    ensure!(find(api, &[("traceID", id)]).await? == std::slice::from_ref(trace));
    let spans = trace.record["spans"].as_array().context("spans")?;
    ensure!(spans.len() == 2 && spans[0]["parentSpanID"] == trace.record["spanID"], "{trace:?}");
    // A span below the root is found by what it does, with its trace.
    let operation = spans[0]["operation"].as_str().context("an operation")?;
    ensure!(find(api, &[("text", operation)]).await?.contains(trace));

    let (from, to) = (log.at + Duration::from_secs(1), log.at + Duration::from_secs(2));
    let found =
        find(api, &[("from", &from.to_rfc3339()), ("to", &to.to_rfc3339()), ("signal", "metrics")]).await?;
    ensure!((9..=11).contains(&found.len()), "{} metrics of a second", found.len());
    ensure!(found.iter().all(|one| (from..to).contains(&one.at) && one.record["value"].is_number()));

    let refused =
        api.get("/tests/kept/samples?level=LOUD&seq=x&sinse=1").await?.refused(400, "invalid_field")?;
    ensure!(refused.fields() == ["level", "seq", "sinse"], "{refused:?}");
    Ok(())
}

async fn all_records_are_kept_as_they_were_sent(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let api = service.api();
    let (whole, divided) = tokio::try_join!(
        all_kept(&service, "whole", json!({"capture": {"all": true}})),
        all_kept(&service, "divided", json!({"capture": {"all": true, "max": 600}, "parallelism": 3})),
    )?;
    ensure!(whole.len() == 1_500 + 600 + 300, "{} of all", whole.len());
    // Up to the most of each lane, which its shares divide.
    let of = |signal: &str| divided.iter().filter(|sample| sample.signal == signal).count();
    ensure!((of("logs"), of("metrics"), of("traces")) == (600, 600, 300), "{}", divided.len());
    ensure!(divided.iter().map(|sample| sample.share).collect::<BTreeSet<_>>() == BTreeSet::from([0, 1, 2]));

    let test = api.get("/tests/divided").await?.with(200)?;
    ensure!(test["capture"] == json!({"all": true, "max": 600}), "{test}");
    Ok(())
}

/// What is kept of three seconds to a destination that sees every body; each of them was in a body just so.
async fn all_kept(service: &Service, test: &str, fields: Value) -> Result<Vec<Sample>> {
    let destination = Scripted::start(|_| Reply::status(200)).await?;
    let rates = json!({"duration": 3, "metricsRate": 200, "traceRate": 100, "spansPerTrace": 2});
    let asked = with(body::logs(test, &destination.address(), 500, 3), &rates);
    service.api().post("/start-test", &with(asked, &fields)).await?.with(200)?;
    service.run_over(test, "Completed", Duration::from_secs(30)).await?;

    let mut sent: BTreeMap<(&str, u64), Value> = BTreeMap::new();
    for request in destination.seen().requests {
        for mut record in serde_json::from_slice::<Vec<Value>>(&request.body)? {
            let seq = record["seq"].as_u64().context("a number")?;
            if record.get("parentSpanID").is_none() {
                ensure!(sent.insert((signal_of(&record), seq), record).is_none(), "{seq} came twice");
                continue;
            }
            let root = sent.get_mut(&("traces", seq)).context("a root before the spans below it")?;
            let span = record.as_object_mut().context("an object")?;
            for common in ["testID", "runID", "seq", "traceID"] {
                ensure!(span.remove(common).as_ref() == root.get(common), "{common} of a span");
            }
            root["spans"] = json!([span]);
        }
    }
    let kept = every_page(service.api(), test, "").await?;
    for sample in &kept {
        let sent = sent.get(&(sample.signal.as_str(), sample.seq)).context("a record that was not sent")?;
        ensure!(sample.record == *sent, "kept {:?}, sent {sent}", sample.record);
    }
    let numbers: BTreeSet<_> = kept.iter().map(|sample| (&sample.signal, sample.seq)).collect();
    ensure!(numbers.len() == kept.len(), "one is kept twice");
    Ok(kept)
}

fn signal_of(record: &Value) -> &'static str {
    match record {
        log if log.get("message").is_some() => "logs",
        point if point.get("value").is_some() => "metrics",
        _ => "traces",
    }
}

async fn a_run_that_goes_on_elsewhere_keeps_on_collecting(store: Store) -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let first = Service::start(&store).await?;
    let test = body::logs("moved", sink.address(), 200, 10);
    first.api().post("/start-test", &test).await?.with(200)?;
    let_run(Duration::from_secs(4)).await;
    let early = every_page(first.api(), "moved", "").await?;
    ensure!((20..=41).contains(&early.len()), "{} while it runs", early.len());
    first.kill()?;

    let second = Service::start(&store).await?;
    second.run_over("moved", "Completed", Duration::from_secs(40)).await?;
    let all = every_page(second.api(), "moved", "").await?;
    ensure!(early.iter().all(|sample| all.contains(sample)), "what was kept stays");
    // What was not stored, at the most two seconds of it, and what was in doubt was not kept.
    ensure!((60..=101).contains(&all.len()), "{} of ten seconds", all.len());
    let numbers: BTreeSet<_> = all.iter().map(|sample| sample.seq).collect();
    ensure!(numbers.len() == all.len() && numbers.last() > Some(&1_950), "{numbers:?}");
    Ok(())
}

async fn find(api: &Api, query: &[(&str, &str)]) -> Result<Vec<Sample>> {
    let url = Url::parse_with_params("http://host/tests/kept/samples?limit=1000", query)?;
    let path = format!("{}?{}", url.path(), url.query().context("a query")?);
    Ok(page(api, &path).await?.0)
}

async fn every_page(api: &Api, test: &str, query: &str) -> Result<Vec<Sample>> {
    let mut next = Some(format!("/tests/{test}/samples?limit=70{query}"));
    let mut all = Vec::new();
    while let Some(path) = next {
        let (page, link) = page(api, &path).await?;
        all.extend(page);
        next = link;
    }
    Ok(all)
}

/// One page, and where the next one is.
async fn page(api: &Api, path: &str) -> Result<(Vec<Sample>, Option<String>)> {
    let answer = api.get(path).await?;
    let samples = serde_json::from_value(answer.with(200)?)?;
    let link = answer.header("link").ok().and_then(|link| link.strip_prefix('<')?.split_once('>'));
    Ok((samples, link.map(|(path, _)| path.to_owned())))
}
