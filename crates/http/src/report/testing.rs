//! A run to draw, with names that would like to be more than text.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::draft::Draft;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::point::{Grain, LoadEvent, Mark as LoadMark, Point, Sample as KeptRecord};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::{Outcome, Run, RunEnd, RunShare};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::Spec;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_engine::latency::LatencyTimes;
use moniflux_service::{Results, Series as RunSeries};
use serde_json::json;
use uuid::Uuid;

use super::view::{
    Column, Delivery, Generator, Lane, LaneSeries, Mark, Received, Refused, Sample, Series, Threshold, Times,
    View,
};
use super::{Environment, Report};

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
            Refused { class: "failed", kind: "timeout".to_owned(), records: 7 },
            Refused { class: "rejected", kind: HOSTILE.to_owned(), records: 10 },
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
            lost_at_most: 1,
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
        ..logs
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
        thresholds: vec![Threshold { text: HOSTILE.to_owned(), ok: Some(false), shown: "3".to_owned() }],
        lanes: vec![logs, metrics],
        delivery: Some(Delivery {
            sink: "http://127.0.0.1:4318".to_owned(),
            lost: Some(1),
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

/// A run of three seconds as the service knows it.
pub(super) struct RunOfThree {
    results: Results,
    series: RunSeries,
    spec: Spec,
    samples: Vec<KeptRecord>,
    environment: Environment,
}

impl RunOfThree {
    pub(super) fn report(&self) -> Report<'_> {
        let Self { results, series, spec, samples, environment } = self;
        Report { results, series, spec, samples, environment }
    }
}

pub(super) fn run() -> RunOfThree {
    let body = json!({
        "logRate": 10, "duration": 3, "thresholds": ["missed == 0", "acked > 1000"],
        "destination": {"endpoint": "http://127.0.0.1:1", "apiKey": "hush"}
    });
    let spec = Draft::read(&body).unwrap().into_spec().unwrap();
    let points: Vec<_> = (1..=3).map(point).collect();
    let mut share = RunShare::start(&spec, Share::WHOLE);
    share.checkpoint.active = ActiveTime::from_duration(StdDuration::from_secs(3));
    share.checkpoint.lanes[0].tally = Point::counted(&points);
    let at = DateTime::UNIX_EPOCH;
    share.end = Some(RunEnd { outcome: Outcome::Completed, at: at + Duration::seconds(3), reason: None });
    let (id, test) = (RunId(Uuid::nil()), TestId::parse("t").unwrap());
    let run =
        Run { id, test, number: RunNumber::FIRST, spec: spec.clone(), started_at: at, shares: vec![share] };
    let sample = KeptRecord {
        run: id,
        signal: Signal::Logs,
        share: 0,
        seq: 7,
        at,
        level: None,
        trace_id: None,
        body: r#"{"message":"<b>"}"#.to_owned(),
    };
    RunOfThree {
        results: Results::of(&run, Status::Completed).unwrap(),
        series: RunSeries::of(&run, &points, 0, 3, 1).unwrap(),
        spec,
        samples: vec![sample],
        environment: Environment::here(at),
    }
}

/// Ten records, of which eight were acked and two failed.
fn point(second: u32) -> Point {
    let mut tally = Tally::default();
    tally.issue(10, 100);
    tally.book(8, &Answer::Acked);
    tally.book(2, &Answer::Failed(Kind::Timeout));
    let mut times = LatencyTimes::default();
    times.response.record(StdDuration::from_millis(5), 8);
    let elapsed = StdDuration::from_secs(second.into());
    let (active, at) = (ActiveTime::from_duration(elapsed), DateTime::UNIX_EPOCH + elapsed);
    let mark = LoadMark { event: LoadEvent::Changed, at, active, detail: None };
    Point {
        run: RunId(Uuid::nil()),
        signal: Signal::Logs,
        share: 0,
        grain: Grain::Fine,
        at,
        active,
        span: StdDuration::from_secs(1),
        tally,
        evidence: Evidence { issued: 10, ..Evidence::default() },
        latency: times.to_latency(),
        marks: if second == 2 { vec![mark] } else { Vec::new() },
    }
}
