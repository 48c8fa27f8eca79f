//! `moniflux tests list`.

use clap::Args;
use serde_json::Value;

use super::client::Client;
use super::view;
use crate::cli::show::Output;
use crate::cli::show::screen::Screen;
use crate::exit::Exit;

/// Which tests.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only those of these states, such as running,paused [default: pending,scheduled,running,paused]
    #[arg(long, value_name = "STATES")]
    status: Option<String>,
    /// Those of every state
    #[arg(long, conflicts_with = "status")]
    all: bool,
    /// Only this user's
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The most that are listed, oldest first
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    limit: usize,
}

pub(super) async fn list(
    client: &Client,
    args: &ListArgs,
    output: Output,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let page = args.limit.clamp(1, PAGE).to_string();
    let mut query = vec![("limit", page.as_str())];
    let status = if args.all { Some(EVERY) } else { args.status.as_deref() };
    query.extend(status.map(|status| ("status", status)));
    query.extend(args.user.as_deref().map(|user| ("userID", user)));
    let mut answer = client.get(&["tests"], &query).await?;
    let mut tests: Vec<Value> = Vec::new();
    loop {
        let Value::Array(more) = answer.value else {
            anyhow::bail!("the service answers something else than a list: {}", answer.value);
        };
        tests.extend(more);
        match answer.next {
            Some(next) if tests.len() < args.limit => answer = client.next(&next).await?,
            more => {
                if more.is_some() || tests.len() > args.limit {
                    screen.say(&format!("there are more than {} tests; --limit lists them", args.limit));
                }
                break;
            }
        }
    }
    tests.truncate(args.limit);
    if tests.is_empty() && output == Output::Text {
        screen.say("there are no such tests");
        return Ok(Exit::Done);
    }
    view::print(&tests, output)?;
    Ok(Exit::Done)
}

const EVERY: &str = "Pending,Scheduled,Running,Paused,Completed,Cancelled,Failed";

/// The most on a page of the API.
const PAGE: usize = 1_000;
