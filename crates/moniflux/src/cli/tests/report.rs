//! `moniflux tests report`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use moniflux_domain::id::TestId;

use super::client::Client;
use super::test_id;
use crate::cli::show::Output;
use crate::exit::Exit;

/// Which report, and where to.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The test's name
    #[arg(value_parser = test_id)]
    test: TestId,
    /// The how-many-eth run; the latest when left out
    #[arg(long, value_name = "NUMBER")]
    run: Option<u32>,
    /// Where it is written; to standard output when left out
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
    /// [default: what the file's name says, or --output, else html]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One page that needs nothing else.
    Html,
    /// All there is, for programs.
    Json,
    /// The tables.
    Csv,
}

pub(super) async fn report(client: &Client, args: &ReportArgs, output: Output) -> anyhow::Result<Exit> {
    let format = args.format.unwrap_or_else(|| guess(args.file.as_ref(), output));
    let format = match format {
        Format::Html => "html",
        Format::Json => "json",
        Format::Csv => "csv",
    };
    let run = args.run.map(|run| run.to_string());
    let mut query = vec![("format", format)];
    query.extend(run.as_deref().map(|run| ("run", run)));
    let document = client.document(&["tests", args.test.as_str(), "report"], &query).await?;
    if let Some(file) = &args.file {
        std::fs::write(file, document).with_context(|| format!("{} cannot be written", file.display()))?;
    } else {
        let mut stdout = std::io::stdout();
        stdout.write_all(&document)?;
        stdout.flush()?;
    }
    Ok(Exit::Done)
}

fn guess(file: Option<&PathBuf>, output: Output) -> Format {
    let extension = file.and_then(|file| file.extension()).and_then(|extension| extension.to_str());
    match extension {
        Some("html" | "htm") => Format::Html,
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some(_) | None => match output {
            Output::Text => Format::Html,
            Output::Json => Format::Json,
            Output::Csv => Format::Csv,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_what_the_file_is_called() {
        for (file, output, format) in [
            (Some("a.json"), Output::Text, Format::Json),
            (Some("a.html"), Output::Csv, Format::Html),
            (Some("a.csv"), Output::Json, Format::Csv),
            (Some("a"), Output::Csv, Format::Csv),
            (None, Output::Json, Format::Json),
            (None, Output::Text, Format::Html),
        ] {
            assert_eq!(guess(file.map(PathBuf::from).as_ref(), output), format, "{file:?}");
        }
    }
}
