//! Every store in memory, which fails or never answers when it is told to.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::{ReplicaId, RunId, RunNumber, TestId, Version};
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_domain::run::{Run, RunEnd};
use moniflux_domain::test::Test;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleCursor, SampleQuery};
use moniflux_ports::run_store::{ClaimLimit, HolderError, Renewal, RunStore, StaleEpoch};
use moniflux_ports::test_store::{
    InsertError, Order, ReplaceError, TestCursor, TestPage, TestQuery, TestStore,
};

/// Tests and runs.
#[derive(Debug, Default)]
pub(super) struct Memory {
    tests: Mutex<BTreeMap<TestId, Test>>,
    runs: Mutex<BTreeMap<(TestId, RunNumber), Run>>,
    samples: Mutex<Vec<Sample>>,
    points: Mutex<Vec<Point>>,
    attachments: Mutex<BTreeMap<(RunId, String), Attachment>>,
    trouble: Mutex<Option<Trouble>>,
}

/// What is wrong with the store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// It cannot be reached.
    Unavailable,
    /// It holds what cannot be read.
    Broken,
    /// It never answers.
    Silent,
    /// Someone else is always faster.
    Contended,
}

impl Memory {
    pub(super) fn begin(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = Some(trouble);
    }

    pub(super) fn test(&self, id: &str) -> Test {
        self.tests.lock().unwrap()[&TestId::parse(id).unwrap()].clone()
    }

    pub(super) fn put(&self, test: Test) -> Test {
        self.tests.lock().unwrap().insert(test.id.clone(), test.clone());
        test
    }

    pub(super) fn put_run(&self, run: Run) {
        self.runs.lock().unwrap().insert((run.test.clone(), run.number), run);
    }

    async fn answer(&self) -> Result<(), StoreFault> {
        let trouble = *self.trouble.lock().unwrap();
        match trouble {
            None | Some(Trouble::Contended) => Ok(()),
            Some(Trouble::Unavailable) => Err(StoreFault::unavailable("secret-host:27017 refused")),
            Some(Trouble::Broken) => Err(StoreFault::broken("secret-table is corrupt")),
            Some(Trouble::Silent) => pending().await,
        }
    }

    fn is_contended(&self) -> bool {
        matches!(*self.trouble.lock().unwrap(), Some(Trouble::Contended))
    }
}

#[async_trait]
impl TestStore for Memory {
    async fn insert(&self, test: &Test) -> Result<(), InsertError> {
        self.answer().await?;
        let mut tests = self.tests.lock().unwrap();
        if tests.contains_key(&test.id) {
            return Err(InsertError::Exists);
        }
        tests.insert(test.id.clone(), test.clone());
        Ok(())
    }

    async fn get(&self, id: &TestId) -> Result<Option<Test>, StoreFault> {
        self.answer().await?;
        Ok(self.tests.lock().unwrap().get(id).cloned())
    }

    async fn list(&self, query: &TestQuery) -> Result<TestPage, StoreFault> {
        self.answer().await?;
        let mut tests: Vec<_> = self.tests.lock().unwrap().values().cloned().collect();
        tests.sort_by_key(|test| (test.created_at, test.id.clone()));
        if query.order == Order::NewestFirst {
            tests.reverse();
        }
        let searched = query.search.as_ref().map(|text| text.to_lowercase());
        tests.retain(|test| {
            let name = test.id.as_str().to_lowercase();
            searched.as_ref().is_none_or(|text| name.contains(text))
        });
        tests.retain(|test| query.statuses.is_empty() || query.statuses.contains(&test.status));
        tests.retain(|test| query.user.as_ref().is_none_or(|user| *user == test.user));
        if let Some(after) = &query.after {
            tests.retain(|test| {
                let place = (test.created_at.timestamp_micros(), &test.id);
                let other = (after.created_at.timestamp_micros(), &after.id);
                if query.order == Order::NewestFirst { place < other } else { place > other }
            });
        }
        let is_last = tests.len() <= query.limit as usize;
        tests.truncate(query.limit as usize);
        let next = tests.last().filter(|_| !is_last);
        let next = next.map(|test| TestCursor { created_at: test.created_at, id: test.id.clone() });
        Ok(TestPage { tests, next })
    }

    async fn compare_and_set(&self, test: &Test, expected: Version) -> Result<(), ReplaceError> {
        self.answer().await?;
        let mut tests = self.tests.lock().unwrap();
        let stored = tests.get_mut(&test.id).ok_or(ReplaceError::NotFound)?;
        if stored.version != expected || self.is_contended() {
            return Err(ReplaceError::Conflict);
        }
        *stored = test.clone();
        Ok(())
    }

    async fn delete(&self, id: &TestId, expected: Version) -> Result<(), ReplaceError> {
        self.answer().await?;
        let mut tests = self.tests.lock().unwrap();
        let stored = tests.get(id).ok_or(ReplaceError::NotFound)?;
        if stored.version != expected {
            return Err(ReplaceError::Conflict);
        }
        tests.remove(id);
        Ok(())
    }

    async fn check(&self) -> Result<(), StoreFault> {
        self.answer().await
    }
}

#[async_trait]
impl RunStore for Memory {
    async fn begin(&self, run: &Run) -> Result<(), StoreFault> {
        self.answer().await?;
        self.put_run(run.clone());
        Ok(())
    }

