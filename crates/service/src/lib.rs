//! What can be done with tests, and what drives their runs.
//!
//! * **Lives here:** the use cases, one a file; the scheduler, which starts what is due; the supervisor, which drives the
//!   runs whose lease this replica holds.
//! * **Never lives here:** HTTP, a database, a rule of the life cycle (those are `domain`'s).
//! * **Depends on:** `domain`, `ports`, `engine`.
//! * **Read first:** [`service`], then `start`, then [`supervisor`].

pub mod compare;
pub mod error;
pub mod live;
pub mod results;
pub mod samples;
pub mod scheduler;
pub mod series;
pub mod service;
pub mod supervisor;

mod baseline;
mod cancel;
mod change;
mod coarse;
mod create;
mod delete;
mod list;
mod measured;
mod pause;
mod restart;
mod resume;
mod saved;
mod schedule;
mod start;
mod verify;

pub use coarse::put_together;
pub use compare::{Comparison, RunReference};
pub use error::UseCaseError;
pub use live::{Following, Happening, LiveEvent, LivePoint};
pub use results::Results;
pub use samples::{SamplePage, SampledRun};
pub use saved::SavedDocument;
pub use scheduler::Scheduler;
pub use series::{Series, SeriesQuery};
pub use service::{Service, Stores};
pub use supervisor::{LiveLane, LiveRun, Supervisor};
pub use verify::verify;

#[cfg(test)]
mod testing;
