//! A pool: waiting work of one kind under one plan step, and everybody who could take it.

use super::{
    Agent, Exclusion, Overflow, Step,
    learn::{Level, Rate, Share},
    score::{Kind, Rules},
    value,
};
use crate::{
    channel::ChannelClass,
    ids::{QueueId, WorkItemId},
    time::Instant,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Place of a pool in the core.
pub(super) type PoolId = u32;
/// Place of an agent in the core.
pub(super) type SeatId = u32;
/// Waiting work by place in line: (place, id); earlier place first.
pub(super) type Line = BTreeSet<(i64, WorkItemId)>;

/// Microseconds by which those who are lent stand behind everybody else, whenever these became idle.
const LENT_LAST: i64 = 1 << 60;

/// What the pools know of an agent's present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status {
    ready: bool,
    partner: bool,
    /// Room per class.
    fits: [bool; 4],
    pub(super) idle_key: i64,
    /// Logarithm of the chance that they have no room, per class; 0 for who is not there.
    pub(super) log_full: [i64; 4],
}

/// An agent with what was learned of them.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) agent: Agent,
    /// Queues in whose pools they are: their own, and those to which these lend.
    pub(super) member_of: BTreeSet<QueueId>,
    /// Pools they could take work from.
    pub(super) serves: Vec<PoolId>,
    pub(super) shares: [Share; 4],
    pub(super) full_since: [Instant; 4],
    /// As the pools they serve count them.
    pub(super) counted: Status,
}

impl Seat {
    pub(super) fn new(agent: Agent, now: Instant) -> Self {
        let counted = Status { ready: false, partner: false, fits: [false; 4], idle_key: 0, log_full: [0; 4] };
        let (member_of, serves) = (BTreeSet::new(), Vec::new());
        let mut seat = Self { agent, member_of, serves, shares: [Share::new(now); 4], full_since: [now; 4], counted };
        seat.counted = seat.status();
        seat
    }

    /// Work in the hands of a partner.
    pub(super) fn lent(&self) -> u32 {
        let used = self.agent.load.iter().map(|(used, _)| u32::try_from(*used).unwrap_or(0));
        if self.agent.outsourced { used.sum() } else { 0 }
    }

    /// Whether the class has no room (a class without any capacity is never full, it is not offered at all).
    pub(super) fn full(&self, class: usize) -> bool {
        let (used, cap) = self.agent.load[class];
        cap > 0 && used >= cap
    }

