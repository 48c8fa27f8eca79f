//! A run over time adds up to the run, and tells what happened when.

use std::time::Duration;

use chrono::DateTime;
use moniflux_domain::answer::Answer;
use moniflux_domain::draft::Draft;
use moniflux_domain::point::{LoadEvent, Mark};
use moniflux_domain::run::RunShare;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_engine::latency::LatencyTimes;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn run() -> Run {
    let body =
        json!({"logRate": 9, "duration": 9, "parallelism": 2, "destination": {"endpoint": "http://h"}});
    let spec = Draft::read(&body).unwrap().into_spec().unwrap();
    let shares = spec.leased_shares().map(|share| RunShare::start(&spec, share)).collect();
    let (id, test) = (RunId(Uuid::nil()), TestId::parse("t").unwrap());
    Run { id, test, number: RunNumber::FIRST, spec, started_at: DateTime::UNIX_EPOCH, shares }
}

/// A report of 10 records, of which 8 were acked, a millisecond each.
fn point(share: u32, millis: u64, span: u64) -> Point {
    let mut tally = Tally::default();
    tally.issue(10, 100);
    tally.book(8, &Answer::Acked);
    let mut times = LatencyTimes::default();
    times.response.record(Duration::from_millis(1 + u64::from(share) * 99), 8);
    let active = ActiveTime::from_duration(Duration::from_millis(millis));
    let at = DateTime::UNIX_EPOCH + Duration::from_millis(millis);
    Point {
        run: RunId(Uuid::nil()),
        signal: Signal::Logs,
        share,
        grain: Grain::Fine,
        at,
        active,
        span: Duration::from_millis(span),
        tally,
        evidence: Evidence { busiest: 250, ..Evidence::default() },
        latency: times.to_latency(),
        marks: vec![Mark { event: LoadEvent::Changed, at: DateTime::UNIX_EPOCH, active, detail: None }],
    }
}

#[test]
fn reports_about_a_second_apart_are_a_point_each() {
    let points = [point(0, 998, 998), point(0, 2_003, 1_005), point(0, 2_999, 996)];
    let series = Series::of(&run(), &points, 0, 3, 1).unwrap();
    let times: Vec<_> = series.points.iter().map(|step| step.t).collect();
    assert_eq!(times, [1.0, 2.0, 3.0]);
    let lane = &series.points[1].lanes[&Signal::Logs];
    assert!((lane.rate.asked - 10.0 / 1.005).abs() < 1e-9 && (lane.rate.acked - 8.0 / 1.005).abs() < 1e-9);
    assert!((lane.headroom - 0.75).abs() < 1e-9);
}

#[test]
fn steps_add_counts_up_and_merge_distributions() {
    let points: Vec<_> =
        (1..=10).flat_map(|s| [point(0, s * 1_000, 1_000), point(1, s * 1_000 + 40, 1_000)]).collect();
    let series = Series::of(&run(), &points, 0, 10, 5).unwrap();
    assert_eq!(series.points.len(), 2);
    for step in &series.points {
        let lane = &step.lanes[&Signal::Logs];
        assert_eq!((lane.issued, lane.acked), (100, 80));
        // Two shares of ten a second each.
        assert!((lane.rate.achieved - 20.0).abs() < 1e-9);
        // Half took 1 ms and half 100 ms: a mean of percentiles would say 50.
        assert!((lane.response_time.p99.unwrap() - 100.0).abs() < 0.1);
        assert!((lane.response_time.p50.unwrap() - 1.0).abs() < 0.1);
    }
    let whole = Series::of(&run(), &points, 0, 10, 30).unwrap();
    assert_eq!(whole.points[0].lanes[&Signal::Logs].issued, 200);
}

#[test]
fn answers_in_a_pause_are_counted_and_make_no_rate() {
    let points = [
        point(0, 1_000, 1_000),
        Point {
            active: ActiveTime::from_nanos(1_000_000_001),
            span: Duration::from_nanos(1),
            ..point(0, 1_000, 0)
        },
    ];
    let series = Series::of(&run(), &points, 0, 1, 1).unwrap();
    let lane = &series.points[0].lanes[&Signal::Logs];
    assert_eq!(lane.acked, 16);
    assert!(lane.rate.acked < 17.0, "{:?}", lane.rate);
    let only = Series::of(&run(), &points[1..], 0, 1, 1).unwrap();
    assert_eq!(only.points[0].lanes[&Signal::Logs].rate, step::StepRate::default());
}

#[test]
fn each_mark_is_told_once_and_the_start_first() {
    let points = [point(0, 1_000, 1_000), point(1, 1_000, 1_000)];
    let series = Series::of(&run(), &points, 0, 1, 1).unwrap();
    let events: Vec<_> = series.timeline.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(events, ["started", "changed"]);
}

#[test]
fn a_query_is_held_to_what_a_reader_can_take() {
    let seconds = |from, to, step| SeriesQuery { from, to, step }.in_seconds(86_400);
    assert_eq!(seconds(None, None, None), Ok((0, 86_400, 300)));
    assert_eq!(seconds(Some(60), Some(120), None), Ok((60, 120, 1)));
    assert!(seconds(Some(60), Some(60), None).is_err());
    assert!(seconds(None, None, Some(1)).is_err());
    assert!(seconds(None, Some(20_000), Some(1)).is_ok());
}
