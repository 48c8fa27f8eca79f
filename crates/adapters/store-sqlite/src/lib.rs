//! Every store port on an embedded SQLite file.
//!
//! * **Lives here:** the tables (`migrations/`), the statements, and what of SQLite's ways must be known: one writer,
//!   many readers, a write-ahead log that is synced before a call answers.
//! * **Never lives here:** a decision about tests or runs; a type of the driver in a public signature.
//! * **Depends on:** `domain`, `ports`.
//! * **Read first:** `migrations/0001_start.sql`, then [`SqliteStore`].
//!
//! Several processes may share the file. Times are kept to the millisecond, numbers up to 2⁶³ − 1.

mod change_feed;
mod codec;
mod config;
mod error;
mod result_store;
mod run_store;
mod samples;
mod store;
mod test_store;

pub use config::SqliteConfig;
pub use store::SqliteStore;
