//! Makes frames of what is observed of a run in this process.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::profile::{ActiveTime, Extent};
use moniflux_domain::run::{Checkpoint, Run};
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::threshold::Threshold;
use moniflux_engine::latency::{LatencyTimes, UnreadableDistribution};
use moniflux_engine::run::Observation;
use moniflux_service::results::RunFigures;

use crate::cli::show::live::{Frame, LaneNow, RUNNING};
use crate::cli::show::results;

/// What was shown of a run so far.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    run: &'a Run,
    /// The active time of the observation before.
    before: ActiveTime,
    /// How many observations were made.
    seen: u64,
}

/// One lane in the latest second, all shares together.
#[derive(Debug, Default)]
struct Latest {
    tally: Tally,
    times: LatencyTimes,
}

impl<'a> Progress<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        Self { run, before: ActiveTime::ZERO, seen: 0 }
    }

    /// How many frames there were before the latest.
    pub(super) fn second(&self) -> u64 {
        self.seen.saturating_sub(2)
    }

    /// The next frame; none for the moment at which the run begins.
    ///
    /// # Errors
    /// A distribution cannot be read.
    pub(super) fn note(
        &mut self,
        seen: &Observation,
        figures: &RunFigures,
    ) -> Result<Option<Frame>, UnreadableDistribution> {
        let active = seen.checkpoint.active;
        let lasted = active.since(self.before);
        self.before = active;
        self.seen += 1;
        if self.seen == 1 {
            return Ok(None);
        }
        let mut latest: BTreeMap<Signal, Latest> = BTreeMap::new();
        for point in &seen.points {
            let lane = latest.entry(point.signal).or_default();
            lane.tally.merge(&point.tally);
            lane.times.merge(&LatencyTimes::from_latency(&point.latency)?);
        }
        let thresholds =
            self.run.spec.thresholds.iter().map(|threshold| judged(threshold, figures)).collect();
        Ok(Some(Frame { thresholds, ..self.frame(&seen.checkpoint, &latest, lasted) }))
    }

    fn frame(&self, checkpoint: &Checkpoint, latest: &BTreeMap<Signal, Latest>, lasted: Duration) -> Frame {
        let mut lanes: BTreeMap<Signal, Tally> = BTreeMap::new();
        for lane in &checkpoint.lanes {
            lanes.entry(lane.signal).or_default().merge(&lane.tally);
        }
        // The load's own end, which is the profile's where there is no duration.
        let end = checkpoint.lanes.iter().map(|lane| lane.load.end()).max();
        let ends_after = end.filter(|end| *end < ActiveTime::FOREVER && checkpoint.search.is_none());
        let ends_after = ends_after.map(|end| end.as_duration().as_secs_f64());
        let active = checkpoint.active.as_duration().as_secs_f64();
        let active = ends_after.map_or(active, |end| active.min(end));
        let progress = match (self.run.spec.extent, ends_after) {
            (Extent::Count(records), _) => {
                lanes.values().map(|tally| part(tally.due(), records)).reduce(f64::min)
            }
            (Extent::For(_) | Extent::Open, Some(end)) => Some(if end > 0.0 { active / end } else { 1.0 }),
            (Extent::For(_) | Extent::Open, None) => None,
        };
        let doing = checkpoint.search.as_ref().map_or_else(
            || RUNNING.to_owned(),
            |search| {
                let asked = lanes
                    .keys()
                    .map(|signal| format!("{} {signal}/s", search.asked(*signal).records_per_second()));
                format!("step {}: {}", search.steps().len() + 1, asked.collect::<Vec<_>>().join(", "))
            },
        );
        let nothing = Latest::default();
        let lane = |(signal, tally): (&Signal, &Tally)| {
            let latest = latest.get(signal).unwrap_or(&nothing);
            LaneNow {
                signal: signal.to_string(),
                asked: per_second(latest.tally.due(), lasted),
                achieved: per_second(latest.tally.issued(), lasted),
                p50: latest.times.response.quantile_millis(0.5),
                p99: latest.times.response.quantile_millis(0.99),
                due: tally.due(),
                acked: tally.acked(),
                refused: tally.rejected() + tally.failed(),
                missed: tally.missed(),
                open: tally.waiting() + tally.in_flight(),
            }
        };
        Frame {
            test: self.run.test.to_string(),
            doing,
            active,
            progress,
            ends_after,
            lanes: lanes.iter().map(lane).collect(),
            thresholds: Vec::new(),
        }
    }
}

/// A threshold as it stands; what cannot be measured yet neither holds nor breaks.
fn judged(threshold: &Threshold, figures: &RunFigures) -> results::Threshold {
    let judged = threshold.judge(figures);
    results::Threshold {
        condition: threshold.to_string(),
        ok: judged.map(|(_, holds)| holds),
        value: judged.map(|(value, _)| value),
        shown: judged.map(|(value, _)| threshold.figure.unit().show(value)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown, not counted with")]
fn per_second(records: u64, lasted: Duration) -> f64 {
    let seconds = lasted.as_secs_f64();
    if seconds > 0.0 { records as f64 / seconds } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "a part is shown, not counted with")]
fn part(of: u64, whole: u64) -> f64 {
    of as f64 / whole.max(1) as f64
}
