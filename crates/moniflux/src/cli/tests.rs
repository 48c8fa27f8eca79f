//! `moniflux tests …`: the tests of a running service.

mod client;
mod commands;
mod events;
mod list;
mod refusal;
mod report;
mod show;
mod view;
mod watch;

use anyhow::Context;
use clap::{Args, Subcommand};
use moniflux_domain::destination::Endpoint;
use moniflux_domain::fault::Faults;
use moniflux_domain::id::TestId;

use crate::cli::show::Output;
use crate::cli::show::screen::Screen;
use crate::exit::Exit;
use crate::settings::{self, ServeArgs, Settings, SettingsArgs};
use crate::{logging, wiring};

use self::client::Client;
pub(crate) use self::refusal::Refusal;

/// Which service, and what to do there.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::doc_markdown, reason = "shown as help, as it stands")]
pub(crate) struct TestsArgs {
    /// The service [env: MONIFLUX_URL] [default: http://127.0.0.1:8080]
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    /// How answers are printed
    #[arg(long, global = true, value_enum, default_value = "text")]
    output: Output,
    #[command(subcommand)]
    verb: Verb,
}

/// What to do with tests.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Tests that something is still to come of, or those of other states
    List(list::ListArgs),
    /// One test, and what became of its records
    Show(show::ShowArgs),
    /// Store a test: from a spec, from flags, or from both
    Create(commands::CreateArgs),
    /// Begin a run now: of a stored test, or of a new one
    Start(commands::StartArgs),
    /// Let a stored test start by itself at a moment
    Schedule(commands::ScheduleArgs),
    /// Let a run stand still
    Pause(One),
    /// Let a paused run go on
    Resume(One),
    /// Replace fields of a test; a run follows new rates within a second
    Change(commands::ChangeArgs),
    /// End a running, paused or scheduled test
    Cancel(One),
    /// Begin a new run; one in progress ends as cancelled
    Restart(commands::RestartArgs),
    /// Forget a test, its runs and its results
    Delete(One),
    /// Follow a test until it ends; the exit code says how it ended
    Watch(watch::WatchArgs),
    /// Fetch the report of a run
    Report(report::ReportArgs),
}

/// The test that is meant.
#[derive(Debug, Args)]
struct One {
    /// The test's name
    #[arg(value_parser = test_id)]
    test: TestId,
}

/// A name that can stand in a path.
fn test_id(text: &str) -> Result<TestId, String> {
    if matches!(text, "." | "..") {
        return Err("cannot be named in an address".to_owned());
    }
    TestId::parse(text).map_err(|why| why.to_string())
}

pub(crate) fn main(settings: &SettingsArgs, args: &TestsArgs) -> anyhow::Result<Exit> {
    let settings = Settings::load(settings, &ServeArgs::default()).context("the configuration is wrong:")?;
    let screen = Screen::stderr(false);
    logging::start_to(&settings, screen.clone())?;
    let client = Client::at(&service(args.url.as_deref()).context("the service's address is wrong:")?)?;
    wiring::client_threads()?.block_on(act(&args.verb, &client, args.output, &screen))
}

async fn act(verb: &Verb, client: &Client, output: Output, screen: &Screen) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(args) => list::list(client, args, output, screen).await,
        Verb::Show(args) => show::show(client, args, output).await,
        Verb::Create(args) => commands::create(client, args, output).await,
        Verb::Start(args) => commands::start(client, args, output, screen).await,
        Verb::Schedule(args) => commands::schedule(client, args, output).await,
        Verb::Pause(One { test }) => commands::act_on(client, test, "pause", output).await,
        Verb::Resume(One { test }) => commands::act_on(client, test, "resume", output).await,
        Verb::Change(args) => commands::change(client, args, output).await,
        Verb::Cancel(One { test }) => commands::cancel(client, test, output).await,
        Verb::Restart(args) => commands::restart(client, args, output, screen).await,
        Verb::Delete(One { test }) => commands::delete(client, test, output).await,
        Verb::Watch(args) => watch::watch(client, &args.test, output, screen).await,
        Verb::Report(args) => report::report(client, args, output).await,
    }
}

/// The flag, the environment, or this machine.
fn service(flag: Option<&str>) -> Result<Endpoint, Faults> {
    let (name, text) = match flag {
        Some(text) => ("--url", text.to_owned()),
        None => (VARIABLE, settings::variable(VARIABLE).unwrap_or_else(|| DEFAULT.to_owned())),
    };
    Endpoint::parse(&text).map_err(|why| Faults::one(name, format!("is {text:?}; {why}")))
}

const VARIABLE: &str = "MONIFLUX_URL";
const DEFAULT: &str = "http://127.0.0.1:8080";

const EXAMPLES: &str = "Examples:
  moniflux tests list --status running,paused
  moniflux tests start --spec spec.yaml --watch
  moniflux tests create --id nightly --to http://collector:4318 --type otlp-http --logs 1000/s --for 1h
  moniflux tests schedule nightly --in 10m
  moniflux tests change nightly --logs 2000/s
  moniflux tests watch nightly
  moniflux tests report nightly --file nightly.html

Exit codes: 0 done, or the watched test passed; 99 a threshold does not hold; 104 the input is not valid;
105 ended by a signal; 1 anything else, such as what the service refuses.";
