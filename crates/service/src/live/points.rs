//! Points as they come in: what was stored lately, told once, a run's lanes together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::point::{Grain, Point};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_domain::test::Test;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::PointRange;

use super::LivePoint;
use crate::series::{StepSum, TimelineEntry, marks, second_of};
use crate::service::Stores;

/// What a fine point is known by.
type PointName = (RunId, Signal, u32, ActiveTime);

/// What was told lately.
pub(super) struct Recent {
    /// Points taken before this are not told.
    since: DateTime<Utc>,
    told: BTreeSet<PointName>,
    /// Points of the last while, to forget `told` by.
    when: Vec<(DateTime<Utc>, PointName)>,
    runs: HashMap<RunId, (TestId, RunNumber)>,
}

impl Recent {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { since: now - LATE, told: BTreeSet::new(), when: Vec::new(), runs: HashMap::new() }
    }

    /// What came in since the look before.
    pub(super) async fn look(
        &mut self,
        stores: &Stores,
        now: DateTime<Utc>,
    ) -> Result<Vec<LivePoint>, StoreFault> {
        let since = self.since.max(now - LATE);
        let mut fresh: BTreeMap<RunId, Vec<Point>> = BTreeMap::new();
        for point in stores.results.points_since(since, MOST).await? {
            let name = (point.run, point.signal, point.share, point.active);
            if self.told.insert(name) {
                self.when.push((point.at, name));
                fresh.entry(point.run).or_default().push(point);
            }
        }
        self.forget(since);
        let mut told = Vec::with_capacity(fresh.len());
        for (run, points) in fresh {
            if let Some((test, number)) = self.name_of(stores, run).await? {
                told.push(together(test, number, &points)?);
            }
        }
        Ok(told)
    }

    /// The test of a run, and its number; none when it is gone.
    async fn name_of(
        &mut self,
        stores: &Stores,
        run: RunId,
    ) -> Result<Option<(TestId, RunNumber)>, StoreFault> {
        if let Some(name) = self.runs.get(&run) {
            return Ok(Some(name.clone()));
        }
        let Some(stored) = stores.runs.find(run).await? else { return Ok(None) };
        let name = (stored.test, stored.number);
        self.runs.insert(run, name.clone());
        Ok(Some(name))
    }

    /// What is not asked for again need not be known.
    fn forget(&mut self, since: DateTime<Utc>) {
        let told = &mut self.told;
        self.when.retain(|(at, name)| {
            let is_recent = *at > since;
            if !is_recent {
                told.remove(name);
            }
            is_recent
        });
        if self.told.is_empty() {
            self.runs.clear();
        }
    }
}

/// The points of the present runs of these tests after a moment, second by second.
pub(super) async fn since(
    stores: &Stores,
    tests: &[Test],
    after: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<LivePoint>, StoreFault> {
    let longest = if tests.len() == 1 { LONGEST_OF_ONE } else { LONGEST_OF_MANY };
    let after = after.max(now - longest);
    let mut points = Vec::new();
    for test in tests {
        let Some(current) = test.run else { continue };
        let Some(run) = stores.runs.get(&test.id, current.number).await? else { continue };
        // No more time passed under load than passed.
        let passed = (now - after).to_std().unwrap_or_default();
        let active = run.checkpoint().active.as_duration();
        let from = ActiveTime::from_duration(active.saturating_sub(passed));
        let stored = stores.results.points(run.id, Grain::Fine, PointRange { from, to: None }).await?;
        let mut seconds: BTreeMap<u64, Vec<Point>> = BTreeMap::new();
        for point in stored.into_iter().filter(|point| point.at > after) {
            seconds.entry(second_of(point.active)).or_default().push(point);
        }
        for of_second in seconds.values() {
            points.push(together(test.id.clone(), current.number, of_second)?);
        }
    }
    points.sort_by_key(|point| point.at);
    Ok(points)
}

/// Points of one run as one.
fn together(test: TestId, run: RunNumber, points: &[Point]) -> Result<LivePoint, StoreFault> {
    let first = points.first().map(|point| (point.run, point.at));
    let (run_id, at) = first.ok_or_else(|| StoreFault::broken("a report of no points"))?;
    let mut sum = StepSum::new(at);
    let mut spans: HashMap<(Signal, u32), std::time::Duration> = HashMap::new();
    for point in points {
        sum.add(point).map_err(StoreFault::broken)?;
        *spans.entry((point.signal, point.share)).or_default() += point.span;
    }
    let active = points.iter().map(|point| point.active).max().unwrap_or_default();
    Ok(LivePoint {
        test,
        run_id,
        run,
        t: active.as_duration().as_secs_f64(),
        at: sum.at,
        seconds: spans.into_values().max().unwrap_or_default().as_secs_f64(),
        marks: marks(points).into_iter().map(TimelineEntry::from).collect(),
        lanes: sum.lanes(),
    })
}

/// How late a point may be stored, and how far clocks of replicas may be apart.
const LATE: TimeDelta = TimeDelta::seconds(3);

/// More points than come in while none are told.
const MOST: u32 = 50_000;

/// How far back a follower of one test, and of all, is told what it missed.
const LONGEST_OF_ONE: TimeDelta = TimeDelta::hours(1);
const LONGEST_OF_MANY: TimeDelta = TimeDelta::minutes(1);
