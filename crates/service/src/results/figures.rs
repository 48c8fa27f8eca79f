//! What was counted in a run, put together from its shares, and what thresholds read of it.

use std::collections::BTreeMap;

use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::Checkpoint;
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::threshold::{Count, Figure, Figures, Quantile, Time};
use moniflux_domain::verdict::Evidence;
use moniflux_domain::verify::Verification;
use moniflux_engine::latency::{LatencyTimes, Times, UnreadableDistribution};

/// What was counted in a run so far.
#[derive(Debug, Clone, Default)]
pub struct RunFigures {
    /// Time under load.
    pub(crate) active: ActiveTime,
    /// Each signal that was on.
    pub(crate) lanes: BTreeMap<Signal, LaneFigures>,
    /// What the sink said; none when it was not asked.
    pub(crate) delivery: Option<Verification>,
}

/// What was counted in a lane so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct LaneFigures {
    pub(crate) tally: Tally,
    pub(crate) evidence: Evidence,
    pub(crate) times: LatencyTimes,
}

impl RunFigures {
    /// What a checkpoint says.
    ///
    /// # Errors
    /// Its distributions cannot be read.
    pub fn of(checkpoint: &Checkpoint) -> Result<Self, UnreadableDistribution> {
        let end = checkpoint.lanes.iter().map(|lane| lane.load.end()).max();
        let active = end.map_or(checkpoint.active, |end| checkpoint.active.min(end));
        let mut lanes: BTreeMap<_, LaneFigures> = BTreeMap::new();
        for lane in &checkpoint.lanes {
            let figures = lanes.entry(lane.signal).or_default();
            figures.tally.merge(&lane.tally);
            figures.evidence.merge(&lane.evidence);
            figures.times.add(&lane.latency)?;
        }
        Ok(Self { active, lanes, delivery: None })
    }

    fn of_lanes(&self, signal: Option<Signal>) -> impl Iterator<Item = &LaneFigures> {
        let fits = move |(lane, _): &(&Signal, &LaneFigures)| signal.is_none_or(|signal| signal == **lane);
        self.lanes.iter().filter(fits).map(|(_, figures)| figures)
    }
}

impl Figures for RunFigures {
    fn figure(&self, signal: Option<Signal>, figure: Figure) -> Option<f64> {
        let sum = |count| match &self.delivery {
            Some(delivery) if Figure::Count(count).is_of_the_sink() => delivery.count(signal, count),
            Some(_) | None => self.of_lanes(signal).try_fold(0, |sum, lane| Some(sum + lane.count(count)?)),
        };
        match figure {
            Figure::Count(count) => sum(count).map(float),
            Figure::Share(count) => {
                let due = sum(Count::Due)?;
                (due > 0).then_some(float(sum(count)?) / float(due))
            }
            Figure::Asked => sum(Count::Due).map(|due| per_second(due, self.active)),
            Figure::Achieved => {
                let in_time = self.of_lanes(signal).map(LaneFigures::in_time).sum();
                Some(per_second(in_time, self.active))
            }
            Figure::Time(Time::EndToEnd, quantile) => self.delivery.as_ref()?.end_to_end(signal, quantile),
            Figure::Time(time, quantile) => {
                let mut all = Times::default();
                for lane in self.of_lanes(signal) {
                    all.merge(lane.times_of(time)?);
                }
                quantile_of(&all, quantile)
            }
            Figure::Headroom => {
                let lanes = self.of_lanes(signal).map(|lane| lane.evidence.headroom());
                lanes.reduce(f64::min)
            }
        }
    }
}

impl LaneFigures {
    /// Records that left while the load went on.
    pub(crate) fn in_time(&self) -> u64 {
        self.tally.issued().saturating_sub(self.evidence.overtime)
    }

    /// None for what only the sink can count.
    fn count(&self, count: Count) -> Option<u64> {
        let tally = &self.tally;
        Some(match count {
            Count::Due => tally.due(),
            Count::Issued => tally.issued(),
            Count::Acked => tally.acked(),
            Count::Rejected => tally.rejected(),
            Count::Failed => tally.failed(),
            Count::Missed => tally.missed(),
            Count::InDoubt => tally.in_doubt(),
            Count::Late => self.evidence.late,
            Count::Dropped => self.evidence.dropped,
            Count::Requests => tally.requests(),
            Count::Retries => tally.retries(),
            Count::Bytes => tally.bytes(),
            Count::WireBytes => tally.wire_bytes(),
            Count::Loss | Count::Duplicates | Count::Reordered => return None,
        })
    }

    /// None for what only the sink can measure.
    fn times_of(&self, time: Time) -> Option<&Times> {
        match time {
            Time::Lateness => Some(&self.times.lateness),
            Time::Response => Some(&self.times.response),
            Time::Service => Some(&self.times.service),
            Time::EndToEnd => None,
        }
    }
}

/// Milliseconds.
fn quantile_of(times: &Times, quantile: Quantile) -> Option<f64> {
    match quantile {
        Quantile::P50 => times.quantile_millis(0.5),
        Quantile::P90 => times.quantile_millis(0.9),
        Quantile::P95 => times.quantile_millis(0.95),
        Quantile::P99 => times.quantile_millis(0.99),
        Quantile::P999 => times.quantile_millis(0.999),
        Quantile::Max => times.max_millis(),
    }
}

/// Records per second of active time.
pub(crate) fn per_second(records: u64, active: ActiveTime) -> f64 {
    let seconds = active.as_duration().as_secs_f64();
    if seconds > 0.0 { float(records) / seconds } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "figures are shown and compared, not counted with")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}
