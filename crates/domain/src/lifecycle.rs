//! The life of a test: one pure function over every state and command.
//!
//! [`decide`] is the only place that says what is allowed. It knows no clock, no store and no run; what its events ask
//! for is done by the service.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a stored test is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// Created, never started or scheduled since.
    Pending,
    /// Waits for its start time.
    Scheduled,
    /// A run is under load.
    Running,
    /// A run stands still.
    Paused,
    /// The last run's load ended.
    Completed,
    /// The last run, or the schedule, was cancelled.
    Cancelled,
    /// The last run could not go on.
    Failed,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Scheduled,
        Self::Running,
        Self::Paused,
        Self::Completed,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The states of tests that something is still to come of.
    pub const ACTIVE: [Self; 4] = [Self::Pending, Self::Scheduled, Self::Running, Self::Paused];

    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Scheduled => "Scheduled",
            Self::Running => "Running",
            Self::Paused => "Paused",
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }

    /// The state of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether a run is in progress.
    pub fn has_run(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What someone, or time, asks of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Store it.
    Create,
    /// Begin a run now.
    Start,
    /// Begin a run at a later moment.
    Schedule,
    /// The moment has come.
    DueTime,
    /// Let the run stand still.
    Pause,
    /// Let it go on.
    Resume,
    /// Other rates or another duration.
    Change,
    /// End the run, or drop the schedule.
    Cancel,
    /// Begin a new run, ending the one in progress.
    Restart,
    /// The run's load ended.
    LoadEnds,
    /// The run cannot go on.
    CannotGoOn,
    /// Forget the test.
    Delete,
}

impl Command {
    /// Every command.
    pub const ALL: [Self; 12] = [
        Self::Create,
        Self::Start,
        Self::Schedule,
        Self::DueTime,
        Self::Pause,
        Self::Resume,
        Self::Change,
        Self::Cancel,
        Self::Restart,
        Self::LoadEnds,
        Self::CannotGoOn,
        Self::Delete,
    ];

    /// The verb, as in "cannot be …".
    pub fn participle(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Start | Self::DueTime => "started",
            Self::Schedule => "scheduled",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Change => "changed",
            Self::Cancel => "cancelled",
            Self::Restart => "restarted",
            Self::LoadEnds => "completed",
            Self::CannotGoOn => "failed",
            Self::Delete => "deleted",
        }
    }

    /// The verb, for commands a person can give; none for those of time and of runs.
    pub fn verb(self) -> Option<&'static str> {
        match self {
            Self::Create => Some("create"),
            Self::Start => Some("start"),
            Self::Schedule => Some("schedule"),
            Self::Pause => Some("pause"),
            Self::Resume => Some("resume"),
            Self::Change => Some("change"),
            Self::Cancel => Some("cancel"),
            Self::Restart => Some("restart"),
            Self::Delete => Some("delete"),
            Self::DueTime | Self::LoadEnds | Self::CannotGoOn => None,
        }
    }
}

/// What follows from an allowed command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// The test is stored.
    Created,
    /// A new run begins.
    RunBegun,
    /// The run in progress ends as cancelled, and a new one begins.
    RunReplaced,
    /// The start time is set.
    Scheduled,
    /// The start time is dropped.
    Unscheduled,
    /// The run stands still.
    RunPaused,
    /// The run goes on.
    RunResumed,
    /// The stored fields are others.
    Changed,
    /// The stored fields are others, and so is the load of the run in progress.
    RunChanged,
    /// The run ends as cancelled.
    RunCancelled,
    /// The run's load ended.
    RunCompleted,
    /// The run ended because it could not go on.
    RunFailed,
    /// The test is no more.
    Deleted,
}

/// A command that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The state; none when there is no such test.
    pub state: Option<Status>,
    /// What was asked.
    pub command: Command,
}

impl Refusal {
    /// What a person could ask instead.
    pub fn allowed(&self) -> impl Iterator<Item = &'static str> + use<> {
        let state = self.state;
        Command::ALL
            .into_iter()
            .filter(move |command| decide(state, *command).is_ok())
            .filter_map(Command::verb)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = self.command.participle();
        match self.state {
            None => write!(f, "there is no such test, so it cannot be {verb}")?,
            Some(state) => write!(f, "the test is {state} and cannot be {verb}")?,
        }
        write!(f, "; allowed now: {}", self.allowed().collect::<Vec<_>>().join(", "))
    }
}

impl std::error::Error for Refusal {}

