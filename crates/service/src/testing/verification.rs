//! When sinks are asked what arrived, how long they are waited for, and what outlives whoever asks.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::TimeDelta;
use mockall::Sequence;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::Epoch;
use moniflux_domain::run::{Outcome, Run, RunEnd};
use moniflux_domain::signal::Signal;
use moniflux_domain::verify::{SinkLane, SinkLedger, Verification, Verify};
use moniflux_ports::MockSinkReader;
use moniflux_ports::sink_reader::SinkError;

use super::*;
use crate::results::{Results, RunResult};
use crate::supervisor::{DUE, Due, VERIFICATION};
use crate::verify::verify;

/// It is at once as late as someone wants to sleep.
#[derive(Default)]
struct HurryingClock(Mutex<Duration>);

#[async_trait]
impl Clock for HurryingClock {
    fn now(&self) -> DateTime<Utc> {
        now() + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, deadline: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = deadline.max(*now);
    }
}

fn test_with_sink(status: Status) -> Test {
    let mut body = body();
    body["verify"] = json!({"sink": "http://sink:4318", "wait": "2s"});
    body["thresholds"] = json!(["loss == 0"]);
    Test { spec: draft(&body).into_spec().unwrap(), ..test_in(status) }
}

/// A run that ended now, with so many records acked and so many failed.
fn ended(acked: u64, failed: u64) -> Run {
    let mut run = Run::begin(&test_with_sink(Status::Completed)).unwrap();
    let share = &mut run.shares[0];
    share.epoch = Epoch(1);
    share.end = Some(RunEnd { outcome: Outcome::Completed, at: now(), reason: None });
    let tally = &mut share.checkpoint.lanes[0].tally;
    tally.issue(acked + failed, 1);
    tally.book(acked, &Answer::Acked);
    tally.book(failed, &Answer::Failed(Kind::Timeout));
    run
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a sink answers")]
fn arrived(unique: u64) -> Result<SinkLedger, SinkError> {
    let (signal, highest) = (Signal::Logs, unique.checked_sub(1));
    let lane = SinkLane { signal, share: 0, received: unique, unique, duplicates: 0, reordered: 0, highest };
    Ok(SinkLedger { lanes: vec![lane], ..SinkLedger::default() })
}

fn silent() -> Result<SinkLedger, SinkError> {
    Err(SinkError::Silent("refused".to_owned()))
}

/// A sink that answers these, one after the other, and the last one from then on.
fn sinks(answers: impl IntoIterator<Item = Result<SinkLedger, SinkError>>) -> MockSinkReader {
    let mut answers: VecDeque<_> = answers.into_iter().collect();
    let mut sinks = MockSinkReader::new();
    sinks.expect_ledger().returning(move |_, _, _| {
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
    });
    sinks
}

/// What is found of a run at such a sink, and how many milliseconds that takes.
async fn found(
    run: &Run,
    answers: impl IntoIterator<Item = Result<SinkLedger, SinkError>>,
) -> (Verification, u128) {
    let (sinks, clock) = (sinks(answers), HurryingClock::default());
    let found = verify(&sinks, &clock, run, run.spec.verify.as_ref().unwrap()).await;
    assert!(found.settled);
    (found, clock.monotonic().as_millis())
}

#[tokio::test]
async fn a_sink_that_has_everything_is_asked_once() {
    let (found, took) = found(&ended(50, 0), [arrived(50)]).await;
    assert_eq!((found.lost(), found.fault, took), (Some(0), None, 0));
}

#[tokio::test]
async fn what_is_on_its_way_is_waited_for() {
    let (found, took) = found(&ended(50, 0), [silent(), arrived(0), arrived(49), arrived(50)]).await;
    assert_eq!((found.lost(), found.fault, took), (Some(0), None, 750));
    assert_eq!(found.at, now() + TimeDelta::milliseconds(750));
}

#[tokio::test]
async fn what_does_not_come_within_the_wait_is_lost() {
    let (found, took) = found(&ended(50, 0), [arrived(40)]).await;
    assert_eq!((found.lost(), found.lanes[&Signal::Logs].lost_at_tail, took), (Some(10), 10, 2_000));
}

#[tokio::test]
async fn a_failed_record_that_arrived_is_no_reason_to_stop_before_the_others() {
    let (found, took) = found(&ended(50, 5), [arrived(50), arrived(53), arrived(54)]).await;
    assert_eq!((found.lost(), found.lanes[&Signal::Logs].unique, took), (Some(0), 54, 750));
}

#[tokio::test]
async fn a_sink_that_never_answers_is_a_fault_in_words() {
    let run = ended(50, 0);
    let (found, took) = found(&run, [silent()]).await;
    assert_eq!((found.lost(), took), (None, 2_000));
    assert_eq!(found.fault.as_deref(), Some("the sink did not answer: refused"));
    let results = Results::verified(&run, Status::Completed, Some(found)).unwrap();
    assert_eq!(results.conclusion.result, RunResult::Failed);
    assert!(results.conclusion.reason.contains("loss == 0 did not hold: not measured"));
}

#[tokio::test]
async fn what_a_sink_told_before_it_died_stays() {
    let (found, took) = found(&ended(50, 0), [arrived(40), silent()]).await;
    assert_eq!((found.lost(), found.fault.is_some(), took), (Some(10), true, 2_000));
}

#[tokio::test]
async fn a_run_is_concluded_when_its_sink_has_told_everything() {
    let run = ended(50, 0);
    let conclude = |delivery| {
        let results = Results::verified(&run, Status::Completed, delivery).unwrap();
        (results.conclusion.result, results.thresholds[0].value)
    };
    assert_eq!(conclude(None), (RunResult::Running, None));
    let (lossy, _) = found(&run, [arrived(49)]).await;
    let unsettled = Verification { settled: false, ..lossy.clone() };
    assert_eq!(conclude(Some(unsettled)), (RunResult::Running, Some(1.0)));
    assert_eq!(conclude(Some(lossy)), (RunResult::Failed, Some(1.0)));
    let (whole, _) = found(&run, [arrived(50)]).await;
    assert_eq!(conclude(Some(whole)), (RunResult::Passed, Some(0.0)));
}

/// Ports over a store that holds this run.
fn ports(run: &Run) -> Ports {
    let mut ports = Ports::default();
    let stored = run.clone();
    ports.runs.expect_get().returning(move |_, _| Ok(Some(stored.clone())));
    ports
}

fn due(run: &Run) -> Due {
    Due::of(run).unwrap()
}

fn note(run: &Run) -> Attachment {
    let body = serde_json::to_string(&due(run)).unwrap();
    Attachment { name: DUE.to_owned(), at: now(), body }
}

/// Expects that an answer with that loss is stored, and after it the note is forgotten.
fn expect_kept(ports: &mut Ports, lost: Option<u64>) {
    let mut order = Sequence::new();
    let fits = move |_: &RunId, kept: &Attachment| {
        let verification: Verification = serde_json::from_str(&kept.body).unwrap();
        kept.name == VERIFICATION && verification.settled && verification.lost() == lost
    };
    ports.results.expect_attach().times(1).in_sequence(&mut order).withf(fits).returning(|_, _| Ok(()));
    let is_note = |_: &RunId, name: &str| name == DUE;
    ports.results.expect_detach().times(1).in_sequence(&mut order).withf(is_note).returning(|_, _| Ok(()));
}

#[tokio::test]
async fn an_ended_run_is_verified_and_the_answer_stored() {
    let run = ended(50, 0);
    let mut ports = Ports { sinks: sinks([arrived(0), arrived(45)]), ..ports(&run) };
    expect_kept(&mut ports, Some(5));
    let (_, supervisor) = ports.supervised_by(Arc::new(HurryingClock::default()));
    supervisor.verify_ended(&due(&run)).await.unwrap();
}

#[tokio::test]
async fn a_run_of_which_a_share_goes_on_is_not_verified() {
    let mut run = ended(50, 0);
    run.shares[0].end = None;
    let (_, supervisor) = ports(&run).supervised();
    supervisor.verify_ended(&due(&run)).await.unwrap();
}

#[tokio::test]
async fn a_run_that_was_deleted_meanwhile_leaves_nothing_behind() {
    let run = ended(50, 0);
    let mut ports = Ports { sinks: sinks([arrived(50)]), ..Ports::default() };
    let mut stored = [Some(run.clone()), None].into_iter();
    ports.runs.expect_get().times(2).returning(move |_, _| Ok(stored.next().flatten()));
    ports.results.expect_detach().times(1).returning(|_, _| Ok(()));
    let (_, supervisor) = ports.supervised();
    supervisor.verify_ended(&due(&run)).await.unwrap();
}

/// What is left over of a run that ended so many seconds ago.
async fn left_over(run: Run, seconds_ago: i64) -> usize {
    let mut run = run;
    if let Some(end) = &mut run.shares[0].end {
        end.at = now() - TimeDelta::seconds(seconds_ago);
    }
    let mut ports = ports(&run);
    let found = vec![(run.id, note(&run))];
    ports.results.expect_attached().returning(move |_, _| Ok(found.clone()));
    ports.supervised().1.left_over().await.unwrap().len()
}

#[tokio::test]
async fn what_nobody_verified_in_time_is_found() {
    assert_eq!(left_over(ended(50, 0), 6).await, 0, "whoever closed it may still be asking");
    assert_eq!(left_over(ended(50, 0), 8).await, 1);
    let mut run = ended(50, 0);
    run.shares[0].end = None;
    assert_eq!(left_over(run, 8).await, 0);
}

#[tokio::test]
async fn the_note_of_a_run_that_is_gone_is_forgotten() {
    let run = ended(50, 0);
    let mut ports = Ports::default();
    let mut notes = vec![(run.id, note(&run)), (run.id, Attachment { body: "{".to_owned(), ..note(&run) })];
    notes.push((run.id, note(&run)));
    ports.results.expect_attached().returning(move |_, _| Ok(notes.clone()));
    ports.runs.expect_get().returning(|_, _| Ok(None));
    ports.results.expect_detach().times(3).returning(|_, _| Ok(()));
    assert_eq!(ports.supervised().1.left_over().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_left_over_is_asked_for_once() {
    let run = ended(50, 0);
    let mut ports = Ports { sinks: sinks([silent()]), ..ports(&run) };
    expect_kept(&mut ports, None);
    ports.supervised().1.verify_late(&run).await.unwrap();
}

#[tokio::test]
async fn it_is_noted_that_a_run_is_to_be_verified_before_it_ends() {
    let test = test_with_sink(Status::Cancelled);
    let mut run = Run::begin(&test).unwrap();
    run.shares[0].epoch = Epoch(1);
    let mut ports = Ports::holding(test);
    ports.runs.expect_claim().times(1).returning(move |_, _, _| Ok(vec![run.clone()]));
    ports.runs.expect_renew().returning(|_, _, _| Ok(Vec::new()));
    let mut order = Sequence::new();
    let is_note = |_: &RunId, note: &Attachment| note.name == DUE;
    ports.results.expect_attach().times(1).in_sequence(&mut order).withf(is_note).returning(|_, _| Ok(()));
    ports.runs.expect_finish().times(1).in_sequence(&mut order).returning(|_, _| Ok(()));
    ports.supervised().1.take_all(u32::MAX).await.unwrap();
}

#[tokio::test]
async fn results_tell_the_stored_answer_or_else_what_the_sink_says_now() {
    let run = ended(50, 0);
    let test = test_with_sink(Status::Completed);
    let verify: &Verify = run.spec.verify.as_ref().unwrap();
    let stored = Verification { settled: true, ..Verification::unknown(verify, now()) };
    let body = serde_json::to_string(&stored).unwrap();
    let kept = vec![note(&run), Attachment { name: VERIFICATION.to_owned(), at: now(), body }];
    for (kept, settled) in [(kept.clone(), true), (kept[..1].to_vec(), false)] {
        let mut ports = Ports { sinks: sinks([arrived(30)]), ..ports(&run) };
        let test = test.clone();
        ports.tests.expect_get().returning(move |_| Ok(Some(test.clone())));
        ports.results.expect_attachments().returning(move |_| Ok(kept.clone()));
        let delivery = ports.service().results(&id(), None).await.unwrap().delivery.unwrap();
        assert_eq!((delivery.settled, delivery.lost), (settled, (!settled).then_some(20)));
    }
}
