//! The sink over real sockets: what it takes, what it refuses, what it counts, and how it misbehaves.

#[cfg(test)]
#[path = "over_sockets/faults.rs"]
mod faults;
#[cfg(test)]
#[path = "over_sockets/receiving.rs"]
mod receiving;
#[cfg(test)]
#[path = "over_sockets/refusals.rs"]
mod refusals;
#[cfg(test)]
#[path = "over_sockets/support.rs"]
mod support;
