//! A test as a user wrote it, before it is one: every field optional, every fault noted.
//!
//! REST bodies and spec files both come through here, so that they accept the same and refuse with the same words.
//! A [`Draft`] holds fields that are right by themselves; [`Draft::into_spec`] and [`Draft::amend`] check that they
//! make a whole.

mod delivery;
mod fields;
mod loads;
mod observation;
mod profile;
mod saved;
mod time;
mod written;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::capacity::Capacity;
use crate::delivery::Delivery;
use crate::destination::{Compression, Destination, DestinationKind, Endpoint};
use crate::fault::Faults;
use crate::guard::AbortOn;
use crate::id::{TestId, UserId};
use crate::profile::{Extent, LaneRate, Rate};
use crate::secret::Secret;
use crate::shape::Profile;
use crate::spec::{Entropy, LoadDuration, LogSize, LogType, Parallelism, Rates, SpansPerTrace, Spec};

use self::delivery::DeliveryDraft;
use self::fields::Fields;
use self::loads::{check_loads, extent_of, rates_say_nothing};
use self::observation::{ObservationDraft, check_thresholds};
pub use self::saved::{SavedResults, read_baseline};
pub use self::time::read_time;
pub use self::written::options;

/// What was given; what was left out, or given as null, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// `testID`.
    pub test: Option<TestId>,
    /// `userID`.
    pub user: Option<UserId>,
    /// `logType`.
    pub log_type: Option<LogType>,
    /// `logSize`.
    pub log_size: Option<LogSize>,
    /// `logRate`.
    pub log_rate: Option<LaneRate>,
    /// `metricsRate`.
    pub metrics_rate: Option<LaneRate>,
    /// `traceRate`.
    pub trace_rate: Option<LaneRate>,
    /// `profile`.
    pub profile: Option<Profile>,
    /// `duration`.
    pub duration: Option<LoadDuration>,
    /// `count`.
    pub count: Option<u64>,
    /// `openEnded`.
    pub open_ended: Option<bool>,
    /// `entropy`.
    pub entropy: Option<Entropy>,
    /// `spansPerTrace`.
    pub spans_per_trace: Option<SpansPerTrace>,
    /// `seed`.
    pub seed: Option<u64>,
    /// `abortOn`.
    pub abort_on: Option<AbortOn>,
    /// `parallelism`.
    pub parallelism: Option<Parallelism>,
    delivery: DeliveryDraft,
    observation: ObservationDraft,
    /// `destination`.
    pub destination: Option<DestinationDraft>,
    /// `schedule`.
    pub schedule: Option<DateTime<Utc>>,
}

/// What was given of a destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DestinationDraft {
    name: Option<String>,
    kind: Option<DestinationKind>,
    endpoint: Option<Endpoint>,
    port: Option<u16>,
    key: Option<Key>,
    compression: Option<Compression>,
}

/// A key as given: a new one, or the mask that an answer showed in place of the stored one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    New(Secret),
    Stored,
}

impl Draft {
    /// Reads an object of a request or a spec file.
    ///
    /// Fields of an answer (`status`, `createdAt` …) are ignored, so that what was read can be sent back.
    ///
    /// # Errors
    /// Every field that is unknown, of the wrong type or out of range.
    pub fn read(value: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(value, "")?;
        let draft = Self {
            test: fields.name("testID", TestId::parse),
            user: fields.name("userID", UserId::parse),
            log_type: fields.choice("logType", LogType::from_name, &LogType::ALL.map(LogType::as_str)),
            log_size: fields.whole("logSize", 1, u64::from(LogSize::MAX), narrow(LogSize::bytes)),
            log_rate: rate(&mut fields, "logRate"),
            metrics_rate: rate(&mut fields, "metricsRate"),
            trace_rate: rate(&mut fields, "traceRate"),
            profile: fields.object("profile", profile::read),
            duration: fields.whole(
                "duration",
                1,
                u64::from(LoadDuration::MAX),
                narrow(LoadDuration::seconds),
            ),
            count: fields.whole("count", 1, Extent::MAX_COUNT, Some),
            open_ended: fields.flag("openEnded"),
            entropy: fields.choice("entropy", Entropy::from_name, &Entropy::ALL.map(Entropy::as_str)),
            spans_per_trace: fields.whole(
                "spansPerTrace",
                1,
                u64::from(SpansPerTrace::MAX),
                narrow(SpansPerTrace::of),
            ),
            seed: fields.whole("seed", 0, MAX_SEED, Some),
            abort_on: fields.object("abortOn", delivery::read_abort_on),
            parallelism: fields.whole("parallelism", 1, u64::from(Parallelism::MAX), narrow(Parallelism::of)),
            delivery: DeliveryDraft::take(&mut fields),
            observation: ObservationDraft::take(&mut fields),
            destination: fields.object("destination", DestinationDraft::read),
            schedule: fields.moment("schedule"),
        };
        fields.finish(&ANSWER_FIELDS).or(draft)
    }

