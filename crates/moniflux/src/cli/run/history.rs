//! What a run was like over time, kept in memory for its report.
//!
//! The longer the run, the longer the stretches that are kept: a soak test of weeks takes a few tens of megabytes.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::point::{Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_engine::latency::{LatencyTimes, UnreadableDistribution};
use moniflux_engine::run::Observation;

/// The points and some of the records of a run so far.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Seconds of a stretch.
    step: u64,
    /// By stretch, lane and share.
    points: BTreeMap<(u64, Signal, u32), Point>,
    samples: Vec<Sample>,
}

impl History {
    /// Keeps what was observed.
    ///
    /// # Errors
    /// A distribution cannot be read.
    pub(super) fn note(&mut self, seen: &Observation) -> Result<(), UnreadableDistribution> {
        let step = step_of(seen.checkpoint.active);
        if step != self.step {
            self.step = step;
            for (_, point) in std::mem::take(&mut self.points) {
                self.add(point)?;
            }
        }
        for point in &seen.points {
            self.add(point.clone())?;
        }
        for sample in &seen.samples {
            if self.samples.iter().filter(|kept| kept.signal == sample.signal).count() < SAMPLES {
                self.samples.push(sample.clone());
            }
        }
        Ok(())
    }

    /// Every stretch, and a few records of each signal.
    pub(super) fn into_parts(self) -> (Vec<Point>, Vec<Sample>) {
        (self.points.into_values().collect(), self.samples)
    }

    fn add(&mut self, point: Point) -> Result<(), UnreadableDistribution> {
        let stretch = second_of(point.active).div_ceil(self.step);
        let Some(sum) = self.points.get_mut(&(stretch, point.signal, point.share)) else {
            self.points.insert((stretch, point.signal, point.share), point);
            return Ok(());
        };
        let mut times = LatencyTimes::from_latency(&sum.latency)?;
        times.merge(&LatencyTimes::from_latency(&point.latency)?);
        sum.latency = times.to_latency();
        sum.tally.merge(&point.tally);
        sum.evidence.merge(&point.evidence);
        sum.span += point.span;
        sum.at = sum.at.max(point.at);
        sum.active = sum.active.max(point.active);
        sum.marks.extend(point.marks);
        Ok(())
    }
}

/// Points come about on the second, a little early or late.
fn second_of(active: ActiveTime) -> u64 {
    (active.as_duration() + Duration::from_millis(500)).as_secs()
}

/// The stretch that suits a run of that length: charts of it have steps that are multiples of this.
fn step_of(active: ActiveTime) -> u64 {
    match active.as_duration().as_secs() {
        0..2_500 => 1,
        2_500..30_000 => 5,
        30_000..150_000 => 60,
        _ => 300,
    }
}

/// Records of each signal that a report shows.
const SAMPLES: usize = 5;

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use moniflux_domain::id::RunId;
    use moniflux_domain::point::{Grain, Latency};
    use moniflux_domain::run::Checkpoint;
    use moniflux_domain::tally::Tally;
    use moniflux_domain::verdict::Evidence;
    use uuid::Uuid;

    use super::*;

    fn observation(second: u64) -> Observation {
        let active = ActiveTime::from_duration(Duration::from_secs(second));
        let mut times = LatencyTimes::default();
        times.response.record(Duration::from_millis(second), 1);
        let mut tally = Tally::default();
        tally.issue(1, 10);
        let point = Point {
            run: RunId(Uuid::nil()),
            signal: Signal::Logs,
            share: 0,
            grain: Grain::Fine,
            at: DateTime::UNIX_EPOCH,
            active,
            span: Duration::from_secs(1),
            tally,
            evidence: Evidence::default(),
            latency: times.to_latency(),
            marks: Vec::new(),
        };
        let checkpoint = Checkpoint { active, ..Checkpoint::default() };
        Observation { checkpoint, points: vec![point], samples: Vec::new() }
    }

    fn kept(seconds: u64) -> Vec<Point> {
        let mut history = History::default();
        for second in 1..=seconds {
            history.note(&observation(second)).unwrap();
        }
        history.into_parts().0
    }

    #[test]
    fn nothing_is_lost_when_stretches_grow() {
        for (seconds, points) in [(100, 100), (2_499, 2_499), (2_500, 500), (6_000, 1_200), (30_000, 500)] {
            let kept = kept(seconds);
            assert_eq!(kept.len(), points, "{seconds}");
            assert_eq!(Point::counted(&kept).issued(), seconds);
            let span: Duration = kept.iter().map(|point| point.span).sum();
            assert_eq!(span, Duration::from_secs(seconds));
            let last = kept.last().unwrap();
            assert_eq!(last.active.as_duration().as_secs(), seconds);
            assert_ne!(last.latency, Latency::default());
        }
    }
}
