//! Live: what happens to tests, told as it happens to whoever follows.
//!
//! Everything comes from the store: states by its change feed, points by asking once a second for what was stored lately. So a
//! replica tells as well of the runs that others drive, and a follower that comes back learns what it missed. Nobody is
//! waited for: a follower that is too slow loses its place.

mod points;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::signal::Signal;
use moniflux_domain::test::Test;
use moniflux_ports::change_feed::{Change, ChangeFeed};
use moniflux_ports::clock::Clock;
use moniflux_ports::error::StoreFault;
use moniflux_ports::test_store::TestQuery;
use serde::Serialize;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use self::points::Recent;
use crate::error::UseCaseError;
use crate::series::{StepLane, TimelineEntry};
use crate::service::{Service, Stores};

/// Tells what happens.
pub struct Live {
    stores: Stores,
    feed: Arc<dyn ChangeFeed>,
    clock: Arc<dyn Clock>,
    told: broadcast::Sender<Arc<LiveEvent>>,
    /// Someone began to follow.
    followed: Notify,
    /// The process ends, and so does every following.
    closing: CancellationToken,
}

/// Something that happened.
#[derive(Debug)]
pub struct LiveEvent {
    /// What.
    pub what: Happening,
    rendered: OnceLock<Box<[u8]>>,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A test changed; this is how it is now.
    State(Box<Test>),
    /// A test was deleted.
    Deleted(TestId),
    /// A run reported.
    Point(Box<LivePoint>),
}

/// What a run reported in about a second, of all of its lanes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LivePoint {
    /// The test.
    pub test: TestId,
    /// The run.
    pub run_id: RunId,
    /// The how-many-eth run.
    pub run: RunNumber,
    /// Seconds under load by then.
    pub t: f64,
    /// When it was reported.
    pub at: DateTime<Utc>,
    /// Seconds under load since the report before.
    pub seconds: f64,
    /// Each signal that reported.
    pub lanes: BTreeMap<Signal, StepLane>,
    /// What happened to the load meanwhile.
    pub marks: Vec<TimelineEntry>,
}

/// Follows what happens.
pub struct Following {
    events: broadcast::Receiver<Arc<LiveEvent>>,
    closing: CancellationToken,
    /// Points that were missed, and where tests stood when it began.
    pub begins_with: Vec<Arc<LiveEvent>>,
    scope: Option<TestId>,
}

impl LiveEvent {
    fn new(what: Happening) -> Arc<Self> {
        Arc::new(Self { what, rendered: OnceLock::new() })
    }

    /// The test that it is about.
    pub fn test(&self) -> &TestId {
        match &self.what {
            Happening::State(test) => &test.id,
            Happening::Deleted(test) => test,
            Happening::Point(point) => &point.test,
        }
    }

    /// What `render` makes of it, made once for all followers.
    pub fn rendered(&self, render: impl FnOnce(&Happening) -> Vec<u8>) -> &[u8] {
        self.rendered.get_or_init(|| render(&self.what).into_boxed_slice())
    }
}

impl Following {
    /// The next event; none when the process ends, or when this follower was too slow. Cancel safe.
    pub async fn next(&mut self) -> Option<Arc<LiveEvent>> {
        loop {
            let event = tokio::select! {
                biased;
                () = self.closing.cancelled() => return None,
                event = self.events.recv() => event.ok()?,
            };
            if self.scope.as_ref().is_none_or(|test| test == event.test()) {
                return Some(event);
            }
        }
    }
}

impl Live {
    pub(crate) fn new(stores: Stores, feed: Arc<dyn ChangeFeed>, clock: Arc<dyn Clock>) -> Self {
        let (told, _) = broadcast::channel(BACKLOG);
        Self { stores, feed, clock, told, followed: Notify::new(), closing: CancellationToken::new() }
    }

