//! A test as a user wrote it, before it is one: every field optional, every fault noted.
//!
//! REST bodies and spec files both come through here, so that they accept the same and refuse with the same words.
//! A [`Draft`] holds fields that are right by themselves; [`Draft::into_spec`] and [`Draft::amend`] check that they
//! make a whole.

mod fields;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::destination::{Compression, Destination, DestinationKind, Endpoint};
use crate::fault::Faults;
use crate::id::{TestId, UserId};
use crate::profile::Rate;
use crate::secret::Secret;
use crate::spec::{LoadDuration, LogSize, LogType, Rates, Spec};

use self::fields::Fields;

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
    pub log_rate: Option<Rate>,
    /// `metricsRate`.
    pub metrics_rate: Option<Rate>,
    /// `traceRate`.
    pub trace_rate: Option<Rate>,
    /// `duration`.
    pub duration: Option<LoadDuration>,
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
            log_rate: fields.whole("logRate", 0, Rate::MAX, Rate::per_second),
            metrics_rate: fields.whole("metricsRate", 0, Rate::MAX, Rate::per_second),
            trace_rate: fields.whole("traceRate", 0, Rate::MAX, Rate::per_second),
            duration: fields.whole(
                "duration",
                1,
                u64::from(LoadDuration::MAX),
                narrow(LoadDuration::seconds),
            ),
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
        check_rates(rates, &mut faults);
        if self.duration.is_none() {
            faults.add("duration", "is required: seconds of load, 1 to 2592000");
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
        let (Some(duration), Some(destination), true) = (self.duration, destination, faults.is_empty())
        else {
            return Err(faults);
        };
        Ok(Spec {
            log_type: self.log_type.unwrap_or_default(),
            log_size: self.log_size.unwrap_or_default(),
            rates,
            duration,
            destination,
        })
    }

    /// A stored spec with the given fields replaced. A destination's fields are replaced one by one as well.
    ///
    /// # Errors
    /// Fields that do not go together.
    pub fn amend(self, spec: &Spec) -> Result<Spec, Faults> {
        let rates = Rates {
            logs: self.log_rate.unwrap_or(spec.rates.logs),
            metrics: self.metrics_rate.unwrap_or(spec.rates.metrics),
            traces: self.trace_rate.unwrap_or(spec.rates.traces),
        };
        let mut faults = Faults::none();
        check_rates(rates, &mut faults);
        let destination = match self.destination {
            Some(draft) => draft.amend(&spec.destination),
            None => spec.destination.clone(),
        };
        faults.or(Spec {
            log_type: self.log_type.unwrap_or(spec.log_type),
            log_size: self.log_size.unwrap_or(spec.log_size),
            rates,
            duration: self.duration.unwrap_or(spec.duration),
            destination,
        })
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

fn check_rates(rates: Rates, faults: &mut Faults) {
    if rates.are_all_zero() {
        faults.add("logRate", "is 0, and so are metricsRate and traceRate: at least one must be above 0");
    }
}

/// Lets a maker of a narrower integer take the wide one that was range-checked.
fn narrow<N: TryFrom<u64>, T>(make: impl Fn(N) -> Option<T>) -> impl Fn(u64) -> Option<T> {
    move |wide| N::try_from(wide).ok().and_then(&make)
}

/// What answers hold besides what requests may give.
const ANSWER_FIELDS: [&str; 7] =
    ["status", "createdAt", "updatedAt", "startedAt", "completedAt", "run", "version"];

#[cfg(test)]
mod tests;
