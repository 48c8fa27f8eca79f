//! The names of things: tests, users, runs, replicas.
//!
//! Each is a type of its own, checked once where it comes in, so that the rest of the code never holds a name that
//! breaks its rule.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The name of a test: 1 to 128 of `A–Z a–z 0–9 . _ : -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TestId(String);

impl TestId {
    /// Checks the characters and the length.
    ///
    /// # Errors
    /// What is wrong with the name, in words.
    pub fn parse(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
        if (1..=MAX_NAME).contains(&name.len()) && name.chars().all(allowed) {
            Ok(Self(name))
        } else {
            Err(InvalidName("must be 1 to 128 of A-Z a-z 0-9 . _ : -"))
        }
    }

    /// The name made from a UUID, for a test that was given none.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid.to_string())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose test it is: 1 to 128 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// Checks the characters and the length.
    ///
    /// # Errors
    /// What is wrong with the name, in words.
    pub fn parse(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        if (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
            Ok(Self(name))
        } else {
            Err(InvalidName("must be 1 to 128 characters, none of them a control character"))
        }
    }

    /// The owner of a test that names none.
    pub fn anonymous() -> Self {
        Self("anonymous".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One execution of a test, known everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

/// The how-many-eth run of its test: 1, 2, 3 …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunNumber(pub u32);

impl RunNumber {
    /// The number of the first run.
    pub const FIRST: Self = Self(1);

    /// The number of the run after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// One process of the service; a new one at every start.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplicaId(pub String);

/// Fences off an earlier holder of a lease: it grows by one with each new holder of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch of the first holder.
    pub const FIRST: Self = Self(1);

    /// The epoch of the next holder.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Counts the changes of a stored test, for compare-and-set; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// The version a test is stored with first.
    pub const FIRST: Self = Self(1);

    /// The version after the next change.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A name that breaks its rule; the text says what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidName(pub &'static str);

impl TryFrom<String> for TestId {
    type Error = InvalidName;
    fn try_from(name: String) -> Result<Self, InvalidName> {
        Self::parse(name)
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidName;
    fn try_from(name: String) -> Result<Self, InvalidName> {
        Self::parse(name)
    }
}

impl From<TestId> for String {
    fn from(id: TestId) -> Self {
        id.0
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RunNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const MAX_NAME: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_name_takes_the_documented_characters_only() {
        for good in ["a", "unique-test-id-123", "A.b_c:d-9", &"x".repeat(128)] {
            assert!(TestId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "ä", "a\n", &"x".repeat(129)] {
            assert!(TestId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_user_name_is_counted_in_characters() {
        assert!(UserId::parse("ä".repeat(128)).is_ok());
        assert!(UserId::parse("ä".repeat(129)).is_err());
        assert!(UserId::parse("a\u{7}").is_err());
    }
}
