//! What arrived at the counting sink, and the sink as a process of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::program::{Program, STARTING};

/// What arrived so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Requests whose body was there as a whole.
    pub(crate) requests: u64,
    /// Bytes of bodies.
    pub(crate) bytes: u64,
    /// What came in each [`WINDOW`] since the first request, in [`PARTS`] of a request. So bodies of as many records count the
    /// same, however many bytes their numbers take.
    pub(crate) windows: Vec<u64>,
    /// Microseconds from the first request's head to each one's; of the first [`ARRIVALS`] requests.
    pub(crate) arrivals: Vec<u64>,
}

/// A counting sink that ends with its owner.
#[derive(Debug)]
pub(crate) struct Counter {
    _program: Program,
    address: String,
}

impl Counter {
    /// A sink on a free port of its own.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// The same with more arguments.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn start_with(args: &[String]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let program = Program::start("the counting sink", command.args(["count", "--port", "0"]).args(args))?;
        let address = program.address(INTRO, STARTING)?;
        Ok(Self { _program: program, address })
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What arrived so far.
    ///
    /// # Errors
    /// It does not answer.
    pub(crate) fn counts(&self) -> Result<Counts> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /counts HTTP/1.1\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, json) = answer.split_once("\r\n\r\n").context("no body in the answer of the sink")?;
        Ok(serde_json::from_str(json)?)
    }
}

/// What the sink's first line begins with; its address follows.
pub(crate) const INTRO: &str = "counting sink listens on http://";

/// Of these there are so many in a request.
pub(crate) const PARTS: u64 = 1_000_000;

/// The windows that requests are counted in.
pub(crate) const WINDOW: Duration = Duration::from_millis(100);

/// Requests whose arrival is kept.
pub(crate) const ARRIVALS: usize = 10_000;
