//! What a change of a tenant causes: jobs for workers, changes for sockets, audit entries, moves of work. Collected
//! while the transaction runs and written in one statement with its commit.

use crate::StoreError;
use meridian_domain::{
    actor::Actor,
    ids::{AgentId, BranchId, QueueId, WorkItemId},
    jobs::Roads,
    work::WorkState,
};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// One transition of a work item, the raw material of every report.
#[derive(Debug, Clone)]
pub struct WorkMove {
    /// The item.
    pub work: WorkItemId,
    /// Its branch.
    pub branch: BranchId,
    /// Its queue.
    pub queue: QueueId,
    /// The agent concerned.
    pub agent: Option<AgentId>,
    /// Where it came from; `None` at birth.
    pub from: Option<WorkState>,
    /// Where it went.
    pub to: WorkState,
    /// Version of the plan that moved it, 0 where none did.
    pub plan_version: i32,
    /// Why, as a code.
    pub reason: &'static str,
}

enum Out {
    Job { queue: String, payload: Value, due: Option<f64> },
    Live { topics: String, payload: Value },
}

#[derive(Default)]
struct Audits {
    ids: Vec<Uuid>,
    actions: Vec<String>,
    kinds: Vec<String>,
    objects: Vec<Option<Uuid>>,
    details: Vec<Value>,
}

/// Everything one transaction causes.
#[derive(Default)]
pub(crate) struct Causes {
    out: Vec<Out>,
    audits: Audits,
    moves: Vec<WorkMove>,
}

impl Causes {
    /// A job for a broker queue, due after some seconds or at once.
    pub(crate) fn job(&mut self, queue: String, payload: Value, due: Option<f64>) {
        self.out.push(Out::Job { queue, payload, due });
    }

    /// A change for the sockets that follow these topics, once.
    pub(crate) fn live(&mut self, topics: &[String], payload: Value) {
        let mut told: Vec<&str> = topics.iter().map(String::as_str).collect();
        told.sort_unstable();
        told.dedup();
        let topics = told.join(" ");
        let same = |out: &Out| matches!(out, Out::Live { topics: t, payload: p } if *t == topics && *p == payload);
        if !self.out.iter().any(same) {
            self.out.push(Out::Live { topics, payload });
        }
    }

    pub(crate) fn audit(&mut self, id: Uuid, action: &str, kind: &str, object: Option<Uuid>, detail: Value) {
        self.audits.ids.push(id);
        self.audits.actions.push(action.to_owned());
        self.audits.kinds.push(kind.to_owned());
        self.audits.objects.push(object);
        self.audits.details.push(detail);
    }

    pub(crate) fn moved(&mut self, moved: WorkMove) {
        self.moves.push(moved);
    }

    /// What of it is to be carried at once.
    pub(crate) fn roads(&self) -> Roads {
        Roads {
            jobs: self.out.iter().any(|out| matches!(out, Out::Job { due: None, .. })),
            changes: self.out.iter().any(|out| matches!(out, Out::Live { .. })),
        }
    }

    /// Writes all of it.
    pub(crate) async fn write(
        self,
        conn: &mut PgConnection,
        tenant: Uuid,
        actor: Actor,
        lane: i16,
    ) -> Result<(), StoreError> {
        if self.out.is_empty() && self.audits.ids.is_empty() && self.moves.is_empty() {
            return Ok(());
        }
        let (mut queues, mut topics, mut payloads, mut dues) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in self.out {
            let (queue, told, payload, due) = match entry {
                Out::Job { queue, payload, due } => (Some(queue), None, payload, due),
                Out::Live { topics, payload } => (None, Some(topics), payload, None),
            };
            queues.push(queue);
            topics.push(told);
            payloads.push(payload);
            dues.push(due);
        }
        let moves = &self.moves;
        let ids = |of: fn(&WorkMove) -> Uuid| moves.iter().map(of).collect::<Vec<_>>();
        let texts = |of: fn(&WorkMove) -> &'static str| moves.iter().map(|m| of(m).to_owned()).collect::<Vec<_>>();
        let agents: Vec<Option<Uuid>> = moves.iter().map(|m| m.agent.map(|id| id.0)).collect();
        let from: Vec<Option<String>> = moves.iter().map(|m| m.from.map(|state| state.code().to_owned())).collect();
        sqlx::query!(
            "with moved as (
               insert into work_item_event
                 (tenant_id, work_item_id, branch_id, queue_id, agent_id, from_state, to_state, plan_version, reason)
               select $1, m.work, m.branch, m.queue, m.agent, m.came, m.went, m.plan, m.reason
               from unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::int[],
                           $14::text[]) with ordinality as m(work, branch, queue, agent, came, went, plan, reason, n)
               order by m.n
             ), audited as (
               insert into audit_entry (tenant_id, id, actor_kind, actor_id, action, object_kind, object_id, detail)
               select $1, a.id, $15, $16, a.action, a.kind, a.object, a.detail
               from unnest($17::uuid[], $18::text[], $19::text[], $20::uuid[], $21::jsonb[])
                 as a(id, action, kind, object, detail)
             )
             insert into outbox (tenant_id, lane, queue, topics, payload, due_at)
             select $1, $2, o.queue, string_to_array(o.topics, ' '), o.payload,
                    coalesce(clock_timestamp() + make_interval(secs => o.due), '-infinity')
             from unnest($3::text[], $4::text[], $5::jsonb[], $6::float8[])
               with ordinality as o(queue, topics, payload, due, n)
             order by o.n",
            tenant,
            lane,
            &queues as &[Option<String>],
            &topics as &[Option<String>],
            &payloads,
            &dues as &[Option<f64>],
            &ids(|m| m.work.0),
            &ids(|m| m.branch.0),
            &ids(|m| m.queue.0),
            &agents as &[Option<Uuid>],
            &from as &[Option<String>],
            &texts(|m| m.to.code()),
            &moves.iter().map(|m| m.plan_version).collect::<Vec<_>>(),
            &texts(|m| m.reason),
            actor.kind(),
            actor.id(),
            &self.audits.ids,
            &self.audits.actions,
            &self.audits.kinds,
            &self.audits.objects as &[Option<Uuid>],
            &self.audits.details
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}
