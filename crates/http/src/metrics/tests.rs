//! What is counted, and that labels stay few.

use std::collections::BTreeMap;

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::run::Outcome;
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_engine::latency::Times;
use moniflux_ports::telemetry::{StoreCall, StorePort, Telemetry};
use moniflux_service::LiveLane;
use uuid::Uuid;

use super::*;

#[track_caller]
fn assert_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "{line} is not in\n{text}");
    }
}

/// A run whose logs are so many, all of them acked.
fn run(number: u32, records: u64) -> LiveRun {
    let mut tally = Tally::default();
    tally.issue(records, 10 * records);
    tally.book(records, &Answer::Acked);
    LiveRun {
        test: TestId::parse(format!("t{number}")).unwrap(),
        run: RunId(Uuid::from_u128(number.into())),
        number: RunNumber(2),
        evidence: Evidence::default(),
        lanes: BTreeMap::from([(Signal::Logs, LiveLane { tally, asked: 5.0, ..LiveLane::default() })]),
    }
}

#[test]
fn requests_are_counted_by_route_and_not_by_what_a_client_makes_up() {
    let metrics = Metrics::default();
    let took = Duration::from_millis(3);
    metrics.note_request(&Method::GET, Some("/tests/{testID}"), StatusCode::OK, took);
    metrics.note_request(&Method::from_bytes(b"BREW").unwrap(), None, StatusCode::NOT_FOUND, took);
    let text = metrics.text(&[]).unwrap();
    assert_lines(
        &text,
        &[
            "# TYPE moniflux_http_requests_total counter",
            r#"moniflux_http_requests_total{method="GET",route="/tests/{testID}",status="200"} 1"#,
            r#"moniflux_http_requests_total{method="other",route="unmatched",status="404"} 1"#,
            r#"moniflux_http_request_duration_seconds_bucket{method="GET",route="/tests/{testID}",le="0.005"} 1"#,
            "moniflux_running_runs 0",
        ],
    );
}

#[test]
fn readers_are_counted_while_they_read() {
    let metrics = Metrics::default();
    let reader = metrics.reader();
    assert_lines(&metrics.text(&[]).unwrap(), &["moniflux_event_readers 1"]);
    drop(reader);
    assert_lines(&metrics.text(&[]).unwrap(), &["moniflux_event_readers 0"]);
}

#[test]
fn what_the_service_tells_is_counted() {
    let metrics = Metrics::default();
    let renew = StoreCall { port: StorePort::Runs, operation: "renew" };
    metrics.store_call(renew, Duration::from_millis(2), false);
    metrics.store_call(renew, Duration::from_millis(200), true);
    metrics.run_began();
    metrics.run_ended(Outcome::Failed);
    metrics.taken_over();
    metrics.lease_lost();
    metrics.started_late(Duration::from_millis(120));
    assert_lines(
        &metrics.text(&[]).unwrap(),
        &[
            r#"moniflux_store_call_duration_seconds_bucket{operation="renew",port="runs",le="0.0025"} 1"#,
            r#"moniflux_store_call_duration_seconds_count{operation="renew",port="runs"} 2"#,
            r#"moniflux_store_errors_total{operation="renew",port="runs"} 1"#,
            "moniflux_runs_begun_total 1",
            r#"moniflux_runs_ended_total{outcome="Failed"} 1"#,
            r#"moniflux_runs_ended_total{outcome="Completed"} 0"#,
            "moniflux_lease_takeovers_total 1",
            "moniflux_lease_losses_total 1",
            r#"moniflux_schedule_lateness_seconds_bucket{le="0.1"} 0"#,
            r#"moniflux_schedule_lateness_seconds_bucket{le="0.25"} 1"#,
        ],
    );
}

