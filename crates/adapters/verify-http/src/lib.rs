//! Asks sinks over HTTP what arrived.
//!
//! * **Lives here:** the way to a sink's `GET /ledger/{testID}`, and what its answer means.
//! * **Never lives here:** what is made of it, how often it is asked.
//! * **Depends on:** `domain`, `ports`, reqwest, which stays inside.
//! * **Read first:** `sink_reader`, then `codec`.

mod client;
mod codec;
mod config;
mod error;
mod sink_reader;

pub use self::config::Config;
pub use self::sink_reader::HttpSinks;
