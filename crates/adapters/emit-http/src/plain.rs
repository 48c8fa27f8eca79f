//! The way to plain `http://` destinations: HTTP/1.1 over connections of its own, with little besides the kernel's copy.
//!
//! It exists because a general client costs several times what the kernel does for a request; see `docs/architecture.md`.
//! A request is written once, on one connection. A connection on which anything went other than planned, the caller's
//! patience included, is closed: it lives inside the future that uses it and goes back to the pool at its end only.

mod address;
mod answer_reader;
mod body_reader;
mod connection;
mod head;
mod pool;

use std::time::Duration;

use moniflux_domain::answer::Kind;
use moniflux_domain::delivery::Delivery;
use moniflux_ports::emitter::Batch;
use url::Url;

use crate::config::Config;
use crate::request::Templates;
use crate::sent::Sent;

use self::address::Address;
use self::answer_reader::AnswerReader;
use self::connection::{Connection, Outgoing};
use self::head::Head;
use self::pool::{Pool, Pooled};

/// Sends to one plain destination.
#[derive(Debug)]
pub(crate) struct PlainRoute {
    address: Address,
    heads: [Head; 3],
    pool: Pool,
    timeout: Duration,
    answer_limit: usize,
}

impl PlainRoute {
    /// The way to the templates' address; none when only another protocol than plain HTTP leads there.
    pub(crate) fn new(
        url: &Url,
        templates: &Templates,
        delivery: &Delivery,
        config: &Config,
    ) -> Option<Self> {
        let address = Address::of(url)?;
        let heads = templates.each().map(Head::of);
        let pool = Pool::new(delivery, config.idle_timeout);
        Some(Self { address, heads, pool, timeout: delivery.timeout, answer_limit: config.answer_limit })
    }

    /// Sends the batch once, within the timeout.
    pub(crate) async fn send(&self, batch: Batch) -> Sent {
        let head = self.heads[Templates::place(batch.signal)].of_batch(batch.share, batch.body.len());
        let mut outgoing = Outgoing::new(&head, &batch.body);
        let mut answer = AnswerReader::new(self.answer_limit);
        let exchange = self.exchange(&mut outgoing, &mut answer);
        let ended = tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(Kind::Timeout));
        // A status counts once it is there, whatever became of the rest.
        let outcome = match (answer.into_heard(), ended) {
            (Some(heard), _) => Ok(heard),
            (None, Err(kind)) => Err(kind),
            (None, Ok(())) => Err(Kind::Protocol),
        };
        Sent { outcome, bytes: outgoing.sent_of_body() }
    }

    async fn exchange(&self, outgoing: &mut Outgoing<'_>, answer: &mut AnswerReader) -> Result<(), Kind> {
        let _turn = self.pool.turn().await;
        let mut pooled = match self.pool.take() {
            Some(pooled) => pooled,
            None => Pooled::new(Connection::new(self.address.connect(self.timeout).await?)),
        };
        if pooled.connection.exchange(outgoing, answer).await? {
            self.pool.give_back(pooled);
        }
        Ok(())
    }
}