    /// Tells until cancelled; costs next to nothing while nobody follows.
    pub(crate) async fn run(self: Arc<Self>, cancelled: CancellationToken) {
        let _closes = self.closing.clone().drop_guard();
        while !cancelled.is_cancelled() {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return,
                () = self.followed.notified() => {}
            }
            if let Err(error) = self.tell(&cancelled).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what happens cannot be followed; trying on"
                );
                self.clock.sleep_until(self.clock.monotonic() + RETRY).await;
                self.followed.notify_one();
            }
        }
    }

    /// Tells as long as someone follows.
    async fn tell(&self, cancelled: &CancellationToken) -> Result<(), StoreFault> {
        let mut changes = self.feed.watch().await?;
        let mut recent = Recent::new(self.clock.now());
        let mut next = self.clock.monotonic();
        while self.told.receiver_count() > 0 {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return Ok(()),
                change = changes.next() => self.tell_change(change).await?,
                () = self.clock.sleep_until(next) => {
                    next = self.clock.monotonic() + PERIOD;
                    for point in recent.look(&self.stores, self.clock.now()).await? {
                        self.say(Happening::Point(Box::new(point)));
                    }
                }
            }
        }
        Ok(())
    }

    async fn tell_change(&self, change: Change) -> Result<(), StoreFault> {
        match change {
            Change::Test(id) => match self.stores.tests.get(&id).await? {
                Some(test) => self.say(Happening::State(Box::new(test))),
                None => self.say(Happening::Deleted(id)),
            },
            Change::Any => {
                for test in self.active().await? {
                    self.say(Happening::State(Box::new(test)));
                }
            }
        }
        Ok(())
    }

    /// Nobody may be there any more to hear it.
    fn say(&self, what: Happening) {
        self.told.send(LiveEvent::new(what)).ok();
    }

    async fn active(&self) -> Result<Vec<Test>, StoreFault> {
        let statuses = Status::ACTIVE.to_vec();
        let query = TestQuery { statuses, limit: MOST_ACTIVE, ..TestQuery::default() };
        Ok(self.stores.tests.list(&query).await?.tests)
    }
}

impl Service {
    /// Follows one test, or all of them: begins with how they stand, and with the points since `after` (milliseconds since 1970),
    /// if that is given.
    ///
    /// # Errors
    /// There is no such test; the store failed.
    pub async fn follow(&self, scope: Option<TestId>, after: Option<i64>) -> Result<Following, UseCaseError> {
        let live = &self.live;
        // Before the look at how things stand, so that nothing is lost between the two.
        let events = live.told.subscribe();
        live.followed.notify_one();
        let standing = match &scope {
            Some(id) => vec![self.stored(id).await?],
            None => live.active().await?,
        };
        let missed = match after.and_then(DateTime::from_timestamp_millis) {
            Some(after) => points::since(&self.stores, &standing, after, self.clock.now()).await?,
            None => Vec::new(),
        };
        let states = standing.into_iter().map(|test| Happening::State(Box::new(test)));
        let points = missed.into_iter().map(|point| Happening::Point(Box::new(point)));
        let begins_with = states.chain(points).map(LiveEvent::new).collect();
        Ok(Following { events, closing: live.closing.clone(), begins_with, scope })
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("followers", &self.told.receiver_count()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Following {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Following").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// How often points are asked for.
const PERIOD: Duration = Duration::from_secs(1);

/// After a fault of the store.
const RETRY: Duration = Duration::from_secs(1);

/// Events that a follower may be behind: a few seconds of a thousand tests.
const BACKLOG: usize = 4_096;

/// As many tests as a page of the API holds at the most.
const MOST_ACTIVE: u32 = 1_000;

#[cfg(test)]
mod tests {
    use moniflux_engine::SystemClock;
    use moniflux_ports::{MockChangeFeed, MockResultStore, MockRunStore, MockTestStore};

    use super::*;

    fn live() -> Live {
        let stores = Stores {
            tests: Arc::new(MockTestStore::new()),
            runs: Arc::new(MockRunStore::new()),
            results: Arc::new(MockResultStore::new()),
        };
        Live::new(stores, Arc::new(MockChangeFeed::new()), Arc::new(SystemClock::start()))
    }

    fn following(live: &Live, scope: Option<&str>) -> Following {
        let scope = scope.map(|test| TestId::parse(test).unwrap());
        let (events, closing) = (live.told.subscribe(), live.closing.clone());
        Following { events, closing, begins_with: Vec::new(), scope }
    }

    fn gone(test: &str) -> Happening {
        Happening::Deleted(TestId::parse(test).unwrap())
    }

    #[tokio::test]
    async fn a_follower_that_is_too_slow_loses_its_place_and_the_others_do_not() {
        let live = live();
        let (mut slow, mut quick) = (following(&live, None), following(&live, None));
        for _ in 0..=BACKLOG {
            live.say(gone("t"));
            assert!(quick.next().await.is_some());
        }
        assert!(slow.next().await.is_none());
    }

    #[tokio::test]
    async fn a_follower_of_one_test_hears_of_no_other_and_of_the_end() {
        let live = live();
        let mut one = following(&live, Some("mine"));
        live.say(gone("other"));
        live.say(gone("mine"));
        assert_eq!(one.next().await.unwrap().test().as_str(), "mine");
        live.closing.cancel();
        assert!(one.next().await.is_none());
    }

    #[test]
    fn an_event_is_rendered_once_for_all() {
        let event = LiveEvent::new(gone("t"));
        assert_eq!(event.rendered(|_| b"first".to_vec()), b"first");
        assert_eq!(event.rendered(|_| b"again".to_vec()), b"first");
    }
}
