//! Makes what a report shows out of what the service knows of a run.

use std::collections::{BTreeMap, BTreeSet};

use moniflux_domain::answer::Kind;
use moniflux_domain::capacity::Limit;
use moniflux_domain::point::Sample as KeptRecord;
use moniflux_domain::signal::Signal;
use moniflux_domain::verify::{EndToEnd, Verified};
use moniflux_service::results::{
    CapacityResults, DeliveryResults, LaneResults, Lateness, Percentiles, ThresholdResult,
};
use moniflux_service::series::StepLane;
use moniflux_service::{Results, Series as RunSeries};

use super::view::{
    Capacity, CapacityStep, Column, Delivery, Generator, Lane, LaneSeries, Mark, Received, Refused, Sample,
    Series, Threshold, Times, View,
};
use super::{Report, ReportError, spec, words};

impl View {
    pub(super) fn of(report: &Report<'_>) -> Result<Self, ReportError> {
        let Report { results, series, environment, .. } = report;
        let cores = environment.cores;
        Ok(Self {
            test: results.test.to_string(),
            run: results.run.0,
            run_id: results.run_id.to_string(),
            status: results.status.clone(),
            started_at: results.started_at,
            ended_at: results.ended_at,
            active_seconds: results.active_seconds,
            result: results.conclusion.result.as_str(),
            reason: results.conclusion.reason.clone(),
            verdict: results.verdict.as_str(),
            generator: Generator {
                headroom: results.generator.headroom,
                late: results.generator.late,
                dropped: results.generator.dropped,
            },
            thresholds: results.thresholds.iter().map(|threshold| threshold_of(threshold, results)).collect(),
            lanes: results
                .lanes
                .iter()
                .map(|(signal, lane)| lane_of(*signal, lane, results.delivery.as_ref()))
                .collect(),
            delivery: results.delivery.as_ref().map(|delivery| Delivery {
                sink: delivery.sink.clone(),
                lost: delivery.lost,
                settled: delivery.settled,
                fault: delivery.fault.clone(),
            }),
            capacity: results.capacity.as_ref().map(capacity_of),
            series: series_of(series),
            timeline: series
                .timeline
                .iter()
                .map(|entry| Mark {
                    event: entry.event.as_str().to_owned(),
                    at: entry.at,
                    t: entry.t,
                    detail: entry.detail.clone(),
                })
                .collect(),
            spec: spec::yaml(&results.test, report.spec)?,
            samples: report.samples.iter().map(sample_of).collect(),
            environment: vec![
                ("Written", words::moment(environment.written_at)),
                ("By", format!("MoniFlux {}", environment.version)),
                (
                    "On",
                    format!(
                        "{}, {}, {cores} core{}",
                        environment.system,
                        environment.architecture,
                        if cores == 1 { "" } else { "s" }
                    ),
                ),
            ],
        })
    }
}

fn threshold_of(threshold: &ThresholdResult, results: &Results) -> Threshold {
    let is_open = threshold.value.is_none() && results.ended_at.is_none();
    Threshold {
        text: threshold.threshold.clone(),
        ok: (!is_open).then_some(threshold.ok),
        shown: threshold.shown.clone(),
    }
}

fn lane_of(signal: Signal, lane: &LaneResults, delivery: Option<&DeliveryResults>) -> Lane {
    let kinds = |class, counts: &BTreeMap<Kind, u64>| {
        let kind =
            |(kind, records): (&Kind, &u64)| Refused { class, kind: kind.to_string(), records: *records };
        counts.iter().map(kind).collect::<Vec<_>>()
    };
    let mut all_kinds = kinds("failed", &lane.failures);
    all_kinds.extend(kinds("rejected", &lane.rejections));
    Lane {
        signal: signal.as_str(),
        due: lane.due,
        issued: lane.issued,
        acked: lane.acked,
        rejected: lane.rejected,
        failed: lane.failed,
        missed: lane.missed,
        in_doubt: lane.in_doubt,
        in_flight: lane.in_flight,
        waiting: lane.waiting,
        kinds: all_kinds,
        requests: lane.requests,
        retries: lane.retries,
        bytes: lane.bytes,
        wire_bytes: lane.wire_bytes,
        asked: lane.rate.asked,
        achieved: lane.rate.achieved,
        lateness: lane.lateness.into(),
        response: lane.response_time.into(),
        service: lane.service_time.into(),
        received: delivery.and_then(|delivery| delivery.lanes.get(&signal)).map(received),
    }
}

fn received(seen: &Verified) -> Received {
    Received {
        unique: seen.unique,
        duplicates: seen.duplicates,
        reordered: seen.reordered,
        lost: seen.lost,
        lost_at_most: seen.lost_at_most,
        lost_at_tail: seen.lost_at_tail,
        end_to_end: seen.end_to_end.into(),
    }
}

