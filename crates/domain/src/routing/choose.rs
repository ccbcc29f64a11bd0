//! Choosing: whom to ask for a piece of work, and which work to give an agent with room.

use super::{
    Candidate, Core, Decision, Exclusion, Order, Outcome,
    core::{Lane, Waiting},
    plan::TARGET_SECONDS,
    pool::{Pool, PoolId, Seat, SeatId},
    value,
};
use crate::{ids::WorkItemId, time::Instant};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// Candidates kept in a decision record.
pub(super) const KEPT: usize = 5;
/// Most candidates that are priced for one decision, longest idle first: bounds the cost of a decision.
const PRICED: usize = 64;
/// Taken off the score of who is lent by another queue: the queue's own people come before all of them.
const LENT: f64 = 1000.0;

/// Candidates, best first, and why the others are none.
type Ranked = (Vec<(Candidate, SeatId)>, BTreeMap<Exclusion, u32>);

/// The best work an agent could take from one lane.
#[derive(Clone, Copy)]
struct Head {
    /// Of a queue that borrows the agent: what waits in their own comes first.
    lent: bool,
    worth: f64,
    place: i64,
    id: WorkItemId,
    pool: PoolId,
}

impl Head {
    fn beats(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| {
            let own = other.lent.cmp(&self.lent);
            let worth = own.then(self.worth.total_cmp(&other.worth));
            worth.then(other.place.cmp(&self.place)).then(other.id.cmp(&self.id)).is_gt()
        })
    }
}

impl Core {
    /// Looks for an agent for waiting work, and offers it.
    pub(super) fn decide(&mut self, now: Instant, id: WorkItemId) -> Option<Decision> {
        let waiting = self.work.get(&id)?;
        let pool = self.pools.get(waiting.pool as usize)?;
        let (mut ranked, mut exclusions) = self.asked(now, waiting, pool);
        let chosen = self.first(now, waiting, pool, &ranked);
        if let Ok(first) = chosen {
            ranked[..=first].rotate_right(1);
        }
        let looked_at = ranked.len();
        ranked.truncate(KEPT);
        let seat = chosen.map(|_| ranked.first().map(|(_, seat)| *seat));
        let candidates: Vec<Candidate> = ranked.into_iter().map(|(candidate, _)| candidate).collect();
        match seat {
            Ok(Some(seat)) => {
                let offered = self.offer(now, id, seat, candidates, exclusions);
                self.settle(now, seat);
                return offered;
            }
            Err(Some(again)) => {
                count(&mut exclusions, Exclusion::Reserved, looked_at);
                self.look_again_at(id, again);
            }
            Ok(None) | Err(None) => {}
        }
        let shadow = self.shadowed(now, id, None);
        let waits = self.record(now, id, Outcome::Waiting, None, candidates, exclusions)?;
        Some(Decision { shadow, ..waits })
    }

    /// Who of the ranked is asked; else when to look again.
    pub(super) fn first(
        &self,
        now: Instant,
        waiting: &Waiting,
        pool: &Pool,
        ranked: &[(Candidate, SeatId)],
    ) -> Result<usize, Option<Instant>> {
        if waiting.lane == Lane::Late && pool.reserve {
            self.affordable(now, waiting.place, pool, ranked)
        } else if ranked.is_empty() {
            Err(None)
        } else {
            Ok(0)
        }
    }

    /// Who may be asked for waiting work now, best first, and why nobody else is. Whom the contract or an earlier refusal
    /// rules out is left out before the number of candidates is cut: they would hide the others.
    pub(super) fn asked(&self, now: Instant, waiting: &Waiting, pool: &Pool) -> Ranked {
        let mut exclusions = self.exclusions(pool);
        let open = self.open(pool);
        let turn = |id: SeatId| self.seat(id).map(|seat| pool.turn(id, &seat.agent, &seat.counted));
        let is_open = |id: &SeatId| turn(*id).is_some_and(|turn| open.contains(&turn));
        if let Lane::Held(sticky) = waiting.lane {
            let sticky = self.seat_of.get(&sticky).filter(|seat| self.can_be_given(**seat, pool, waiting)).copied();
            let kept_back = open.len() - usize::from(sticky.as_ref().is_some_and(is_open));
            count(&mut exclusions, Exclusion::KeptForSticky, kept_back);
            return (self.ranked(now, pool, sticky.into_iter(), 1), exclusions);
        }
        let refused_by = &waiting.work.refused_by;
        let refused: BTreeSet<SeatId> =
            refused_by.iter().filter_map(|agent| self.seat_of.get(agent)).copied().filter(is_open).collect();
        let others = open.iter().map(|(_, seat)| *seat).filter(|seat| !refused.contains(seat));
        if refused.len() == open.len() {
            return (self.ranked(now, pool, refused.iter().copied(), usize::MAX), exclusions);
        }
        count(&mut exclusions, Exclusion::RefusedBefore, refused.len());
        (self.ranked(now, pool, others, usize::MAX), exclusions)
    }

