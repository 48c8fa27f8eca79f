//! Drives load: what is due becomes batches, batches leave, answers are booked.
//!
//! * **Lives here:** lanes, their schedule and window, the clock and the histograms they measure with, and the run that
//!   holds the lanes together.
//! * **Never lives here:** a store, a lease, a socket. What a checkpoint is for is the caller's business.
//! * **Depends on:** `domain`, `ports`, `payload`.
//! * **Read first:** [`run`], then `lane` and its pure parts `lane/schedule` and `lane/window`.

pub mod clock;
pub mod forecast;
pub mod latency;
pub mod run;
pub mod workers;

mod buffers;
mod capacity;
mod lane;
mod pace;
mod pacer;
mod thread_time;

pub use clock::SystemClock;
pub use run::{Engine, RunHandle, RunPlan};
pub use workers::{WorkerThreads, Workers};
