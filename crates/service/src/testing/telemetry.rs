//! What is told of the service's own work.

use moniflux_domain::id::Epoch;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::{Outcome, Run};
use moniflux_ports::MockTelemetry;
use moniflux_ports::test_store::TestPage;

use super::*;
use crate::scheduler::Scheduler;

/// Told to `expect` what it says; calls of stores may be told as well.
fn told(expect: impl FnOnce(&mut MockTelemetry)) -> Arc<dyn Telemetry> {
    let mut telemetry = MockTelemetry::new();
    telemetry.expect_store_call().return_const(());
    expect(&mut telemetry);
    Arc::new(telemetry)
}

#[tokio::test]
async fn a_scheduled_test_tells_how_late_it_was_started() {
    let due = now() - chrono::TimeDelta::seconds(3);
    let test = Test { schedule: Some(due), run: None, ..test_in(Status::Scheduled) };
    let mut ports = Ports::holding(test.clone());
    let page = TestPage { tests: vec![test], next: None };
    ports.tests.expect_list().returning(move |_| Ok(page.clone()));
    ports.tests.expect_compare_and_set().returning(|_, _| Ok(()));
    ports.runs.expect_begin().returning(|_| Ok(()));
    ports.telemetry = told(|telemetry| {
        telemetry.expect_run_began().once().return_const(());
        let late = |late: &Duration| *late == Duration::from_secs(3);
        telemetry.expect_started_late().once().withf(late).return_const(());
    });
    Scheduler::new(ports.service()).start_due().await.unwrap();
}

#[tokio::test]
async fn a_restart_ends_a_run_and_begins_one() {
    let mut ports = Ports::holding(test_in(Status::Running));
    ports.tests.expect_compare_and_set().returning(|_, _| Ok(()));
    ports.runs.expect_begin().returning(|_| Ok(()));
    ports.telemetry = told(|telemetry| {
        let cancelled = |outcome: &Outcome| *outcome == Outcome::Cancelled;
        telemetry.expect_run_ended().once().withf(cancelled).return_const(());
        telemetry.expect_run_began().once().return_const(());
    });
    ports.service().restart(draft(&json!({"testID": "t"}))).await.unwrap();
}

#[tokio::test]
async fn a_pause_ends_nothing_and_begins_nothing() {
    let mut ports = Ports::holding(test_in(Status::Running));
    ports.tests.expect_compare_and_set().returning(|_, _| Ok(()));
    ports.telemetry = told(|_| {});
    ports.service().pause(&id()).await.unwrap();
}

#[tokio::test]
async fn the_second_holder_of_a_share_has_taken_it_over() {
    for (epoch, takeovers) in [(1, 0), (2, 1)] {
        let test = test_in(Status::Cancelled);
        let mut ports = Ports::holding(test.clone());
        ports.runs.expect_claim().returning(move |_, _, _| {
            let mut run = Run::begin(&test).unwrap();
            run.shares.iter_mut().for_each(|share| share.epoch = Epoch(epoch));
            Ok(vec![run])
        });
        ports.runs.expect_renew().returning(|_, _, _| Ok(Vec::new()));
        ports.runs.expect_finish().returning(|_, _| Ok(()));
        ports.telemetry = told(|telemetry| {
            telemetry.expect_taken_over().times(takeovers).return_const(());
        });
        ports.supervised().1.take_all(u32::MAX).await.unwrap();
    }
}
