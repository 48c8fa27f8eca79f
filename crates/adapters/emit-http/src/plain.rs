//! Batches over plain HTTP/1.1, on sockets of its own: what a general client does for each request costs more than
//! sending it (see docs/performance.md).
//!
//! A batch leaves in one vectored write, its body uncopied. Connections carry one request at a time; the one used last is
//! taken first, unless it is too old, was idle for too long, or the receiver has closed it: that is asked of the kernel
//! before anything is written, so that a batch never meets a connection that is known to be dead.

mod connection;
mod head;
mod response;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::delivery::Delivery;
use moniflux_domain::destination::{Destination, DestinationKind};
use moniflux_domain::signal::Signal;
use moniflux_ports::emitter::{Batch, Emitter, Reply};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::codec;
use crate::config::Config;
use crate::pack::{Packer, UNPACKABLE};
use crate::request::Template;

use self::connection::{Connection, Trouble, now};
use self::head::Head;
use self::response::Response;

/// Sends to one plain destination, over connections of its own.
#[derive(Debug)]
pub(crate) struct PlainEmitter {
    url: Url,
    kind: DestinationKind,
    heads: [Head; Signal::ALL.len()],
    packer: Packer,
    /// As many as may be open at once.
    permits: Semaphore,
    /// Those that carry no request; the last one was used last.
    idle: Mutex<Vec<Connection>>,
    timeout: Duration,
    max_age: Option<Duration>,
    config: Config,
}

impl PlainEmitter {
    /// An emitter to that destination.
    ///
    /// # Errors
    /// The destination's key cannot be in a header.
    pub(crate) fn new(
        destination: &Destination,
        delivery: &Delivery,
        config: &Config,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let head = |signal| Template::new(destination, signal).map(|template| Head::of(&template));
        let [logs, metrics, traces] = Signal::ALL.map(head);
        Ok(Self {
            url: destination.url(),
            kind: destination.kind,
            heads: [logs?, metrics?, traces?],
            packer: Packer::new(destination.compression)?,
            permits: Semaphore::new(delivery.connections as usize),
            idle: Mutex::default(),
            timeout: delivery.timeout,
            max_age: delivery.connection_max_age,
            config: config.clone(),
        })
    }

    async fn exchange(&self, batch: &Batch, deadline: Instant) -> Reply {
        let Ok(body) = self.packer.pack(&batch.body) else { return UNPACKABLE };
        let mut head = Vec::with_capacity(512);
        self.head(batch.signal).write(batch.share, body.len(), &mut head);
        let (_permit, mut connection) = match timeout_at(deadline, self.ready()).await {
            Ok(Ok(ready)) => ready,
            Ok(Err(trouble)) => return Reply::of(Answer::Failed(trouble.kind()), 0),
            Err(_elapsed) => return Reply::of(Answer::Failed(Kind::Timeout), 0),
        };
        match connection.exchange(&head, &body, self.config.answer_limit, deadline).await {
            Ok(response) => {
                let reply = self.read(&response, body.len() as u64);
                if response.keeps_alive {
                    self.idle().push(connection);
                }
                reply
            }
            Err(trouble) => Reply::of(Answer::Failed(trouble.kind()), body.len() as u64),
        }
    }

    fn read(&self, response: &Response, wire_bytes: u64) -> Reply {
        let answer = match (response.status, self.kind) {
            (200..=299, DestinationKind::Http) => Answer::Acked,
            (200..=299, DestinationKind::OtlpHttp) => {
                let content_type = response.content_type.as_deref();
                let rejected = response.body.as_ref().and_then(|body| codec::rejected(content_type, body));
                rejected.map_or(Answer::Acked, |rejected| Answer::Partial { rejected })
            }
            (status, _) => codec::refusal(status),
        };
        let retry_after = response.retry_after.as_deref().and_then(codec::retry_after);
        Reply { answer, wire_bytes, retry_after }
    }

    /// An idle connection that still lives, or a new one, as soon as there may be one more.
    async fn ready(&self) -> Result<(SemaphorePermit<'_>, Connection), Trouble> {
        // Closed only when the emitter is gone, and with it this call.
        let permit = self.permits.acquire().await.map_err(|_closed| Trouble::Connect)?;
        while let Some(connection) = self.take_idle() {
            if connection.is_usable(self.config.idle_timeout, self.max_age) {
                return Ok((permit, connection));
            }
        }
        Ok((permit, Connection::open(&self.url).await?))
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle().pop()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn head(&self, signal: Signal) -> &Head {
        let [logs, metrics, traces] = &self.heads;
        match signal {
            Signal::Logs => logs,
            Signal::Metrics => metrics,
            Signal::Traces => traces,
        }
    }
}

#[async_trait]
impl Emitter for PlainEmitter {
    async fn send(&self, batch: Batch) -> Reply {
        let deadline = now() + self.timeout;
        self.exchange(&batch, deadline).await
    }
}
