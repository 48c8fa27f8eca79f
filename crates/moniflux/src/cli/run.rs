//! `moniflux run`: one test without a service and without a store.

mod drive;
mod dry_run;
mod history;
mod progress;
mod report;

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use moniflux_domain::draft::{Draft, read_time};
use moniflux_domain::fault::Faults;
use moniflux_domain::id::TestId;
use moniflux_domain::spec::Spec;
use moniflux_engine::SystemClock;
use uuid::Uuid;

use self::drive::Driven;
use crate::cli::show::screen::Screen;
use crate::cli::show::style::Style;
use crate::cli::show::{self, Output};
use crate::cli::spec::SpecSource;
use crate::cli::spec::flags::SpecFlags;
use crate::exit::Exit;
use crate::settings::{ServeArgs, Settings, SettingsArgs};
use crate::{logging, wiring};

/// What to run, and how to report it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArgs {
    /// The spec: YAML or JSON, with the fields of POST /start-test; - for standard input. Flags replace its fields
    spec: Option<PathBuf>,
    /// How the results are printed
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
    /// Shows nothing while it runs, and logs nothing but warnings
    #[arg(long, short)]
    quiet: bool,
    /// Writes a report that opens from disk for ever; as .json or .csv, if the file is called so
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Sends nothing: shows what would be sent, and some records
    #[arg(long)]
    dry_run: bool,
    /// Runs nothing: writes the spec with the flags in it, as YAML that run takes; - for standard output
    #[arg(long, value_name = "FILE")]
    save_spec: Option<PathBuf>,
    /// Searches for the highest rate that the destination takes, beginning at the rates of the spec
    #[arg(long)]
    find_capacity: bool,
    /// With --find-capacity: 99 in 100 records must be answered within this, such as 250ms
    #[arg(long, value_name = "TIME", requires = "find_capacity", value_parser = time)]
    p99: Option<Duration>,
    #[command(flatten)]
    flags: SpecFlags,
}

/// A time as in a spec.
fn time(text: &str) -> Result<Duration, String> {
    let time = read_time(&serde_json::Value::from(text)).filter(|time| !time.is_zero());
    time.ok_or_else(|| "accepted: a time such as \"250ms\" or \"1.5s\"".to_owned())
}

pub(crate) fn main(settings: &SettingsArgs, args: &RunArgs) -> anyhow::Result<Exit> {
    let loaded = Settings::load(settings, &ServeArgs::default()).context("the configuration is wrong:")?;
    let settings = if args.quiet { loaded.quiet(settings) } else { loaded };
    let screen = Screen::stderr(args.quiet);
    logging::start_to(&settings, screen.clone())?;
    let (source, test, spec) = read_spec(args).with_context(|| match &args.spec {
        Some(file) => format!("the spec {} is wrong:", file.display()),
        None => "what to run is not said right:".to_owned(),
    })?;
    if let Some(file) = &args.save_spec {
        save(&source, file)?;
        return Ok(Exit::Done);
    }
    if args.dry_run {
        show::print(&dry_run::report(&test, &spec, &SystemClock::start(), args.output)?)?;
        return Ok(Exit::Done);
    }
    if let Some(file) = &args.report {
        // A run of hours must not end in a report that cannot be written.
        File::create(file)
            .map_err(|why| Faults::one("--report", format!("{} cannot be written: {why}", file.display())))?;
    }
    let (engine, _threads) = wiring::engine()?;
    let driven = drive::drive(&engine, test, spec, args.report.is_some(), &screen);
    let Driven { run, results, shown, history, exit } = wiring::main_threads()?.block_on(driven)?;
    if let (Some(file), Some(history)) = (&args.report, history) {
        report::write(file, &run, &results, history, engine.clock.as_ref())?;
    }
    show::print(&match args.output {
        Output::Text => show::summary::text(&shown, Style::of(&std::io::stdout())),
        Output::Json => serde_json::to_string_pretty(&results)?,
        Output::Csv => show::summary::csv(&shown),
    })?;
    Ok(exit)
}

/// Reads and checks what to run.
fn read_spec(args: &RunArgs) -> Result<(SpecSource, TestId, Spec), Faults> {
    let source = SpecSource::read(args.spec.as_deref(), &args.flags)?;
    let draft = source.draft()?;
    let draft = if args.find_capacity { draft.finding_capacity(args.p99) } else { draft };
    let test = draft.test.clone().unwrap_or_else(|| TestId::from_uuid(Uuid::now_v7()));
    let spec = Draft::into_spec(draft).map_err(|faults| source.in_words_of_flags(&faults))?;
    Ok((source, test, spec))
}

fn save(source: &SpecSource, file: &PathBuf) -> anyhow::Result<()> {
    let (yaml, has_left_key_out) = source.to_yaml()?;
    if file.as_os_str() == "-" {
        show::print(&yaml)?;
    } else {
        std::fs::write(file, yaml).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    if has_left_key_out {
        tracing::warn!(
            "the key is not in the saved spec: name its variable with --api-key-env when you run it"
        );
    }
    Ok(())
}

const EXAMPLES: &str = "Examples:
  moniflux run spec.yaml
  moniflux run --to http://127.0.0.1:4318 --type otlp-http --logs 1000/s --metrics 500/s --traces 50/s --for 30s \\
    --threshold 'loss == 0' --threshold 'logs.responseTime.p99 < 250ms'
  moniflux run spec.yaml --logs 10k/s --output json --report report.html
  moniflux run spec.yaml --dry-run
  moniflux run --to http://collector:4318 --type otlp-http --logs 500/s --for 5m --save-spec spec.yaml
  moniflux run spec.yaml --find-capacity --p99 250ms

Exit codes: 0 passed; 99 a threshold does not hold, or no capacity was found; 104 bad spec or configuration;
105 ended by a signal; 1 anything else: the run failed, or its verdict is invalid.";