    /// Whether only names were given, no field of the definition.
    pub fn is_reference(&self) -> bool {
        let names = Self { test: self.test.clone(), user: self.user.clone(), ..Self::default() };
        *self == names
    }

    /// The same, as a search for the highest rate at which 99 in 100 records are answered within `p99`, if that is given. A draft
    /// that is a search already keeps the rest of what it says; another one's load ends with the search.
    #[must_use]
    pub fn finding_capacity(mut self, p99: Option<Duration>) -> Self {
        let mut goal = match self.profile {
            Some(Profile::Capacity(goal)) => goal,
            Some(Profile::Whole(_) | Profile::BySignal(_)) | None => {
                (self.duration, self.count, self.open_ended) = (None, None, None);
                Capacity::default()
            }
        };
        goal.condition.p99 = p99.or(goal.condition.p99);
        self.profile = Some(Profile::Capacity(goal));
        self
    }

    /// The spec that the draft describes in full.
    ///
    /// # Errors
    /// Every required field that is missing, and fields that do not go together.
    pub fn into_spec(self) -> Result<Spec, Faults> {
        let mut faults = Faults::none();
        let rates = Rates {
            logs: self.log_rate.unwrap_or_default(),
            metrics: self.metrics_rate.unwrap_or_default(),
            traces: self.trace_rate.unwrap_or_default(),
        };
        let profile = self.profile.clone().unwrap_or_default();
        let extent = self.extent(&mut faults).or_else(|| extent_of(&profile));
        if rates_say_nothing(rates, &profile) {
            faults.add("logRate", NOTHING_TO_DO);
        }
        if extent.is_none() && self.count.is_none() {
            faults.add("duration", "is required: seconds of load, 1 to 2592000; or count, or openEnded");
        }
        let destination = match self.destination.map(DestinationDraft::into_destination) {
            None => {
                faults.add("destination", "is required: an object with at least an endpoint");
                None
            }
            Some(Err(found)) => {
                faults.extend(found);
                None
            }
            Some(Ok(destination)) => Some(destination),
        };
        let (Some(extent), Some(destination), true) = (extent, destination, faults.is_empty()) else {
            return Err(faults);
        };
        let mut spec = Spec {
            log_type: self.log_type.unwrap_or_default(),
            log_size: self.log_size.unwrap_or_default(),
            entropy: self.entropy.unwrap_or_default(),
            spans_per_trace: self.spans_per_trace.unwrap_or_default(),
            profile,
            delivery: self.delivery.amend(&Delivery::default()),
            abort_on: self.abort_on,
            seed: self.seed,
            parallelism: self.parallelism.unwrap_or_default(),
            ..Spec::new(rates, extent, destination)
        };
        self.observation.amend(&mut spec);
        checked(spec)
    }

    /// A stored spec with the given fields replaced. A destination's fields are replaced one by one as well.
    ///
    /// # Errors
    /// Fields that do not go together.
    pub fn amend(self, spec: &Spec) -> Result<Spec, Faults> {
        let mut faults = Faults::none();
        let extent = self.extent(&mut faults).unwrap_or(spec.extent);
        let rates = Rates {
            logs: self.log_rate.unwrap_or(spec.rates.logs),
            metrics: self.metrics_rate.unwrap_or(spec.rates.metrics),
            traces: self.trace_rate.unwrap_or(spec.rates.traces),
        };
        let profile = self.profile.unwrap_or_else(|| spec.profile.clone());
        if rates_say_nothing(rates, &profile) {
            faults.add("logRate", NOTHING_TO_DO);
        }
        let destination = match self.destination {
            Some(draft) => draft.amend(&spec.destination),
            None => spec.destination.clone(),
        };
        let mut spec = Spec {
            log_type: self.log_type.unwrap_or(spec.log_type),
            log_size: self.log_size.unwrap_or(spec.log_size),
            entropy: self.entropy.unwrap_or(spec.entropy),
            spans_per_trace: self.spans_per_trace.unwrap_or(spec.spans_per_trace),
            rates,
            profile,
            extent,
            destination,
            delivery: self.delivery.amend(&spec.delivery),
            abort_on: self.abort_on.or(spec.abort_on),
            seed: self.seed.or(spec.seed),
            parallelism: self.parallelism.unwrap_or(spec.parallelism),
            ..spec.clone()
        };
        self.observation.amend(&mut spec);
        match checked(spec) {
            Ok(spec) => faults.or(spec),
            Err(found) => {
                faults.extend(found);
                Err(faults)
            }
        }
    }

