//! What is wrong with an input: one [`Fault`] for each wrong field, all of them at once.

use std::fmt;

use serde::Serialize;

/// One wrong field: its name as the user wrote it, and what is wrong and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field's name, nested ones with a dot: `destination.port`.
    pub field: String,
    /// The value's fault and what is accepted.
    pub message: String,
}

/// Every fault of one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// No fault so far.
    pub fn none() -> Self {
        Self::default()
    }

    /// A single fault.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut faults = Self::none();
        faults.add(field, message);
        faults
    }

    /// Notes one more.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { field: field.into(), message: message.into() });
    }

    /// Takes over the faults of another input's part.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, in the order they were noted.
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }

    /// The value when nothing is wrong, else every fault.
    ///
    /// # Errors
    /// The faults, when there is at least one.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { "; " };
            write!(f, "{gap}{} {}", fault.field, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
