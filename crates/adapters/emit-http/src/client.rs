//! The way to destinations over TLS: reqwest.
//!
//! **Never twice.** Redirects and reqwest's retries are off. One repetition is left that has no switch: the connection
//! pool takes another connection when the one it chose was closed before the request was begun. hyper then hands the
//! request back whole, unwritten (`TrySendError::take_message`), so no byte of the batch has left.

mod generations;

use std::error::Error;
use std::time::Duration;

use moniflux_domain::answer::Kind;
use moniflux_domain::delivery::Delivery;
use moniflux_ports::emitter::Batch;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use tokio::sync::Semaphore;

use crate::answer::Heard;
use crate::codec::Format;
use crate::config::Config;
use crate::request::Templates;
use crate::sent::Sent;
use crate::{error, retry_after};

use self::generations::Generations;

/// Sends to one destination by a client of its own.
#[derive(Debug)]
pub(crate) struct ClientRoute {
    clients: Generations,
    templates: Templates,
    turns: Semaphore,
    timeout: Duration,
    answer_limit: usize,
}

impl ClientRoute {
    /// The way to the templates' address.
    ///
    /// # Errors
    /// There are no certificate authorities to trust.
    pub(crate) fn new(
        templates: Templates,
        delivery: &Delivery,
        config: &Config,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let clients = Generations::new(delivery.connection_max_age, config.idle_timeout)?;
        let connections = usize::try_from(delivery.connections).unwrap_or(usize::MAX);
        let turns = Semaphore::new(connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { clients, templates, turns, timeout: delivery.timeout, answer_limit: config.answer_limit })
    }

    /// Sends the batch once, within the timeout.
    pub(crate) async fn send(&self, batch: Batch) -> Sent {
        let mut heard = None;
        let bytes = batch.body.len() as u64;
        let ended = tokio::time::timeout(self.timeout, self.exchange(batch, &mut heard)).await;
        match (heard, ended) {
            (Some(heard), _) => Sent { outcome: Ok(heard), bytes },
            (None, Ok(Err(kind))) => Sent::failed(kind, bytes),
            (None, Ok(Ok(())) | Err(_)) => Sent::failed(Kind::Timeout, bytes),
        }
    }

    /// Puts what is heard where it stays when this future is dropped.
    async fn exchange(&self, batch: Batch, heard: &mut Option<Heard>) -> Result<(), Kind> {
        // Only a closed semaphore refuses, and this one never is.
        let _turn = self.turns.acquire().await.ok();
        let request = self.templates.of(batch.signal).request(batch);
        let response = self.clients.client().execute(request).await.map_err(|error| error::kind(&error))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let format = content_type.map_or(Format::default(), Format::of);
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| retry_after::retry_after(status, value.as_bytes()));
        let heard = heard.insert(Heard { status, format, retry_after, body: None });
        // Also of an answer whose body says nothing: only a connection that was read empty is used again.
        heard.body = self.body(response).await;
        Ok(())
    }

    /// The whole body; none when it is cut short or over the limit, which ends the connection.
    async fn body(&self, mut response: Response) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            if body.len() + chunk.len() > self.answer_limit {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some(body)
    }
}
