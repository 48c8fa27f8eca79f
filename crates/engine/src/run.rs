//! One run or a share of it under load: its lanes, held to one active time, told and observed together.

mod difference;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::point::{Grain, LoadEvent, Mark, Point, Sample};
use moniflux_domain::profile::{ActiveTime, Demand, LaneRate, Load};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint};
use moniflux_domain::shape::Shape as LoadShape;
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::Spec;
use moniflux_domain::tally::Tally;
use moniflux_payload::{Encoder, Shape};
use moniflux_ports::clock::Clock;
use moniflux_ports::emitter::{EmitterError, EmitterFactory};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::capacity::{CapacityDriver, Turn};
use crate::lane::{Collector, Lane, LaneCommand, LanePlan, LaneReport};
use crate::latency::{LatencyTimes, UnreadableDistribution};
use crate::pace::Pace;
use crate::workers::Workers;

use self::difference::difference;

/// Starts runs. Their lanes live on the threads of `workers`, apart from whatever else the process does.
#[derive(Clone)]
pub struct Engine {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How batches leave.
    pub emitters: Arc<dyn EmitterFactory>,
    /// Where lanes run.
    pub workers: Workers,
    /// How far ahead of the schedule sequence numbers are reserved; longer than two checkpoints lie apart.
    pub reserve: Duration,
}

/// How long before its moment lanes are told of a change.
const NOTICE: Duration = Duration::from_millis(20);

/// What suits checkpoints that are a second apart.
pub const RESERVE: Duration = Duration::from_secs(2);

/// What a run begins with.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The test; goes into every record.
    pub test: TestId,
    /// The run; goes into every record.
    pub run: RunId,
    /// Which share of it, as [`Spec::leased_shares`] has them; the whole run for [`Share::WHOLE`].
    pub share: Share,
    /// What to send, and where to.
    pub spec: Spec,
    /// When the run began first, on whichever replica.
    pub started_at: DateTime<Utc>,
    /// Where the load begins. Sequence numbers below each lane's `reserved` may be issued at once.
    pub from: Checkpoint,
    /// What earlier points told; the default for a run's first holder.
    pub told: Checkpoint,
    /// Whether active time stands still at first.
    pub held: bool,
    /// Whether sequence numbers above `reserved` must be granted ([`RunHandle::grant`]) before they are issued.
    pub reserves: bool,
    /// Notified when a lane is over.
    pub over: Arc<Notify>,
}

/// How far a run came, and what happened since it was last observed.
#[derive(Debug, Clone)]
pub struct Observation {
    /// All so far.
    pub checkpoint: Checkpoint,
    /// What came since the observation before, one point for each lane.
    pub points: Vec<Point>,
    /// What was kept of the records that were sent since.
    pub samples: Vec<Sample>,
}

/// Why a run did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nothing can be sent to the destination.
    #[error(transparent)]
    Emitter(#[from] EmitterError),
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] UnreadableDistribution),
}

/// A lane broke off: a defect of the program, which was logged where it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {0} lane broke off")]
pub struct LaneBrokeOff(pub Signal);

impl Engine {
    /// Puts a run under load.
    ///
    /// # Errors
    /// Nothing can be sent there, or the checkpoint cannot be read.
    pub fn start(&self, plan: RunPlan) -> Result<RunHandle, StartError> {
        let pace = Pace::running(plan.from.active, self.clock.monotonic(), self.clock.now());
        let mut run = RunHandle {
            pace: if plan.held { pace.held(self.clock.monotonic()) } else { pace },
            engine: self.clone(),
            lanes: Vec::new(),
            tasks: JoinSet::new(),
            last_point: plan.told.active,
            asked: plan.from.lanes.iter().map(|lane| (lane.signal, lane.load.demand().clone())).collect(),
            marks: Vec::new(),
            capacity: plan.from.search.clone().map(|search| CapacityDriver::new(search, plan.from.active)),
            plan,
        };
        for lane in run.plan.from.lanes.clone() {
            run.add_lane(lane)?;
        }
        if run.plan.told.active > ActiveTime::ZERO {
            run.mark(LoadEvent::TakenOver, run.plan.from.active, None);
        }
        if run.capacity.is_some() {
            run.change(&run.plan.spec.clone())?;
        }
        Ok(run)
    }
}

/// A run under load; the load ends at once when this is dropped.
pub struct RunHandle {
    engine: Engine,
    plan: RunPlan,
    pace: Pace,
    lanes: Vec<LaneHandle>,
    tasks: JoinSet<()>,
    last_point: ActiveTime,
    /// What each lane follows.
    asked: BTreeMap<Signal, Demand>,
    /// What happened since the last observation.
    marks: Vec<Mark>,
    /// The search for the capacity, if the run is one.
    capacity: Option<CapacityDriver>,
}

