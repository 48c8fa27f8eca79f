//! The command line.

pub(crate) mod health;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod sink;
pub(crate) mod spec;

use clap::{Parser, Subcommand};

use crate::settings::{ServeArgs, SettingsArgs};

/// Load tests for observability pipelines
#[derive(Debug, Parser)]
#[command(version, about, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do; without a command: serve.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Offer the REST API, and drive the tests it is given (the default)
    Serve(ServeArgs),
    /// Run one test without a service, and print its results
    Run(run::RunArgs),
    /// Receive records, and keep account of what arrived
    Sink(sink::SinkArgs),
    /// Ask a service whether it is alive: exit code 0 or 1
    Health(health::HealthArgs),
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(ServeArgs::default())
    }
}

const AFTER_HELP: &str =
    "Exit codes: 0 done, 104 bad configuration or spec, 105 ended by a signal, 1 anything else.";