    /// The first of the ranked whose price late work is worth; else when the cheapest will be.
    fn affordable(
        &self,
        now: Instant,
        place: i64,
        pool: &Pool,
        ranked: &[(Candidate, SeatId)],
    ) -> Result<usize, Option<Instant>> {
        let class = pool.kind.class.index();
        let mut again = None;
        for (n, (_, seat)) in ranked.iter().enumerate() {
            let Some(price) = self.seat(*seat).and_then(|seat| self.price(now, seat, class)) else { continue };
            match worth_it(now, place, pool, price) {
                Ok(()) => return Ok(n),
                Err(at) => again = Some(again.map_or(at, |known: Instant| known.min(at))),
            }
        }
        Err(again)
    }

    /// Gives an agent what they have room for, best first.
    pub(super) fn fill(&mut self, now: Instant, id: SeatId, made: &mut Vec<Decision>) {
        while let Some(decision) = self.next_for(now, id) {
            made.push(decision);
        }
        self.settle(now, id);
    }

    fn next_for(&mut self, now: Instant, id: SeatId) -> Option<Decision> {
        let room = |seat: &&Seat| seat.agent.ready && seat.agent.load.iter().any(|(used, cap)| used < cap);
        let seat = self.seat(id).filter(room)?;
        let held = self.held.get(&seat.agent.id).into_iter().flatten().find_map(|(_, work)| {
            let waiting = self.work.get(work)?;
            let pool = self.pools.get(waiting.pool as usize)?;
            self.can_be_given(id, pool, waiting).then_some(*work)
        });
        if let Some(work) = held {
            self.settle(now, id);
            return self.decide(now, work).filter(|decision| decision.outcome == Outcome::Offered);
        }
        let (fresh, late) = self.heads(now, seat, true);
        let chosen = match late {
            Some(late) if late.beats(fresh.as_ref()) => {
                let pool = self.pools.get(late.pool as usize)?;
                let price = self.price(now, seat, pool.kind.class.index())?;
                match worth_it(now, late.place, pool, price) {
                    Ok(()) => Some(late),
                    Err(again) => {
                        // Kept back for what is likely to come: other plans, which keep nobody back, get them all the same.
                        let (_, rest) = self.heads(now, seat, false);
                        self.look_again_at(late.id, again);
                        rest.filter(|rest| rest.beats(fresh.as_ref())).or(fresh)
                    }
                }
            }
            _ => fresh,
        }?;
        let pool = self.pools.get(chosen.pool as usize)?;
        // Whom else the work could have gone to: nobody, or it would not wait; unless it was left for later.
        let others = self.open(pool).iter().map(|(_, seat)| *seat).filter(|seat| *seat != id).take(KEPT - 1);
        let mut ranked = self.ranked(now, pool, std::iter::once(id), 1);
        ranked.extend(self.ranked(now, pool, others, KEPT - 1));
        let exclusions = self.exclusions(pool);
        let candidates = ranked.into_iter().map(|(candidate, _)| candidate).collect();
        self.offer(now, chosen.id, id, candidates, exclusions)
    }

