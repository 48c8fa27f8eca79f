//! A summary says all that matters, and nothing that does not.

use serde_json::{Value, json};

use super::*;

fn results(more: &Value) -> RunResults {
    let mut value = json!({
        "testID": "first", "runID": "r", "run": 1, "status": "Completed", "endedAt": "now", "activeSeconds": 10.0,
        "verdict": "valid", "generator": {"headroom": 0.99, "late": 0, "dropped": 0},
        "lanes": {"logs": {
            "due": 5000, "issued": 5000, "acked": 4900, "rejected": 0, "failed": 100, "missed": 0, "inDoubt": 0,
            "inFlight": 0, "waiting": 0, "failures": {"timeout": 100}, "rejections": {}, "requests": 99, "retries": 0,
            "bytes": 543_384, "wireBytes": 543_384, "rate": {"asked": 500.0, "achieved": 500.0},
            "lateness": {"p50": 0.1, "p99": 2.7, "max": 2.7},
            "responseTime": {"p50": 0.3, "p90": 0.4, "p95": 0.41, "p99": 2.9, "p999": 2.9, "max": 1200.0},
            "serviceTime": {"p50": 0.1, "p90": 0.2, "p95": 0.2, "p99": 0.3, "p999": 0.3, "max": 0.3},
        }},
    });
    for (name, field) in more.as_object().unwrap() {
        value[name] = field.clone();
    }
    RunResults::read(&value).unwrap()
}

fn lines(more: &Value) -> Vec<String> {
    text(&results(more), Style::PLAIN).lines().map(str::to_owned).collect()
}

#[test]
fn a_plain_run_has_a_verdict_its_records_and_their_times() {
    assert_eq!(
        lines(&json!({})),
        [
            "test first  run r",
            "Completed after 10.0 s of load, verdict valid",
            "",
            "records",
            "          due  issued  acked  rejected  failed  missed  rate/s  asked/s  requests   bytes",
            "  logs  5,000   5,000  4,900         0     100       0     500      500        99  543 kB",
            "  logs: 100 failed by timeout",
            "",
            "times in ms",
            "                   p50   p90   p95   p99  p99.9    max",
            "  logs  response  0.30  0.40  0.41  2.90   2.90  1,200",
            "  logs  service   0.10  0.20  0.20  0.30   0.30   0.30",
            "  logs  lateness  0.10     -     -  2.70      -   2.70",
        ]
    );
}

#[test]
fn the_judgement_comes_first_and_thresholds_have_signs() {
    let told = lines(&json!({
        "conclusion": {"result": "failed", "reason": "1 of 3 thresholds did not hold"},
        "thresholds": [
            {"threshold": "missed == 0", "ok": true, "shown": "0"},
            {"threshold": "failed.rate < 0.01", "ok": false, "shown": "2.0000 %"},
            {"threshold": "loss == 0", "ok": null},
        ],
    }));
    assert_eq!(told[1], "✗ failed: 1 of 3 thresholds did not hold");
    assert_eq!(
        told[4..8],
        [
            "thresholds",
            "  ✓ missed == 0         0",
            "  ✗ failed.rate < 0.01  2.0000 %",
            "  ? loss == 0           nothing was measured",
        ]
    );
}

#[test]
fn what_was_acked_and_is_missing_is_the_headline_of_the_delivery() {
    let lane = json!({"received": 4890, "unique": 4880, "duplicates": 10, "reordered": 0, "lost": 20, "lostAtMost": 31, "lostAtTail": 5});
    let delivery =
        json!({"sink": "http://s", "settled": true, "fault": null, "lost": 20, "lanes": {"logs": lane}});
    let told = lines(&json!({"delivery": delivery}));
    let at = told.iter().position(|line| line == "delivery").unwrap();
    assert_eq!(told[at + 1], "  20 records were acked and are missing at the sink");
    assert!(told[at + 3].starts_with("  logs     4,890   4,880          10"), "{told:#?}");
    assert!(told[at + 3].contains("20 to 31"), "{told:#?}");
    let fault = json!({"sink": "http://s", "settled": false, "fault": "it does not answer", "lost": null, "lanes": {}});
    let told = lines(&json!({"delivery": fault}));
    assert_eq!(told.last().unwrap(), "  the sink http://s cannot tell: it does not answer");
}

#[test]
fn a_run_in_progress_shows_what_is_open_and_one_with_a_takeover_what_is_in_doubt() {
    let told = lines(&json!({"endedAt": null, "status": "Running"}));
    assert!(told.iter().any(|line| line.contains("in flight") && !line.contains("in doubt")), "{told:#?}");
    let mut doubtful = results(&json!({}));
    doubtful.lanes.get_mut("logs").unwrap().in_doubt = 7;
    assert!(text(&doubtful, Style::PLAIN).contains("in doubt"));
}

#[test]
fn csv_has_a_line_a_lane_and_a_cell_for_every_name() {
    let document = csv(&results(&json!({})));
    let lines: Vec<_> = document.lines().collect();
    assert_eq!(lines.len(), 2);
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let (names, cells) = (cells(lines[0]), cells(lines[1]));
    assert_eq!(names.len(), cells.len());
    let cell = |name: &str| cells[names.iter().position(|known| known == name).unwrap()].as_str();
    assert_eq!((cell("signal"), cell("failed"), cell("responseTime.max")), ("logs", "100", "1200"));
    assert_eq!((cell("serviceTime.p50"), cell("lateness.p99"), cell("rate.asked")), ("0.1", "2.7", "500"));
}
