//! Where a sink listens, how much it takes, and how badly it behaves.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;

use crate::faults::Faults;

/// What a sink is started with.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkConfig {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0 takes any that is free.
    pub port: u16,
    /// Threads that take requests; none takes one for each core.
    pub workers: Option<NonZeroUsize>,
    /// The largest body that is taken, in bytes, unpacked.
    pub body_limit: usize,
    /// Bad on purpose.
    pub faults: Faults,
}

impl Default for SinkConfig {
    /// Well behaved, on the port that OTLP over HTTP is known for.
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 4318,
            workers: None,
            body_limit: 64 * 1024 * 1024,
            faults: Faults::default(),
        }
    }
}
