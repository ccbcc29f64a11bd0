//! The state machine: what is known, and what each event changes.

use super::{
    Agent, Decision, Event, Outcome, Plan, Queue, Work,
    learn::HandleTime,
    line::Drain,
    pool::{Line, Pool, PoolId, Seat, SeatId},
    score::{self, Awake, Kind},
    shadow::Shadow,
};
use crate::{
    calendar::Site,
    ids::{AgentId, QueueId, SiteId, WorkItemId},
    time::Instant,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Where a piece of work waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// In its pool, within its target.
    Fresh,
    /// In its pool, beyond its target.
    Late,
    /// For the agent who had the customer last.
    Held(AgentId),
}

/// Work that waits, with its places in the indexes.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) work: Work,
    pub(super) pool: PoolId,
    pub(super) lane: Lane,
    pub(super) place: i64,
    turns: Option<Instant>,
    due: Option<Instant>,
}

/// Who serves a queue, and the pools of its work by kind and step.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    pub(super) seats: BTreeSet<SeatId>,
    pub(super) pools: HashMap<Kind, BTreeMap<u16, PoolId>>,
    /// What waits in its pools, by when it came.
    line: BTreeSet<(Instant, WorkItemId)>,
}

impl Members {
    pub(super) fn pools(&self) -> impl Iterator<Item = PoolId> {
        self.pools.values().flat_map(|steps| steps.values().copied())
    }
}

/// Everything one tenant's routing knows.
#[derive(Debug, Clone, Default)]
pub struct Core {
    pub(super) queues: HashMap<QueueId, Queue>,
    pub(super) sites: BTreeMap<SiteId, Site>,
    pub(super) awake: Awake,
    pub(super) sites_due: Option<Instant>,
    pub(super) seats: Vec<Option<Seat>>,
    pub(super) seat_of: HashMap<AgentId, SeatId>,
    pub(super) spare: Vec<SeatId>,
    pub(super) pools: Vec<Pool>,
    pub(super) by_queue: HashMap<QueueId, Members>,
    /// Queues to which the people of a queue are lent.
    pub(super) lends: HashMap<QueueId, BTreeSet<QueueId>>,
    pub(super) work: HashMap<WorkItemId, Waiting>,
    /// Work kept for an agent.
    pub(super) held: HashMap<AgentId, Line>,
    /// When fresh work turns late.
    turns: BTreeSet<(Instant, WorkItemId)>,
    /// When to look at work again: a step or a hold ends, or its worth has grown to the price of an agent.
    due: BTreeSet<(Instant, WorkItemId)>,
    pub(super) handle: [HandleTime; 4],
    /// Work in the hands of partners.
    pub(super) lent: u32,
    /// How fast the line of each queue moves.
    lines: HashMap<QueueId, Drain>,
    /// Work that is out for a moment: when it comes in again it is no arrival.
    returning: BTreeSet<WorkItemId>,
    /// Work that came under a step that tells customers something, with the step.
    begun: Vec<(WorkItemId, QueueId, u16)>,
    /// Plans in shadow, by their queue; and the queue of each.
    pub(super) shadows: HashMap<QueueId, Shadow>,
    pub(super) shadow_of: HashMap<QueueId, QueueId>,
    pub(super) shadows_off: bool,
}

/// The place in line: when it came, moved forward by its head start. Ageing is linear and equal for all, so this
/// never changes while it waits.
fn place(work: &Work) -> i64 {
    work.enqueued_at.timestamp_millis() - i64::from(work.head_start_seconds) * 1000
}

/// Whether its departure says something of the pace of its line.
fn has_waited(now: Instant, work: &Work) -> bool {
    now - work.queued_at >= TimeDelta::seconds(1)
}

impl Core {
    /// An empty core.
    pub fn new() -> Self {
        Self::default()
    }

    /// How much waits.
    pub fn waiting(&self) -> usize {
        self.work.len()
    }

    /// How much waits in a queue, and since when the one who has waited longest does, who need not be the first in line:
    /// a head start moves ahead. What is kept for somebody does not count.
    pub fn depth(&self, queue: QueueId) -> (u32, Option<Instant>) {
        let Some(members) = self.by_queue.get(&queue) else { return (0, None) };
        (members.line.len() as u32, members.line.first().map(|(since, _)| *since))
    }

    /// Where the line of a queue stands: how much waits in it, and its pace in departures a second while something waits;
    /// without a pace until enough was seen.
    pub fn line(&self, queue: QueueId, now: Instant) -> (u32, Option<f64>) {
        self.lines.get(&queue).map_or((0, None), |line| (line.waiting(), line.pace(now)))
    }

