//! Schedule: a run begins by itself at a later moment.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use moniflux_domain::draft::Draft;
use moniflux_domain::fault::Faults;
use moniflux_domain::test::Test;

use crate::error::UseCaseError;
use crate::service::{Service, refused, required_id};

impl Service {
    /// Sets or moves the start time of a stored test.
    ///
    /// # Errors
    /// The input is wrong, the moment is past, there is no such test, or its state does not allow it.
    pub async fn schedule(&self, draft: Draft) -> Result<Test, UseCaseError> {
        let mut faults = Faults::none();
        if draft.test.is_none() {
            faults.add("testID", "is required: the name of a stored test");
        }
        match draft.schedule.map(|at| start_time(at, self.now())) {
            None => {
                faults.add("schedule", "is required: a moment as in RFC 3339, such as 2030-01-31T15:00:00Z");
            }
            Some(Err(fault)) => faults.extend(fault),
            Some(Ok(_)) => {}
        }
        faults.or(())?;
        let id = required_id(draft.test.clone())?;
        self.update(&id, |test| {
            // The moment was checked above and cannot be left out.
            let at = draft.schedule.map_or_else(|| self.now(), |at| at.trunc_subsecs(3));
            let mut scheduled = test.scheduled(at, self.now()).map_err(refused(&id))?;
            scheduled.spec = draft.clone().amend(&test.spec)?;
            Ok(scheduled)
        })
        .await
    }
}

/// The moment, if a run can still begin then.
pub(crate) fn start_time(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Faults> {
    let at = at.trunc_subsecs(3);
    if at > now {
        return Ok(at);
    }
    let (at, now) =
        (at.to_rfc3339_opts(SecondsFormat::AutoSi, true), now.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    Err(Faults::one("schedule", format!("is {at}, which is not in the future: it is {now}")))
}
