//! The REST API: a shell around the use cases that reads requests and writes answers.
//!
//! * **Lives here:** routes, the JSON of requests and answers, one error body, the description of all this, the
//!   dashboard (its own project, in `dashboard/`), metrics of the service, limits on what a client may ask of it.
//! * **Never lives here:** a rule of the life cycle or of validation (`domain`), a decision (`service`), signals and
//!   configuration (the binary).
//! * **Depends on:** `domain`, `ports` (the clock, the query of a listing), `service`, and actix-web, which stays inside.
//! * **Read first:** `routes` for the table of calls, then `problem` for the table of errors, then `observe`.

mod body;
mod dashboard;
mod dto;
mod metrics;
mod observe;
mod openapi;
mod problem;
mod query;
pub mod report;
mod request_id;
mod routes;
mod server;

pub use self::metrics::Metrics;
pub use self::server::{BindError, HttpConfig, bind};

#[cfg(test)]
mod testing;
