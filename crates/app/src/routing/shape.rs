//! What emergency plans in force make of the tenant, before the core sees it.

use meridian_domain::{
    emergency::{InForce, in_force},
    ids::QueueId,
    routing::{Decision, Event, Exclusion, Outcome, Queue, Work},
};
use meridian_store::emergency::Activation;
use std::collections::BTreeMap;

/// The plans in force, and the queues there are.
#[derive(Default)]
pub(crate) struct Shape {
    plans: Vec<Activation>,
    /// Queues for which everybody is called.
    all_hands: Vec<QueueId>,
}

impl Shape {
    pub(crate) fn new(plans: Vec<Activation>, queues: &[Queue]) -> Self {
        let mut shape = Self { plans, all_hands: Vec::new() };
        let called = queues.iter().map(|queue| queue.id).filter(|queue| shape.of(*queue).all_hands);
        shape.all_hands = called.collect();
        shape
    }

    pub(crate) fn plans(&self) -> &[Activation] {
        &self.plans
    }

    fn of(&self, queue: QueueId) -> InForce {
        in_force(self.plans.iter().map(|plan| &plan.switches), queue)
    }

    /// Whether partners may be asked whatever the rule says.
    pub(crate) fn overflows(&self, queue: QueueId) -> bool {
        !self.plans.is_empty() && self.of(queue).overflow
    }

    /// Whether nothing is offered in a queue.
    pub(crate) fn closed(&self, queue: QueueId) -> bool {
        !self.plans.is_empty() && self.of(queue).closed
    }

    /// What the core is told instead.
    pub(crate) fn event(&self, event: Event) -> Event {
        if self.plans.is_empty() {
            return event;
        }
        match event {
            Event::Queue(queue) => Event::Queue(self.queue(queue)),
            Event::Agent(mut agent) => {
                agent.queues.extend(&self.all_hands);
                Event::Agent(agent)
            }
            Event::WorkWaits(work) if self.closed(work.queue) => Event::WorkGone(work.id),
            other => other,
        }
    }

    /// A queue as the plans make it: everybody's hours count while all hands are called.
    fn queue(&self, mut queue: Queue) -> Queue {
        let now = self.of(queue.id);
        if now.all_hands {
            for step in &mut queue.plan.steps {
                (step.any_hours, step.shift_left_minutes, step.opens_within_minutes) = (true, 0, 0);
            }
        }
        if let Some(overflow) = queue.overflow.as_mut() {
            overflow.open |= now.overflow;
        }
        queue
    }

    /// The record of work that waits because its queue is closed.
    pub(crate) fn withheld(&self, work: &Work, plan_version: i32, people: usize) -> Option<Decision> {
        self.closed(work.queue).then(|| Decision {
            work: work.id,
            epoch: work.epoch,
            queue: work.queue,
            outcome: Outcome::Waiting,
            agent: None,
            offer_seconds: 0,
            step: 0,
            plan_version,
            candidates: Vec::new(),
            exclusions: BTreeMap::from([(Exclusion::QueueClosed, u32::try_from(people).unwrap_or(u32::MAX))]),
            rank_seconds: i64::from(work.head_start_seconds),
            shadow: None,
        })
    }
}
