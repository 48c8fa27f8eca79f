//! What a test asks for: rates, sizes, duration, destination.

mod content;
mod stored;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::delivery::Delivery;
use crate::destination::Destination;
use crate::guard::AbortOn;
use crate::profile::{Demand, Extent, LaneRate};
use crate::shape::Profile;
use crate::signal::{Share, Signal};
use crate::threshold::Threshold;
use crate::verify::Verify;

pub use self::content::{Entropy, SpansPerTrace};
pub use self::stored::StoredSpec;
pub use crate::profile::LoadDuration;

/// Everything that a run needs to know of its test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Severity of the logs.
    pub log_type: LogType,
    /// Bytes of a log message.
    pub log_size: LogSize,
    /// How much chance there is in what records hold.
    #[serde(default)]
    pub entropy: Entropy,
    /// How many spans a trace has.
    #[serde(default)]
    pub spans_per_trace: SpansPerTrace,
    /// Records per second, by signal.
    pub rates: Rates,
    /// How the rates go over time.
    pub profile: Profile,
    /// When the load ends.
    pub extent: Extent,
    /// Where the records go.
    pub destination: Destination,
    /// How they leave.
    pub delivery: Delivery,
    /// When a run is given up.
    pub abort_on: Option<AbortOn>,
    /// What must hold for a run to pass.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// Which records are kept for people to look at.
    #[serde(default)]
    pub capture: Capture,
    /// Where to ask what arrived.
    #[serde(default)]
    pub verify: Option<Verify>,
    /// What texts and values are drawn from; none for a seed of the test's name.
    pub seed: Option<u64>,
    /// Into how many shares each lane is divided.
    pub parallelism: Parallelism,
}

impl Spec {
    /// A spec that says no more than what must be said.
    pub fn new(rates: Rates, extent: Extent, destination: Destination) -> Self {
        Self {
            log_type: LogType::default(),
            log_size: LogSize::default(),
            entropy: Entropy::default(),
            spans_per_trace: SpansPerTrace::default(),
            rates,
            profile: Profile::default(),
            extent,
            destination,
            delivery: Delivery::default(),
            abort_on: None,
            thresholds: Vec::new(),
            capture: Capture::default(),
            verify: None,
            seed: None,
            parallelism: Parallelism::default(),
        }
    }

    /// What is asked of one signal's lane; none when the signal is off.
    pub fn demand(&self, signal: Signal) -> Option<Demand> {
        let (rate, shape) = (self.rates.of(signal), self.profile.of(signal));
        let has_rates = matches!(&self.profile, Profile::BySignal(_)) && shape.has_rates();
        (!rate.is_zero() || has_rates).then_some(Demand { rate, shape, extent: self.extent })
    }

    /// What a run is leased by: its shares, each on its own; a search for the capacity as a whole, because it decides by what
    /// all of its shares do.
    pub fn leased_shares(&self) -> impl Iterator<Item = Share> + use<> {
        let leases = match self.profile {
            Profile::Capacity(_) => Parallelism::default(),
            Profile::Whole(_) | Profile::BySignal(_) => self.parallelism,
        };
        leases.shares()
    }

    /// The shares of each lane that one leased share covers.
    pub fn lane_shares(&self, leased: Share) -> impl Iterator<Item = Share> + use<> {
        let is_whole = leased == Share::WHOLE;
        self.parallelism.shares().filter(move |share| is_whole || *share == leased)
    }
}

/// Records per second, by signal; zero is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Log records per second.
    pub logs: LaneRate,
    /// Metric data points per second.
    pub metrics: LaneRate,
    /// Traces per second.
    pub traces: LaneRate,
}

impl Rates {
    /// The rate of that signal.
    pub fn of(&self, signal: Signal) -> LaneRate {
        match signal {
            Signal::Logs => self.logs,
            Signal::Metrics => self.metrics,
            Signal::Traces => self.traces,
        }
    }
}

/// Into how many shares a lane is divided: 1 to 64. Each has a schedule and connections of its own and may run on another
/// replica; together they are the lane exactly, with the same records for every number of shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parallelism(u32);

impl Parallelism {
    /// The most shares.
    pub const MAX: u32 = 64;

    /// That many shares; none out of range.
    pub fn of(shares: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&shares).then_some(Self(shares))
    }

    /// How many shares.
    pub fn count(self) -> u32 {
        self.0
    }

    /// Every share.
    pub fn shares(self) -> impl Iterator<Item = Share> {
        (0..self.0).filter_map(move |index| Share::new(index, self.0))
    }
}

impl Default for Parallelism {
    fn default() -> Self {
        Self(1)
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
