//! Change: other rates or another duration, in a run in progress as well.

use moniflux_domain::draft::Draft;
use moniflux_domain::fault::Faults;
use moniflux_domain::id::TestId;
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
            ("destination", spec.destination != test.spec.destination),
        ];
        for (field, _) in fixed.into_iter().filter(|(_, differs)| *differs) {
            faults.add(field, "cannot change while a run is in progress: use POST /restart-test");
        }
    }
    faults.or(())
}
