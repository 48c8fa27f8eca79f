//! The command line.

pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod health;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod sink;
pub(crate) mod spec;
pub(crate) mod tests;

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
    /// Offer the dashboard and the REST API, and drive the tests it is given (the default)
    Serve(ServeArgs),
    /// Run one test without a service, and print its results
    Run(Box<run::RunArgs>),
    /// Create, start, watch and change the tests of a running service
    Tests(Box<tests::TestsArgs>),
    /// Receive records, and keep account of what arrived
    Sink(sink::SinkArgs),
    /// Show it all at work: a service, a sink and a running test, until ctrl-C
    Demo(demo::DemoArgs),
    /// Ask a service whether it is alive: exit code 0 or 1
    Health(health::HealthArgs),
    /// Print what completes commands in a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual
    Man(completions::ManArgs),
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(ServeArgs::default())
    }
}

const AFTER_HELP: &str = "Examples:
  moniflux demo
  moniflux run --to http://127.0.0.1:4318 --type otlp-http --logs 1000/s --for 30s --threshold 'loss == 0'
  moniflux tests list

Exit codes: 0 done or passed; 99 a threshold does not hold; 104 bad configuration or spec; 105 ended by a signal;
1 anything else.";
