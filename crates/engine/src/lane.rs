//! One share of one signal of a run: an actor that issues what is due and books what is answered.
//!
//! The loop decides by pure functions ([`schedule`], [`window`], the tally) and then waits for its timer, an answer or a
//! command, whichever is first. It never waits for a send, and it queues nothing: what is due and not yet issued is a
//! difference of two numbers.

mod capture;
mod report;
pub(crate) mod schedule;
mod send;
mod window;

use std::sync::Arc;
use std::time::Duration;

use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::delivery::Delivery;
use moniflux_domain::profile::{ActiveTime, Demand, Load};
use moniflux_domain::run::LaneCheckpoint;
use moniflux_domain::signal::Signal;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_payload::{Encoder, Span};
use moniflux_ports::clock::Clock;
use moniflux_ports::emitter::{Batch, Emitter};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinSet};

use crate::buffers::Buffers;
use crate::latency::LatencyTimes;
use crate::pace::Pace;
use crate::workers::Worker;

pub(crate) use self::capture::{Budget, Collector};
pub(crate) use self::report::LaneReport;
use self::report::Since;
use self::schedule::{Cut, DueBatch, next_batch};
use self::send::{Answered, send};
use self::window::Window;

/// What a lane is told.
#[derive(Debug)]
pub(crate) enum LaneCommand {
    /// Active time runs or stands still.
    Pace(Pace),
    /// From that moment on another demand.
    Change { demand: Demand, at: ActiveTime },
    /// Sequence numbers below this may be issued.
    Grant(u64),
    /// The load ends at that moment.
    Stop { at: ActiveTime },
    /// Issue nothing more; what stays unanswered is in doubt.
    Suspend,
    /// What waits for the window is missed.
    Skip,
    /// Report.
    Observe(oneshot::Sender<LaneReport>),
}

/// What a lane begins with.
pub(crate) struct LanePlan {
    /// Where it begins; sequence numbers up to its `reserved` may be issued.
    pub(crate) from: LaneCheckpoint,
    /// What earlier reports told of `from`.
    pub(crate) reported: Tally,
    /// The distributions of `from`.
    pub(crate) times: LatencyTimes,
    /// Whether sequence numbers must be granted before they are issued.
    pub(crate) reserves: bool,
    /// How far ahead of the schedule sequence numbers are reserved.
    pub(crate) reserve: Duration,
    pub(crate) pace: Pace,
    pub(crate) delivery: Delivery,
    pub(crate) encoder: Encoder,
    /// Keeps records for people to look at.
    pub(crate) collector: Option<Collector>,
    pub(crate) emitter: Arc<dyn Emitter>,
    pub(crate) worker: Worker,
}

/// One share of one signal under load.
pub(crate) struct Lane {
    signal: Signal,
    load: Load,
    pace: Pace,
    delivery: Arc<Delivery>,
    cut: Cut,
    reserves: bool,
    reserve: Duration,
    granted: u64,
    phase: Phase,
    window: Window,
    tally: Tally,
    evidence: Evidence,
    times: LatencyTimes,
    since: Since,
    encoder: Encoder,
    collector: Option<Collector>,
    buffers: Buffers,
    emitter: Arc<dyn Emitter>,
    worker: Worker,
    clock: Arc<dyn Clock>,
    answers: JoinSet<Answered>,
    /// When the latest batch was due.
    last_due: ActiveTime,
}

/// How far a lane is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The load goes on.
    Load,
    /// The load ended; answers, and what is late, are waited for until the moment.
    Drain { until: Duration },
    /// Nothing more is issued; answers are waited for until the moment.
    Suspended { until: Duration },
    /// Every record has its class.
    Over,
}

/// What the loop does next.
enum Next {
    Issue(DueBatch),
    WaitUntil(Duration),
    Wait,
    Close,
}

impl Lane {
    pub(crate) fn new(plan: LanePlan) -> Self {
        let LanePlan { from, reported, times, reserves, reserve, pace, delivery, .. } = plan;
        let LanePlan { encoder, collector, emitter, worker, .. } = plan;
        let within = encoder.records_within(u64::from(delivery.max_batch_bytes));
        let records = delivery.batch_size.min(within).max(1);
        Self {
            signal: from.signal,
            load: from.load,
            pace,
            cut: Cut { records, linger: delivery.linger },
            reserves,
            reserve,
            granted: if reserves { from.reserved } else { u64::MAX },
            phase: Phase::Load,
            window: Window::new(delivery.requests_at_once()),
            delivery: Arc::new(delivery),
            tally: from.tally,
            evidence: from.evidence,
            since: Since { tally: reported, evidence: from.evidence, times: LatencyTimes::default() },
            times,
            encoder,
            collector,
            buffers: Buffers::default(),
            emitter,
            clock: Arc::clone(&worker.clock),
            worker,
            answers: JoinSet::new(),
            last_due: ActiveTime::ZERO,
        }
    }

