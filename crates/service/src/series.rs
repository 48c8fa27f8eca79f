//! A run over time: its points, put together in steps, and what happened when.
//!
//! Counts add up and distributions are merged; nothing is averaged. A step at `t` covers `(t − step, t]` of active time.

mod step;
mod timeline;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::fault::Faults;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::point::{Grain, Point};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::Run;
use moniflux_domain::signal::Signal;
use moniflux_engine::latency::UnreadableDistribution;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::PointRange;
use serde::Serialize;

use crate::error::UseCaseError;
use crate::service::Service;

pub use self::step::StepLane;
pub(crate) use self::step::StepSum;
pub(crate) use self::timeline::marks;
pub use self::timeline::{TimelineEntry, TimelineEvent};

/// Which part of a run is asked for, and how finely; the default is all of it, in at most [`SeriesQuery::POINTS`] steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeriesQuery {
    /// Seconds of active time after which it begins.
    pub from: Option<u32>,
    /// Seconds of active time at which it ends.
    pub to: Option<u32>,
    /// Seconds.
    pub step: Option<u32>,
}

/// A run over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// The test.
    #[serde(rename = "testID")]
    pub test: TestId,
    /// The run.
    #[serde(rename = "runID")]
    pub run_id: RunId,
    /// The how-many-eth run.
    pub run: RunNumber,
    /// Seconds of a step.
    pub step: f64,
    /// Seconds under load.
    pub active_seconds: f64,
    /// The steps in which something was reported, in order.
    pub points: Vec<Step>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Seconds of active time at its end.
    pub t: f64,
    /// When its last report was made.
    pub at: DateTime<Utc>,
    /// Each signal that reported.
    pub lanes: BTreeMap<Signal, StepLane>,
}

impl SeriesQuery {
    /// Steps when nothing is said of their length.
    pub const POINTS: u64 = 500;

    /// The most steps.
    pub const MOST_POINTS: u64 = 20_000;

    /// From, to and step in whole seconds, for a run that was so long under load.
    fn in_seconds(self, active: u64) -> Result<(u64, u64, u64), Faults> {
        let from = self.from.map_or(0, u64::from);
        let to = self.to.map_or(active, u64::from);
        let mut faults = Faults::none();
        if self.to.is_some() && to <= from {
            faults.add("to", format!("is {to}, which is not after from, {from}"));
        }
        let length = to.min(active).saturating_sub(from);
        let step = self.step.map_or_else(|| nice_step(length), u64::from);
        if length / step.max(1) > Self::MOST_POINTS {
            let points = length / step.max(1);
            faults.add(
                "step",
                format!("makes {points} points of this run; accepted are up to {}", Self::MOST_POINTS),
            );
        }
        faults.or((from, to, step.max(1)))
    }
}

impl Service {
    /// One run of a test over time; the latest for no number.
    ///
    /// # Errors
    /// There is no such test, or no such run; the query does not fit it.
    pub async fn series(
        &self,
        id: &TestId,
        number: Option<RunNumber>,
        query: SeriesQuery,
    ) -> Result<Series, UseCaseError> {
        let test = self.stored(id).await?;
        let run = self.run_of(&test, number).await?;
        let active = run.checkpoint().active;
        let (from, to, step) = query.in_seconds(second_of(active)).map_err(UseCaseError::Invalid)?;
        let points = self.points_of(&run, from, to, step).await?;
        Ok(Series::of(&run, &points, from, to, step)?)
    }

    /// The points of a stretch of a run, coarse ones where they are fine enough and there.
    pub(crate) async fn points_of(
        &self,
        run: &Run,
        from: u64,
        to: u64,
        step: u64,
    ) -> Result<Vec<Point>, StoreFault> {
        // Points are taken about on the second.
        let half = Duration::from_millis(500);
        let moment = |seconds: u64| ActiveTime::from_duration(Duration::from_secs(seconds) + half);
        let range = |from: u64| PointRange {
            from: if from == 0 { ActiveTime::ZERO } else { moment(from) },
            to: Some(moment(to)),
        };
        let coarse = Grain::COARSE.as_secs();
        let mut points = Vec::new();
        let mut known: HashMap<(Signal, u32), u64> = HashMap::new();
        if step.is_multiple_of(coarse) && from.is_multiple_of(coarse) {
            points = self.stores.results.points(run.id, Grain::Coarse, range(from)).await?;
            for point in &points {
                let until = known.entry((point.signal, point.share)).or_default();
                *until = (*until).max(second_of(point.active));
            }
        }
        // Every lane of a share is put together at once, but shares of other replicas are not.
        let lanes = run.checkpoint().lanes;
        let of_lane = |lane: &moniflux_domain::run::LaneCheckpoint| {
            known.get(&(lane.signal, lane.share().index())).copied().unwrap_or(from)
        };
        let begins = lanes.iter().map(of_lane).min().unwrap_or(from);
        let fine = self.stores.results.points(run.id, Grain::Fine, range(begins)).await?;
        points.extend(fine.into_iter().filter(|point| {
            known.get(&(point.signal, point.share)).is_none_or(|until| second_of(point.active) > *until)
        }));
        Ok(points)
    }
}

impl Series {
    /// All of a run whose points are at hand, in at most [`SeriesQuery::POINTS`] steps.
    ///
    /// # Errors
    /// A distribution cannot be read.
    pub fn whole(run: &Run, points: &[Point]) -> Result<Self, UnreadableDistribution> {
        let active = second_of(run.checkpoint().active);
        Self::of(run, points, 0, active, nice_step(active))
    }

    /// Points of a run, put together in steps of so many seconds.
    ///
    /// # Errors
    /// A distribution cannot be read.
    pub fn of(
        run: &Run,
        points: &[Point],
        from: u64,
        to: u64,
        step: u64,
    ) -> Result<Self, UnreadableDistribution> {
        let mut sums: BTreeMap<u64, StepSum> = BTreeMap::new();
        for point in points {
            let second = second_of(point.active).max(1);
            if second > from && second <= to.max(1) {
                let index = (second - from).div_ceil(step);
                sums.entry(index).or_insert_with(|| StepSum::new(point.at)).add(point)?;
            }
        }
        let whole = |(index, sum): (u64, StepSum)| {
            let t = Duration::from_secs(from + index * step).as_secs_f64();
            Step { t, at: sum.at, lanes: sum.lanes() }
        };
        Ok(Self {
            test: run.test.clone(),
            run_id: run.id,
            run: run.number,
            step: Duration::from_secs(step).as_secs_f64(),
            active_seconds: run.checkpoint().active.as_duration().as_secs_f64(),
            points: sums.into_iter().map(whole).collect(),
            timeline: timeline::of(run, points),
        })
    }
}

/// The second whose report a point is: reports come about on the second, a little early or late.
pub(crate) fn second_of(active: ActiveTime) -> u64 {
    (active.as_duration() + Duration::from_millis(500)).as_secs()
}

/// A step that people like, of which so much load has at most [`SeriesQuery::POINTS`].
fn nice_step(seconds: u64) -> u64 {
    const NICE: [u64; 15] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];
    let least = seconds.div_ceil(SeriesQuery::POINTS);
    NICE.into_iter().find(|step| *step >= least).unwrap_or(86_400)
}

#[cfg(test)]
mod tests;
