//! A plan in shadow: what it would decide, from the same state and by the same core, without any effect.

use super::{
    Candidate, Core, Outcome, Queue, Work,
    core::{Lane, Members},
    pool::SeatId,
};
use crate::{
    ids::{QueueId, WorkItemId},
    jobs::stable_hash,
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// What a plan in shadow would have done with a piece of work when it was decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shadowed {
    /// The queue that stands for the plan in the core.
    pub shadow: QueueId,
    /// Whether it would have been offered.
    pub outcome: Outcome,
    /// To whom.
    pub candidate: Option<Candidate>,
    /// Its step in force, from 0.
    pub step: u16,
}

/// A plan in shadow of a queue. In the core it is a queue of its own, with the same people, in which nothing ever waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shadow {
    pub(super) queue: QueueId,
    percent: u8,
}

impl Core {
    /// Puts a plan in shadow of a queue, told as a queue of its own that carries it: a share of the decisions about work of
    /// `of`, chosen by the work, are also made under it. Before agents are told.
    pub fn put_in_shadow(&mut self, of: QueueId, plan: Queue, percent: u8) {
        self.shadow_of.insert(plan.id, of);
        self.shadows.insert(of, Shadow { queue: plan.id, percent });
        self.queues.insert(plan.id, plan);
    }

    /// Whether plans in shadow are asked; not while the router is behind.
    pub fn watch_shadows(&mut self, watch: bool) {
        self.shadows_off = !watch;
    }

    /// The overflow of a queue is that of its shadow.
    pub(super) fn shadow_follows(&mut self, now: Instant, of: QueueId) {
        let Some(shadow) = self.shadows.get(&of).map(|shadow| shadow.queue) else { return };
        let overflow = self.queues.get(&of).and_then(|queue| queue.overflow.clone());
        let Some(plan) = self.queues.get_mut(&shadow) else { return };
        if plan.overflow == overflow {
            return;
        }
        plan.overflow = overflow;
        let pools: Vec<_> = self.by_queue.get(&shadow).into_iter().flat_map(Members::pools).collect();
        for pool in pools {
            self.set_up(now, pool);
        }
    }

    /// What the plan in shadow would do with work that is being decided on; `chosen` is who would get it, whom the pools may
    /// not know as free yet.
    pub(super) fn shadowed(&mut self, now: Instant, id: WorkItemId, chosen: Option<SeatId>) -> Option<Shadowed> {
        if self.shadows_off || self.shadows.is_empty() {
            return None;
        }
        let work = &self.work.get(&id)?.work;
        let shadow = *self.shadows.get(&work.queue)?;
        if stable_hash(id.0.as_bytes()) % 100 >= u64::from(shadow.percent) {
            return None;
        }
        let waiting = self.placed(now, Work { queue: shadow.queue, ..work.clone() });
        let pool = self.pools.get(waiting.pool as usize)?;
        let mut seats: Vec<SeatId> = self.asked(now, &waiting, pool).0.into_iter().map(|(_, seat)| seat).collect();
        // Whoever was given something a moment before is still among the free.
        seats.retain(|seat| self.seat(*seat).is_some_and(|seat| seat.agent.ready && seat.agent.fits(pool.kind.class)));
        if let Some(chosen) = chosen.filter(|seat| !seats.contains(seat) && self.can_be_given(*seat, pool, &waiting)) {
            let agent = self.seat(chosen).map(|seat| seat.agent.id);
            let kept = matches!(waiting.lane, Lane::Held(other) if Some(other) != agent);
            let refused = agent.is_some_and(|agent| waiting.work.refused_by.contains(&agent));
            if !kept && (!refused || seats.is_empty()) {
                seats.push(chosen);
            }
        }
        let ranked = self.ranked(now, pool, seats.into_iter(), usize::MAX);
        let first = self.first(now, &waiting, pool, &ranked).ok();
        Some(Shadowed {
            shadow: shadow.queue,
            outcome: if first.is_some() { Outcome::Offered } else { Outcome::Waiting },
            candidate: first.and_then(|first| ranked.into_iter().nth(first)).map(|(candidate, _)| candidate),
            step: pool.step_no,
        })
    }
}
