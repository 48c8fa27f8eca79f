//! Why there was no answer, in the kinds of the ledger.
//!
//! An error of reqwest is a chain: its own, the pool's, hyper's, the socket's, and for TLS an error inside the
//! socket's. [`kind`] walks it and asks types and `io::ErrorKind`s only; no text is compared.

use std::error::Error;
use std::io;

use moniflux_domain::answer::Kind;

/// The kind of failure that the error amounts to.
pub(crate) fn kind(error: &reqwest::Error) -> Kind {
    if error.is_timeout() {
        return Kind::Timeout;
    }
    if error.is_dns() {
        return Kind::Dns;
    }
    let trace = Trace::of(error);
    if trace.tls || (error.is_connect() && trace.io == Some(io::ErrorKind::UnexpectedEof)) {
        // Making a TCP connection never meets an end of data: it was the handshake that was cut short.
        return Kind::Tls;
    }
    if error.is_connect() && !trace.is_reset() {
        return Kind::Connect;
    }
    if trace.is_reset() || trace.cut_short {
        return Kind::Reset;
    }
    Kind::Protocol
}

/// The kind of failure that an error of a plain socket amounts to: `otherwise`, unless the kernel's patience ended.
pub(crate) fn kind_of_io(error: &io::Error, otherwise: Kind) -> Kind {
    if error.kind() == io::ErrorKind::TimedOut { Kind::Timeout } else { otherwise }
}

/// What was found along the chain.
#[derive(Debug, Default)]
struct Trace {
    tls: bool,
    /// hyper says that the connection ended before, or while, the request was on it.
    cut_short: bool,
    /// What the socket said.
    io: Option<io::ErrorKind>,
}

impl Trace {
    fn of(error: &reqwest::Error) -> Self {
        let mut trace = Self::default();
        let mut next = error.source();
        while let Some(found) = next {
            next = trace.note(found);
        }
        trace
    }

    /// Notes one error and answers the one inside it.
    fn note<'a>(&mut self, error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        if error.is::<rustls::Error>() {
            self.tls = true;
        } else if let Some(hyper) = error.downcast_ref::<hyper::Error>() {
            self.cut_short |= hyper.is_incomplete_message()
                || hyper.is_canceled()
                || hyper.is_closed()
                || hyper.is_body_write_aborted();
        } else if let Some(io) = error.downcast_ref::<io::Error>() {
            self.io = Some(io.kind());
            // `source` of an `io::Error` skips the error that it wraps.
            return io.get_ref().map(|inner| inner as &(dyn Error + 'static));
        }
        error.source()
    }

    fn is_reset(&self) -> bool {
        use io::ErrorKind as K;

        matches!(
            self.io,
            Some(
                K::ConnectionReset
                    | K::ConnectionAborted
                    | K::BrokenPipe
                    | K::NotConnected
                    | K::UnexpectedEof
            )
        )
    }
}