#[derive(Debug)]
struct LaneHandle {
    signal: Signal,
    share: Share,
    commands: mpsc::UnboundedSender<LaneCommand>,
    over: watch::Receiver<bool>,
}

impl RunHandle {
    /// Lets active time stand still; what is due by now still leaves.
    pub fn pause(&mut self) {
        if !self.pace.is_held() {
            self.pace = self.pace.held(self.engine.clock.monotonic());
            self.mark(LoadEvent::Paused, self.active(), None);
            self.tell(|| LaneCommand::Pace(self.pace));
        }
    }

    /// Lets active time go on.
    pub fn resume(&mut self) {
        if self.pace.is_held() {
            let now = self.engine.clock.monotonic();
            self.pace = Pace::running(self.pace.active(now), now, self.engine.clock.now());
            self.mark(LoadEvent::Resumed, self.active(), None);
            self.tell(|| LaneCommand::Pace(self.pace));
        }
    }

    /// Lets the load follow another spec from now on: its rates, their profile and its extent. What was due stays due, and
    /// what is as before changes nothing.
    ///
    /// # Errors
    /// A signal that was off and is on now has nothing to send with.
    pub fn change(&mut self, spec: &Spec) -> Result<(), StartError> {
        // One moment for all shares, which none has passed when it learns of it: so they still add up.
        let at = if self.pace.is_held() { self.active() } else { self.active().plus(NOTICE) };
        self.plan.spec.extent = spec.extent;
        let followed = self.capacity.as_ref().map(|capacity| capacity.follow(spec));
        let spec = followed.as_ref().unwrap_or(spec);
        let mut differences = Vec::new();
        for signal in Signal::ALL {
            let demand = spec.demand(signal);
            if demand.is_none() && !self.asked.contains_key(&signal) {
                continue;
            }
            let (rate, shape) = (LaneRate::default(), LoadShape::Constant);
            let demand = demand.unwrap_or(Demand { rate, shape, extent: spec.extent });
            let before = self.asked.insert(signal, demand.clone());
            if before.as_ref() != Some(&demand) {
                differences.push(difference(signal, before.as_ref(), &demand));
            }
            if before.is_none() {
                for share in self.plan.spec.lane_shares(self.plan.share) {
                    let load = Load::joining(demand.clone(), share, at);
                    self.add_lane(LaneCheckpoint::start(signal, load))?;
                }
            }
            for lane in self.lanes.iter().filter(|lane| before.is_some() && lane.signal == signal) {
                lane.commands.send(LaneCommand::Change { demand: demand.clone(), at }).ok();
            }
        }
        if !differences.is_empty() {
            self.mark(LoadEvent::Changed, at, Some(differences.join("; ")));
        }
        Ok(())
    }

    /// Ends the load now; what is due by now still leaves, and answers are waited for.
    pub fn stop(&mut self) {
        self.end_search();
        let at = self.active();
        self.mark(LoadEvent::Stopped, at, None);
        self.tell(|| LaneCommand::Stop { at });
    }

    /// Issues nothing more, so that another holder can go on; answers are waited for.
    pub fn suspend(&mut self) {
        self.end_search();
        self.pause();
        self.tell(|| LaneCommand::Suspend);
    }

    /// Sequence numbers up to those that the checkpoint reserves may be issued.
    pub fn grant(&self, checkpoint: &Checkpoint) {
        for granted in &checkpoint.lanes {
            let theirs = |lane: &&LaneHandle| (lane.signal, lane.share) == (granted.signal, granted.share());
            if let Some(lane) = self.lanes.iter().find(theirs) {
                lane.commands.send(LaneCommand::Grant(granted.reserved)).ok();
            }
        }
    }

    /// Asks every lane how far it came. The question is put now; the answer may be waited for later, without the run.
    ///
    /// # Errors
    /// A lane's task is gone.
    pub fn observe(&mut self) -> impl Future<Output = Result<Observation, LaneBrokeOff>> + Send + use<> {
        let asked: Vec<_> = self.lanes.iter().map(|lane| (lane.signal, lane.ask())).collect();
        let active = self.active();
        // A point is known by its active time, which stands still in a pause while answers still come.
        let before = self.last_point;
        self.last_point = active.max(before.plus(Duration::from_nanos(1)));
        let span = self.last_point.since(before);
        let (run, at, point_active) = (self.plan.run, self.engine.clock.now(), self.last_point);
        let search = self.capacity.as_ref().map(|capacity| capacity.search().clone());
        let marks = std::mem::take(&mut self.marks);
        async move {
            let checkpoint = Checkpoint { active, lanes: Vec::new(), search };
            let mut seen = Observation { checkpoint, points: Vec::new(), samples: Vec::new() };
            for (signal, report) in asked {
                let LaneReport { checkpoint, tally, evidence, times, samples } =
                    report.await.map_err(|_closed| LaneBrokeOff(signal))?;
                let share = checkpoint.share().index();
                let latency = times.to_latency();
                seen.points.push(Point {
                    run,
                    signal,
                    share,
                    grain: Grain::Fine,
                    at,
                    active: point_active,
                    span,
                    tally,
                    evidence,
                    latency,
                    marks: marks.clone(),
                });
                seen.checkpoint.lanes.push(checkpoint);
                seen.samples.extend(samples);
            }
            Ok(seen)
        }
    }

