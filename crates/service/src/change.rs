//! Change: other rates or another duration, in a run in progress as well.

use moniflux_domain::delivery::Delivery;
use moniflux_domain::draft::Draft;
use moniflux_domain::fault::Faults;
use moniflux_domain::id::TestId;
use moniflux_domain::shape::Profile;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::Spec;
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::{Service, refused};

impl Service {
    /// Replaces the given fields of a stored test; the run in progress follows within a second.
    ///
    /// # Errors
    /// The input is wrong, there is no such test, its state does not allow it, or a run is in progress that cannot take
    /// the change.
    pub async fn change(&self, id: &TestId, draft: Draft) -> Result<Test, UseCaseError> {
        self.update(id, |test| {
            let spec = draft.clone().amend(&test.spec)?;
            check(&draft, &spec, test)?;
            test.changed(spec, self.now()).map_err(refused(id))
        })
        .await
    }
}

/// Refuses what a change cannot change. Given fields that are as stored are no change.
fn check(draft: &Draft, spec: &Spec, test: &Test) -> Result<(), Faults> {
    let mut faults = Faults::none();
    if draft.test.as_ref().is_some_and(|id| *id != test.id) {
        faults.add("testID", "is another test than the one in the path");
    }
    if draft.user.as_ref().is_some_and(|user| *user != test.user) {
        faults.add("userID", "cannot be changed");
    }
    if draft.schedule.is_some() && draft.schedule != test.schedule {
        faults.add("schedule", "cannot be changed here: use POST /schedule-test");
    }
    if test.status.has_run() {
        let fixed = [
            ("logType", spec.log_type != test.spec.log_type),
            ("logSize", spec.log_size != test.spec.log_size),
            ("entropy", spec.entropy != test.spec.entropy),
            ("spansPerTrace", spec.spans_per_trace != test.spec.spans_per_trace),
            ("destination", spec.destination != test.spec.destination),
            ("seed", spec.seed != test.spec.seed),
            ("parallelism", spec.parallelism != test.spec.parallelism),
            ("thresholds", spec.thresholds != test.spec.thresholds),
            ("capture", spec.capture != test.spec.capture),
            ("verify", spec.verify != test.spec.verify),
        ];
        let delivery = delivery_changes(&spec.delivery, &test.spec.delivery);
        let fixed = fixed.into_iter().chain(delivery).chain(search_changes(spec, &test.spec));
        for (field, _) in fixed.filter(|(_, differs)| *differs) {
            faults.add(field, "cannot change while a run is in progress: use POST /restart-test");
        }
    }
    faults.or(())
}

/// What a search for the capacity rests on, and whether it differs.
fn search_changes(new: &Spec, old: &Spec) -> [(&'static str, bool); 4] {
    let searches = |spec: &Spec| matches!(spec.profile, Profile::Capacity(_));
    let is_search = searches(new) || searches(old);
    let differs = |signal| is_search && new.rates.of(signal) != old.rates.of(signal);
    [
        ("profile", is_search && new.profile != old.profile),
        ("logRate", differs(Signal::Logs)),
        ("metricsRate", differs(Signal::Metrics)),
        ("traceRate", differs(Signal::Traces)),
    ]
}

/// The fields of a delivery, and whether they differ.
fn delivery_changes(new: &Delivery, old: &Delivery) -> [(&'static str, bool); 9] {
    [
        ("batchSize", new.batch_size != old.batch_size),
        ("maxBatchBytes", new.max_batch_bytes != old.max_batch_bytes),
        ("linger", new.linger != old.linger),
        ("maxInFlight", new.max_in_flight != old.max_in_flight),
        ("connections", new.connections != old.connections),
        ("connectionMaxAge", new.connection_max_age != old.connection_max_age),
        ("timeout", new.timeout != old.timeout),
        ("drain", new.drain != old.drain),
        ("retry", new.retry != old.retry),
    ]
}
