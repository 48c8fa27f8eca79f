//! What came of sending a batch, before it is put in the port's words.

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::DestinationKind;
use moniflux_ports::emitter::Reply;

use crate::answer::Heard;

/// An answer or why there is none, and how much left.
#[derive(Debug)]
pub(crate) struct Sent {
    /// What was heard, or why nothing was.
    pub(crate) outcome: Result<Heard, Kind>,
    /// Bytes of the body that left.
    pub(crate) bytes: u64,
}

impl Sent {
    /// No answer to a request, for which reqwest does not say how much left.
    ///
    /// Nothing did when there was no connection, and all of it is taken to have left otherwise.
    pub(crate) fn failed(kind: Kind, length: u64) -> Self {
        let bytes = if matches!(kind, Kind::Connect | Kind::Dns | Kind::Tls) { 0 } else { length };
        Self { outcome: Err(kind), bytes }
    }

    /// The port's answer.
    pub(crate) fn reply(self, kind: DestinationKind) -> Reply {
        match self.outcome {
            Ok(heard) => {
                Reply { answer: heard.answer(kind), wire_bytes: self.bytes, retry_after: heard.retry_after }
            }
            Err(failure) => Reply::of(Answer::Failed(failure), self.bytes),
        }
    }
}
