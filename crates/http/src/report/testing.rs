//! A run to draw, with names that would like to be more than text.

use chrono::{DateTime, Duration, Utc};

use super::view::{
    Column, Delivery, Generator, Kind, Lane, LaneSeries, Mark, Received, Sample, Series, Threshold, Times,
    View,
};

/// What must come out as text wherever it is put.
pub(super) const HOSTILE: &str = "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";

pub(super) fn at(second: i64) -> DateTime<Utc> {
    // 2026-01-02 03:04:05 UTC
    DateTime::UNIX_EPOCH + Duration::seconds(1_767_323_045 + second)
}

pub(super) fn view() -> View {
    let times = |p50: f64| Times {
        p50: Some(p50),
        p90: Some(p50 * 2.0),
        p95: Some(p50 * 3.0),
        p99: Some(p50 * 4.0),
        p999: Some(p50 * 5.0),
        max: Some(p50 * 6.0),
    };
    let logs = Lane {
        signal: "logs",
        due: 300,
        issued: 297,
        acked: 280,
        rejected: 10,
        failed: 7,
        missed: 3,
        in_doubt: 0,
        in_flight: 0,
        waiting: 0,
        kinds: vec![
            Kind { class: "failed", kind: "timeout".to_owned(), records: 7 },
            Kind { class: "rejected", kind: HOSTILE.to_owned(), records: 10 },
        ],
        requests: 30,
        retries: 1,
        bytes: 61_440,
        wire_bytes: 6_144,
        asked: 100.0,
        achieved: 99.0,
        lateness: times(0.1),
        response: times(1.0),
        service: times(0.9),
        received: Some(Received {
            unique: 279,
            duplicates: 2,
            reordered: 1,
            lost: 1,
            lost_at_tail: 0,
            end_to_end: times(4.0),
        }),
    };
    let metrics = Lane {
        signal: "metrics",
        due: 30,
        issued: 30,
        acked: 30,
        rejected: 0,
        failed: 0,
        missed: 0,
        kinds: Vec::new(),
        received: None,
        ..logs.clone()
    };
    View {
        test: HOSTILE.to_owned(),
        run: 3,
        run_id: "0197".to_owned(),
        status: "Completed".to_owned(),
        started_at: at(0),
        ended_at: Some(at(4)),
        active_seconds: 3.0,
        result: "failed",
        reason: format!("\"{HOSTILE} == 0\" did not hold"),
        verdict: "valid",
        generator: Generator { headroom: 0.86, late: 0, dropped: 0 },
        thresholds: vec![Threshold {
            text: HOSTILE.to_owned(),
            ok: Some(false),
            shown: "3".to_owned(),
            breached_at: Some(at(2)),
        }],
        lanes: vec![logs, metrics],
        delivery: Some(Delivery {
            sink: "http://127.0.0.1:4318".to_owned(),
            lost: 1,
            settled: true,
            fault: None,
        }),
        capacity: None,
        series: series(),
        timeline: vec![
            Mark { event: "started".to_owned(), at: at(0), t: 0.0, detail: None },
            Mark {
                event: "thresholdBreached".to_owned(),
                at: at(2),
                t: 2.0,
                detail: Some("a \"b\", <script>alert(1)</script>\nc".to_owned()),
            },
        ],
        spec: format!("testID: {HOSTILE}\n"),
        samples: vec![Sample {
            signal: "logs",
            seq: 17,
            at: at(1),
            record: format!("{{\"message\":\"{HOSTILE}\"}}"),
        }],
        environment: vec![("MoniFlux", HOSTILE.to_owned())],
    }
}

fn series() -> Series {
    let column = |figures: [f64; 3]| -> Column { figures.into_iter().map(Some).collect() };
    let lane = |signal| LaneSeries {
        signal,
        asked: column([100.0, 100.0, 100.0]),
        achieved: column([100.0, 98.0, 99.0]),
        acked: vec![Some(95.0), None, Some(90.0)],
        lateness: [column([0.1, 0.2, 0.1]), column([0.4, 0.5, 0.4]), column([0.6, 0.7, 0.6])],
        response: [1.0, 2.0, 4.0, 6.0].map(|times| column([times, times * 1.1, times])),
        failures: vec![
            ("timeout".to_owned(), column([0.0, 7.0, 0.0])),
            (HOSTILE.to_owned(), column([0.0, 0.0, 10.0])),
        ],
    };
    Series {
        step: 1.0,
        t: vec![1.0, 2.0, 3.0],
        at: (1..=3).map(at).collect(),
        lanes: vec![lane("logs"), LaneSeries { failures: Vec::new(), ..lane("metrics") }],
    }
}
