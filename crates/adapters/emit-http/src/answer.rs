//! What the answer to a batch means in the ledger's classes, whichever way it came.
//!
//! **A status of 2xx is a success, whatever follows.** The receiver has taken the batch over with its status line; a
//! body that is cut short, too long or nonsense takes that back as little as a missing one does. Only a partial success
//! that can be read counts against it.

use std::time::Duration;

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::DestinationKind;

use crate::codec::{self, Format};

/// What was heard of an answer: its status at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The final status.
    pub(crate) status: u16,
    /// How its body is to be read.
    pub(crate) format: Format,
    /// How long it asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The whole body; none when it was cut short or over the limit.
    pub(crate) body: Option<Vec<u8>>,
}

impl Heard {
    /// Whether the receiver took the batch over.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The class of the batch's records.
    pub(crate) fn answer(&self, kind: DestinationKind) -> Answer {
        let status = Kind::Status(self.status);
        match self.status {
            200..300 => match kind {
                DestinationKind::Http => Answer::Acked,
                DestinationKind::OtlpHttp => {
                    let rejected = self.body.as_ref().and_then(|body| codec::rejected(self.format, body));
                    rejected.map_or(Answer::Acked, |rejected| Answer::Partial { rejected })
                }
            },
            400..500 => Answer::Rejected(status),
            _ => Answer::Failed(status),
        }
    }
}