#[test]
fn a_live_run_is_shown_by_lane_and_class() {
    let mut tally = Tally::default();
    tally.issue(20, 150);
    tally.book(10, &Answer::Partial { rejected: 4 });
    tally.book(5, &Answer::Failed(Kind::Timeout));
    tally.note_due(22);
    let mut response = Times::default();
    response.record(Duration::from_millis(2), 15);
    let late = Evidence { issued: 20, late: 3, ..Evidence::default() };
    let lanes = BTreeMap::from([(Signal::Logs, LiveLane { tally, asked: 7.5, response })]);
    let text = Metrics::default().text(&[LiveRun { evidence: late, lanes, ..run(1, 0) }]).unwrap();
    assert_lines(
        &text,
        &[
            r#"moniflux_run_records_total{class="issued",run="2",signal="logs",test_id="t1"} 20"#,
            r#"moniflux_run_records_total{class="acked",run="2",signal="logs",test_id="t1"} 6"#,
            r#"moniflux_run_records_total{class="rejected",run="2",signal="logs",test_id="t1"} 4"#,
            r#"moniflux_run_records_total{class="failed",run="2",signal="logs",test_id="t1"} 5"#,
            r#"moniflux_run_records_total{class="missed",run="2",signal="logs",test_id="t1"} 0"#,
            r#"moniflux_run_sent_bytes_total{run="2",signal="logs",test_id="t1"} 150"#,
            r#"moniflux_run_in_flight_records{run="2",signal="logs",test_id="t1"} 5"#,
            r#"moniflux_run_waiting_records{run="2",signal="logs",test_id="t1"} 2"#,
            r#"moniflux_run_asked_records_per_second{run="2",signal="logs",test_id="t1"} 7.5"#,
            r#"moniflux_run_generator_limited{run="2",test_id="t1"} 1"#,
            "# TYPE moniflux_run_response_seconds summary",
            r#"moniflux_run_response_seconds_count{test_id="t1",run="2",signal="logs"} 15"#,
        ],
    );
    let line = r#"moniflux_run_response_seconds{test_id="t1",run="2",signal="logs",quantile="0.99"} 0.00"#;
    assert!(text.contains(line), "{line} is not in\n{text}");
}

#[test]
fn a_hundred_runs_are_named_and_the_rest_are_one() {
    let metrics = Metrics::default();
    let many: Vec<LiveRun> = (0..1_000).map(|number| run(number, 3)).collect();
    let text = metrics.text(&many).unwrap();
    let shown = |text: &str| text.lines().filter(|line| line.contains(r#"class="acked""#)).count();
    assert_eq!(shown(&text), runs::NAMED + 1);
    assert_lines(
        &text,
        &[
            "moniflux_running_runs 1000",
            r#"moniflux_run_records_total{class="acked",run="other",signal="logs",test_id="other"} 2700"#,
            r#"moniflux_run_asked_records_per_second{run="other",signal="logs",test_id="other"} 4500"#,
        ],
    );
}

#[test]
fn what_the_rest_has_counted_never_falls() {
    let metrics = Metrics::default();
    let other = r#"moniflux_run_records_total{class="acked",run="other",signal="logs",test_id="other"}"#;
    let mut live: Vec<LiveRun> = (0..102).map(|number| run(number, 3)).collect();
    assert_lines(&metrics.text(&live).unwrap(), &[&format!("{other} 6")]);
    // One of the named ones ends, one of the others goes on and one ends.
    live.remove(0);
    live.pop();
    live.pop();
    live.push(run(100, 10));
    let text = metrics.text(&live).unwrap();
    assert_lines(&text, &[&format!("{other} 13")]);
    assert!(!text.contains(r#"test_id="t100""#), "it changed its name:\n{text}");
    // The next one gets the free place.
    live.push(run(200, 1));
    assert_lines(
        &metrics.text(&live).unwrap(),
        &[
            &format!("{other} 13"),
            r#"moniflux_run_records_total{class="acked",run="2",signal="logs",test_id="t200"} 1"#,
        ],
    );
}
