//! Ports for programs that cannot be told to choose one.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Result;

/// A port on loopback that nobody listens on now.
///
/// # Errors
/// There is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