    /// The state they are in. A chance that is about the same as counted is left, so that who takes the next work at
    /// once changes nothing for anybody else.
    pub(super) fn status(&self) -> Status {
        let ready = self.agent.ready;
        let fits = ChannelClass::ALL.map(|class| self.agent.fits(class));
        let mut log_full = [0; 4];
        for class in (0..4).filter(|class| ready && self.agent.load[*class].1 > 0) {
            let log = value::to_log(value::chance_full(self.shares[class].booked(), fits[class]));
            let counted = self.counted.log_full[class];
            log_full[class] = if value::about_the_same(log, counted) { counted } else { log };
        }
        let idle_key = if fits.contains(&true) { self.agent.idle_since.timestamp_micros() } else { 0 };
        Status { ready, partner: self.agent.outsourced, fits, idle_key, log_full }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Pool {
    pub(super) queue: QueueId,
    /// The queue whose people it asks: its own, but for a plan in shadow.
    pub(super) asks_as: QueueId,
    pub(super) kind: Kind,
    pub(super) step_no: u16,
    pub(super) step: Step,
    pub(super) overflow: Option<Overflow>,
    /// Target of the plan; zero or less = none.
    pub(super) target: TimeDelta,
    pub(super) reserve: bool,
    /// The pool of the first step, where rates and levels of this kind are learned.
    pub(super) home: PoolId,
    /// What each member of the queue is to this pool: excluded for a lasting reason, or eligible.
    pub(super) standing: HashMap<SeatId, Option<Exclusion>>,
    pub(super) excluded: BTreeMap<Exclusion, u32>,
    pub(super) not_ready: u32,
    pub(super) full: u32,
    /// Eligible and with room, longest idle first.
    pub(super) free: BTreeSet<(i64, SeatId)>,
    /// Those of them who are no partners: who is left when the contract is full. Kept only under a contract with a cap.
    pub(super) own: BTreeSet<(i64, SeatId)>,
    pub(super) fresh: Line,
    pub(super) late: Line,
    pub(super) rate: Rate,
    pub(super) level: Level,
    /// Sum of the members' logarithms.
    pub(super) log_all_full: i64,
    /// Rate at which work of this kind would find everybody without room, as of `priced_at`.
    lost: f64,
    priced_at: Instant,
}

impl Pool {
    pub(super) fn new(queue: QueueId, kind: Kind, step_no: u16, home: PoolId, now: Instant) -> Self {
        Self {
            queue,
            asks_as: queue,
            kind,
            step_no,
            step: Step::default(),
            overflow: None,
            target: TimeDelta::zero(),
            reserve: false,
            home,
            standing: HashMap::new(),
            excluded: BTreeMap::new(),
            not_ready: 0,
            full: 0,
            free: BTreeSet::new(),
            own: BTreeSet::new(),
            fresh: Line::new(),
            late: Line::new(),
            rate: Rate::new(now),
            level: Level::new(now),
            log_all_full: 0,
            lost: 0.0,
            priced_at: now,
        }
    }

    /// Forgets who could take it; what was learned and what waits stays.
    pub(super) fn empty(&mut self) {
        self.standing.clear();
        self.excluded.clear();
        self.free.clear();
        self.own.clear();
        (self.not_ready, self.full, self.log_all_full) = (0, 0, 0);
    }

    /// What decides who may be asked.
    pub(super) fn rules(&self) -> Rules<'_> {
        Rules { queue: self.asks_as, step: &self.step, overflow: self.overflow.as_ref() }
    }

    /// Whether somebody is lent to the queue.
    pub(super) fn borrows(&self, agent: &Agent) -> bool {
        self.overflow.as_ref().is_some_and(|overflow| overflow.borrows(agent, self.asks_as))
    }

    /// Most work that partners may hold; 0 = no cap.
    pub(super) fn contract_cap(&self) -> u32 {
        self.overflow.as_ref().map_or(0, |overflow| overflow.rule.contract_cap)
    }

    /// Whether nobody could ever take it under this step.
    pub(super) fn hopeless(&self) -> bool {
        self.not_ready == 0 && self.full == 0 && self.free.is_empty()
    }

    /// Whether nobody can take it under this step until somebody changes the set-up.
    pub(super) fn beyond_hope(&self) -> bool {
        self.hopeless() && !self.excluded.keys().any(|reason| reason.passes())
    }

    /// Where an agent stands among the free: longest idle first, and who is lent after all others.
    pub(super) fn turn(&self, id: SeatId, agent: &Agent, status: &Status) -> (i64, SeatId) {
        (status.idle_key + if self.borrows(agent) { LENT_LAST } else { 0 }, id)
    }

    /// Counts an eligible agent.
    pub(super) fn enter(&mut self, id: SeatId, agent: &Agent, status: &Status) {
        let turn = self.turn(id, agent, status);
        let class = self.kind.class.index();
        if !status.ready {
            self.not_ready += 1;
        } else if status.fits[class] {
            self.free.insert(turn);
            if !status.partner && self.contract_cap() > 0 {
                self.own.insert(turn);
            }
        } else {
            self.full += 1;
        }
        self.log_all_full += status.log_full[class];
    }

    /// Takes back what [`Self::enter`] counted.
    pub(super) fn leave(&mut self, id: SeatId, agent: &Agent, status: &Status) {
        let turn = self.turn(id, agent, status);
        let class = self.kind.class.index();
        if !status.ready {
            self.not_ready -= 1;
        } else if status.fits[class] {
            self.free.remove(&turn);
            self.own.remove(&turn);
        } else {
            self.full -= 1;
        }
        self.log_all_full -= status.log_full[class];
    }

    /// Works out anew what is lost when one more agent is taken.
    pub(super) fn reprice(&mut self, now: Instant) {
        // Arrivals are counted where work begins.
        if self.step_no > 0 {
            return;
        }
        self.lost = self.rate.at(now) * value::from_log(self.log_all_full);
        self.priced_at = now;
    }

    /// Rate at which work of this kind would find everybody without room.
    pub(super) fn lost(&self, now: Instant) -> f64 {
        // Arrivals fade slowly: only a price that is minutes old is worked out anew.
        if now - self.priced_at > TimeDelta::minutes(2) {
            self.rate.at(now) * value::from_log(self.log_all_full)
        } else {
            self.lost
        }
    }

    /// Why the members of the queue are no candidates: reason and how many.
    pub(super) fn exclusions(&self, outside: u32) -> BTreeMap<Exclusion, u32> {
        let mut found = self.excluded.clone();
        let passing = [
            (Exclusion::NotInQueue, outside),
            (Exclusion::NotReady, self.not_ready),
            (Exclusion::NoCapacity, self.full),
        ];
        for (reason, count) in passing.into_iter().filter(|(_, count)| *count > 0) {
            *found.entry(reason).or_insert(0) += count;
        }
        found
    }
}
