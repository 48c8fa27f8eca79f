//! What people and programs are shown: results, lists and a run while it goes on.
//!
//! Everything here is made of what the API answers, so that a run of one's own and a run of a service look the same.

pub(crate) mod csv;
pub(crate) mod live;
pub(crate) mod numbers;
pub(crate) mod results;
pub(crate) mod screen;
pub(crate) mod style;
pub(crate) mod summary;
pub(crate) mod table;

use std::io::Write;

use clap::ValueEnum;

/// How results are printed on stdout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Text,
    /// As the API answers.
    Json,
    /// One line a lane, or a test, under a line of names.
    Csv,
}

/// Prints on stdout, with one line break at the end. A reader that has gone away, as `head` does, is no fault.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    let written = writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
