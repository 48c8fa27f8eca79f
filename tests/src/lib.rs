//! What the whole-system tests stand on: real processes, a client, and the rules of the house as code.
//!
//! * **Lives here:** starting and ending the real binary, a real MongoDB and a real collector; waiting for conditions;
//!   reading answers; the rules that [`rules`] checks.
//! * **Never lives here:** product code. What is read here is read with types of its own, so that a change of the API is
//!   seen.
//! * **Depends on:** no crate of ours, but for the servers that `store-mongo` starts for tests.
//! * **Read first:** [`service`], then `tests/exactness.rs`.

pub mod alone;
pub mod api;
pub mod body;
pub mod command;
pub mod events;
pub mod port;
pub mod process;
pub mod receiver;
pub mod results;
pub mod rotel;
pub mod rules;
pub mod scripted;
pub mod service;
pub mod sink;
pub mod stores;
pub mod time;
pub mod tools;