impl From<EndToEnd> for Times {
    fn from(times: EndToEnd) -> Self {
        Self {
            p50: times.p50,
            p90: times.p90,
            p95: times.p95,
            p99: times.p99,
            p999: times.p999,
            max: times.max,
        }
    }
}

impl From<Percentiles> for Times {
    fn from(times: Percentiles) -> Self {
        Self {
            p50: times.p50,
            p90: times.p90,
            p95: times.p95,
            p99: times.p99,
            p999: times.p999,
            max: times.max,
        }
    }
}

impl From<Lateness> for Times {
    fn from(times: Lateness) -> Self {
        Self { p50: times.p50, p99: times.p99, max: times.max, ..Self::default() }
    }
}

fn capacity_of(capacity: &CapacityResults) -> Capacity {
    let asked = |rates: Vec<(Signal, u64)>| {
        let rates: Vec<_> =
            rates.into_iter().map(|(signal, rate)| format!("{} {signal}/s", words::count(rate))).collect();
        if rates.is_empty() { "nothing".to_owned() } else { rates.join(", ") }
    };
    let rates = asked(capacity.rates.iter().map(|(signal, rate)| (*signal, *rate)).collect());
    let found = match (capacity.found, capacity.limit) {
        (true, Some(Limit::Destination)) => format!("The destination takes {rates}, and no more."),
        (true, Some(Limit::Generator)) => {
            format!("The destination takes at least {rates}; the generator makes no more.")
        }
        (true, Some(Limit::Max) | None) => {
            format!("The destination takes at least {rates}; no higher rate was tried.")
        }
        (false, Some(_)) => "The condition failed at every rate, down to the lowest.".to_owned(),
        (false, None) => format!("Not known; so far the destination took {rates}."),
    };
    let steps = capacity.steps.iter().map(|step| CapacityStep {
        asked: asked(step.lanes.iter().map(|(signal, lane)| (*signal, lane.rate)).collect()),
        p99: step.p99,
        held: step.held,
        reason: step.reason.clone(),
    });
    Capacity { found, reason: capacity.reason.clone(), steps: steps.collect() }
}

fn series_of(series: &RunSeries) -> Series {
    let signals: BTreeSet<_> = series.points.iter().flat_map(|point| point.lanes.keys().copied()).collect();
    Series {
        step: series.step,
        t: series.points.iter().map(|point| point.t).collect(),
        at: series.points.iter().map(|point| point.at).collect(),
        lanes: signals.into_iter().map(|signal| lane_series(series, signal)).collect(),
    }
}

fn lane_series(series: &RunSeries, signal: Signal) -> LaneSeries {
    let lanes: Vec<_> = series.points.iter().map(|point| point.lanes.get(&signal)).collect();
    let column = |figure: fn(&StepLane) -> Option<f64>| -> Column {
        lanes.iter().map(|lane| lane.and_then(figure)).collect()
    };
    LaneSeries {
        signal: signal.as_str(),
        asked: column(|lane| Some(lane.rate.asked)),
        achieved: column(|lane| Some(lane.rate.achieved)),
        acked: column(|lane| Some(lane.rate.acked)),
        lateness: [
            column(|lane| lane.lateness.p50),
            column(|lane| lane.lateness.p99),
            column(|lane| lane.lateness.max),
        ],
        response: [
            column(|lane| lane.response_time.p50),
            column(|lane| lane.response_time.p90),
            column(|lane| lane.response_time.p99),
            column(|lane| lane.response_time.max),
        ],
        failures: losses(&lanes),
    }
}

/// Records that did not make it, by kind where they have one, else by class; those that there are.
fn losses(lanes: &[Option<&StepLane>]) -> Vec<(String, Column)> {
    let mut columns: BTreeMap<String, Column> = BTreeMap::new();
    for (place, lane) in lanes.iter().enumerate() {
        let Some(lane) = lane else { continue };
        let kinds =
            lane.failures.iter().chain(&lane.rejections).map(|(kind, records)| (kind.to_string(), *records));
        let classes = [("missed", lane.missed), ("in doubt", lane.in_doubt)];
        let classes = classes.into_iter().map(|(class, records)| (class.to_owned(), records));
        for (name, records) in kinds.chain(classes).filter(|(_, records)| *records > 0) {
            let column = columns.entry(name).or_insert_with(|| vec![Some(0.0); lanes.len()]);
            if let Some(sum) = column.get_mut(place) {
                *sum = Some(sum.unwrap_or(0.0) + words::float(records));
            }
        }
    }
    columns.into_iter().collect()
}

fn sample_of(sample: &KeptRecord) -> Sample {
    Sample { signal: sample.signal.as_str(), seq: sample.seq, at: sample.at, record: sample.body.clone() }
}
