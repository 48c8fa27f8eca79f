//! Searches against destinations that are arithmetic.

use proptest::prelude::*;

use super::*;
use crate::draft::Draft;
use crate::verdict::{Evidence, Verdict};

fn search(logs: u64, traces: u64, goal: Capacity) -> Search {
    let body = serde_json::json!({
        "logRate": logs, "traceRate": traces, "openEnded": true, "destination": {"endpoint": "http://h"}
    });
    let spec = Draft::read(&body).and_then(Draft::into_spec).unwrap();
    Search::of(&Spec { profile: Profile::Capacity(goal), ..spec }).unwrap()
}

/// A destination that works so many records of all signals a second, and lets the rest wait.
fn measure(search: &Search, ceiling: u64) -> Figures {
    let hold = search.goal().hold.as_secs();
    let asked = |signal| search.asked(signal).records_per_second();
    let all: u64 = Signal::ALL.into_iter().map(asked).sum();
    let lane = |signal| {
        let due = asked(signal) * hold;
        let open = (u128::from(due) * u128::from(all.saturating_sub(ceiling))).div_ceil(u128::from(all));
        let open = u64::try_from(open).unwrap();
        let figures = LaneFigures {
            asked: search.asked(signal),
            due,
            issued: due,
            acked: due - open,
            open_after: open,
            ..LaneFigures::default()
        };
        (signal, figures)
    };
    let on = Signal::ALL.into_iter().filter(|signal| asked(*signal) > 0);
    Figures { lasted: search.goal().hold, lanes: on.map(lane).collect(), ..Figures::default() }
}

fn run(search: &mut Search, measure: impl Fn(&Search) -> Figures) -> Answer {
    for _ in 0..200 {
        let figures = measure(search);
        // As it goes through a store, and to another holder.
        let text = serde_json::to_string(search).unwrap();
        *search = serde_json::from_str(&text).unwrap();
        if search.note(figures) == Next::Done {
            return search.answer();
        }
    }
    panic!("the search does not end: {search:?}");
}

proptest! {
    #[test]
    fn the_ceiling_is_found_within_the_precision_and_never_exceeded(
        base in 1_000_u64..100_000, traces in 0_u64..3_000, times in 0.02_f64..90.0
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and small")]
        let ceiling = 1_000 + (f64::from(u32::try_from(base).unwrap()) * times) as u64;
        let mut search = search(base, traces, Capacity::default());
        let answer = run(&mut search, |search| measure(search, ceiling));
        let found: u64 = answer.rates.values().sum();
        prop_assert!(answer.found);
        prop_assert!(found <= ceiling);
        prop_assert!((found + 2) * 105 >= ceiling * 100, "{} of {}", found, ceiling);
        prop_assert_eq!(answer.limit, Some(Limit::Destination));
        prop_assert!(search.steps().len() < 40, "{} steps", search.steps().len());
    }
}

#[test]
fn rates_rise_until_the_condition_breaks_and_best_and_worst_are_tried_once_more() {
    let mut search = search(1_000, 0, Capacity { precision: 100, ..Capacity::default() });
    run(&mut search, |search| measure(search, 5_000));
    let asked =
        search.steps().iter().map(|step| step.figures.lanes[&Signal::Logs].asked.records_per_second());
    assert_eq!(asked.collect::<Vec<_>>(), [1_000, 2_000, 4_000, 8_000, 6_000, 5_000, 5_500, 5_500, 5_000]);
    assert_eq!(
        search.answer().reason,
        "at 5500 logs/s: 2500 logs more than before waited for their answer after 5.0 s"
    );
}

#[test]
fn the_search_goes_no_higher_than_it_may() {
    let max = Target::Rate(Rate::per_second(3_000).unwrap());
    let mut search = search(1_000, 500, Capacity { max, ..Capacity::default() });
    let answer = run(&mut search, |search| measure(search, u64::MAX));
    assert_eq!((answer.found, answer.limit), (true, Some(Limit::Max)));
    assert_eq!(answer.rates, BTreeMap::from([(Signal::Logs, 3_000), (Signal::Traces, 1_500)]));
}

