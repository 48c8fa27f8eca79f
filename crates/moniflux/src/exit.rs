//! Exit codes, and how an error becomes one.

use std::io::Write;
use std::process::ExitCode;

use moniflux_domain::fault::Faults;

use crate::cli::tests::Refusal;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is done.
    Done,
    /// Anything that has no code of its own.
    Error,
    /// What was to hold did not.
    Threshold,
    /// The configuration or the spec is wrong.
    BadInput,
    /// A signal ended it.
    Signal,
}

impl Exit {
    /// Reports the error on stderr, faults one a line, and chooses the code.
    pub(crate) fn from_error(error: &anyhow::Error) -> Self {
        let mut stderr = std::io::stderr();
        // When stderr is closed there is no one left to tell.
        if let Some(faults) = error.downcast_ref::<Faults>() {
            writeln!(stderr, "moniflux: {error}").ok();
            write_faults(&mut stderr, faults);
            Self::BadInput
        } else if let Some(refusal) = error.downcast_ref::<Refusal>() {
            writeln!(stderr, "moniflux: {error:#}").ok();
            write_faults(&mut stderr, &refusal.faults);
            refusal.exit()
        } else {
            writeln!(stderr, "moniflux: {error:#}").ok();
            Self::Error
        }
    }

    /// Prints what the reading of the command line answers: help, the version, or what is wrong.
    pub(crate) fn from_clap(answer: &clap::Error) -> Self {
        // When nobody listens there is no one left to tell.
        answer.print().ok();
        if answer.use_stderr() { Self::BadInput } else { Self::Done }
    }

    /// For the operating system.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Threshold => 99,
            Self::BadInput => 104,
            Self::Signal => 105,
        })
    }
}

fn write_faults(to: &mut impl Write, faults: &Faults) {
    for fault in faults.as_slice() {
        writeln!(to, "  {} {}", fault.field, fault.message).ok();
    }
}
