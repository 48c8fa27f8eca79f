//! What scheduler and supervisor do with tests and runs, and what they do when a port fails.

use std::sync::Mutex;

use mockall::predicate::always;
use moniflux_domain::id::Epoch;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::{Outcome, Run, RunEnd};
use moniflux_domain::spec::Parallelism;
use moniflux_ports::emitter::EmitterError;
use moniflux_ports::run_store::{Renewal, StaleEpoch};
use moniflux_ports::test_store::{ReplaceError, TestPage};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::scheduler::Scheduler;

fn page(tests: Vec<Test>) -> TestPage {
    TestPage { tests, next: None }
}

fn run_of(test: &Test) -> Run {
    let mut run = Run::begin(test).unwrap();
    run.shares.iter_mut().for_each(|share| share.epoch = Epoch(1));
    run
}

fn due_test() -> Test {
    Test { schedule: Some(now()), run: None, ..test_in(Status::Scheduled) }
}

#[tokio::test]
async fn a_due_test_is_started_with_its_first_run() {
    let mut ports = Ports::holding(due_test());
    ports
        .tests
        .expect_list()
        .withf(|query| query.due_by == Some(now()))
        .returning(|_| Ok(page(vec![due_test()])));
    ports
        .tests
        .expect_compare_and_set()
        .times(1)
        .withf(|test, _| test.status == Status::Running)
        .returning(|_, _| Ok(()));
    ports.runs.expect_begin().times(1).returning(|_| Ok(()));
    Scheduler::new(ports.service()).start_due().await.unwrap();
}

#[tokio::test]
async fn a_due_test_that_another_replica_started_is_left_alone() {
    let mut ports = Ports::default();
    ports.tests.expect_list().returning(|_| Ok(page(vec![due_test()])));
    let mut states = [due_test(), test_in(Status::Running)].into_iter();
    ports.tests.expect_get().times(2).returning(move |_| Ok(states.next()));
    ports.tests.expect_compare_and_set().times(1).returning(|_, _| Err(ReplaceError::Conflict));
    Scheduler::new(ports.service()).start_due().await.unwrap();
}

#[tokio::test]
async fn a_test_that_was_moved_meanwhile_is_not_started() {
    let later = Test { schedule: Some(now() + chrono::TimeDelta::hours(1)), ..due_test() };
    let mut ports = Ports::holding(later);
    ports.tests.expect_list().returning(|_| Ok(page(vec![due_test()])));
    Scheduler::new(ports.service()).start_due().await.unwrap();
}

#[tokio::test]
async fn a_store_that_is_down_fails_the_scheduler_s_round() {
    let mut ports = Ports::default();
    ports.tests.expect_list().returning(|_| Err(down()));
    assert!(Scheduler::new(ports.service()).start_due().await.is_err());
}

#[tokio::test]
async fn an_abandoned_run_of_a_cancelled_test_is_closed() {
    let test = test_in(Status::Cancelled);
    let mut ports = Ports::holding(test.clone());
    ports.runs.expect_claim().times(1).returning(move |_, _, _| Ok(vec![run_of(&test)]));
    ports.runs.expect_renew().returning(|_, _, _| Ok(Vec::new()));
    let cancelled = |end: &RunEnd| end.outcome == Outcome::Cancelled;
    ports.runs.expect_finish().times(1).withf(move |_, end| cancelled(end)).returning(|_, _| Ok(()));
    ports.supervised().1.take_all(u32::MAX).await.unwrap();
}