    /// The extent that was given; none when none was, or when there are several.
    fn extent(&self, faults: &mut Faults) -> Option<Extent> {
        let open = self.open_ended.filter(|open| *open).map(|_| Extent::Open);
        let given = [
            ("duration", self.duration.map(Extent::For)),
            ("count", self.count.map(Extent::Count)),
            ("openEnded", open),
        ];
        let mut given = given.into_iter().filter_map(|(name, extent)| Some((name, extent?)));
        let (first, extent) = given.next()?;
        for (name, _) in given {
            faults.add(
                name,
                format!("is given beside {first}: a load ends by one of duration, count and openEnded"),
            );
        }
        Some(extent)
    }
}

impl DestinationDraft {
    fn read(mut fields: Fields<'_>) -> Result<Self, Faults> {
        let draft = Self {
            name: fields.text("name", 128),
            kind: fields.choice(
                "type",
                DestinationKind::from_name,
                &DestinationKind::ALL.map(DestinationKind::as_str),
            ),
            endpoint: fields.name("endpoint", |text| Endpoint::parse(&text)),
            port: fields.whole("port", 1, 65_535, narrow(Some)),
            key: fields.text("apiKey", 4_096).map(|text| match text.as_str() {
                Secret::MASK => Key::Stored,
                _ => Key::New(Secret::new(text)),
            }),
            compression: fields.choice(
                "compression",
                Compression::from_name,
                &Compression::ALL.map(Compression::as_str),
            ),
        };
        fields.finish(&[]).or(draft)
    }

    fn into_destination(self) -> Result<Destination, Faults> {
        let mut faults = Faults::none();
        if self.endpoint.is_none() {
            faults.add("destination.endpoint", "is required: an absolute http or https URL");
        }
        let api_key = match self.key {
            Some(Key::New(secret)) => Some(secret),
            Some(Key::Stored) => {
                faults.add(
                    "destination.apiKey",
                    "is the mask that answers show, and no key is stored: give the key itself",
                );
                None
            }
            None => None,
        };
        let (Some(endpoint), true) = (self.endpoint, faults.is_empty()) else {
            return Err(faults);
        };
        let kind = self.kind.unwrap_or(DestinationKind::Http);
        let compression = self.compression.unwrap_or_default();
        Ok(Destination { name: self.name, kind, endpoint, port: self.port, api_key, compression })
    }

    fn amend(self, stored: &Destination) -> Destination {
        let same_place = self.endpoint.as_ref().is_none_or(|endpoint| *endpoint == stored.endpoint);
        Destination {
            name: self.name.or_else(|| stored.name.clone()),
            kind: self.kind.unwrap_or(stored.kind),
            // A port belongs to its address: with a new address, the old one's port is not meant.
            port: self.port.or(stored.port.filter(|_| same_place)),
            endpoint: self.endpoint.unwrap_or_else(|| stored.endpoint.clone()),
            api_key: match self.key {
                Some(Key::New(secret)) => Some(secret),
                Some(Key::Stored) | None => stored.api_key.clone(),
            },
            compression: self.compression.unwrap_or(stored.compression),
        }
    }
}

/// The spec, if what it says goes together.
fn checked(spec: Spec) -> Result<Spec, Faults> {
    let mut faults = check_loads(&spec);
    faults.extend(check_thresholds(&spec));
    faults.or(spec)
}

/// A lane's rate: a number, or as fast as the destination takes it.
fn rate(fields: &mut Fields<'_>, name: &'static str) -> Option<LaneRate> {
    let accepted = format!("a whole number from 0 to {}, or \"max\"", Rate::MAX);
    fields.any(name, &accepted, |value| match value.as_str() {
        Some("max") => Some(LaneRate::Max),
        Some(_) => None,
        None => value.as_u64().and_then(Rate::per_second).map(LaneRate::PerSecond),
    })
}

/// Lets a maker of a narrower integer take the wide one that was range-checked.
fn narrow<N: TryFrom<u64>, T>(make: impl Fn(N) -> Option<T>) -> impl Fn(u64) -> Option<T> {
    move |wide| N::try_from(wide).ok().and_then(&make)
}

const NOTHING_TO_DO: &str = "is 0, and so are metricsRate and traceRate: at least one must be above 0";

/// Every JSON reader keeps numbers up to here.
const MAX_SEED: u64 = (1 << 53) - 1;

/// What answers hold besides what requests may give.
const ANSWER_FIELDS: [&str; 8] =
    ["status", "createdAt", "updatedAt", "startedAt", "completedAt", "run", "baseline", "version"];

#[cfg(test)]
mod tests;
