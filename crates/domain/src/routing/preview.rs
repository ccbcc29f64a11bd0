//! Looking without deciding: what a plan would do, and what no plan can help.

use super::{Core, Plan, Preview, Work, choose::KEPT, pool::PoolId, score::Kind};
use crate::{
    ids::{QueueId, WorkItemId},
    time::Instant,
};

impl Core {
    /// Who would be asked for this work now under each step of its queue's plan. Nothing is offered.
    pub fn preview(&mut self, now: Instant, work: &Work) -> Vec<Preview> {
        let kind = Kind::of(work);
        let plan = self.queues.get(&work.queue).map_or_else(Plan::default, |queue| queue.plan.clone());
        let last = plan.steps.len().saturating_sub(1);
        let mut begins = 0;
        let mut seen = Vec::with_capacity(plan.steps.len());
        for (n, step) in plan.steps.iter().enumerate() {
            let pool = self.pool(now, work.queue, &kind, n as u16);
            let ends = begins + i64::from(step.seconds);
            seen.extend(self.look_at(now, pool, begins, (n < last).then_some(ends)));
            begins = ends;
        }
        seen
    }

    fn look_at(&self, now: Instant, id: PoolId, begins: i64, ends: Option<i64>) -> Option<Preview> {
        let pool = self.pools.get(id as usize)?;
        let open = self.open(pool);
        let mut ranked = self.ranked(now, pool, open.iter().map(|(_, seat)| *seat), usize::MAX);
        ranked.truncate(KEPT);
        Some(Preview {
            step: pool.step_no,
            begins_seconds: begins,
            ends_seconds: ends,
            skipped: ends.is_some() && pool.step.skip_if_empty && pool.hopeless(),
            free: open.len() as u32,
            candidates: ranked.into_iter().map(|(candidate, _)| candidate).collect(),
            exclusions: self.exclusions(pool),
        })
    }

    /// Waiting work that nobody can take under the step in force or a later one, until somebody changes the set-up:
    /// no member of its queue has what it asks for. Looks at pools, not at what waits in them.
    pub fn unservable(&mut self, now: Instant) -> Vec<(WorkItemId, QueueId)> {
        let with_work: Vec<(QueueId, Kind, u16, PoolId)> = self
            .pools
            .iter()
            .enumerate()
            .filter(|(_, pool)| (!pool.fresh.is_empty() || !pool.late.is_empty()) && pool.beyond_hope())
            .map(|(id, pool)| (pool.queue, pool.kind.clone(), pool.step_no, id as PoolId))
            .collect();
        let mut found = Vec::new();
        for (queue, kind, step, id) in with_work {
            let steps = self.queues.get(&queue).map_or_else(|| Plan::default().steps.len(), |q| q.plan.steps.len());
            let later: Vec<PoolId> =
                (usize::from(step) + 1..steps).map(|n| self.pool(now, queue, &kind, n as u16)).collect();
            if later.iter().all(|id| self.pools.get(*id as usize).is_some_and(super::pool::Pool::beyond_hope))
                && let Some(pool) = self.pools.get(id as usize)
            {
                found.extend(pool.fresh.iter().chain(&pool.late).map(|(_, work)| (*work, queue)));
            }
        }
        found
    }
}
