//! Kept records: what is looked for, pages, lines, refusals.

use std::time::Duration;

use moniflux_domain::id::{RunId, RunNumber};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::point::Sample;
use moniflux_domain::run::Run;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;
use moniflux_domain::test::{CurrentRun, Test};
use moniflux_ports::result_store::ResultStore;
use serde_json::Value;
use uuid::Uuid;

use super::memory::Trouble;
use super::{Answer, Api};

const TRACE: &str = "0123456789abcdef0123456789abcdef";

/// A test with two runs; the second has thirty records of each signal, a tenth of a second apart, the first has one log.
async fn with_samples() -> Api {
    let api = Api::new();
    let test = api.with_test("a:b", Status::Running).await;
    for number in 1..=2 {
        let current = CurrentRun { id: RunId(Uuid::from_u128(number.into())), number: RunNumber(number) };
        let test = Test { run: Some(current), ..test.clone() };
        api.memory.put_run(Run::begin(&test).unwrap());
        api.memory.put(test);
    }
    let mut samples = vec![sample(1, Signal::Logs, 0)];
    samples.extend(Signal::ALL.iter().flat_map(|signal| (0..30).map(|seq| sample(2, *signal, seq))));
    api.memory.append_samples(&samples).await.unwrap();
    api
}

fn sample(run: u128, signal: Signal, seq: u64) -> Sample {
    let noon = chrono::DateTime::from_timestamp(1_767_268_800, 0).unwrap();
    let is_log = signal == Signal::Logs;
    let level = if seq.is_multiple_of(2) { LogType::Info } else { LogType::Error };
    Sample {
        run: RunId(Uuid::from_u128(run)),
        signal,
        share: 0,
        seq,
        at: noon + Duration::from_millis(100 * seq),
        level: is_log.then_some(level),
        trace_id: (signal == Signal::Traces && seq == 7).then(|| TRACE.to_owned()),
        body: format!(r#"{{"testID":"a:b","zeta":1.50,"message":"payment {seq} for customer","alpha":[]}}"#),
    }
}

fn places(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let place = |one: &Value| format!("{}{}", one["signal"].as_str().unwrap(), one["seq"]);
    body.as_array().unwrap().iter().map(place).collect()
}

#[actix_web::test]
async fn a_record_is_answered_as_it_was_kept() {
    let api = with_samples().await;
    let answer = api.get("/tests/a:b/samples?seq=3&signal=logs").await;
    let record = r#"{"testID":"a:b","zeta":1.50,"message":"payment 3 for customer","alpha":[]}"#;
    let expected = format!(
        r#"[{{"signal":"logs","share":0,"seq":3,"at":"2026-01-01T12:00:00.300Z","record":{record}}}]"#
    );
    assert_eq!(answer.text(), expected);
    assert_eq!(places(&api.get("/tests/a:b/samples?run=1").await), ["logs0"]);
}

#[actix_web::test]
async fn each_parameter_looks_for_what_it_says_and_all_of_them_together() {
    let api = with_samples().await;
    for (query, expected) in [
        ("signal=metrics&limit=2", "metrics0 metrics1"),
        ("signal=logs&from=2026-01-01T12:00:02.8Z", "logs28 logs29"),
        ("signal=logs&to=2026-01-01T13:00:00.1%2B01:00", "logs0"),
        ("level=error&limit=2", "logs1 logs3"),
        ("text=PAYMENT+2+for", "logs2 metrics2 traces2"),
        ("seq=4", "logs4 metrics4 traces4"),
        ("traceID=0123456789ABCDEF0123456789abcdef", "traces7"),
        ("level=INFO&text=payment+2&from=2026-01-01T12:00:01Z&to=2026-01-01T12:00:02.3Z", "logs20 logs22"),
        ("text=zeta", ""),
    ] {
        let found = places(&api.get(&format!("/tests/a:b/samples?{query}")).await);
        assert_eq!(found.join(" "), expected, "{query}");
    }
}

#[actix_web::test]
async fn pages_follow_each_other_by_their_links() {
    let api = with_samples().await;
    let mut path = "/tests/a:b/samples?limit=40&text=payment".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = api.get(&path).await;
        seen.push(places(&page));
        let Some((next, _)) = page.header("link").strip_prefix('<').and_then(|link| link.split_once('>'))
        else {
            break;
        };
        path = next.to_owned();
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [40, 40, 10]);
    let all: std::collections::BTreeSet<_> = seen.into_iter().flatten().collect();
    assert_eq!(all.len(), 90);
}

#[actix_web::test]
async fn lines_are_all_that_fit_as_a_file() {
    let api = with_samples().await;
    let more: Vec<_> = (30..2_530).map(|seq| sample(2, Signal::Logs, seq)).collect();
    api.memory.append_samples(&more).await.unwrap();
    let answer = api.get("/tests/a:b/samples?format=ndjson&signal=logs").await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"a_b-run-2-samples.ndjson\"");
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().map(|line| line["seq"].as_u64().unwrap()).eq(0..2_530));
    assert_eq!(lines[9]["record"]["message"], "payment 9 for customer");
    let none = api.get("/tests/a:b/samples?format=ndjson&seq=99999").await;
    assert_eq!((none.status.as_u16(), none.text()), (200, ""));
}

#[actix_web::test]
async fn what_is_wrong_is_named_all_at_once() {
    let api = with_samples().await;
    let query = "run=0&signal=smells&from=noon&to=1&level=LOUD&text=&seq=-1&traceID=abc&limit=0&cursor=x&format=xml&typ=1";
    let fields = api.get(&format!("/tests/a:b/samples?{query}")).await.wrong_fields();
    let expected: Vec<_> =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name).collect();
    assert_eq!(fields.len(), expected.len());
    assert!(expected.iter().all(|name| fields.iter().any(|field| field == name)), "{fields:?}");

    let cursor = crate::dto::sample::write(moniflux_ports::result_store::SampleCursor::of(&sample(
        2,
        Signal::Logs,
        1,
    )));
    for (query, field) in [
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z".to_owned(), "to"),
        (format!("text={}", "x".repeat(201)), "text"),
        ("text=a%00b".to_owned(), "text"),
        ("format=ndjson&limit=5".to_owned(), "limit"),
        (format!("format=ndjson&cursor={cursor}"), "cursor"),
    ] {
        assert_eq!(api.get(&format!("/tests/a:b/samples?{query}")).await.wrong_fields(), [field]);
    }
}

#[actix_web::test]
async fn what_is_not_there_is_a_404_and_a_store_that_fails_a_503() {
    let api = with_samples().await;
    api.get("/tests/none/samples").await.problem(404, "test_not_found");
    api.get("/tests/a:b/samples?run=3").await.problem(404, "run_not_found");
    api.with_test("fresh", Status::Pending).await;
    api.get("/tests/fresh/samples?format=ndjson").await.problem(404, "run_not_found");
    api.memory.begin(Trouble::Unavailable);
    api.get("/tests/a:b/samples?format=ndjson").await.problem(503, "store_unavailable");
}