    /// Goes on from a pace that was learned before, departures a second.
    pub fn resume_line(&mut self, queue: QueueId, now: Instant, pace: f64) {
        self.lines.insert(queue, Drain::resumed(now, pace));
    }

    /// Takes out work that goes elsewhere: nobody is counted as having failed it.
    pub fn withdraw(&mut self, now: Instant, id: WorkItemId) -> bool {
        self.leave(now, id, false).is_some()
    }

    /// Takes out work that has changed, until [`Event::WorkWaits`] brings it as it is now: nobody is given it meanwhile as
    /// it was.
    pub fn lift(&mut self, now: Instant, work: &Work) {
        if self.work.get(&work.id).is_some_and(|known| known.work != *work) {
            self.leave(now, work.id, false);
            self.returning.insert(work.id);
        }
    }

    /// An offer that was just decided did not come about, and its work waits as before: what was learned from the offer is
    /// taken back, and when the work comes in again it is no arrival.
    pub fn unmade(&mut self, now: Instant, work: &Work) {
        if self.work.contains_key(&work.id) || !self.returning.insert(work.id) {
            return;
        }
        if let Some(line) = self.lines.get_mut(&work.queue).filter(|_| has_waited(now, work)) {
            line.takes_back();
        }
        let home = self.pool(now, work.queue, &Kind::of(work), 0);
        if let Some(pool) = self.pools.get_mut(home as usize).filter(|pool| pool.target > TimeDelta::zero()) {
            pool.level.take_back(now - work.enqueued_at <= pool.target);
        }
    }

    /// Takes waiting work out for good.
    fn leave(&mut self, now: Instant, id: WorkItemId, served: bool) -> Option<Waiting> {
        let gone = self.take_out(id)?;
        self.left_line(now, &gone, served);
        Some(gone)
    }

    /// Counts a departure. What found somebody at once says nothing of the pace of the line.
    pub(super) fn left_line(&mut self, now: Instant, gone: &Waiting, served: bool) {
        if let Some(line) = self.lines.get_mut(&gone.work.queue) {
            line.leaves(now, served && has_waited(now, &gone.work));
        }
    }

    /// Work that came under a step that tells customers something ([`super::Step::tells`]), since this was asked last. It
    /// may have come there before: who acts on it remembers.
    pub fn begun(&mut self) -> Vec<(WorkItemId, QueueId, u16)> {
        std::mem::take(&mut self.begun)
    }

    /// What customers are told at a step of a queue's plan.
    pub fn tells(&self, queue: QueueId, step: u16) -> Option<&super::Tells> {
        self.queues.get(&queue)?.plan.steps.get(usize::from(step))?.tells.as_ref()
    }

    /// How many agents are known.
    pub fn agents(&self) -> usize {
        self.seat_of.len()
    }

    /// Takes in what happened and decides what it makes possible. Offers are counted against the agents at once, so
    /// that one wake-up never gives the same room away twice. New work always gets a decision, made or not; all
    /// other decisions are offers.
    pub fn apply(&mut self, now: Instant, event: Event) -> Vec<Decision> {
        self.turn(now);
        let sites_moved = self.sites_due.is_some_and(|at| at <= now);
        if sites_moved {
            self.look_at_sites(now);
        }
        let mut made = Vec::new();
        match event {
            Event::Queue(queue) => self.queue_changed(now, queue, &mut made),
            Event::Site(site) => {
                self.sites.insert(site.id, site);
                self.look_at_sites(now);
                self.fill_all(now, &mut made);
            }
            Event::WorkWaits(work) => {
                let known = self.leave(now, work.id, false).is_some() | self.returning.remove(&work.id);
                let line = self.lines.entry(work.queue).or_insert_with(|| Drain::new(now));
                line.joins(now);
                if !known && !work.refused_by.is_empty() {
                    line.takes_back();
                }
                if !known && work.refused_by.is_empty() {
                    let home = self.pool(now, work.queue, &Kind::of(&work), 0);
                    if let Some(pool) = self.pools.get_mut(home as usize) {
                        pool.rate.count(now);
                        pool.reprice(now);
                    }
                }
                let id = work.id;
                self.put_in(now, work);
                made.extend(self.decide(now, id));
            }
            Event::WorkGone(id) => {
                self.returning.remove(&id);
                if let Some(gone) = self.leave(now, id, true) {
                    self.count_level(now, &gone, false);
                }
            }
            Event::Agent(agent) => {
                let lent = self.lent;
                let id = self.seat_changed(now, agent);
                self.lend_again(now, lent, &mut made);
                // First what they take at once: often they are full again, and nothing has changed for the pools.
                self.fill(now, id, &mut made);
                self.let_go_of_held(now, id, &mut made);
            }
            Event::AgentGone(agent) => {
                let lent = self.lent;
                self.remove_seat(agent);
                self.lend_again(now, lent, &mut made);
                let held: Vec<WorkItemId> = self.held.remove(&agent).into_iter().flatten().map(|(_, id)| id).collect();
                self.put_again(now, &held, &mut made);
            }
            Event::Tick => {}
        }
        // After the event: what it says of an agent does not know yet what would be offered here.
        if sites_moved {
            self.fill_all(now, &mut made);
        }
        self.advance(now, &mut made);
        made
    }

