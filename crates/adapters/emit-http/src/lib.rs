//! Batches over HTTP: the emitter of the destinations `http` and `otlp-http`.
//!
//! * **Lives here:** how a batch becomes a request, and what an answer, or its absence, means in the ledger's classes.
//! * **Never lives here:** the encoding of records, pacing, any decision to send again.
//! * **Depends on:** `domain`, `ports`, and reqwest, which stays inside.
//! * **Read first:** `plain` (plain HTTP, where every microsecond counts), then `emitter` (everything else, by reqwest).

mod clients;
mod codec;
mod config;
mod emitter;
mod emitter_factory;
mod error;
mod pack;
mod plain;
mod request;

pub use self::config::Config;
pub use self::emitter_factory::HttpEmitters;
