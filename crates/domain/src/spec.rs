//! What a test asks for: rates, sizes, duration, destination.

mod stored;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::destination::Destination;
use crate::profile::{Load, Rate};
use crate::signal::Signal;

pub use self::stored::StoredSpec;

/// Everything that a run needs to know of its test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Severity of the logs.
    pub log_type: LogType,
    /// Bytes of a log message.
    pub log_size: LogSize,
    /// Records per second, by signal.
    pub rates: Rates,
    /// How long the load lasts.
    pub duration: LoadDuration,
    /// Where the records go.
    pub destination: Destination,
}

impl Spec {
    /// The load of one signal's lane; none when the signal is off.
    pub fn load(&self, signal: Signal) -> Option<Load> {
        let rate = self.rates.of(signal);
        (!rate.is_zero()).then(|| Load::constant(rate, self.duration.as_duration()))
    }
}

/// Records per second, by signal; zero is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Log records per second.
    pub logs: Rate,
    /// Metric data points per second.
    pub metrics: Rate,
    /// Traces per second.
    pub traces: Rate,
}

impl Rates {
    /// The rate of that signal.
    pub fn of(&self, signal: Signal) -> Rate {
        match signal {
            Signal::Logs => self.logs,
            Signal::Metrics => self.metrics,
            Signal::Traces => self.traces,
        }
    }

    /// Whether every signal is off.
    pub fn are_all_zero(&self) -> bool {
        Signal::ALL.into_iter().all(|signal| self.of(signal).is_zero())
    }
}

/// Severity of logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogType {
    /// For those who look for a fault.
    Debug,
    /// Things work.
    #[default]
    Info,
    /// Something is about to go wrong.
    Warn,
    /// Something went wrong.
    Error,
}

impl LogType {
    /// Every severity, least first.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// In capitals, as in a log line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// The severity of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for LogType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Bytes of a log message, exactly: 1 to 1,048,576.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogSize(u32);

impl LogSize {
    /// The largest message.
    pub const MAX: u32 = 1_048_576;

    /// That many bytes; none out of range.
    pub fn bytes(bytes: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&bytes).then_some(Self(bytes))
    }

    /// In bytes.
    pub fn as_bytes(self) -> u32 {
        self.0
    }
}

impl Default for LogSize {
    fn default() -> Self {
        Self(256)
    }
}

/// Seconds of active load: 1 to 2,592,000 (30 days).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoadDuration(u32);

impl LoadDuration {
    /// The longest load.
    pub const MAX: u32 = 2_592_000;

    /// That many seconds; none out of range.
    pub fn seconds(seconds: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&seconds).then_some(Self(seconds))
    }

    /// In seconds.
    pub fn as_secs(self) -> u32 {
        self.0
    }

    /// As a length of time.
    pub fn as_duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}
