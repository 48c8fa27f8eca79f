//! MoniFlux, the binary: reads the command line and the configuration, chooses adapters, wires them together and runs.
//!
//! Nothing else lives here: what the commands do is in [`cli`], one file each; how the pieces fit is in [`wiring`].

mod cli;
mod exit;
mod logging;
mod settings;
mod shutdown;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return Exit::from_clap(&answer).code(),
    };
    let exit = match cli.command.unwrap_or_default() {
        Command::Serve(args) => cli::serve::main(&cli.settings, &args),
        Command::Run(args) => cli::run::main(&cli.settings, &args),
        Command::Tests(args) => cli::tests::main(&cli.settings, &args),
        Command::Sink(args) => cli::sink::main(&cli.settings, &args),
        Command::Demo(args) => cli::demo::main(&cli.settings, &args),
        Command::Health(args) => cli::health::main(&cli.settings, &args),
        Command::Completions(args) => cli::completions::completions(&args),
        Command::Man(args) => cli::completions::man(&args),
    };
    exit.unwrap_or_else(|error| Exit::from_error(&error)).code()
}
