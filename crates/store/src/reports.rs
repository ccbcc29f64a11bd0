//! What reports rest on: the facts of a time.

use crate::{ReadTx, StoreError};
use meridian_domain::{
    ids::{AgentId, QueueId, SkillId, WorkCodeId},
    report::{Facts, Span, WorkFact},
    time::Instant,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Most rows of one kind that a report reads.
pub const MOST: i64 = 100_000;

/// The time was too long for what happened in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

/// Everything recorded of a time; refuses what would read more than [`MOST`] rows of a kind.
pub async fn facts(
    tx: &mut ReadTx,
    from: Instant,
    to: Instant,
    queues: Option<&[Uuid]>,
) -> Result<Result<Facts, TooMuch>, StoreError> {
    let Some(works) = works(tx, from, to, queues).await? else { return Ok(Err(TooMuch)) };
    let Ok((handling, available)) = people(tx, from, to).await? else { return Ok(Err(TooMuch)) };
    let (members, holders) = (members(tx, from, to, queues).await?, holders(tx, from, to).await?);
    Ok(Ok(Facts { works, handling, available, members, holders }))
}

/// When people had work in hand, and when they were available.
pub async fn people(
    tx: &mut ReadTx,
    from: Instant,
    to: Instant,
) -> Result<Result<(Vec<Span>, Vec<Span>), TooMuch>, StoreError> {
    let Some(handling) = handling(tx, from, to).await? else { return Ok(Err(TooMuch)) };
    Ok(Ok((handling, available(tx, from, to).await?)))
}

fn full(rows: usize) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows > MOST)
}

async fn works(
    tx: &mut ReadTx,
    from: Instant,
    to: Instant,
    queues: Option<&[Uuid]>,
) -> Result<Option<Vec<WorkFact>>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with born as (
             select work_item_id, queue_id, at from work_item_event
             where tenant_id = $1 and from_state is null and at >= $2 and at < $3
               and ($4::uuid[] is null or queue_id = any($4))
             order by at, id limit $5
           )
           select b.queue_id as "queue_id!", b.at as "born!", f.answered_at, f.agent_id, f.ended_at,
                  w.line is not distinct from 'refused' as "refused!",
                  exists (select from scheduled_work c where c.tenant_id = $1 and c.work_item_id = b.work_item_id
                          and c.kind = 'callback' and c.state <> 'cancelled') as "callback!",
                  w.wrap_up_code_id as wrap_up,
                  array(select o.agent_id from offer o where o.tenant_id = $1 and o.work_item_id = b.work_item_id
                        and o.state = 'declined' order by o.id) as "decliners!: Vec<Uuid>",
                  array(select o.decline_code_id from offer o where o.tenant_id = $1 and o.work_item_id = b.work_item_id
                        and o.state = 'declined' order by o.id) as "declines!: Vec<Option<Uuid>>",
                  array(select (s ->> 'skill')::uuid from jsonb_array_elements(w.skills) s) as "skills!: Vec<Uuid>"
           from born b
           join work_item w on w.tenant_id = $1 and w.id = b.work_item_id
           cross join lateral (
             select min(e.at) filter (where e.to_state = 'active') as answered_at,
                    (array_agg(e.agent_id order by e.id) filter (where e.to_state = 'active'))[1] as agent_id,
                    max(e.at) filter (where e.to_state in ('done', 'abandoned', 'cancelled')) as ended_at
             from work_item_event e where e.tenant_id = $1 and e.work_item_id = b.work_item_id
           ) f"#,
        tenant,
        from,
        to,
        queues,
        MOST + 1
    )
    .fetch_all(tx.conn())
    .await?;
    let all = rows.into_iter().map(|row| WorkFact {
        queue: row.queue_id.into(),
        skills: row.skills.into_iter().map(SkillId).collect(),
        born: row.born,
        answered: row.answered_at.zip(row.agent_id.map(AgentId)),
        ended: row.ended_at,
        refused: row.refused,
        callback: row.callback,
        wrap_up: row.wrap_up.map(WorkCodeId),
        declines: {
            let codes = row.declines.into_iter().map(|code| code.map(WorkCodeId));
            row.decliners.into_iter().map(AgentId).zip(codes).collect()
        },
    });
    let all: Vec<WorkFact> = all.collect();
    Ok((!full(all.len())).then_some(all))
}

/// When people had work in hand. What they took more than a day before, and let go of after the time, is not seen.
async fn handling(tx: &mut ReadTx, from: Instant, to: Instant) -> Result<Option<Vec<Span>>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select agent_id as "agent_id!", work_item_id, to_state, at from work_item_event
           where tenant_id = $1 and agent_id is not null and at >= $2::timestamptz - interval '1 day' and at < $3
             and to_state <> 'offered'
           order by at, id limit $4"#,
        tenant,
        from,
        to,
        MOST + 1
    )
    .fetch_all(tx.conn())
    .await?;
    if full(rows.len()) {
        return Ok(None);
    }
    let mut open: HashMap<(Uuid, Uuid), Instant> = HashMap::new();
    let mut spans = Vec::new();
    for row in rows {
        let (key, agent) = ((row.agent_id, row.work_item_id), AgentId(row.agent_id));
        match row.to_state.as_str() {
            "active" | "wrapping" => _ = open.entry(key).or_insert(row.at),
            _ => spans.extend(open.remove(&key).map(|began| Span { agent, from: began, to: row.at })),
        }
    }
    spans.extend(open.into_iter().map(|((agent, _), began)| Span { agent: AgentId(agent), from: began, to }));
    Ok(Some(spans))
}

/// When people had chosen to be available.
async fn available(tx: &mut ReadTx, from: Instant, to: Instant) -> Result<Vec<Span>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select agent_id, greatest(valid_from, $2) as "from!", least(coalesce(valid_to, clock_timestamp()), $3) as "to!"
           from agent_state_interval
           where tenant_id = $1 and chosen = any(array['available', 'finishing']) and valid_from < $3 and (valid_to is null or valid_to > $2)
           limit $4"#,
        tenant,
        from,
        to,
        MOST
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| Span { agent: row.agent_id.into(), from: row.from, to: row.to }).collect())
}

async fn members(
    tx: &mut ReadTx,
    from: Instant,
    to: Instant,
    queues: Option<&[Uuid]>,
) -> Result<BTreeMap<QueueId, BTreeSet<AgentId>>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select distinct queue_id, agent_id from queue_member
         where tenant_id = $1 and valid_from < $3 and (valid_to is null or valid_to > $2)
           and ($4::uuid[] is null or queue_id = any($4)) limit $5",
        tenant,
        from,
        to,
        queues,
        MOST
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: BTreeMap<QueueId, BTreeSet<AgentId>> = BTreeMap::new();
    for row in rows {
        found.entry(row.queue_id.into()).or_default().insert(row.agent_id.into());
    }
    Ok(found)
}

async fn holders(
    tx: &mut ReadTx,
    from: Instant,
    to: Instant,
) -> Result<BTreeMap<SkillId, BTreeSet<AgentId>>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select distinct skill_id, agent_id from agent_skill
         where tenant_id = $1 and valid_from < $3 and (valid_to is null or valid_to > $2) limit $4",
        tenant,
        from,
        to,
        MOST
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: BTreeMap<SkillId, BTreeSet<AgentId>> = BTreeMap::new();
    for row in rows {
        found.entry(row.skill_id.into()).or_default().insert(row.agent_id.into());
    }
    Ok(found)
}
