//! What changed: told by the server where it can, else polled for.

mod polled;
mod streamed;

use std::time::Duration;

use async_trait::async_trait;
use moniflux_domain::id::TestId;
use moniflux_ports::change_feed::{ChangeFeed, Changes};
use moniflux_ports::error::StoreFault;

use crate::store::MongoStore;

#[async_trait]
impl ChangeFeed for MongoStore {
    async fn watch(&self) -> Result<Box<dyn Changes>, StoreFault> {
        if self.has_streams {
            Ok(Box::new(streamed::Watch::begin(self.clone()).await?))
        } else {
            Ok(Box::new(polled::Watch::begin(self.clone()).await?))
        }
    }

    fn delay(&self) -> Option<Duration> {
        Some(if self.has_streams { STREAMED } else { polled::PERIOD })
    }
}

impl MongoStore {
    /// Notes a change of a test that was made, before it is answered, where the server does not tell of it.
    pub(crate) async fn tell(&self, test: &TestId) -> Result<(), StoreFault> {
        if self.has_streams { Ok(()) } else { self.note_change(test).await }
    }
}

/// How long a server mostly takes to tell of a change.
const STREAMED: Duration = Duration::from_millis(50);
