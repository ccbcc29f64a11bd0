//! Keeping the indexes: pools know their candidates, agents know their pools.

use super::{
    Agent, Core, Plan,
    pool::{Pool, PoolId, Seat, SeatId},
    score::{self, Kind},
};
use crate::{
    ids::{AgentId, QueueId},
    time::Instant,
};
use chrono::TimeDelta;
use std::collections::BTreeSet;

impl Core {
    /// The pool of a kind of work under a step, made when it is first asked for.
    pub(super) fn pool(&mut self, now: Instant, queue: QueueId, kind: &Kind, step: u16) -> PoolId {
        let known = self.by_queue.get(&queue).and_then(|members| members.pools.get(kind));
        if let Some(known) = known.and_then(|steps| steps.get(&step)) {
            return *known;
        }
        let id = self.pools.len() as PoolId;
        let home = if step == 0 { id } else { self.pool(now, queue, kind, 0) };
        let id = self.pools.len() as PoolId;
        let asks_as = self.shadow_of.get(&queue).copied().unwrap_or(queue);
        let mut made = Pool::new(queue, kind.clone(), step, home, now);
        made.asks_as = asks_as;
        self.pools.push(made);
        self.by_queue.entry(queue).or_default().pools.entry(kind.clone()).or_default().insert(step, id);
        self.set_up(now, id);
        id
    }

    /// Reads the plan again and looks at every member of the queue.
    pub(super) fn set_up(&mut self, now: Instant, id: PoolId) {
        let Some(pool) = self.pools.get_mut(id as usize) else { return };
        let eligible = pool.standing.iter().filter(|(_, standing)| standing.is_none());
        for seat in eligible.map(|(seat, _)| *seat) {
            if let Some(Some(seat)) = self.seats.get_mut(seat as usize) {
                seat.serves.retain(|served| *served != id);
            }
        }
        pool.empty();
        let fallback = Plan::default();
        let plan = self.queues.get(&pool.queue).map_or(&fallback, |queue| &queue.plan);
        if let Some(step) = plan.steps.get(usize::from(pool.step_no)) {
            pool.step = step.clone();
        }
        pool.overflow = self.queues.get(&pool.queue).and_then(|queue| queue.overflow.clone());
        pool.target = TimeDelta::seconds(i64::from(plan.target_seconds));
        pool.reserve = plan.reserve && plan.target_seconds > 0;
        let members: Vec<SeatId> =
            self.by_queue.get(&pool.queue).into_iter().flat_map(|members| members.seats.iter().copied()).collect();
        for seat in members {
            self.attach(now, seat, id);
        }
        if let Some(pool) = self.pools.get_mut(id as usize) {
            pool.reprice(now);
        }
    }

    fn attach(&mut self, now: Instant, id: SeatId, pool_id: PoolId) {
        let Some(Some(seat)) = self.seats.get_mut(id as usize) else { return };
        let Some(pool) = self.pools.get_mut(pool_id as usize) else { return };
        let standing = score::excluded(&seat.agent, &pool.kind, pool.rules(), &self.awake, now);
        pool.standing.insert(id, standing);
        if let Some(reason) = standing {
            *pool.excluded.entry(reason).or_insert(0) += 1;
        } else {
            seat.serves.push(pool_id);
            pool.enter(id, &seat.agent, &seat.counted);
        }
    }

    /// Takes an agent out of every pool of their queues.
    fn detach(&mut self, id: SeatId) {
        let Some(Some(seat)) = self.seats.get_mut(id as usize) else { return };
        let served = std::mem::take(&mut seat.serves);
        for pool in served {
            if let Some(pool) = self.pools.get_mut(pool as usize) {
                pool.leave(id, &seat.agent, &seat.counted);
            }
        }
        for queue in &std::mem::take(&mut seat.member_of) {
            let Some(members) = self.by_queue.get_mut(queue) else { continue };
            members.seats.remove(&id);
            for pool in members.pools() {
                let Some(pool) = self.pools.get_mut(pool as usize) else { continue };
                if let Some(Some(reason)) = pool.standing.remove(&id)
                    && let Some(count) = pool.excluded.get_mut(&reason)
                {
                    *count -= 1;
                    if *count == 0 {
                        pool.excluded.remove(&reason);
                    }
                }
            }
        }
    }

