//! A reader of server-sent events.

use std::collections::VecDeque;

use anyhow::{Context, Result, ensure};
use reqwest::{Method, Response};
use serde_json::Value;

use crate::api::Api;
use crate::time::SOON;

/// A stream that is being read.
pub struct Events {
    response: Response,
    text: String,
    read: VecDeque<Event>,
}

/// One event.
#[derive(Debug, Clone)]
pub struct Event {
    /// What it is.
    pub name: String,
    /// Its place, if it has one.
    pub id: Option<String>,
    /// Its data.
    pub data: Value,
}

impl Events {
    /// Begins to follow, from behind an event if that is given.
    ///
    /// # Errors
    /// It is no stream of events.
    pub async fn follow(api: &Api, path: &str, after: Option<&str>) -> Result<Self> {
        let request = api.request(Method::GET, path);
        let request = after.into_iter().fold(request, |request, id| request.header("last-event-id", id));
        let response = request.send().await?;
        let media = response.headers().get("content-type").context("no content type")?.to_str()?.to_owned();
        ensure!(response.status() == 200 && media == "text/event-stream", "{} {media}", response.status());
        Ok(Self { response, text: String::new(), read: VecDeque::new() })
    }

    /// The next event of that name for which `fits` holds.
    ///
    /// # Errors
    /// None came soon, or the stream ended.
    pub async fn next_where(&mut self, name: &str, fits: impl Fn(&Event) -> bool) -> Result<Event> {
        let waiting = async {
            loop {
                let event = self.next().await?.context("the stream ended")?;
                if event.name == name && fits(&event) {
                    return Ok(event);
                }
            }
        };
        tokio::time::timeout(SOON, waiting).await.with_context(|| format!("waited in vain for {name}"))?
    }

    /// The next event; none when the stream has ended.
    ///
    /// # Errors
    /// The stream broke, or is not of the form that events have.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.read.pop_front() {
                return Ok(Some(event));
            }
            let Some(chunk) = self.response.chunk().await? else { return Ok(None) };
            self.text.push_str(std::str::from_utf8(&chunk)?);
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = read(block)?;
                self.text = String::from(rest);
                self.read.extend(event);
            }
        }
    }
}

/// An event; none for a comment or a setting.
fn read(block: &str) -> Result<Option<Event>> {
    let field = |name: &str| {
        let prefix = format!("{name}: ");
        block.lines().find_map(|line| line.strip_prefix(prefix.as_str())).map(str::to_owned)
    };
    let Some(name) = field("event") else { return Ok(None) };
    let data = field("data").with_context(|| format!("no data in {block}"))?;
    Ok(Some(Event { name, id: field("id"), data: serde_json::from_str(&data)? }))
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("read", &self.read).finish_non_exhaustive()
    }
}
