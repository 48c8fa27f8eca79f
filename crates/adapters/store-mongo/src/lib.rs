//! Every store port on MongoDB.
//!
//! * **Lives here:** the documents, the queries, the indexes; behind the feature `mongod`, a real server for tests.
//! * **Never lives here:** a decision about tests or runs; a type of the driver in a public signature.
//! * **Depends on:** `domain`, `ports`.
//! * **Read first:** [`MongoStore`], then `codec/document.rs`.
//!
//! Writes wait for the journals of a majority, reads see what a majority holds, on the primary; leases run out by the
//! server's clock. Changes are told by a change stream, or by polling where the server is not part of a replica set.
//! Times are kept to the millisecond, numbers up to 2⁶³ − 1.

mod change_feed;
mod codec;
mod config;
mod error;
mod result_store;
mod run_store;
mod samples;
mod store;
mod test_store;

#[cfg(feature = "mongod")]
pub mod mongod;

pub use config::MongoConfig;
pub use store::MongoStore;