    /// Lets the search for the capacity go on with what was observed, once a second, and brings the observation's own search up to
    /// date; answers whether the load changed. Does nothing to a run that searches for none.
    pub fn drive(&mut self, seen: &mut Observation) -> bool {
        let Some(capacity) = &mut self.capacity else { return false };
        let turn = capacity.note(&seen.checkpoint, &seen.points);
        seen.checkpoint.search = Some(capacity.search().clone());
        if turn == Some(Turn::Stop) {
            self.stop();
        }
        let changes = matches!(turn, Some(Turn::Follow | Turn::FollowAndSkip));
        if changes && let Err(error) = self.change(&self.plan.spec.clone()) {
            // Every lane is there already, so there is nothing that could fail.
            tracing::error!(%error, "a step of the search cannot begin");
        }
        if matches!(turn, Some(Turn::Skip | Turn::FollowAndSkip)) {
            self.tell(|| LaneCommand::Skip);
        }
        changes
    }

    /// Whether every record of every lane has its class.
    pub fn is_over(&self) -> bool {
        self.lanes.iter().all(|lane| *lane.over.borrow())
    }

    /// Time under load so far.
    pub fn active(&self) -> ActiveTime {
        self.pace.active(self.engine.clock.monotonic())
    }

    fn mark(&mut self, event: LoadEvent, active: ActiveTime, detail: Option<String>) {
        self.marks.push(Mark { event, at: self.engine.clock.now().trunc_subsecs(3), active, detail });
    }

    fn end_search(&mut self) {
        if let Some(capacity) = &mut self.capacity {
            capacity.end();
        }
    }

    fn add_lane(&mut self, from: LaneCheckpoint) -> Result<(), StartError> {
        let RunPlan { test, run, spec, started_at, told, .. } = &self.plan;
        let (signal, share) = (from.signal, from.share());
        let told = told.lanes.iter().find(|lane| (lane.signal, lane.share()) == (signal, share));
        let started_at = started_at.timestamp_nanos_opt().and_then(|nanos| u64::try_from(nanos).ok());
        let shape = Shape::of(spec, test, *run, signal, share, started_at.unwrap_or(0));
        let encoder = Encoder::new(&shape);
        let active = self.pace.active(self.engine.clock.monotonic());
        let worker = self.engine.workers.next();
        let collector = Collector::new(spec.capture, *run, shape.kind, &from, active, &encoder, &worker);
        let runtime = worker.runtime.clone();
        let lane = Lane::new(LanePlan {
            reported: told.map_or_else(Tally::default, |lane| lane.tally.clone()),
            times: LatencyTimes::from_latency(&from.latency)?,
            from,
            reserves: self.plan.reserves,
            reserve: self.engine.reserve,
            pace: self.pace,
            delivery: spec.delivery.clone(),
            encoder,
            collector,
            emitter: self.engine.emitters.emitter(&spec.destination, &spec.delivery)?,
            worker,
        });
        let (commands, inbox) = mpsc::unbounded_channel();
        let (over_tx, over) = watch::channel(false);
        let changed = Arc::clone(&self.plan.over);
        self.tasks.spawn_on(lane.drive(inbox, over_tx, changed), &runtime);
        self.lanes.push(LaneHandle { signal, share, commands, over });
        Ok(())
    }

    /// Sends every lane a command. One whose task is gone is found out by the next observation.
    fn tell(&self, command: impl Fn() -> LaneCommand) {
        for lane in &self.lanes {
            lane.commands.send(command()).ok();
        }
    }
}

impl LaneHandle {
    fn ask(&self) -> oneshot::Receiver<LaneReport> {
        let (reply, report) = oneshot::channel();
        self.commands.send(LaneCommand::Observe(reply)).ok();
        report
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("workers", &self.workers).finish_non_exhaustive()
    }
}

impl fmt::Debug for RunHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle")
            .field("plan", &self.plan)
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}
