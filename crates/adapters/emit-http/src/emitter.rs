//! Sends a batch once and says what became of it.
//!
//! **Never twice**, whichever way it goes: see [`crate::plain`] and [`crate::client`].

use async_trait::async_trait;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::{Destination, DestinationKind};
use moniflux_ports::emitter::{Batch, Emitter, Reply};

use crate::client::ClientRoute;
use crate::packer::Packer;
use crate::plain::PlainRoute;

/// Sends to one destination, over connections of its own.
#[derive(Debug)]
pub(crate) struct HttpEmitter {
    kind: DestinationKind,
    packer: Option<Packer>,
    route: Route,
}

/// How a destination is reached.
#[derive(Debug)]
pub(crate) enum Route {
    /// Over plain HTTP/1.1.
    Plain(Box<PlainRoute>),
    /// By reqwest, over TLS.
    Client(Box<ClientRoute>),
}

impl HttpEmitter {
    /// An emitter to that destination, which is reached so.
    pub(crate) fn new(destination: &Destination, route: Route) -> Self {
        Self { kind: destination.kind, packer: Packer::new(destination.compression), route }
    }
}

#[async_trait]
impl Emitter for HttpEmitter {
    async fn send(&self, mut batch: Batch) -> Reply {
        if let Some(packer) = &self.packer {
            match packer.pack(&batch.body) {
                Ok(packed) => batch.body = packed,
                // Nothing left, and nothing that the destination is to blame for.
                Err(_no_memory) => return Reply::of(Answer::Failed(Kind::Protocol), 0),
            }
        }
        let sent = match &self.route {
            Route::Plain(route) => route.send(batch).await,
            Route::Client(route) => route.send(batch).await,
        };
        sent.reply(self.kind)
    }
}
