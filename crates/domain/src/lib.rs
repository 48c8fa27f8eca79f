//! What a load test is, how it lives, what is due when and what became of every record.
//!
//! * **Lives here:** the test and its state machine, its spec and destination, the arithmetic of load, the ledger's
//!   sending side, runs and their checkpoints, and the reading of what users write into all of these.
//! * **Never lives here:** I/O, async, clocks, randomness. Time comes in as an argument.
//! * **Depends on:** nothing of ours.
//! * **Read first:** [`lifecycle`], then [`profile`] and [`tally`].

pub mod answer;
pub mod attachment;
pub mod capacity;
pub mod capture;
pub mod delivery;
pub mod destination;
pub mod draft;
pub mod fault;
pub mod guard;
pub mod id;
pub mod lifecycle;
pub mod point;
pub mod profile;
pub mod run;
pub mod secret;
pub mod shape;
pub mod signal;
pub mod spec;
pub mod tally;
pub mod test;
pub mod threshold;
pub mod verdict;
pub mod verify;
