//! Ends a connection without an answer, by a reset.

use std::any::Any;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use socket2::{SockRef, Socket};

/// A second handle on the socket of a connection.
struct Connection(Socket);

/// Remembers the socket of a new connection, for [`reset`].
pub(crate) fn remember(stream: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = stream.downcast_ref::<TcpStream>() {
        match SockRef::from(stream).try_clone() {
            Ok(socket) => {
                data.insert(Connection(socket));
            }
            Err(error) => tracing::warn!(%error, "a connection cannot be reset, it will be closed instead"),
        }
    }
}

/// An answer that never leaves: the connection is dropped, and since nothing may linger, the peer sees a reset.
pub(crate) fn reset(request: &HttpRequest) -> HttpResponse {
    if let Some(Connection(socket)) = request.conn_data()
        && let Err(error) = socket.set_linger(Some(Duration::ZERO))
    {
        tracing::warn!(%error, "a connection cannot be reset, it is closed instead");
    }
    HttpResponse::Ok().body(Severed)
}

/// A body that fails before the head of its answer is written.
struct Severed;

impl MessageBody for Severed {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}
