//! Reads how records leave, and when a run is given up.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::time::write_time;
use crate::delivery::{Delivery, Retry, RetryOn};
use crate::fault::Faults;
use crate::guard::AbortOn;

/// What was given of a [`Delivery`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DeliveryDraft {
    batch_size: Option<u32>,
    max_batch_bytes: Option<u32>,
    linger: Option<Duration>,
    max_in_flight: Option<u32>,
    connections: Option<u32>,
    connection_max_age: Option<Duration>,
    timeout: Option<Duration>,
    drain: Option<Duration>,
    retry: Option<Retry>,
}

impl DeliveryDraft {
    /// Takes the fields out of those of a test.
    pub(super) fn take(fields: &mut Fields<'_>) -> Self {
        let narrow = |number: u64| u32::try_from(number).ok();
        Self {
            batch_size: fields.whole("batchSize", 1, 100_000, narrow),
            max_batch_bytes: fields.whole("maxBatchBytes", 1, 64 * 1024 * 1024, narrow),
            linger: fields.time("linger", Duration::ZERO, Duration::from_secs(10)),
            max_in_flight: fields.whole("maxInFlight", 1, 10_000, narrow),
            connections: fields.whole("connections", 1, 10_000, narrow),
            connection_max_age: fields.time(
                "connectionMaxAge",
                Duration::from_secs(1),
                Duration::from_hours(24),
            ),
            timeout: fields.time("timeout", Duration::from_millis(10), Duration::from_mins(10)),
            drain: fields.time("drain", Duration::ZERO, Duration::from_mins(10)),
            retry: fields.object("retry", read_retry),
        }
    }

    /// A delivery with the given fields replaced.
    pub(super) fn amend(self, stored: &Delivery) -> Delivery {
        Delivery {
            batch_size: self.batch_size.unwrap_or(stored.batch_size),
            max_batch_bytes: self.max_batch_bytes.unwrap_or(stored.max_batch_bytes),
            linger: self.linger.unwrap_or(stored.linger),
            max_in_flight: self.max_in_flight.unwrap_or(stored.max_in_flight),
            connections: self.connections.unwrap_or(stored.connections),
            connection_max_age: self.connection_max_age.or(stored.connection_max_age),
            timeout: self.timeout.unwrap_or(stored.timeout),
            drain: self.drain.unwrap_or(stored.drain),
            retry: self.retry.unwrap_or_else(|| stored.retry.clone()),
        }
    }
}

fn read_retry(mut fields: Fields<'_>) -> Result<Retry, Faults> {
    let attempts = fields.whole("attempts", 0, 20, |attempts| u32::try_from(attempts).ok());
    if !fields.has("attempts") {
        fields.fault("attempts", "is required: how often a batch is sent again, 0 to 20");
    }
    let accepted = format!("a list of {}", names(&RetryOn::all()).join(", "));
    let on = fields.any("on", &accepted, |value| {
        let name = |value: &Value| match value {
            Value::Number(status) => RetryOn::from_name(&status.to_string()),
            Value::String(name) => RetryOn::from_name(name),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        value.as_array()?.iter().map(name).collect::<Option<BTreeSet<_>>>().filter(|on| !on.is_empty())
    });
    let retry = Retry { attempts: attempts.unwrap_or_default(), on: on.unwrap_or_else(RetryOn::all) };
    fields.finish(&[]).or(retry)
}

/// When a run is given up.
pub(super) fn read_abort_on(mut fields: Fields<'_>) -> Result<AbortOn, Faults> {
    let failures = fields.any("failures", "a share of records above 0 and up to 1", |value| {
        let share = value.as_f64().filter(|share| *share > 0.0 && *share <= 1.0)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to a million")]
        let millionths = (share * 1e6).ceil() as u32;
        Some(millionths)
    });
    let lasts = fields.time("for", Duration::from_secs(1), Duration::from_hours(1));
    if !fields.has("failures") {
        fields.fault("failures", "is required: a share of records above 0 and up to 1");
    }
    let abort_on =
        AbortOn { failures: failures.unwrap_or_default(), lasts: lasts.unwrap_or(Duration::from_secs(10)) };
    fields.finish(&[]).or(abort_on)
}

/// Adds the fields that are not as they are when left out.
pub(super) fn write(delivery: &Delivery, written: &mut Map<String, Value>) {
    let usual = Delivery::default();
    let mut put = |name: &str, differs: bool, value: Value| {
        if differs {
            written.insert(name.to_owned(), value);
        }
    };
    let Delivery { batch_size, max_batch_bytes, linger, max_in_flight, connections, .. } = *delivery;
    put("batchSize", batch_size != usual.batch_size, batch_size.into());
    put("maxBatchBytes", max_batch_bytes != usual.max_batch_bytes, max_batch_bytes.into());
    put("linger", linger != usual.linger, write_time(linger));
    put("maxInFlight", max_in_flight != usual.max_in_flight, max_in_flight.into());
    put("connections", connections != usual.connections, connections.into());
    let max_age = delivery.connection_max_age;
    put("connectionMaxAge", max_age.is_some(), max_age.map_or(Value::Null, write_time));
    put("timeout", delivery.timeout != usual.timeout, write_time(delivery.timeout));
    put("drain", delivery.drain != usual.drain, write_time(delivery.drain));
    let Retry { attempts, on } = &delivery.retry;
    put("retry", delivery.retry != usual.retry, json!({"attempts": attempts, "on": names(on)}));
}

/// A guard as it is read.
pub(super) fn write_abort_on(abort_on: &AbortOn) -> Value {
    json!({"failures": f64::from(abort_on.failures) / 1e6, "for": write_time(abort_on.lasts)})
}

fn names(on: &BTreeSet<RetryOn>) -> Vec<String> {
    on.iter().map(|on| String::from(*on)).collect()
}