    /// When the passing of time alone may change something: a step begins, a sticky hold ends, late work is worth
    /// an agent, a site opens or closes.
    pub fn next_wake(&self, now: Instant) -> Option<Instant> {
        if self.work.is_empty() {
            return None;
        }
        let work = self.due.first().map(|(at, _)| *at);
        work.into_iter().chain(self.sites_due).min().map(|at| at.max(now))
    }

    /// Work whose target has passed goes to the late line.
    fn turn(&mut self, now: Instant) {
        while let Some((_, id)) = self.turns.first().copied().filter(|(at, _)| *at <= now) {
            self.turns.pop_first();
            let Some(waiting) = self.work.get_mut(&id) else { continue };
            waiting.turns = None;
            if let Some(pool) = self.pools.get_mut(waiting.pool as usize)
                && waiting.lane == Lane::Fresh
            {
                pool.fresh.remove(&(waiting.place, id));
                pool.late.insert((waiting.place, id));
                waiting.lane = Lane::Late;
            }
        }
    }

    /// What the passing of time has made possible until `now`.
    fn advance(&mut self, now: Instant, made: &mut Vec<Decision>) {
        let mut again = Vec::new();
        while let Some((_, id)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.pop_first();
            again.push(id);
        }
        again.sort_unstable_by_key(|id| self.work.get(id).map(|waiting| (waiting.place, *id)));
        self.put_again(now, &again, made);
    }

    /// Looks at work again in the given order: it may be under another step now, or no longer held.
    pub(super) fn put_again(&mut self, now: Instant, ids: &[WorkItemId], made: &mut Vec<Decision>) {
        for id in ids {
            if let Some(waiting) = self.take_out(*id) {
                self.put_back(now, waiting.work, Some(waiting.pool));
                if !self.anyone_free(*id) {
                    continue;
                }
                made.extend(self.decide(now, *id).filter(|decision| decision.outcome == Outcome::Offered));
            }
        }
    }

    fn anyone_free(&self, id: WorkItemId) -> bool {
        let pool = self.work.get(&id).and_then(|waiting| self.pools.get(waiting.pool as usize));
        pool.is_some_and(|pool| !self.open(pool).is_empty())
    }

    /// Work kept for an agent who is not there any more goes into the line.
    fn let_go_of_held(&mut self, now: Instant, id: SeatId, made: &mut Vec<Decision>) {
        let gone = self.seat(id).map(|seat| &seat.agent).filter(|agent| !agent.ready).map(|agent| agent.id);
        let held = gone.and_then(|agent| self.held.remove(&agent)).into_iter().flatten();
        let held: Vec<WorkItemId> = held.map(|(_, id)| id).collect();
        self.put_again(now, &held, made);
    }

    /// Finds the pool and the lane of work and puts it there.
    pub(super) fn put_in(&mut self, now: Instant, work: Work) {
        self.put_back(now, work, None);
    }

    /// The same for work that was in a pool before.
    fn put_back(&mut self, now: Instant, work: Work, before: Option<PoolId>) {
        let waiting = self.placed(now, work);
        if before != Some(waiting.pool)
            && let Some(pool) = self.pools.get(waiting.pool as usize).filter(|pool| pool.step.tells.is_some())
        {
            self.begun.push((waiting.work.id, pool.queue, pool.step_no));
        }
        self.link(waiting);
    }