    /// The best fresh and the best late work an agent could take; the late work of plans that keep agents back only when
    /// that is asked for.
    fn heads(&self, now: Instant, seat: &Seat, reserving: bool) -> (Option<Head>, Option<Head>) {
        let (mut fresh, mut late) = (None, None);
        for id in &seat.serves {
            let Some(pool) = self.pools.get(*id as usize) else { continue };
            if (pool.fresh.is_empty() && pool.late.is_empty())
                || !seat.agent.fits(pool.kind.class)
                || (seat.agent.outsourced && self.contract_full(pool))
            {
                continue;
            }
            let lent = pool.borrows(&seat.agent);
            if let Some((place, work)) = pool.fresh.first() {
                let head_start = self.work.get(work).map_or(0, |waiting| waiting.work.head_start_seconds);
                let missed = self.pools.get(pool.home as usize).map_or(0.0, |home| home.level.missed());
                let head = Head { lent, worth: value::fresh(head_start, missed), place: *place, id: *work, pool: *id };
                if head.beats(fresh.as_ref()) {
                    fresh = Some(head);
                }
            }
            if let Some((place, work)) = pool.late.first().filter(|_| reserving || !pool.reserve) {
                let head = Head { lent, worth: late_worth(now, *place, pool), place: *place, id: *work, pool: *id };
                if head.beats(late.as_ref()) {
                    late = Some(head);
                }
            }
        }
        (fresh, late)
    }

    /// What an agent's time costs; `None` for who is not in the core.
    pub(super) fn price(&self, now: Instant, seat: &Seat, class: usize) -> Option<f64> {
        let (mut lost, mut weighted) = (0.0, 0.0);
        for id in &seat.serves {
            let pool = self.pools.get(*id as usize)?;
            // What one takes of a class leaves the others' room as it is.
            if pool.step_no == 0 && pool.kind.class.index() == class {
                let of_pool = pool.lost(now);
                lost += of_pool;
                weighted += of_pool * value::weight(pool.level.missed());
            }
        }
        let mine = value::from_log(seat.counted.log_full[class]);
        let handle = self.handle[class].mean();
        Some(value::price(lost / mine, weighted / mine, handle, seat.agent.outsourced))
    }

    /// Candidates, best first.
    pub(super) fn ranked(
        &self,
        now: Instant,
        pool: &Pool,
        seats: impl Iterator<Item = SeatId>,
        most: usize,
    ) -> Vec<(Candidate, SeatId)> {
        let most = match pool.step.order {
            Order::LongestIdle => most.min(KEPT * 2),
            Order::Scarcity => most.min(PRICED),
            Order::LeastOccupied | Order::BestLevel => most,
        };
        let candidate = |id| Some((self.candidate(now, pool, self.seat(id)?), id));
        let mut ranked: Vec<(Candidate, SeatId)> = seats.take(most).filter_map(candidate).collect();
        ranked.sort_by(|(a, _), (b, _)| {
            b.score.total_cmp(&a.score).then(b.idle_seconds.cmp(&a.idle_seconds)).then(a.agent.cmp(&b.agent))
        });
        ranked
    }

    pub(super) fn candidate(&self, now: Instant, pool: &Pool, seat: &Seat) -> Candidate {
        let agent = &seat.agent;
        let class = pool.kind.class.index();
        let idle_seconds = (now - agent.idle_since).num_seconds().max(0);
        let level = |need: &super::SkillNeed| u32::from(agent.skills.get(&need.skill).copied().unwrap_or(0));
        let levels = pool.kind.skills.iter().map(level).sum();
        let (used, cap) = agent.load[class];
        let occupancy = if cap > 0 { f64::from(used) / f64::from(cap) } else { 1.0 };
        let idle = (idle_seconds as f64 / 3600.0).min(24.0) / 24.0;
        let ordered = match pool.step.order {
            Order::LongestIdle => idle,
            Order::LeastOccupied => 1.0 - occupancy + idle / 1000.0,
            Order::BestLevel => f64::from(levels) + idle / 1000.0,
            Order::Scarcity => {
                let share = seat.shares[class].of_free(now);
                // A place beside others leaves room; a last place costs most.
                let price = self.price(now, seat, class).unwrap_or(0.0) + occupancy;
                -price - value::fairness(share, agent.outsourced)
            }
        };
        let ring = agent.site.and_then(|id| self.sites.get(&id)).map_or(0, |site| site.ring);
        let ordered = if pool.borrows(agent) { ordered - LENT } else { ordered };
        Candidate { agent: agent.id, score: ordered - f64::from(ring) * 1e-6, idle_seconds, levels, occupancy }
    }

    /// Whether partners hold as much work as their contract with this queue allows.
    pub(super) fn contract_full(&self, pool: &Pool) -> bool {
        let cap = pool.contract_cap();
        cap > 0 && self.lent >= cap
    }