    /// Runs until the commands end; says once, by `over` and by `changed`, that every record has its class.
    pub(crate) async fn drive(
        mut self,
        mut commands: mpsc::UnboundedReceiver<LaneCommand>,
        over: watch::Sender<bool>,
        changed: Arc<Notify>,
    ) {
        let clock = Arc::clone(&self.clock);
        loop {
            while let Some(joined) = self.answers.try_join_next() {
                self.book(joined);
            }
            let deadline = match self.next(clock.monotonic()) {
                Next::Issue(batch) => {
                    self.issue(batch);
                    // Lets the send begin, and commands and answers in, before the next batch.
                    tokio::task::yield_now().await;
                    Some(Duration::ZERO)
                }
                Next::WaitUntil(deadline) => Some(deadline),
                Next::Wait => None,
                Next::Close => {
                    self.close();
                    over.send_replace(true);
                    changed.notify_one();
                    None
                }
            };
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => return,
                },
                Some(joined) = self.answers.join_next() => self.book(joined),
                () = clock.sleep_until(deadline.unwrap_or_default()), if deadline.is_some() => {}
            }
        }
    }

    fn next(&mut self, now: Duration) -> Next {
        let active = self.pace.active(now);
        self.tally.note_due(self.load.due(active));
        if self.phase == Phase::Load && (active >= self.load.end() || self.reached_limit()) {
            self.phase = Phase::Drain { until: now + self.delivery.drain };
        }
        match self.phase {
            Phase::Over => Next::Wait,
            Phase::Drain { until } | Phase::Suspended { until } if now >= until => Next::Close,
            Phase::Suspended { .. } if self.window.is_empty() => Next::Close,
            Phase::Suspended { until } => Next::WaitUntil(until),
            Phase::Drain { until } => match self.due_batch(self.load.end()) {
                None if self.window.is_empty() && self.tally.waiting() == 0 => Next::Close,
                Some(batch) if self.may_issue() => Next::Issue(batch),
                None | Some(_) => Next::WaitUntil(until),
            },
            Phase::Load if self.load.is_unpaced() => match self.batch_at(active) {
                Some(batch) if !self.pace.is_held() && self.window.is_open() => Next::Issue(batch),
                None | Some(_) if self.pace.is_held() => Next::Wait,
                None | Some(_) => self.wait_for_the_end(),
            },
            Phase::Load => {
                let until = if self.pace.is_held() { active } else { self.load.end() };
                match self.due_batch(until) {
                    Some(batch) if batch.due > active => Next::WaitUntil(self.pace.deadline(batch.due)),
                    Some(batch) if self.may_issue() => Next::Issue(batch),
                    None | Some(_) if self.pace.is_held() => Next::Wait,
                    None | Some(_) => self.wait_for_the_end(),
                }
            }
        }
    }

    fn wait_for_the_end(&self) -> Next {
        match self.load.end() {
            ActiveTime::FOREVER => Next::Wait,
            end => Next::WaitUntil(self.pace.deadline(end)),
        }
    }

    /// Whether a load that is limited by number and not by the schedule has issued all of it.
    fn reached_limit(&self) -> bool {
        self.load.is_unpaced() && self.load.limit().is_some_and(|limit| self.tally.issued() >= limit)
    }

    /// A full batch of a load that is not paced: it is due when it can leave.
    fn batch_at(&self, active: ActiveTime) -> Option<DueBatch> {
        let issued = self.tally.issued();
        let left = self.load.limit().unwrap_or(u64::MAX).min(self.granted).saturating_sub(issued);
        let count = self.cut.records.min(u32::try_from(left).unwrap_or(u32::MAX));
        let first_due = self.last_due.min(active);
        (count > 0).then_some(DueBatch { first: issued, count, first_due, due: active })
    }

    /// The next batch among what is due by `until` and granted.
    fn due_batch(&self, until: ActiveTime) -> Option<DueBatch> {
        let issued = self.tally.issued();
        let granted = u32::try_from(self.granted.saturating_sub(issued)).unwrap_or(u32::MAX);
        let cut = Cut { records: self.cut.records.min(granted), ..self.cut };
        if granted == 0 { None } else { next_batch(&self.load, issued, self.tally.missed(), cut, until) }
    }

    /// Whether a due batch may leave; if not, the limit of requests in flight holds it.
    fn may_issue(&mut self) -> bool {
        if !self.window.is_open() {
            self.window.hold();
        }
        self.window.is_open()
    }

    fn issue(&mut self, batch: DueBatch) {
        let records = u64::from(batch.count);
        let deadline = self.pace.deadline(batch.due);
        let lateness = self.clock.monotonic().saturating_sub(deadline);
        let span = Span {
            first: batch.first,
            count: batch.count,
            first_due: self.pace.unix_nanos(batch.first_due),
            last_due: self.pace.unix_nanos(batch.due),
        };
        let body = self.buffers.encode(&self.encoder, span);
        if let Some(collector) = &mut self.collector {
            collector.note(batch, &body);
        }

        self.tally.issue(records, body.len() as u64);
        self.since.times.lateness.record(lateness, records);
        self.evidence.issued += records;
        if self.window.held(deadline) {
            self.evidence.held += records;
        } else if lateness > Evidence::TOLERANCE {
            self.evidence.late += records;
        }
        if deadline + lateness > self.pace.deadline(self.load.end()) + Evidence::TOLERANCE {
            self.evidence.overtime += records;
        }
        self.window.take();
        self.last_due = batch.due;

        let batch = Batch { signal: self.signal, share: self.load.share(), body };
        let (emitter, clock) = (Arc::clone(&self.emitter), Arc::clone(&self.clock));
        let delivery = Arc::clone(&self.delivery);
        self.answers
            .spawn(async move { send(&*emitter, &*clock, &delivery.retry, batch, records, deadline).await });
    }

    fn book(&mut self, joined: Result<Answered, JoinError>) {
        self.window.give_back(self.clock.monotonic());
        match joined {
            Ok(Answered { records, deadline, sent, came, answer, retries, wire_bytes }) => {
                self.tally.sent(u64::from(retries), wire_bytes);
                self.tally.book(records, &answer.of_items(self.encoder.items_per_record()));
                self.since.times.response.record(came.saturating_sub(deadline), records);
                self.since.times.service.record(came.saturating_sub(sent), records);
            }
            // The lane closed, and gave its records their class.
            Err(error) if error.is_cancelled() => {}
            // Its records stay in flight until the lane closes.
            Err(error) => tracing::error!(signal = %self.signal, %error, "a send broke off"),
        }
    }

    fn obey(&mut self, command: LaneCommand) {
        match command {
            LaneCommand::Observe(reply) => {
                // Whoever asked may have stopped waiting; then the next report tells it.
                if !reply.is_closed() {
                    reply.send(self.report()).ok();
                }
            }
            LaneCommand::Grant(granted) => self.granted = self.granted.max(granted),
            LaneCommand::Pace(pace) => self.pace = pace,
            LaneCommand::Change { demand, at } if self.phase == Phase::Load => {
                self.load.follow(&demand, at, self.tally.due());
            }
            LaneCommand::Stop { at } if self.phase == Phase::Load => self.load.end_by(at),
            LaneCommand::Suspend if self.phase != Phase::Over => {
                self.phase = Phase::Suspended { until: self.clock.monotonic() + self.delivery.drain };
            }
            LaneCommand::Skip if self.phase == Phase::Load => self.skip(),
            // The load is over: nothing can change it any more.
            LaneCommand::Change { .. }
            | LaneCommand::Stop { .. }
            | LaneCommand::Suspend
            | LaneCommand::Skip => {}
        }
    }

    /// Counts what the window holds back as missed; what it does not is on its way out.
    fn skip(&mut self) {
        let now = self.clock.monotonic();
        self.tally.note_due(self.load.due(self.pace.active(now)));
        if self.window.held(now) {
            self.evidence.held += self.tally.waiting();
            self.tally.settle();
        }
    }

    /// Gives every record its class.
    fn close(&mut self) {
        self.answers.abort_all();
        if matches!(self.phase, Phase::Suspended { .. }) {
            self.tally.take_over(self.tally.issued());
        } else {
            self.tally.book(self.tally.in_flight(), &Answer::Failed(Kind::Timeout));
            if self.window.held(self.pace.deadline(self.load.end())) {
                self.evidence.held += self.tally.waiting();
            } else {
                self.evidence.dropped += self.tally.waiting();
            }
            self.tally.settle();
        }
        self.phase = Phase::Over;
    }
}