    /// The pool and the lane in which work waits now.
    pub(super) fn placed(&mut self, now: Instant, work: Work) -> Waiting {
        let kind = Kind::of(&work);
        let waited = (now - work.queued_at).num_seconds().max(0);
        let (sticky_seconds, last, (mut step, left)) = if let Some(queue) = self.queues.get(&work.queue) {
            (queue.sticky_seconds, queue.plan.steps.len().saturating_sub(1), queue.plan.step_at(waited))
        } else {
            let plan = Plan::default();
            (0, plan.steps.len() - 1, plan.step_at(waited))
        };
        let ends = left.map(|left| work.queued_at + TimeDelta::seconds(waited + left));
        let mut pool = self.pool(now, work.queue, &kind, step as u16);
        while step < last
            && self.pools.get(pool as usize).is_some_and(|pool| pool.step.skip_if_empty && pool.hopeless())
        {
            step += 1;
            pool = self.pool(now, work.queue, &kind, step as u16);
        }
        let hold_ends = work.queued_at + TimeDelta::seconds(i64::from(sticky_seconds));
        let named = work.named.filter(|(agent, until)| *until > now && self.worth_waiting_for(*agent, &work));
        let sticky = work.sticky.filter(|agent| hold_ends > now && self.worth_waiting_for(*agent, &work));
        let held = named.or(sticky.map(|agent| (agent, hold_ends)));
        let target = self.pools.get(pool as usize).map_or(TimeDelta::zero(), |pool| pool.target);
        let late_from = work.enqueued_at + target;
        let lane = match held {
            Some((agent, _)) => Lane::Held(agent),
            None if target > TimeDelta::zero() && now < late_from => Lane::Fresh,
            None => Lane::Late,
        };
        let due = ends.into_iter().chain(held.map(|(_, until)| until)).min();
        Waiting { pool, lane, place: place(&work), turns: (lane == Lane::Fresh).then_some(late_from), due, work }
    }

    /// Until when work is kept for who had the customer last.
    pub(super) fn sticky_until(&self, work: &Work) -> Option<Instant> {
        let seconds = self.queues.get(&work.queue)?.sticky_seconds;
        Some(work.queued_at + TimeDelta::seconds(i64::from(seconds)))
    }

    fn link(&mut self, waiting: Waiting) {
        let id = waiting.work.id;
        let entry = (waiting.place, id);
        if !matches!(waiting.lane, Lane::Held(_)) {
            self.by_queue.entry(waiting.work.queue).or_default().line.insert((waiting.work.enqueued_at, id));
        }
        if let Some(pool) = self.pools.get_mut(waiting.pool as usize) {
            match waiting.lane {
                Lane::Fresh => pool.fresh.insert(entry),
                Lane::Late => pool.late.insert(entry),
                Lane::Held(agent) => self.held.entry(agent).or_default().insert(entry),
            };
        }
        self.turns.extend(waiting.turns.map(|at| (at, id)));
        self.due.extend(waiting.due.map(|at| (at, id)));
        self.work.insert(id, waiting);
    }

    /// Takes work out of every index.
    pub(super) fn take_out(&mut self, id: WorkItemId) -> Option<Waiting> {
        let waiting = self.work.remove(&id)?;
        let entry = (waiting.place, id);
        if let Some(members) = self.by_queue.get_mut(&waiting.work.queue) {
            members.line.remove(&(waiting.work.enqueued_at, id));
        }
        if let Some(pool) = self.pools.get_mut(waiting.pool as usize) {
            match waiting.lane {
                Lane::Fresh => pool.fresh.remove(&entry),
                Lane::Late => pool.late.remove(&entry),
                Lane::Held(agent) => self.held.get_mut(&agent).is_some_and(|line| line.remove(&entry)),
            };
        }
        if let Some(at) = waiting.turns {
            self.turns.remove(&(at, id));
        }
        if let Some(at) = waiting.due {
            self.due.remove(&(at, id));
        }
        Some(waiting)
    }

    /// Looks at this work again no later than `at`.
    pub(super) fn look_again_at(&mut self, id: WorkItemId, at: Instant) {
        let Some(waiting) = self.work.get_mut(&id).filter(|waiting| waiting.due.is_none_or(|due| at < due)) else {
            return;
        };
        if let Some(old) = waiting.due.replace(at) {
            self.due.remove(&(old, id));
        }
        self.due.insert((at, id));
    }

    /// Learns whether work of this kind is served in time.
    pub(super) fn count_level(&mut self, now: Instant, waiting: &Waiting, offered: bool) {
        let Some(home) = self.pools.get(waiting.pool as usize).map(|pool| pool.home) else { return };
        if let Some(pool) = self.pools.get_mut(home as usize)
            && pool.target > TimeDelta::zero()
        {
            pool.level.count(now, offered && now - waiting.work.enqueued_at <= pool.target);
        }
    }

