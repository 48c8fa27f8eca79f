//! The supervisor: drives the shares of runs whose lease this replica holds.
//!
//! Seven loops work on what is held and never hold its lock across a wait:
//! * `beat`: once a second, every share reports; checkpoints and leases are renewed in one call, then what they reserved
//!   may be issued;
//! * `follow`: learns from the change feed what tests want of their runs, claims new and abandoned runs, and closes
//!   those that are over;
//! * `sweep`: every few seconds, mends what a crash between two writes left behind;
//! * `verify`: asks the sinks of runs that have ended what arrived;
//! * `coarsen`: puts the points of long runs together;
//! * `forget`: once an hour, lets old results be forgotten;
//! * [`crate::live`]: tells what happens to those who follow.
//!
//! A holder never needs to trust its clock: it issues only sequence numbers that a stored checkpoint reserves, and a
//! new holder goes on behind them.

mod beat;
mod claims;
mod close;
mod coarse;
mod follow;
mod held;
mod retention;
mod samples;
mod sweep;
mod take;
mod verification;
mod watch;
mod wish;

use std::sync::Arc;
use std::time::Duration;

use moniflux_domain::id::ReplicaId;
use moniflux_engine::Engine;
use moniflux_ports::change_feed::ChangeFeed;
use moniflux_ports::clock::Clock;
use moniflux_ports::sink_reader::SinkReader;
use moniflux_ports::telemetry::Telemetry;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::live::Live;
use crate::service::{Service, Stores};

use self::samples::Waiting;
use self::verification::Verifying;

pub use self::held::{Held, LiveLane, LiveRun};
pub use self::retention::KEEP;
pub(crate) use self::verification::VERIFICATION;
#[cfg(test)]
pub(crate) use self::verification::{DUE, Due};

/// Drives runs.
#[derive(Clone)]
pub struct Supervisor {
    stores: Stores,
    feed: Arc<dyn ChangeFeed>,
    engine: Engine,
    clock: Arc<dyn Clock>,
    sinks: Arc<dyn SinkReader>,
    telemetry: Arc<dyn Telemetry>,
    service: Arc<Service>,
    replica: ReplicaId,
    pub(crate) held: Arc<Held>,
    begun: Arc<Notify>,
    over: Arc<Notify>,
    verifying: Arc<Verifying>,
    keep: Duration,
    waiting: Arc<Waiting>,
}

impl Supervisor {
    /// A supervisor, and the service whose runs it drives. Both tell `telemetry` what they do, every call of a store included.
    pub fn new(
        stores: Stores,
        feed: Arc<dyn ChangeFeed>,
        engine: Engine,
        replica: ReplicaId,
        sinks: Arc<dyn SinkReader>,
        telemetry: Arc<dyn Telemetry>,
    ) -> (Arc<Service>, Self) {
        let (held, begun) = (Arc::new(Held::default()), Arc::new(Notify::new()));
        let clock = Arc::clone(&engine.clock);
        let stores = stores.measured(&telemetry, &clock);
        let live = Arc::new(Live::new(stores.clone(), Arc::clone(&feed), Arc::clone(&clock)));
        let service = Arc::new(Service::new(
            stores.clone(),
            Arc::clone(&clock),
            Arc::clone(&sinks),
            live,
            Arc::clone(&telemetry),
            Arc::clone(&held),
            Arc::clone(&begun),
        ));
        let supervisor = Self {
            stores,
            feed,
            engine,
            clock,
            sinks,
            telemetry,
            service: Arc::clone(&service),
            replica,
            held,
            begun,
            over: Arc::new(Notify::new()),
            verifying: Arc::default(),
            keep: KEEP,
            waiting: Arc::new(Waiting::default()),
        };
        (service, supervisor)
    }

    /// The same, which keeps points and samples for so long instead of [`KEEP`].
    #[must_use]
    pub fn keeping(self, keep: Duration) -> Self {
        Self { keep, ..self }
    }

    /// Runs until cancelled; then lets every run stand still, stores how far it came and gives its lease back.
    pub async fn run(self, cancelled: CancellationToken) {
        let mut loops = JoinSet::new();
        loops.spawn(self.clone().beat(cancelled.clone()));
        loops.spawn(self.clone().follow(cancelled.clone()));
        loops.spawn(self.clone().sweep(cancelled.clone()));
        loops.spawn(self.clone().verify(cancelled.clone()));
        loops.spawn(self.clone().coarsen(cancelled.clone()));
        loops.spawn(self.clone().forget(cancelled.clone()));
        loops.spawn(Arc::clone(&self.service.live).run(cancelled.clone()));
        while let Some(ended) = loops.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a loop of the supervisor broke off");
                cancelled.cancel();
            }
        }
        self.give_back_all().await;
    }

    /// Waits; answers false as soon as it is cancelled.
    async fn rest(&self, time: Duration, cancelled: &CancellationToken) -> bool {
        tokio::select! {
            biased;
            () = cancelled.cancelled() => false,
            () = self.clock.sleep_until(self.clock.monotonic() + time) => true,
        }
    }
}

impl std::fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supervisor")
            .field("replica", &self.replica)
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

/// How long a lease lasts without being renewed: a few renewals, and well below the ten seconds within which a dead
/// holder's runs must go on.
const LEASE: Duration = Duration::from_secs(5);

/// How often leases are renewed and checkpoints stored.
const BEAT: Duration = Duration::from_secs(1);
