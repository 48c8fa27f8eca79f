//! One suite that every store passes, written once against the ports.
//!
//! * **Lives here:** one property a function, one port a file; the macros that turn them into an adapter's tests.
//! * **Never lives here:** a store, or anything that only one store can do.
//! * **Depends on:** `domain`, `ports`.
//! * **Read first:** [`deployment`], then [`test_store`].
//!
//! An adapter's test names a function that makes an empty store of its own:
//!
//! ```text
//! moniflux_store_conformance::one_test_a_property!(empty_store);
//!
//! async fn empty_store() -> Outcome<impl Deployment> { … }
//! ```
//!
//! Stores keep times to the millisecond, because that is what a MongoDB date holds; so the suite uses such times, and
//! [`test_store::times_are_kept_to_the_millisecond`] says what becomes of others.

#![expect(clippy::missing_errors_doc, reason = "an error of a property always says that it does not hold")]

mod concurrently;
mod example;
mod suite;

pub mod change_feed;
pub mod deployment;
pub mod leases;
pub mod result_store;
pub mod run_store;
pub mod samples;
pub mod shares;
pub mod test_listing;
pub mod test_store;

pub use deployment::{Deployment, Outcome, Stores};
pub use suite::Group;
