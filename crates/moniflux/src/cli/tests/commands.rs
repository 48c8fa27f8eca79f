//! What changes a test: create, start, schedule, pause, resume, change, cancel, restart, delete.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use moniflux_domain::draft::read_time;
use moniflux_domain::id::TestId;
use moniflux_engine::SystemClock;
use moniflux_ports::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::refusal::Refusal;
use super::{test_id, view, watch};
use crate::cli::show::Output;
use crate::cli::show::screen::Screen;
use crate::cli::spec::SpecSource;
use crate::cli::spec::flags::SpecFlags;
use crate::exit::Exit;

/// A new test.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The spec: YAML or JSON, with the fields of POST /create-test; - for standard input. Flags replace its fields
    spec: Option<PathBuf>,
    #[command(flatten)]
    flags: SpecFlags,
}

/// What to start.
#[derive(Debug, Args)]
pub(super) struct StartArgs {
    /// The test's name; made up for a new test when left out
    #[arg(value_parser = test_id)]
    test: Option<TestId>,
    /// A spec for it: YAML or JSON, with the fields of POST /start-test; - for standard input
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Follows the run until it ends
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    flags: SpecFlags,
}

/// What to replace of a test.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    /// The test's name
    #[arg(value_parser = test_id)]
    test: TestId,
    /// Fields to replace, as YAML or JSON; - for standard input
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    #[command(flatten)]
    flags: SpecFlags,
}

/// What to start again.
#[derive(Debug, Args)]
pub(super) struct RestartArgs {
    /// Follows the run until it ends
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

/// When to start.
#[derive(Debug, Args)]
pub(super) struct ScheduleArgs {
    /// The test's name
    #[arg(value_parser = test_id)]
    test: TestId,
    /// The moment, such as 2030-01-31T15:00:00Z
    #[arg(long, value_name = "MOMENT", value_parser = moment, required_unless_present = "after")]
    at: Option<DateTime<Utc>>,
    /// The time from now, such as 10m
    #[arg(long = "in", value_name = "TIME", value_parser = time, conflicts_with = "at")]
    after: Option<Duration>,
}

pub(super) async fn create(client: &Client, args: &CreateArgs, output: Output) -> anyhow::Result<Exit> {
    let source = read(args.spec.as_deref(), &args.flags)?;
    let made = client.send(Method::POST, &["create-test"], Some(&source.value)).await;
    shown(&made.map_err(|error| in_words(error, &source))?, output)
}

pub(super) async fn start(
    client: &Client,
    args: &StartArgs,
    output: Output,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let mut source = read(args.spec.as_deref(), &args.flags)?;
    if let Some(test) = &args.test {
        source.value["testID"] = test.as_str().into();
    }
    begin(client, "start-test", &source, args.watch, output, screen).await
}

pub(super) async fn restart(
    client: &Client,
    args: &RestartArgs,
    output: Output,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let ChangeArgs { test, spec, flags } = &args.change;
    let mut source = read(spec.as_deref(), flags)?;
    source.value["testID"] = test.as_str().into();
    begin(client, "restart-test", &source, args.watch, output, screen).await
}

async fn begin(
    client: &Client,
    call: &str,
    source: &SpecSource,
    is_watched: bool,
    output: Output,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let begun = client.send(Method::POST, &[call], Some(&source.value)).await;
    let begun = begun.map_err(|error| in_words(error, source))?;
    if !is_watched {
        return shown(&begun, output);
    }
    let test = begun.value["testID"].as_str().context("the service answers a test without a name")?;
    screen.say(&format!("{test} is under load"));
    watch::watch(client, &TestId::parse(test)?, output, screen).await
}

pub(super) async fn change(client: &Client, args: &ChangeArgs, output: Output) -> anyhow::Result<Exit> {
    let source = read(args.spec.as_deref(), &args.flags)?;
    let changed = client.send(Method::PATCH, &["tests", args.test.as_str()], Some(&source.value)).await;
    shown(&changed.map_err(|error| in_words(error, &source))?, output)
}

pub(super) async fn schedule(client: &Client, args: &ScheduleArgs, output: Output) -> anyhow::Result<Exit> {
    let ahead = args.after.map(|after| SystemClock::start().now() + after);
    let at = args.at.or(ahead).context("no moment is given")?;
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let body = json!({"testID": args.test.as_str(), "schedule": at});
    shown(&client.send(Method::POST, &["schedule-test"], Some(&body)).await?, output)
}

pub(super) async fn cancel(client: &Client, test: &TestId, output: Output) -> anyhow::Result<Exit> {
    let body = json!({"testID": test.as_str()});
    shown(&client.send(Method::POST, &["cancel-test"], Some(&body)).await?, output)
}

/// Pause and resume.
pub(super) async fn act_on(
    client: &Client,
    test: &TestId,
    act: &str,
    output: Output,
) -> anyhow::Result<Exit> {
    shown(&client.send(Method::POST, &["tests", test.as_str(), act], None).await?, output)
}

pub(super) async fn delete(client: &Client, test: &TestId, output: Output) -> anyhow::Result<Exit> {
    client.send(Method::DELETE, &["tests", test.as_str()], None).await?;
    match output {
        Output::Text => crate::cli::show::print(&format!("{test} is forgotten"))?,
        Output::Json | Output::Csv => {}
    }
    Ok(Exit::Done)
}

fn read(spec: Option<&std::path::Path>, flags: &SpecFlags) -> anyhow::Result<SpecSource> {
    SpecSource::read(spec, flags).context("what to send is not said right:")
}

fn shown(answer: &Answer, output: Output) -> anyhow::Result<Exit> {
    view::print_one(&answer.value, output)?;
    Ok(Exit::Done)
}

/// A refusal in the words of the command line; every other error as it is.
fn in_words(error: anyhow::Error, source: &SpecSource) -> anyhow::Error {
    match error.downcast::<Refusal>() {
        Ok(refusal) => refusal.in_words_of_flags(source).into(),
        Err(other) => other,
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    moment.map_err(|why| format!("accepted: a moment such as 2030-01-31T15:00:00Z ({why})"))
}

fn time(text: &str) -> Result<Duration, String> {
    let value = text.parse::<serde_json::Number>().map_or_else(|_a_text| Value::from(text), Value::Number);
    read_time(&value).ok_or_else(|| "accepted: a time such as 90s, 10m or 2h".to_owned())
}
