//! Sends a batch once and says what became of it.
//!
//! **Never twice.** Redirects and reqwest's retries are off. One repetition is left that has no switch: the connection
//! pool takes another connection when the one it chose was closed before the request was begun. hyper then hands the
//! request back whole, unwritten (`TrySendError::take_message`), so no byte of the batch has left.
//!
//! **A status of 2xx is a success, whatever follows.** The receiver has taken the batch over with its status line; a
//! body that is cut short, too long or nonsense takes that back as little as a missing one does. Only a partial success
//! that can be read counts against it.

use async_trait::async_trait;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::{Destination, DestinationKind};
use moniflux_domain::signal::Signal;
use moniflux_ports::emitter::{Batch, Emitter, Reply};
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use tokio::sync::Semaphore;

use crate::clients::Clients;
use crate::pack::{Packer, UNPACKABLE};
use crate::request::Template;
use crate::{codec, error};

/// Sends to one destination, over connections of its own.
#[derive(Debug)]
pub(crate) struct HttpEmitter {
    clients: Clients,
    packer: Packer,
    /// As many as requests may be under way.
    permits: Semaphore,
    kind: DestinationKind,
    logs: Template,
    metrics: Template,
    traces: Template,
    answer_limit: usize,
}

impl HttpEmitter {
    /// An emitter over these clients, which must neither follow redirects nor try again.
    ///
    /// # Errors
    /// The destination's key cannot be in a header.
    pub(crate) fn new(
        clients: Clients,
        destination: &Destination,
        connections: u32,
        answer_limit: usize,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self {
            clients,
            packer: Packer::new(destination.compression)?,
            permits: Semaphore::new(connections as usize),
            kind: destination.kind,
            logs: Template::new(destination, Signal::Logs)?,
            metrics: Template::new(destination, Signal::Metrics)?,
            traces: Template::new(destination, Signal::Traces)?,
            answer_limit,
        })
    }

    fn template(&self, signal: Signal) -> &Template {
        match signal {
            Signal::Logs => &self.logs,
            Signal::Metrics => &self.metrics,
            Signal::Traces => &self.traces,
        }
    }

    async fn read(&self, response: Response, wire_bytes: u64) -> Reply {
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(codec::retry_after);
        let answer = self.answer(response).await;
        Reply { answer, wire_bytes, retry_after }
    }

    async fn answer(&self, response: Response) -> Answer {
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE).cloned();
        // Also of an answer whose body says nothing: only a connection that was read empty is used again.
        let body = self.body(response).await;
        if !status.is_success() {
            return codec::refusal(status.as_u16());
        }
        match self.kind {
            DestinationKind::Http => Answer::Acked,
            DestinationKind::OtlpHttp => {
                let content_type = content_type.as_ref().and_then(|value| value.to_str().ok());
                let rejected = body.and_then(|body| codec::rejected(content_type, &body));
                rejected.map_or(Answer::Acked, |rejected| Answer::Partial { rejected })
            }
        }
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

#[async_trait]
impl Emitter for HttpEmitter {
    async fn send(&self, batch: Batch) -> Reply {
        let Ok(body) = self.packer.pack(&batch.body) else { return UNPACKABLE };
        let bytes = body.len() as u64;
        let request = self.template(batch.signal).request(Batch { body, ..batch });
        // Closed only when the emitter is gone, and with it this call.
        let Ok(_permit) = self.permits.acquire().await else {
            return Reply::of(Answer::Failed(Kind::Connect), 0);
        };
        // The client before was made of the same settings, so only the system can have failed.
        let Ok(client) = self.clients.current() else {
            return Reply::of(Answer::Failed(Kind::Tls), 0);
        };
        match client.execute(request).await {
            Ok(response) => self.read(response, bytes).await,
            Err(error) => Reply::of(Answer::Failed(error::kind(&error)), bytes),
        }
    }
}