#[tokio::test]
async fn a_run_that_cannot_be_put_under_load_fails_with_the_reason() {
    let test = test_in(Status::Running);
    let mut ports = Ports::holding(test.clone());
    ports.runs.expect_claim().times(1).returning(move |_, _, _| Ok(vec![run_of(&test)]));
    ports
        .runs
        .expect_renew()
        .times(2)
        .returning(|_, _, renewals| Ok(renewals.iter().map(|_| Ok(())).collect()));
    ports
        .emitters
        .expect_emitter()
        .times(1)
        .returning(|_, _| Err(EmitterError { source: "no way there".into() }));
    ports
        .tests
        .expect_compare_and_set()
        .times(1)
        .withf(|test, _| test.status == Status::Failed)
        .returning(|_, _| Ok(()));
    let reason = "nothing can be sent to this destination: no way there";
    ports
        .runs
        .expect_finish()
        .times(1)
        .withf(move |_, end| end.outcome == Outcome::Failed && end.reason.as_deref() == Some(reason))
        .returning(|_, _| Ok(()));
    ports.supervised().1.take_all(u32::MAX).await.unwrap();
}

#[tokio::test]
async fn sequence_numbers_are_reserved_before_a_run_is_put_under_load() {
    let test = test_in(Status::Running);
    let mut ports = Ports::holding(test.clone());
    ports.runs.expect_claim().times(1).returning(move |_, _, _| Ok(vec![run_of(&test)]));
    ports
        .runs
        .expect_renew()
        .times(1)
        .withf(|_, _, renewals| renewals[0].checkpoint.lanes[0].reserved == 10)
        .returning(|_, _, _| Ok(vec![Err(StaleEpoch)]));
    // Stale at once: the emitter factory, which expects nothing, is never asked.
    ports.supervised().1.take_all(u32::MAX).await.unwrap();
}

#[tokio::test]
async fn a_run_that_was_never_stored_is_stored_by_the_sweep() {
    let mut ports = Ports::default();
    ports.tests.expect_list().returning(|_| Ok(page(vec![test_in(Status::Running)])));
    ports.runs.expect_get().with(always(), always()).returning(|_, _| Ok(None));
    ports.runs.expect_begin().times(1).withf(|run| run.id == RunId(Uuid::from_u128(1))).returning(|_| Ok(()));
    ports.supervised().1.sweep_once().await.unwrap();
}

/// A test whose run is in three shares.
fn divided() -> Test {
    let mut test = test_in(Status::Running);
    test.spec.parallelism = Parallelism::of(3).unwrap();
    test
}

#[tokio::test]
async fn a_run_that_was_stored_in_part_is_stored_as_a_whole_by_the_sweep() {
    let mut part = run_of(&divided());
    part.shares.pop();
    let mut ports = Ports::default();
    ports.tests.expect_list().returning(|_| Ok(page(vec![divided()])));
    ports.runs.expect_get().returning(move |_, _| Ok(Some(part.clone())));
    ports.runs.expect_begin().times(1).withf(|run| run.shares.len() == 3).returning(|_| Ok(()));
    ports.supervised().1.sweep_once().await.unwrap();
}

/// What becomes of the test when a share completes, with the ends of all three as they are then stored.
async fn after_a_share_completes(before: [Option<Outcome>; 3], after: [Option<Outcome>; 3], moved: usize) {
    let stored = |outcomes: [Option<Outcome>; 3]| {
        let mut run = run_of(&divided());
        for (share, outcome) in run.shares.iter_mut().zip(outcomes) {
            share.end = outcome.map(|outcome| RunEnd { outcome, at: now(), reason: None });
        }
        run
    };
    let mut ports = Ports::holding(divided());
    let mut reads = [stored(before), stored(after)].into_iter();
    ports.runs.expect_get().returning(move |_, _| Ok(reads.next()));
    ports.runs.expect_renew().returning(|_, _, _| Ok(vec![Ok(())]));
    let completed = |_: &Renewal, end: &RunEnd| end.outcome == Outcome::Completed;
    ports.runs.expect_finish().times(1).withf(completed).returning(|_, _| Ok(()));
    ports
        .tests
        .expect_compare_and_set()
        .times(moved)
        .withf(|test, _| test.status == Status::Completed)
        .returning(|_, _| Ok(()));
    let run = run_of(&divided());
    let last = Renewal {
        share: run.share_ids().next().unwrap(),
        epoch: Epoch(1),
        checkpoint: run.shares[0].checkpoint.closed(),
    };
    ports.supervised().1.settle(&id(), RunNumber::FIRST, last, Outcome::Completed, None).await;
}