    async fn get(&self, test: &TestId, number: RunNumber) -> Result<Option<Run>, StoreFault> {
        self.answer().await?;
        Ok(self.runs.lock().unwrap().get(&(test.clone(), number)).cloned())
    }

    async fn find(&self, run: RunId) -> Result<Option<Run>, StoreFault> {
        self.answer().await?;
        Ok(self.runs.lock().unwrap().values().find(|stored| stored.id == run).cloned())
    }

    async fn list(
        &self,
        test: &TestId,
        after: Option<RunNumber>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreFault> {
        self.answer().await?;
        let runs = self.runs.lock().unwrap();
        let fitting =
            runs.values().filter(|run| run.test == *test && after.is_none_or(|after| run.number > after));
        Ok(fitting.take(limit as usize).cloned().collect())
    }

    async fn delete_of(&self, test: &TestId) -> Result<Vec<RunId>, StoreFault> {
        self.answer().await?;
        let mut gone = Vec::new();
        self.runs.lock().unwrap().retain(|_, run| {
            let is_other = run.test != *test;
            if !is_other {
                gone.push(run.id);
            }
            is_other
        });
        Ok(gone)
    }

    async fn claim(&self, _: &ReplicaId, _: Duration, _: ClaimLimit) -> Result<Vec<Run>, StoreFault> {
        unreachable!("only the supervisor claims, and it is not run")
    }

    async fn renew(
        &self,
        _: &ReplicaId,
        _: Duration,
        _: Vec<Renewal>,
    ) -> Result<Vec<Result<(), StaleEpoch>>, StoreFault> {
        unreachable!("only the supervisor renews, and it is not run")
    }

    async fn release(&self, _: Renewal) -> Result<(), HolderError> {
        unreachable!("only the supervisor releases, and it is not run")
    }

    async fn finish(&self, _: Renewal, _: RunEnd) -> Result<(), HolderError> {
        unreachable!("only the supervisor finishes, and it is not run")
    }
}

#[async_trait]
impl ResultStore for Memory {
    async fn append_points(&self, _: &[Point]) -> Result<(), StoreFault> {
        unreachable!("only the supervisor appends, and it is not run")
    }

    async fn points(&self, run: RunId, grain: Grain, range: PointRange) -> Result<Vec<Point>, StoreFault> {
        self.answer().await?;
        let points = self.points.lock().unwrap();
        let is_asked_for = |point: &&Point| {
            let in_range = point.active >= range.from && range.to.is_none_or(|to| point.active < to);
            point.run == run && point.grain == grain && in_range
        };
        Ok(points.iter().filter(is_asked_for).cloned().collect())
    }

    async fn points_since(&self, at: DateTime<Utc>, limit: u32) -> Result<Vec<Point>, StoreFault> {
        self.answer().await?;
        let points = self.points.lock().unwrap();
        Ok(points.iter().filter(|point| point.at > at).take(limit as usize).cloned().collect())
    }

    async fn retain(&self, _: Duration) -> Result<(), StoreFault> {
        unreachable!("only the supervisor lets results be forgotten, and it is not run")
    }

    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault> {
        self.answer().await?;
        let mut kept = self.samples.lock().unwrap();
        kept.extend(samples.iter().cloned());
        kept.sort_by_key(SampleCursor::of);
        Ok(())
    }

    async fn samples(&self, run: RunId, query: &SampleQuery) -> Result<Vec<Sample>, StoreFault> {
        self.answer().await?;
        let fits = |sample: &&Sample| {
            let has = |text: &String| {
                let text = text.to_ascii_lowercase();
                sample.texts().iter().any(|one| one.to_ascii_lowercase().contains(&text))
            };
            sample.run == run
                && query.signal.is_none_or(|signal| signal == sample.signal)
                && query.from.is_none_or(|from| sample.at >= from)
                && query.to.is_none_or(|to| sample.at < to)
                && query.level.is_none_or(|level| Some(level) == sample.level)
                && query.text.as_ref().is_none_or(has)
                && query.seq.is_none_or(|seq| seq == sample.seq)
                && query.trace_id.as_ref().is_none_or(|trace| Some(trace) == sample.trace_id.as_ref())
                && query.after.is_none_or(|after| SampleCursor::of(sample) > after)
        };
        Ok(self.samples.lock().unwrap().iter().filter(fits).take(query.limit as usize).cloned().collect())
    }

    async fn attach(&self, run: RunId, attachment: &Attachment) -> Result<(), StoreFault> {
        self.answer().await?;
        self.attachments.lock().unwrap().insert((run, attachment.name.clone()), attachment.clone());
        Ok(())
    }

    async fn attachments(&self, run: RunId) -> Result<Vec<Attachment>, StoreFault> {
        self.answer().await?;
        let attachments = self.attachments.lock().unwrap();
        Ok(attachments.iter().filter(|((of, _), _)| *of == run).map(|(_, found)| found.clone()).collect())
    }

    async fn attached(&self, _: &str, _: u32) -> Result<Vec<(RunId, Attachment)>, StoreFault> {
        unreachable!("only the supervisor looks for them, and it is not run")
    }

    async fn detach(&self, _: RunId, _: &str) -> Result<(), StoreFault> {
        unreachable!("only the supervisor detaches, and it is not run")
    }

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        self.answer().await?;
        self.attachments.lock().unwrap().retain(|(run, _), _| !runs.contains(run));
        Ok(())
    }
}