    /// The sticky agent is asked first while they are ready, busy or not, and did not let it pass.
    fn worth_waiting_for(&self, sticky: AgentId, work: &Work) -> bool {
        !work.refused_by.contains(&sticky) && self.seat_of(sticky).is_some_and(|seat| seat.agent.ready)
    }

    pub(super) fn seat(&self, id: SeatId) -> Option<&Seat> {
        self.seats.get(id as usize)?.as_ref()
    }

    pub(super) fn seat_of(&self, agent: AgentId) -> Option<&Seat> {
        self.seat(*self.seat_of.get(&agent)?)
    }

    /// A plan was made or changed: its pools are set up anew, its work finds its step again.
    fn queue_changed(&mut self, now: Instant, queue: Queue, made: &mut Vec<Decision>) {
        let id = queue.id;
        let lenders = queue.overflow.iter().flat_map(|overflow| &overflow.rule.lenders);
        let lenders = lenders.map(|lender| lender.queue).collect();
        self.queues.insert(id, queue);
        self.lenders_changed(now, id, &lenders);
        self.sites_due = self.next_site_change(now);
        let pools: Vec<PoolId> = self.by_queue.get(&id).into_iter().flat_map(Members::pools).collect();
        for pool in &pools {
            self.set_up(now, *pool);
        }
        self.shadow_follows(now, id);
        let mut waiting: Vec<(i64, WorkItemId)> =
            self.work.values().filter(|w| w.work.queue == id).map(|w| (w.place, w.work.id)).collect();
        waiting.sort_unstable();
        let ids: Vec<WorkItemId> = waiting.into_iter().map(|(_, id)| id).collect();
        self.put_again(now, &ids, made);
    }

    /// A site opened, closed, or has too little shift left for a step: everybody's standing is looked at anew.
    fn look_at_sites(&mut self, now: Instant) {
        self.awake = score::awake(self.sites.values(), now);
        self.sites_due = self.next_site_change(now);
        for pool in 0..self.pools.len() {
            self.set_up(now, pool as PoolId);
        }
    }

    /// Partners held as much as a contract allows and hold less now: all of them may take work again.
    fn lend_again(&mut self, now: Instant, before: u32, made: &mut Vec<Decision>) {
        let cap = |queue: &Queue| queue.overflow.as_ref().map_or(0, |overflow| overflow.rule.contract_cap);
        let released = |cap: u32| cap > 0 && before >= cap && self.lent < cap;
        if before <= self.lent || !self.queues.values().map(cap).any(released) {
            return;
        }
        for seat in 0..self.seats.len() as SeatId {
            if self.seat(seat).is_some_and(|seat| seat.agent.outsourced) {
                self.fill(now, seat, made);
            }
        }
    }

    fn fill_all(&mut self, now: Instant, made: &mut Vec<Decision>) {
        for seat in 0..self.seats.len() {
            self.fill(now, seat as SeatId, made);
        }
    }

    fn next_site_change(&self, now: Instant) -> Option<Instant> {
        let steps = || self.queues.values().flat_map(|queue| &queue.plan.steps);
        let asked: BTreeSet<u16> = steps().map(|step| step.shift_left_minutes).collect();
        let ahead: BTreeSet<u16> = steps().map(|step| step.opens_within_minutes).filter(|ahead| *ahead > 0).collect();
        let of_site = |site: &Site| {
            let hours = self.awake.get(&site.id).copied().unwrap_or_default();
            let minutes = |minutes: &u16| TimeDelta::minutes(i64::from(*minutes));
            // One moment after the last at which enough is left.
            let short = |left: &u16| Some(hours.until? - minutes(left) + TimeDelta::milliseconds(1));
            let soon = |ahead: &u16| Some(hours.opens? - minutes(ahead));
            let change = site.next_change(now);
            let moments = asked.iter().filter_map(short).chain(ahead.iter().filter_map(soon)).chain(change);
            moments.filter(|at| *at > now).min()
        };
        self.sites.values().filter_map(of_site).min()
    }

    /// Everything about one agent, as far as it decides who they may work for.
    pub(super) fn same_profile(old: &Agent, new: &Agent) -> bool {
        let capable = |agent: &Agent| agent.load.map(|(_, cap)| cap == 0);
        old.queues == new.queues
            && old.skills == new.skills
            && old.languages == new.languages
            && old.attributes == new.attributes
            && (old.site, old.branch) == (new.site, new.branch)
            && (old.outsourced, old.knowledge) == (new.outsourced, new.knowledge)
            && capable(old) == capable(new)
    }
}
