//! The receiving end: takes what emitters and collectors send, and says what arrived.
//!
//! * **Lives here:** the HTTP side of a destination that counts, the receiving side of the ledger, and faults on purpose.
//! * **Never lives here:** wire formats (`payload` reads them), anything of the sending side.
//! * **Depends on:** `domain`, `payload`.
//! * **Read first:** [`ledger`], then `receive`; `server` wires them.

pub mod config;
pub mod end_to_end;
pub mod faults;
pub mod intervals;
pub mod ledger;

mod arrivals;
mod body;
mod ceiling;
mod connection;
mod problem;
mod receive;
mod routes;
mod server;

pub use config::SinkConfig;
pub use faults::Faults;
pub use server::{Sink, SinkError, StopHandle};