#[test]
fn a_destination_that_takes_nothing_is_no_endless_search() {
    let mut search = search(100, 0, Capacity::default());
    let failing = |search: &Search| {
        let mut figures = measure(search, u64::MAX);
        for lane in figures.lanes.values_mut() {
            (lane.failed, lane.acked) = (lane.acked, 0);
        }
        figures
    };
    let answer = run(&mut search, failing);
    assert_eq!((answer.found, answer.limit, answer.rates.len()), (false, Some(Limit::Destination), 0));
    assert_eq!(answer.reason, "at 2 logs/s: 10 of 10 answered records failed or were rejected");
}

#[test]
fn a_generator_that_is_late_is_tried_again_and_then_named() {
    let mut search = search(1_000, 0, Capacity::default());
    let late = |search: &Search| {
        let mut figures = measure(search, u64::MAX);
        let is_late = search.asked(Signal::Logs).records_per_second() > 3_000;
        figures.evidence =
            Evidence { issued: 1_000, late: if is_late { 500 } else { 0 }, ..Evidence::default() };
        figures
    };
    let answer = run(&mut search, late);
    assert_eq!((answer.found, answer.limit), (true, Some(Limit::Generator)));
    assert!((2_850..=3_000).contains(&answer.rates[&Signal::Logs]), "{answer:?}");
    let at_4000 = search.steps().iter().filter(|step| step.verdict() == Verdict::GeneratorLimited);
    assert_eq!(at_4000.take_while(|step| step.scale == Scale::ONE.doubled().doubled()).count(), 3);
}

#[test]
fn a_rate_that_fails_when_it_is_tried_once_more_is_not_the_answer() {
    let mut search = search(1_000, 0, Capacity::default());
    let slow_at_last = |search: &Search| {
        let mut figures = measure(search, 4_000);
        let p99 = if search.steps().len() > 9 { 500 } else { 100 };
        figures.p99 = Some(Duration::from_millis(p99));
        figures
    };
    search.goal.condition.p99 = Some(Duration::from_millis(250));
    for _ in 0..10 {
        let figures = slow_at_last(&search);
        search.note(figures);
    }
    assert!(search.confirms && search.answer().limit.is_none(), "the best is tried once more: {search:?}");
    let best = search.current();
    let figures = slow_at_last(&search);
    assert!(matches!(search.note(figures), Next::Rate(next) if next < best));
    let last = search.steps().last().unwrap();
    assert_eq!(
        (last.limit, last.reason.as_str()),
        (Some(Limit::Destination), "99 in 100 were answered within 500.0 ms, not 250")
    );
}

#[test]
fn what_cannot_hold_any_more_is_known_at_once() {
    let held = Figures { evidence: Evidence { held: 1, ..Evidence::default() }, ..Figures::default() };
    let failed = LaneFigures { failed: 1, acked: 99, ..LaneFigures::default() };
    let failed = Figures { lanes: [(Signal::Logs, failed)].into(), ..Figures::default() };
    let some = Condition { failed: 20_000, p99: None };
    assert!(held.are_lost(&some) && failed.are_lost(&Condition::default()));
    assert!(!failed.are_lost(&some));
    assert_eq!(Step::judge(Scale::ONE, failed, &some).limit, None);
}

proptest! {
    #[test]
    fn one_bad_second_does_not_decide(bad in 0_usize..12, times in 2.0_f64..40.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and small")]
        let ceiling = (1_000.0 * times) as u64;
        let mut search = search(1_000, 0, Capacity::default());
        let answer = run(&mut search, |search| {
            let figures = measure(search, ceiling);
            if search.steps().len() == bad { measure(search, 1) } else { figures }
        });
        let found = answer.rates[&Signal::Logs];
        prop_assert!(found <= ceiling && (found + 2) * 105 >= ceiling * 100, "{} of {}", found, ceiling);
    }
}

#[test]
fn a_batch_that_is_just_under_way_is_not_taken_off_the_answer() {
    let lane = |open_after| {
        let asked = Rate::per_second(4_000).unwrap();
        LaneFigures { asked, due: 4_000, acked: 3_800, open_after, batch: 200, ..LaneFigures::default() }
    };
    let taken = |open_after| {
        let figures = Figures { lanes: [(Signal::Logs, lane(open_after))].into(), ..Figures::default() };
        Step::judge(Scale::ONE, figures, &Condition::default()).taken()[&Signal::Logs]
    };
    assert_eq!((taken(0), taken(200), taken(240)), (4_000, 4_000, 3_960));
}
