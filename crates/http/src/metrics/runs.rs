//! The runs that this replica drives, the first hundred by name and the rest together.
//!
//! Runs come and go, and a counter must not fall: what the rest have counted is summed up here and stays when they end.
//! A run that is named stays so until it ends.

use std::collections::{BTreeMap, BTreeSet};

use moniflux_domain::id::RunId;
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Verdict;
use moniflux_service::{LiveLane, LiveRun};
use prometheus::proto::MetricFamily;
use prometheus::{Error, GaugeVec, IntCounterVec, IntGauge, IntGaugeVec, Opts};

use super::{collected, counters, summary};

/// Runs that are shown by name, at most.
pub(super) const NAMED: usize = 100;

/// What every run but the named ones is called.
const OTHER: &str = "other";

/// What is remembered from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Runs {
    named: BTreeSet<RunId>,
    /// What each lane of another run had counted when it was last looked at.
    seen: BTreeMap<(RunId, Signal), Tally>,
    /// What all others have counted.
    others: BTreeMap<Signal, Tally>,
}

impl Runs {
    /// The runs as they are now.
    pub(super) fn families(&mut self, live: &[LiveRun]) -> Result<Vec<MetricFamily>, Error> {
        self.look_at(live);
        let families = Families::new()?;
        families.running.set(i64::try_from(live.len()).unwrap_or(i64::MAX));
        let mut response_times = Vec::new();
        for run in live {
            let number = run.number.to_string();
            let is_named = self.named.contains(&run.run);
            let [test, number] = if is_named { [run.test.as_str(), number.as_str()] } else { [OTHER, OTHER] };
            let limited = run.evidence.verdict() == Verdict::GeneratorLimited;
            families.limited.with_label_values(&[test, number]).add(i64::from(limited));
            for (signal, lane) in &run.lanes {
                let labels = [test, number, signal.as_str()];
                families.show_now(&labels, lane);
                if is_named {
                    families.count(&labels, &lane.tally);
                    let names = LANE.into_iter().zip(labels);
                    let labels = names.map(|(name, value)| summary::label(name, value)).collect();
                    response_times.push((labels, lane));
                }
            }
        }
        for (signal, tally) in &self.others {
            families.count(&[OTHER, OTHER, signal.as_str()], tally);
        }
        let mut all = families.collect();
        all.push(summary::response_times(response_times.into_iter()));
        Ok(all)
    }

    /// Gives the places of runs that have ended to the next ones, and adds up what the others have counted since.
    fn look_at(&mut self, live: &[LiveRun]) {
        let here: BTreeSet<RunId> = live.iter().map(|run| run.run).collect();
        self.named.retain(|run| here.contains(run));
        self.seen.retain(|(run, _), _| here.contains(run));
        for run in live {
            let was_seen = run.lanes.keys().any(|signal| self.seen.contains_key(&(run.run, *signal)));
            if !was_seen && self.named.len() < NAMED {
                self.named.insert(run.run);
            }
            if self.named.contains(&run.run) {
                continue;
            }
            for (signal, lane) in &run.lanes {
                let before = self.seen.insert((run.run, *signal), lane.tally.clone()).unwrap_or_default();
                self.others.entry(*signal).or_default().merge(&lane.tally.since(&before));
            }
        }
    }
}

struct Families {
    running: IntGauge,
    limited: IntGaugeVec,
    records: IntCounterVec,
    requests: IntCounterVec,
    retries: IntCounterVec,
    bytes: IntCounterVec,
    in_flight: IntGaugeVec,
    waiting: IntGaugeVec,
    asked: GaugeVec,
}

impl Families {
    fn new() -> Result<Self, Error> {
        let gauges = |name, help, labels: &[&str]| IntGaugeVec::new(Opts::new(name, help), labels);
        Ok(Self {
            running: IntGauge::new("moniflux_running_runs", "Runs that this replica drives.")?,
            limited: gauges(
                "moniflux_run_generator_limited",
                "1 for a run whose load the generator itself made late, so that it cannot be trusted.",
                &["test_id", "run"],
            )?,
            records: counters(
                "moniflux_run_records_total",
                "Records of a run, by what became of them.",
                &["test_id", "run", "signal", "class"],
            )?,
            requests: counters(
                "moniflux_run_requests_total",
                "Requests that carried a run's records.",
                &LANE,
            )?,
            retries: counters("moniflux_run_retries_total", "Requests that repeated another.", &LANE)?,
            bytes: counters(
                "moniflux_run_sent_bytes_total",
                "Bytes of the bodies of a run's requests.",
                &LANE,
            )?,
            in_flight: gauges(
                "moniflux_run_in_flight_records",
                "Records that were issued and not yet answered.",
                &LANE,
            )?,
            waiting: gauges(
                "moniflux_run_waiting_records",
                "Records that are due and not yet issued.",
                &LANE,
            )?,
            asked: GaugeVec::new(
                Opts::new(
                    "moniflux_run_asked_records_per_second",
                    "The rate that the schedule asks for now; 0 for as fast as it goes.",
                ),
                &LANE,
            )?,
        })
    }

    /// What a lane has counted.
    fn count(&self, labels: &[&str; 3], tally: &Tally) {
        let [test, number, signal] = *labels;
        for (class, count) in classes(tally) {
            self.records.with_label_values(&[test, number, signal, class]).inc_by(count);
        }
        self.requests.with_label_values(labels).inc_by(tally.requests());
        self.retries.with_label_values(labels).inc_by(tally.retries());
        self.bytes.with_label_values(labels).inc_by(tally.bytes());
    }

    /// What a lane does right now.
    fn show_now(&self, labels: &[&str; 3], lane: &LiveLane) {
        let add = |gauge: &IntGaugeVec, records| {
            gauge.with_label_values(labels).add(i64::try_from(records).unwrap_or(i64::MAX));
        };
        add(&self.in_flight, lane.tally.in_flight());
        add(&self.waiting, lane.tally.waiting());
        self.asked.with_label_values(labels).add(lane.asked);
    }

    fn collect(&self) -> Vec<MetricFamily> {
        collected(&[
            &self.running,
            &self.limited,
            &self.records,
            &self.requests,
            &self.retries,
            &self.bytes,
            &self.in_flight,
            &self.waiting,
            &self.asked,
        ])
    }
}

fn classes(tally: &Tally) -> [(&'static str, u64); 7] {
    [
        ("due", tally.due()),
        ("issued", tally.issued()),
        ("acked", tally.acked()),
        ("rejected", tally.rejected()),
        ("failed", tally.failed()),
        ("missed", tally.missed()),
        ("in_doubt", tally.in_doubt()),
    ]
}

/// What a lane's series are known by.
const LANE: [&str; 3] = ["test_id", "run", "signal"];