    /// A queue borrows from others than before: their people come into its pools, or leave them.
    pub(super) fn lenders_changed(&mut self, now: Instant, queue: QueueId, lenders: &BTreeSet<QueueId>) {
        let before: BTreeSet<QueueId> =
            self.lends.iter().filter(|(_, to)| to.contains(&queue)).map(|(lender, _)| *lender).collect();
        if before == *lenders {
            return;
        }
        for lender in &before {
            self.lends.entry(*lender).or_default().remove(&queue);
        }
        for lender in lenders {
            self.lends.entry(*lender).or_default().insert(queue);
        }
        let changed: BTreeSet<QueueId> = before.symmetric_difference(lenders).copied().collect();
        let concerned = |seat: &Seat| !seat.agent.queues.is_disjoint(&changed);
        let seats: Vec<SeatId> =
            self.seat_of.values().copied().filter(|id| self.seat(*id).is_some_and(concerned)).collect();
        for seat in seats {
            self.detach(seat);
            self.join(now, seat);
        }
    }

    /// Takes in an agent as they are now, and what that teaches. The pools learn of it by [`Self::settle`].
    pub(super) fn seat_changed(&mut self, now: Instant, agent: Agent) -> SeatId {
        if let Some(id) = self.seat_of.get(&agent.id).copied() {
            let same = self.seat(id).is_some_and(|seat| Self::same_profile(&seat.agent, &agent));
            if same {
                self.observe(now, id, |known| *known = agent);
                return id;
            }
            self.detach(id);
            self.observe(now, id, |known| *known = agent);
            self.join(now, id);
            return id;
        }
        let id = self.spare.pop().unwrap_or(self.seats.len() as SeatId);
        self.seat_of.insert(agent.id, id);
        let seat = Seat::new(agent, now);
        self.lent += seat.lent();
        let seat = Some(seat);
        match self.seats.get_mut(id as usize) {
            Some(free) => *free = seat,
            None => self.seats.push(seat),
        }
        self.join(now, id);
        id
    }

    fn join(&mut self, now: Instant, id: SeatId) {
        let Some(Some(seat)) = self.seats.get_mut(id as usize) else { return };
        seat.counted = seat.status();
        let own = seat.agent.queues.iter().copied();
        let lent = seat.agent.queues.iter().filter_map(|queue| self.lends.get(queue)).flatten().copied();
        let mut queues: BTreeSet<QueueId> = own.chain(lent).collect();
        let shadows: Vec<QueueId> =
            queues.iter().filter_map(|queue| self.shadows.get(queue)).map(|shadow| shadow.queue).collect();
        queues.extend(shadows);
        seat.member_of.clone_from(&queues);
        for queue in queues {
            let members = self.by_queue.entry(queue).or_default();
            members.seats.insert(id);
            let pools: Vec<PoolId> = members.pools().collect();
            for pool in pools {
                self.attach(now, id, pool);
            }
        }
        self.reprice_of(now, id);
    }

    /// Tells the pools an agent serves what state they are in now, if that has changed.
    pub(super) fn settle(&mut self, now: Instant, id: SeatId) {
        let Some(Some(seat)) = self.seats.get_mut(id as usize) else { return };
        let (counted, status) = (seat.counted, seat.status());
        if counted == status {
            return;
        }
        seat.counted = status;
        for pool in &seat.serves {
            if let Some(pool) = self.pools.get_mut(*pool as usize) {
                pool.leave(id, &seat.agent, &counted);
                pool.enter(id, &seat.agent, &status);
                pool.reprice(now);
            }
        }
    }

    fn reprice_of(&mut self, now: Instant, id: SeatId) {
        let Some(Some(seat)) = self.seats.get(id as usize) else { return };
        for pool in &seat.serves {
            if let Some(pool) = self.pools.get_mut(*pool as usize) {
                pool.reprice(now);
            }
        }
    }

    /// Books the time until now and puts the new state in place.
    pub(super) fn observe(&mut self, now: Instant, id: SeatId, change: impl FnOnce(&mut Agent)) {
        let Some(Some(seat)) = self.seats.get_mut(id as usize) else { return };
        let was_full = [0, 1, 2, 3].map(|class| seat.full(class));
        for (class, full) in was_full.into_iter().enumerate() {
            seat.shares[class].book(now, seat.agent.ready, full);
        }
        let lent = seat.lent();
        change(&mut seat.agent);
        self.lent = (self.lent + seat.lent()).saturating_sub(lent);
        for (class, full) in was_full.into_iter().enumerate() {
            match (full, seat.full(class)) {
                (true, false) => self.handle[class].saw(seat.full_since[class], now),
                (false, true) => seat.full_since[class] = now,
                _ => {}
            }
        }
    }

    pub(super) fn remove_seat(&mut self, agent: AgentId) {
        if let Some(id) = self.seat_of.remove(&agent) {
            self.detach(id);
            if let Some(seat) = self.seats.get_mut(id as usize) {
                let lent = seat.take().map_or(0, |seat| seat.lent());
                self.lent = self.lent.saturating_sub(lent);
            }
            self.spare.push(id);
        }
    }
}
