//! `moniflux tests watch`: follows a test by its events until it ends, and ends as it did.

mod picture;

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use moniflux_domain::id::TestId;
use serde_json::Value;

use self::picture::Picture;
use super::client::Client;
use super::events::{Event, Reader};
use super::refusal::Refusal;
use super::show::results;
use super::test_id;
use crate::cli::show::results::RunResults;
use crate::cli::show::screen::Screen;
use crate::cli::show::style::Style;
use crate::cli::show::{self, Output, summary};
use crate::exit::Exit;
use crate::shutdown::Shutdown;

/// Which test.
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// The test's name
    #[arg(value_parser = test_id)]
    pub(super) test: TestId,
}

/// Shows a test until it ends, and then its results. A signal ends the watching and not the test.
pub(super) async fn watch(
    client: &Client,
    test: &TestId,
    output: Output,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let mut shutdown = Shutdown::listen()?;
    let mut watching = Watching { client, test, screen, picture: Picture::default() };
    let followed = tokio::select! {
        followed = watching.follow() => followed,
        _ = shutdown.wished() => {
            screen.clear();
            screen.say(&format!("{test} goes on"));
            return Ok(Exit::Signal);
        }
    };
    screen.clear();
    followed?;
    let Some(value) = watching.last_results().await? else {
        // A schedule that was cancelled before the first run.
        show::print(&format!("{test} ended before it had a run"))?;
        return Ok(Exit::Error);
    };
    let results = RunResults::read(&value)?;
    show::print(&match output {
        Output::Text => summary::text(&results, Style::of(&std::io::stdout())),
        Output::Json => serde_json::to_string_pretty(&value)?,
        Output::Csv => summary::csv(&results),
    })?;
    Ok(results.exit())
}

struct Watching<'a> {
    client: &'a Client,
    test: &'a TestId,
    screen: &'a Screen,
    picture: Picture,
}

impl Watching<'_> {
    /// Reads events until the test ends, again and again should the stream break off.
    async fn follow(&mut self) -> anyhow::Result<()> {
        let path = ["tests", self.test.as_str(), "events"];
        let mut last_id: Option<String> = None;
        let mut breaks = 0;
        loop {
            let opened = self.client.events(&path, last_id.as_deref()).await;
            let why = match opened {
                Ok(mut stream) => {
                    let mut reader = Reader::default();
                    let broken = loop {
                        let piece = match tokio::time::timeout(SILENCE, stream.chunk()).await {
                            Ok(Ok(Some(piece))) => piece,
                            Ok(Ok(None)) => break anyhow::anyhow!("the events ended before the test did"),
                            Ok(Err(error)) => break error.into(),
                            Err(_) => break anyhow::anyhow!("nothing was heard for {SILENCE:?}"),
                        };
                        breaks = 0;
                        for event in reader.take(&piece) {
                            if self.take(&event).await? {
                                return Ok(());
                            }
                        }
                    };
                    last_id = reader.last_id.or(last_id);
                    broken
                }
                Err(error) if is_final(&error) => {
                    return Err(error.context("the service does not tell its events"));
                }
                Err(error) => error,
            };
            breaks += 1;
            if breaks > PATIENCE {
                return Err(why.context("the events broke off, and do not come back"));
            }
            tracing::warn!(error = format!("{why:#}"), "the events broke off; asking for them again");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Shows what an event tells; answers whether the test is over.
    async fn take(&mut self, event: &Event) -> anyhow::Result<bool> {
        let data = || -> anyhow::Result<Value> {
            serde_json::from_str(&event.data)
                .with_context(|| format!("the event {} holds no JSON", event.name))
        };
        match event.name.as_str() {
            "state" => {
                if let Some(status) = self.picture.state(data()?) {
                    self.screen.say(&format!("{} is {status}", self.test));
                }
                Ok(self.picture.is_over())
            }
            "point" => {
                let point = data()?;
                // The ledger so far is the results'; without them, the picture keeps what it had.
                let results = results(self.client, self.test.as_str(), None).await.ok();
                let results = results.and_then(|results| RunResults::read(&results).ok());
                let frame = self.picture.point(self.test.as_str(), &point, results);
                self.screen.show(&frame, self.picture.second());
                Ok(false)
            }
            "deleted" => bail!("{} was deleted", self.test),
            _ => Ok(false),
        }
    }

    /// The results of the run that ended, once they are judged; none when there was no run.
    async fn last_results(&self) -> anyhow::Result<Option<Value>> {
        let mut found = None;
        for _ in 0..JUDGED_WITHIN {
            let value = match results(self.client, self.test.as_str(), None).await {
                Ok(value) => value,
                Err(error) if is_final(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let is_judged = value["conclusion"]["result"].as_str() != Some("running");
            let delivery = &value["delivery"];
            let is_delivered = delivery.is_null() || delivery["settled"] == true;
            let is_settled = !value["endedAt"].is_null() && is_judged && is_delivered;
            found = Some(value);
            if is_settled {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(found)
    }
}

/// Whether asking again is of no use: the service says that there is nothing.
fn is_final(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refusal>().is_some_and(|refusal| (400..500).contains(&refusal.status))
}

/// Longer than a service is silent.
const SILENCE: Duration = Duration::from_secs(35);

/// How often in a row a stream may break off.
const PATIENCE: u32 = 10;

const PAUSE: Duration = Duration::from_secs(1);

/// How many pauses a run may take from its end to its judgement; a sink may be asked meanwhile for up to ten minutes.
const JUDGED_WITHIN: u32 = 620;
