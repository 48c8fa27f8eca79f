//! `moniflux tests show`.

use clap::Args;
use moniflux_domain::id::TestId;
use serde_json::{Value, json};

use super::client::Client;
use super::refusal::Refusal;
use super::{test_id, view};
use crate::cli::show::results::RunResults;
use crate::cli::show::style::Style;
use crate::cli::show::table::Table;
use crate::cli::show::{self, Output, summary};
use crate::exit::Exit;

/// Which test, and which of its runs.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The test's name
    #[arg(value_parser = test_id)]
    test: TestId,
    /// The how-many-eth run; the latest when left out
    #[arg(long, value_name = "NUMBER", conflicts_with = "runs")]
    run: Option<u32>,
    /// Lists its runs
    #[arg(long)]
    runs: bool,
}

pub(super) async fn show(client: &Client, args: &ShowArgs, output: Output) -> anyhow::Result<Exit> {
    let id = args.test.as_str();
    if args.runs {
        let runs = client.get(&["tests", id, "runs"], &[]).await?.value;
        print_runs(&runs, output)?;
        return Ok(Exit::Done);
    }
    let test = client.get(&["tests", id], &[]).await?.value;
    let results = match results(client, id, args.run).await {
        Ok(results) => Some(results),
        // A test that never ran has none; a run that was asked for must be there.
        Err(error) if args.run.is_none() && is_no_run(&error) => None,
        Err(error) => return Err(error),
    };
    match (output, results) {
        (Output::Json, results) => {
            show::print(&serde_json::to_string_pretty(&json!({"test": test, "results": results}))?)?;
        }
        (Output::Csv, Some(results)) => show::print(&summary::csv(&RunResults::read(&results)?))?,
        (Output::Text, Some(results)) => {
            let style = Style::of(&std::io::stdout());
            let results = summary::text(&RunResults::read(&results)?, style);
            show::print(&format!("{}\n\n{results}", view::table(&[test], style)))?;
        }
        (Output::Csv | Output::Text, None) => view::print_one(&test, output)?,
    }
    Ok(Exit::Done)
}

/// The results of a run, as they are answered.
pub(super) async fn results(client: &Client, test: &str, run: Option<u32>) -> anyhow::Result<Value> {
    let run = run.map(|run| run.to_string());
    let query: Vec<_> = run.as_deref().map(|run| ("run", run)).into_iter().collect();
    Ok(client.get(&["tests", test, "results"], &query).await?.value)
}

fn is_no_run(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refusal>().is_some_and(|refusal| refusal.code == "run_not_found")
}

fn print_runs(runs: &Value, output: Output) -> anyhow::Result<()> {
    let runs = runs.as_array().map(Vec::as_slice).unwrap_or_default();
    let cells = |run: &Value| {
        let conclusion = &run["conclusion"];
        [
            &run["run"],
            &run["status"],
            &conclusion["result"],
            &run["startedAt"],
            &run["endedAt"],
            &run["runID"],
        ]
        .map(view::text)
    };
    show::print(&match output {
        Output::Json => serde_json::to_string_pretty(runs)?,
        Output::Csv => {
            let mut csv = show::csv::Csv::new(&RUN);
            for run in runs {
                csv.row(cells(run));
            }
            csv.text().to_owned()
        }
        Output::Text => {
            let mut table = Table::new(RUN.len(), &RUN);
            for run in runs {
                table.row(cells(run));
            }
            table.lines("", Style::of(&std::io::stdout())).join("\n")
        }
    })
}

const RUN: [&str; 6] = ["run", "status", "conclusion", "startedAt", "endedAt", "runID"];