#[tokio::test]
async fn a_share_leaves_its_test_alone_while_others_go_on() {
    let done = Some(Outcome::Completed);
    after_a_share_completes([None, None, done], [done, None, done], 0).await;
}

#[tokio::test]
async fn the_last_share_ends_its_test() {
    let done = Some(Outcome::Completed);
    after_a_share_completes([None, done, done], [done; 3], 1).await;
}

#[tokio::test]
async fn of_shares_that_end_at_one_moment_one_ends_the_test() {
    let done = Some(Outcome::Completed);
    after_a_share_completes([None, None, done], [done; 3], 1).await;
}

#[tokio::test]
async fn a_test_whose_run_has_ended_is_ended_by_the_sweep() {
    let test = test_in(Status::Running);
    let end = RunEnd { outcome: Outcome::Completed, at: now(), reason: None };
    let mut ports = Ports::holding(test.clone());
    ports.tests.expect_list().returning(|_| Ok(page(vec![test_in(Status::Running)])));
    let mut run = run_of(&test);
    run.shares[0].end = Some(end);
    ports.runs.expect_get().returning(move |_, _| Ok(Some(run.clone())));
    let completed = |test: &Test| test.status == Status::Completed && test.completed_at == Some(now());
    ports
        .tests
        .expect_compare_and_set()
        .times(1)
        .withf(move |test, _| completed(test))
        .returning(|_, _| Ok(()));
    ports.supervised().1.sweep_once().await.unwrap();
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_fails_the_round_and_nothing_else() {
    let failing = |claim: bool, get: bool| {
        let mut ports = Ports::default();
        let test = test_in(Status::Running);
        ports
            .runs
            .expect_claim()
            .returning(move |_, _, _| if claim { Err(down()) } else { Ok(vec![run_of(&test)]) });
        ports
            .tests
            .expect_get()
            .returning(move |_| if get { Err(down()) } else { Ok(Some(test_in(Status::Running))) });
        ports.runs.expect_renew().returning(|_, _, _| Err(down()));
        ports.supervised().1
    };
    assert!(failing(true, false).take_all(u32::MAX).await.is_err());
    assert!(failing(false, true).take_all(u32::MAX).await.is_err());
    assert!(failing(false, false).take_all(u32::MAX).await.is_err());
    let mut ports = Ports::default();
    ports.tests.expect_list().returning(|_| Ok(page(vec![test_in(Status::Running)])));
    ports.runs.expect_get().returning(|_, _| Err(down()));
    assert!(ports.supervised().1.sweep_once().await.is_err());
}

/// It notes every deadline, and none ever comes.
#[derive(Default)]
struct NotingClock(Mutex<Vec<Duration>>);

#[async_trait]
impl Clock for NotingClock {
    fn now(&self) -> DateTime<Utc> {
        now()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep_until(&self, deadline: Duration) {
        self.0.lock().unwrap().push(deadline);
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn a_beat_before_its_time_does_not_put_off_the_next_one() {
    let clock = Arc::new(NotingClock::default());
    let (_, supervisor) = Ports::default().supervised_by(Arc::clone(&clock) as Arc<dyn Clock>);
    let held = Arc::clone(&supervisor.held);
    let cancelled = CancellationToken::new();
    let kicks = async {
        for beat in 1..=5 {
            while clock.0.lock().unwrap().len() < beat {
                tokio::task::yield_now().await;
            }
            held.kick();
        }
        while clock.0.lock().unwrap().len() < 6 {
            tokio::task::yield_now().await;
        }
        cancelled.cancel();
    };
    tokio::join!(supervisor.beat(cancelled.clone()), kicks);
    let deadlines = clock.0.lock().unwrap();
    assert!(deadlines.iter().all(|deadline| *deadline == Duration::from_secs(1)), "{deadlines:?}");
}
