//! What a test wants of one of its runs: a pure function of the two.

use moniflux_domain::id::RunId;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::Outcome;
use moniflux_domain::spec::Spec;
use moniflux_domain::test::Test;

/// What is to become of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Be under load, as this says.
    Go(Spec),
    /// Stand still; the spec for later.
    Hold(Spec),
    /// End like this.
    End(Outcome),
}

/// The wish of `test` (none when it was deleted) for `run`.
pub(super) fn wish(test: Option<&Test>, run: RunId) -> Wish {
    let Some(test) = test.filter(|test| test.run.is_some_and(|current| current.id == run)) else {
        // Deleted, or replaced by a later run.
        return Wish::End(Outcome::Cancelled);
    };
    match test.status {
        Status::Running => Wish::Go(test.spec.clone()),
        Status::Paused => Wish::Hold(test.spec.clone()),
        Status::Completed => Wish::End(Outcome::Completed),
        Status::Failed => Wish::End(Outcome::Failed),
        // A run that was cancelled may already be scheduled again.
        Status::Cancelled | Status::Pending | Status::Scheduled => Wish::End(Outcome::Cancelled),
    }
}