/// What a command does to a test in a state: the state it is in afterwards (none: it is gone) and what follows.
///
/// # Errors
/// The state does not allow the command.
pub fn decide(state: Option<Status>, command: Command) -> Result<(Option<Status>, Event), Refusal> {
    use Command as C;
    use Status as S;

    let (next, event) = match (state, command) {
        (None, C::Create) => (S::Pending, Event::Created),

        (None | Some(S::Pending | S::Scheduled | S::Completed | S::Cancelled | S::Failed), C::Start)
        | (Some(S::Scheduled), C::DueTime)
        | (Some(S::Completed | S::Cancelled | S::Failed), C::Restart) => (S::Running, Event::RunBegun),
        (Some(S::Running | S::Paused), C::Restart) => (S::Running, Event::RunReplaced),

        (Some(S::Pending | S::Scheduled | S::Completed | S::Cancelled | S::Failed), C::Schedule) => {
            (S::Scheduled, Event::Scheduled)
        }

        (Some(S::Running), C::Pause) => (S::Paused, Event::RunPaused),
        (Some(S::Paused), C::Resume) => (S::Running, Event::RunResumed),

        (Some(same @ (S::Running | S::Paused)), C::Change) => (same, Event::RunChanged),
        (Some(same @ (S::Pending | S::Scheduled | S::Completed | S::Cancelled | S::Failed)), C::Change) => {
            (same, Event::Changed)
        }

        (Some(S::Scheduled), C::Cancel) => (S::Cancelled, Event::Unscheduled),
        (Some(S::Running | S::Paused), C::Cancel) => (S::Cancelled, Event::RunCancelled),

        (Some(S::Running), C::LoadEnds) => (S::Completed, Event::RunCompleted),
        (Some(S::Running | S::Paused), C::CannotGoOn) => (S::Failed, Event::RunFailed),

        (Some(S::Pending | S::Scheduled | S::Completed | S::Cancelled | S::Failed), C::Delete) => {
            return Ok((None, Event::Deleted));
        }

        (
            None,
            C::Schedule
            | C::DueTime
            | C::Pause
            | C::Resume
            | C::Change
            | C::Cancel
            | C::Restart
            | C::LoadEnds
            | C::CannotGoOn
            | C::Delete,
        )
        | (Some(_), C::Create)
        | (
            Some(S::Pending),
            C::DueTime | C::Pause | C::Resume | C::Cancel | C::Restart | C::LoadEnds | C::CannotGoOn,
        )
        | (Some(S::Scheduled), C::Pause | C::Resume | C::Restart | C::LoadEnds | C::CannotGoOn)
        | (Some(S::Running), C::Start | C::Schedule | C::DueTime | C::Resume | C::Delete)
        | (Some(S::Paused), C::Start | C::Schedule | C::DueTime | C::Pause | C::LoadEnds | C::Delete)
        | (
            Some(S::Completed | S::Cancelled | S::Failed),
            C::DueTime | C::Pause | C::Resume | C::Cancel | C::LoadEnds | C::CannotGoOn,
        ) => return Err(Refusal { state, command }),
    };
    Ok((Some(next), event))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the design, row by row: the state after each command, `-` for a refusal, `x` for gone.
    const TABLE: [(&str, [&str; 12]); 8] = [
        // create start schedule due pause resume change cancel restart ends cannot delete
        ("(none)", ["Pending", "Running", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"]),
        ("Pending", ["-", "Running", "Scheduled", "-", "-", "-", "Pending", "-", "-", "-", "-", "x"]),
        (
            "Scheduled",
            ["-", "Running", "Scheduled", "Running", "-", "-", "Scheduled", "Cancelled", "-", "-", "-", "x"],
        ),
        (
            "Running",
            [
                "-",
                "-",
                "-",
                "-",
                "Paused",
                "-",
                "Running",
                "Cancelled",
                "Running",
                "Completed",
                "Failed",
                "-",
            ],
        ),
        (
            "Paused",
            ["-", "-", "-", "-", "-", "Running", "Paused", "Cancelled", "Running", "-", "Failed", "-"],
        ),
        (
            "Completed",
            ["-", "Running", "Scheduled", "-", "-", "-", "Completed", "-", "Running", "-", "-", "x"],
        ),
        (
            "Cancelled",
            ["-", "Running", "Scheduled", "-", "-", "-", "Cancelled", "-", "Running", "-", "-", "x"],
        ),
        ("Failed", ["-", "Running", "Scheduled", "-", "-", "-", "Failed", "-", "Running", "-", "-", "x"]),
    ];

    #[test]
    fn every_pair_of_state_and_command_is_as_in_the_table() {
        for (name, row) in TABLE {
            let state = Status::from_name(name);
            for (command, expected) in Command::ALL.into_iter().zip(row) {
                let seen = match decide(state, command) {
                    Ok((Some(next), _)) => next.as_str(),
                    Ok((None, _)) => "x",
                    Err(refusal) => {
                        assert_eq!((refusal.state, refusal.command), (state, command));
                        "-"
                    }
                };
                assert_eq!(seen, expected, "{command:?} in {name}");
            }
        }
    }

    #[test]
    fn a_run_begins_ends_or_is_replaced_only_where_the_state_says_so() {
        for state in Status::ALL {
            for command in Command::ALL {
                let Ok((next, event)) = decide(Some(state), command) else { continue };
                match event {
                    Event::RunBegun => assert!(!state.has_run()),
                    Event::RunReplaced | Event::RunPaused | Event::RunResumed | Event::RunChanged => {
                        assert!(state.has_run() && next.is_some_and(Status::has_run));
                    }
                    Event::RunCancelled | Event::RunCompleted | Event::RunFailed => {
                        assert!(state.has_run() && !next.is_some_and(Status::has_run));
                    }
                    Event::Created
                    | Event::Scheduled
                    | Event::Unscheduled
                    | Event::Changed
                    | Event::Deleted => {
                        assert!(!state.has_run());
                    }
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_the_state_and_the_way_out() {
        let refusal = decide(Some(Status::Running), Command::Start).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "the test is Running and cannot be started; allowed now: pause, change, cancel, restart"
        );
    }
}
