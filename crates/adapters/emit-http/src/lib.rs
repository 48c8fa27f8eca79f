//! Batches over HTTP: the emitter of the destinations `http` and `otlp-http`.
//!
//! * **Lives here:** how a batch becomes a request, and what an answer, or its absence, means in the ledger's classes.
//! * **Never lives here:** the encoding of records, pacing, any decision to send again.
//! * **Depends on:** `domain`, `ports`, tokio's sockets and httparse for plain HTTP, and reqwest for TLS; they stay inside.
//! * **Read first:** `emitter`, then `plain` and its `connection`, then `client`.

mod answer;
mod client;
mod codec;
mod config;
mod emitter;
mod emitter_factory;
mod error;
mod packer;
mod plain;
mod request;
mod retry_after;
mod sent;

pub use self::config::Config;
pub use self::emitter_factory::HttpEmitters;
