//! Takes the fields out of an object one by one, and notes what is wrong with each.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::time::{read_time, time_text};
use crate::fault::Faults;

/// The fields of one object that is being read.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    prefix: String,
    known: BTreeSet<&'static str>,
    faults: Faults,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which stands at `place` (empty for the outermost).
    pub(super) fn of(value: &'a Value, place: &str) -> Result<Self, Faults> {
        let Value::Object(object) = value else {
            let field = if place.is_empty() { "body" } else { place };
            return Err(Faults::one(field, format!("is {}; accepted is an object", describe(value))));
        };
        let prefix = if place.is_empty() { String::new() } else { format!("{place}.") };
        Ok(Self { object, prefix, known: BTreeSet::new(), faults: Faults::none() })
    }

    /// A whole number from `least` to `most`.
    pub(super) fn whole<T>(
        &mut self,
        name: &'static str,
        least: u64,
        most: u64,
        make: impl Fn(u64) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let made = value.as_u64().filter(|n| (least..=most).contains(n)).and_then(make);
        if made.is_none() {
            self.refuse(name, value, &format!("a whole number from {least} to {most}"));
        }
        made
    }

    /// A text that `make` turns into what it names, or says why it cannot.
    pub(super) fn name<T, E: ToString>(
        &mut self,
        name: &'static str,
        make: impl Fn(String) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let Some(text) = value.as_str() else {
            self.refuse(name, value, "a text");
            return None;
        };
        match make(text.to_owned()) {
            Ok(made) => Some(made),
            Err(why) => {
                self.faults.add(self.path(name), format!("is {}; {}", describe(value), why.to_string()));
                None
            }
        }
    }

    /// One of a few texts.
    pub(super) fn choice<T>(
        &mut self,
        name: &'static str,
        make: impl Fn(&str) -> Option<T>,
        accepted: &[&str],
    ) -> Option<T> {
        let value = self.take(name)?;
        let made = value.as_str().and_then(make);
        if made.is_none() {
            self.refuse(name, value, &accepted.join(", "));
        }
        made
    }

    /// A printable text of 1 to `most` characters. Its value is never repeated in a fault: it may be a secret.
    pub(super) fn text(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.take(name)?.as_str();
        let fits =
            |text: &&str| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let taken = text.filter(fits).map(str::to_owned);
        if taken.is_none() {
            self.faults.add(self.path(name), format!("must be a text of 1 to {most} printable characters"));
        }
        taken
    }

    /// A time from `least` to `most`: seconds, or a text with a unit.
    pub(super) fn time(&mut self, name: &'static str, least: Duration, most: Duration) -> Option<Duration> {
        let accepted = format!(
            "{} to {}, in seconds or as a text such as \"250ms\" or \"5m\"",
            time_text(least),
            time_text(most)
        );
        self.any(name, &accepted, |value| read_time(value).filter(|time| (least..=most).contains(time)))
    }

    /// Whatever `make` takes.
    pub(super) fn any<T>(
        &mut self,
        name: &'static str,
        accepted: &str,
        make: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let made = make(value);
        if made.is_none() {
            self.refuse(name, value, accepted);
        }
        made
    }

    /// A list of 1 to `most` objects, each read by `read`.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        read: impl Fn(Self) -> Result<T, Faults>,
    ) -> Option<Vec<T>> {
        self.items(name, 1, most, |item, place| Fields::of(item, place).and_then(&read))
    }

    /// A list of `least` to `most` of whatever `read` takes, which learns where each stands.
    pub(super) fn items<T>(
        &mut self,
        name: &'static str,
        least: usize,
        most: usize,
        read: impl Fn(&'a Value, &str) -> Result<T, Faults>,
    ) -> Option<Vec<T>> {
        let value = self.take(name)?;
        let Some(items) = value.as_array().filter(|items| (least..=most).contains(&items.len())) else {
            self.refuse(name, value, &format!("a list of {least} to {most}"));
            return None;
        };
        let mut made = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match read(item, &format!("{}[{index}]", self.path(name))) {
                Ok(item) => made.push(item),
                Err(faults) => self.faults.extend(faults),
            }
        }
        (made.len() == items.len()).then_some(made)
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.any(name, "true or false", Value::as_bool)
    }

    /// Whether something was given for a field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether that text was given for a field.
    pub(super) fn is(&self, name: &str, text: &str) -> bool {
        self.object.get(name).and_then(Value::as_str) == Some(text)
    }

    /// Notes a fault of a field.
    pub(super) fn fault(&mut self, name: &'static str, message: impl Into<String>) {
        self.known.insert(name);
        self.faults.add(self.path(name), message);
    }

    /// All that was found so far.
    pub(super) fn faults(self) -> Faults {
        self.faults
    }

    /// A moment, RFC 3339.
    pub(super) fn moment(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        let value = self.take(name)?;
        let moment = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        if moment.is_none() {
            self.refuse(name, value, "a moment as in RFC 3339, such as 2030-01-31T15:00:00Z");
        }
        moment.map(|moment| moment.to_utc())
    }

    /// An object of its own, read by `read`.
    pub(super) fn object<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(Self) -> Result<T, Faults>,
    ) -> Option<T> {
        let value = self.take(name)?;
        match Fields::of(value, &self.path(name)).and_then(read) {
            Ok(made) => Some(made),
            Err(faults) => {
                self.faults.extend(faults);
                None
            }
        }
    }

    /// Refuses whatever was not asked for, except the `ignored`.
    ///
    /// Answers all that was found: `fields.finish(&[]).or(made)` ends a reading.
    pub(super) fn finish(mut self, ignored: &[&str]) -> Faults {
        for name in self.object.keys().filter(|name| !ignored.contains(&name.as_str())) {
            if !self.known.contains(name.as_str()) {
                let message = match nearest(name, &self.known) {
                    Some(near) => format!("is not known; did you mean {near}?"),
                    None => format!("is not known; known are {}", self.listed()),
                };
                self.faults.add(self.path(name), message);
            }
        }
        self.faults
    }

    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.insert(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn refuse(&mut self, name: &str, value: &Value, accepted: &str) {
        self.faults.add(self.path(name), format!("is {}; accepted: {accepted}", describe(value)));
    }

    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn listed(&self) -> String {
        self.known.iter().copied().collect::<Vec<_>>().join(", ")
    }
}

/// The value as a person wrote it, short.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".into(),
        Value::Array(_) => "a list".into(),
        Value::String(text) if text.chars().count() > 40 => {
            format!("\"{}…\"", text.chars().take(40).collect::<String>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The known name that a misspelt one most likely means.
fn nearest(name: &str, known: &BTreeSet<&'static str>) -> Option<&'static str> {
    let lower = name.to_lowercase();
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), *candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
