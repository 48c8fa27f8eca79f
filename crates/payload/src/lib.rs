//! Records and their wire formats: fills buffers, and reads what comes back out of them.
//!
//! * **Lives here:** the text of logs, the series of metrics, the ids of traces, and for every format its encoder and its
//!   decoder side by side; single records as people read them.
//! * **Never lives here:** sockets, clocks, randomness from outside. The same [`Shape`] and [`Span`] give the same bytes.
//! * **Depends on:** `domain`.
//! * **Read first:** [`encoder`], then [`batch`] (template and patch), then `otlp` or `json`.

pub mod arrival;
pub mod batch;
pub mod encoder;
pub mod mix;
pub mod record;

mod corpus;
mod descendant;
mod hex;
mod json;
mod numbers;
mod operation;
mod otlp;
mod samples;
mod series;
mod times;
mod trace_id;

pub use arrival::{Arrival, DecodeError, Origin, decode};
pub use batch::{BatchBuffer, Span};
pub use encoder::{Encoder, Shape};
pub use record::{Record, records};
pub use samples::sample_records;
