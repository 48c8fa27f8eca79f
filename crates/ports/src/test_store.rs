//! Where tests are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_domain::id::{TestId, UserId, Version};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::test::Test;

use crate::error::StoreFault;

/// Keeps tests by name. Every call is atomic, and what it answered survives a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TestStore: Send + Sync {
    /// Stores a test under a name that is not taken.
    ///
    /// Of several concurrent calls with one name exactly one succeeds.
    ///
    /// # Errors
    /// [`InsertError::Exists`] when the name is taken.
    async fn insert(&self, test: &Test) -> Result<(), InsertError>;

    /// The test of that name, as of the latest change that was answered on any replica.
    async fn get(&self, id: &TestId) -> Result<Option<Test>, StoreFault>;

    /// The tests that fit, oldest or newest first (by creation, then by name), a page at a time.
    ///
    /// A test that fits through the whole listing is seen exactly once, whatever is created meanwhile.
    async fn list(&self, query: &TestQuery) -> Result<TestPage, StoreFault>;

    /// Replaces the stored test by `test` if the stored version is `expected`.
    ///
    /// Of several concurrent calls that expect one version exactly one succeeds.
    ///
    /// # Errors
    /// [`ReplaceError::Conflict`] when the version is another one, [`ReplaceError::NotFound`] when there is none.
    async fn compare_and_set(&self, test: &Test, expected: Version) -> Result<(), ReplaceError>;

    /// Forgets the test if the stored version is `expected`. Its runs and results are not touched.
    ///
    /// # Errors
    /// [`ReplaceError::Conflict`] when the version is another one, [`ReplaceError::NotFound`] when there is none.
    async fn delete(&self, id: &TestId, expected: Version) -> Result<(), ReplaceError>;

    /// Whether the store can read and write now.
    ///
    /// # Errors
    /// Why it cannot.
    async fn check(&self) -> Result<(), StoreFault>;
}

/// Which tests are wanted. The default is all of them, a hundred a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestQuery {
    /// Only tests in one of these states; empty for all.
    pub statuses: Vec<Status>,
    /// Only this user's tests.
    pub user: Option<UserId>,
    /// Only tests whose start time is set and not after this.
    pub due_by: Option<DateTime<Utc>>,
    /// Only tests whose name, user, or destination's name or address holds this text, in any case of ASCII letters.
    pub search: Option<String>,
    /// In which order.
    pub order: Order,
    /// The most on a page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<TestCursor>,
}

impl Default for TestQuery {
    fn default() -> Self {
        Self {
            statuses: Vec::new(),
            user: None,
            due_by: None,
            search: None,
            order: Order::default(),
            limit: 100,
            after: None,
        }
    }
}

/// The order of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By creation, then by name.
    #[default]
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

/// A place in a listing: the test that the page ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCursor {
    /// When that test was created, to the microsecond or as exactly as the store keeps it.
    pub created_at: DateTime<Utc>,
    /// Its name.
    pub id: TestId,
}

/// A part of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestPage {
    /// The tests, in order.
    pub tests: Vec<Test>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<TestCursor>,
}

/// Why a test was not stored.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// The name is taken.
    #[error("a test of this name exists")]
    Exists,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Why a test was not replaced or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// There is no such test.
    #[error("no such test")]
    NotFound,
    /// Someone else changed it first.
    #[error("the test was changed by someone else")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}