    /// Who is eligible and has room, as far as the contract goes, longest idle first.
    pub(super) fn open<'a>(&self, pool: &'a Pool) -> &'a BTreeSet<(i64, SeatId)> {
        if self.contract_full(pool) { &pool.own } else { &pool.free }
    }

    /// Whether work that is kept for an agent can be offered to them now. Who is named for it needs no place in its queue.
    pub(super) fn can_be_given(&self, id: SeatId, pool: &Pool, waiting: &Waiting) -> bool {
        let Some(seat) = self.seat(id) else { return false };
        let named = waiting.work.named.is_some_and(|(agent, _)| agent == seat.agent.id);
        let fits = seat.agent.ready && seat.agent.fits(pool.kind.class);
        let lent = seat.agent.outsourced && self.contract_full(pool);
        fits && !lent && (named || pool.standing.get(&id) == Some(&None))
    }

    pub(super) fn exclusions(&self, pool: &Pool) -> BTreeMap<Exclusion, u32> {
        let members = self.by_queue.get(&pool.queue).map_or(0, |members| members.seats.len());
        let mut found = pool.exclusions((self.agents() - members) as u32);
        count(&mut found, Exclusion::ContractFull, pool.free.len() - self.open(pool).len());
        found
    }

    fn offer(
        &mut self,
        now: Instant,
        id: WorkItemId,
        seat: SeatId,
        candidates: Vec<Candidate>,
        exclusions: BTreeMap<Exclusion, u32>,
    ) -> Option<Decision> {
        let shadow = self.shadowed(now, id, Some(seat));
        let decision = self.record(now, id, Outcome::Offered, Some(seat), candidates, exclusions)?;
        let decision = Decision { shadow, ..decision };
        let waiting = self.take_out(id)?;
        self.count_level(now, &waiting, true);
        self.left_line(now, &waiting, true);
        let class = waiting.work.class.index();
        self.observe(now, seat, |agent| {
            agent.load[class].0 += 1;
            agent.idle_since = now;
        });
        Some(decision)
    }

    fn record(
        &self,
        now: Instant,
        id: WorkItemId,
        outcome: Outcome,
        seat: Option<SeatId>,
        candidates: Vec<Candidate>,
        exclusions: BTreeMap<Exclusion, u32>,
    ) -> Option<Decision> {
        let waiting = self.work.get(&id)?;
        let work = &waiting.work;
        let queue = self.queues.get(&work.queue);
        Some(Decision {
            work: id,
            epoch: work.epoch,
            queue: work.queue,
            outcome,
            agent: seat.and_then(|seat| self.seat(seat)).map(|seat| seat.agent.id),
            offer_seconds: queue.map_or(20, |queue| queue.offer_seconds),
            step: self.pools.get(waiting.pool as usize).map_or(0, |pool| pool.step_no),
            plan_version: queue.map_or(0, |queue| queue.plan.version),
            candidates,
            exclusions,
            rank_seconds: (now - work.enqueued_at).num_seconds() + i64::from(work.head_start_seconds),
            shadow: None,
        })
    }
}

/// The scale on which late work gains worth: the target, or the usual one where a plan names none. Else what waits in a
/// queue without a target would outgrow everything in the others within seconds.
fn target_seconds(pool: &Pool) -> f64 {
    if pool.target > TimeDelta::zero() { pool.target.num_seconds() as f64 } else { f64::from(TARGET_SECONDS) }
}

fn late_worth(now: Instant, place: i64, pool: &Pool) -> f64 {
    value::late((now.timestamp_millis() - place) as f64 / 1000.0, target_seconds(pool))
}

/// Whether late work is worth an agent at `price`; else when it will be.
pub(super) fn worth_it(now: Instant, place: i64, pool: &Pool, price: f64) -> Result<(), Instant> {
    if !pool.reserve || late_worth(now, place, pool) >= price {
        return Ok(());
    }
    let rank = value::late_rank(price, target_seconds(pool));
    let at = place + (rank * 1000.0).min(1e12) as i64;
    let left = (at - now.timestamp_millis()).clamp(100, 3_600_000);
    Err(now + TimeDelta::milliseconds(left))
}

fn count(exclusions: &mut BTreeMap<Exclusion, u32>, reason: Exclusion, count: usize) {
    if count > 0 {
        *exclusions.entry(reason).or_insert(0) += count as u32;
    }
}
