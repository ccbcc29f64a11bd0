//! The rows that changes name, as webhooks tell them.

use crate::{ReadTx, StoreError};
use meridian_domain::{
    actor::Actor,
    ids::{AgentId, BotId, QueueId},
    live::Change,
    webhook::{Conversation, Facts, Handoff, Item, Merge, Offer, Work},
};
use uuid::Uuid;

/// What changes name, by table.
#[derive(Default)]
struct Named {
    conversations: Vec<Uuid>,
    items: Vec<Uuid>,
    offers: Vec<Uuid>,
    works: Vec<Uuid>,
    customers: Vec<Uuid>,
}

fn named(changes: &[Change]) -> Named {
    let mut named = Named::default();
    for change in changes {
        match *change {
            Change::Item { conversation, item } => {
                named.conversations.push(conversation.0);
                named.items.push(item.0);
            }
            Change::Conversation { conversation } | Change::Reread { conversation } => {
                named.conversations.push(conversation.0);
            }
            Change::Offer { offer } => named.offers.push(offer.0),
            Change::Work { work, .. } => named.works.push(work.0),
            Change::Customer { customer } => named.customers.push(customer.0),
            Change::Agent { .. } | Change::Alert { .. } | Change::Revoked { .. } | Change::ReplyDraft { .. } => {}
        }
    }
    for list in [&mut named.conversations, &mut named.items, &mut named.offers, &mut named.works, &mut named.customers]
    {
        list.sort_unstable();
        list.dedup();
    }
    named
}

/// Reads what changes name: one statement a table that is named at all.
pub async fn of(tx: &mut ReadTx, changes: &[Change]) -> Result<Facts, StoreError> {
    let named = named(changes);
    let mut facts = Facts::default();
    if !named.conversations.is_empty() {
        conversations(tx, &named.conversations, &mut facts).await?;
    }
    if !named.items.is_empty() {
        items(tx, &named.items, &mut facts).await?;
        handoffs(tx, &named.items, &mut facts).await?;
    }
    if !named.works.is_empty() || !named.offers.is_empty() || !named.conversations.is_empty() {
        works(tx, &named, &mut facts).await?;
        let found: Vec<Uuid> = facts.works.keys().copied().collect();
        offers(tx, &found, &mut facts).await?;
    }
    if !named.customers.is_empty() {
        merges(tx, &named.customers, &mut facts).await?;
    }
    Ok(facts)
}

async fn conversations(tx: &mut ReadTx, ids: &[Uuid], facts: &mut Facts) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, number, customer_id, lifecycle, subject, created_at, resolved_at from conversation
         where tenant_id = $1 and id = any($2)",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    facts.conversations.extend(rows.into_iter().map(|row| {
        let one = Conversation {
            id: row.id.into(),
            number: row.number,
            customer: row.customer_id.into(),
            lifecycle: row.lifecycle,
            subject: row.subject,
            created_at: row.created_at,
            resolved_at: row.resolved_at,
        };
        (row.id, one)
    }));
    Ok(())
}

/// An actor's id as clients know it; customers are known by their conversation.
fn actor(kind: &str, id: Option<Uuid>) -> Option<String> {
    match Actor::from_parts(kind, id)? {
        Actor::Agent(id) => Some(id.to_string()),
        Actor::Bot(id) => Some(id.to_string()),
        Actor::ApiKey(id) => Some(id.to_string()),
        Actor::Customer(_) | Actor::System => None,
    }
}

async fn items(tx: &mut ReadTx, ids: &[Uuid], facts: &mut Facts) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select t.id, t.conversation_id, t.session_id, s.kind as "channel?", t.kind, t.actor_kind, t.actor_id, t.seq,
                  t.placed_at, c.text as "text?", c.body->>'type' as form, d.state as "state?",
                  d.updated_at as "updated_at?", d.error_class as "error_class?"
           from timeline_item t
           left join session s on s.tenant_id = t.tenant_id and s.id = t.session_id
           left join lateral (
             select text, body from item_content where tenant_id = t.tenant_id and item_id = t.id
             order by revision desc limit 1
           ) c on true
           left join delivery d on d.tenant_id = t.tenant_id and d.item_id = t.id
           where t.tenant_id = $1 and t.id = any($2)
             and (t.kind in ('message', 'handoff') or (t.kind = 'state' and c.body->>'type' = 'reopened'))"#,
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    facts.items.extend(rows.into_iter().map(|row| {
        let one = Item {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            session: row.session_id.map(Into::into),
            channel: row.channel,
            kind: row.kind,
            actor: actor(&row.actor_kind, row.actor_id),
            actor_kind: row.actor_kind,
            seq: row.seq,
            placed_at: row.placed_at,
            text: row.text,
            form: row.form,
            delivery: row.state.zip(row.updated_at),
            error: row.error_class,
        };
        (row.id, one)
    }));
    Ok(())
}

async fn handoffs(tx: &mut ReadTx, items: &[Uuid], facts: &mut Facts) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select h.id, h.item_id, h.session_id, h.bot_id, h.request->'reason'->>'code' as reason, h.created_at
           from timeline_item t
           join handoff h on h.tenant_id = t.tenant_id and h.conversation_id = t.conversation_id and h.item_id = t.id
           where t.tenant_id = $1 and t.id = any($2) and t.kind = 'handoff'"#,
        tenant,
        items
    )
    .fetch_all(tx.conn())
    .await?;
    facts.handoffs.extend(rows.into_iter().map(|row| {
        let one = Handoff {
            id: row.id.into(),
            item: row.item_id.into(),
            session: row.session_id.into(),
            bot: row.bot_id.map(|bot| BotId(bot).to_string()),
            reason: row.reason.unwrap_or_default(),
            created_at: row.created_at,
        };
        (row.item_id, one)
    }));
    Ok(())
}

/// All offers of some work: a row may be ahead of the change that is told now.
async fn offers(tx: &mut ReadTx, works: &[Uuid], facts: &mut Facts) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select o.id, o.work_item_id, w.conversation_id, o.agent_id, o.state, o.created_at, o.ended_at from offer o
         join work_item w on w.tenant_id = o.tenant_id and w.id = o.work_item_id
         where o.tenant_id = $1 and o.work_item_id = any($2)",
        tenant,
        works
    )
    .fetch_all(tx.conn())
    .await?;
    facts.offers.extend(rows.into_iter().map(|row| {
        let one = Offer {
            id: row.id.into(),
            work: row.work_item_id.into(),
            conversation: row.conversation_id.into(),
            agent: AgentId(row.agent_id).to_string(),
            state: row.state,
            created_at: row.created_at,
            ended_at: row.ended_at,
        };
        (row.id, one)
    }));
    Ok(())
}

/// Work that is named, or whose conversation or offer is.
async fn works(tx: &mut ReadTx, named: &Named, facts: &mut Facts) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select w.id as "id!", w.conversation_id as "conversation_id!", w.queue_id as "queue_id!", w.agent_id,
                  w.state as "state!", w.outcome, w.accepted_at, w.ended_at
           from (
             select id, conversation_id, queue_id, agent_id, state, outcome, accepted_at, ended_at from work_item
             where tenant_id = $1 and id = any($2)
             union
             select id, conversation_id, queue_id, agent_id, state, outcome, accepted_at, ended_at from work_item
             where tenant_id = $1 and conversation_id = any($3)
             union
             select i.id, i.conversation_id, i.queue_id, i.agent_id, i.state, i.outcome, i.accepted_at, i.ended_at
             from offer o join work_item i on i.tenant_id = o.tenant_id and i.id = o.work_item_id
             where o.tenant_id = $1 and o.id = any($4)
           ) w"#,
        tenant,
        &named.works,
        &named.conversations,
        &named.offers
    )
    .fetch_all(tx.conn())
    .await?;
    facts.works.extend(rows.into_iter().map(|row| {
        let one = Work {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            queue: QueueId(row.queue_id).to_string(),
            agent: row.agent_id.map(|agent| AgentId(agent).to_string()),
            state: row.state,
            outcome: row.outcome,
            accepted_at: row.accepted_at,
            ended_at: row.ended_at,
        };
        (row.id, one)
    }));
    Ok(())
}

async fn merges(tx: &mut ReadTx, customers: &[Uuid], facts: &mut Facts) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select act_id as "act_id!", customer_id as "customer_id!", min(from_customer_id::text)::uuid as from_id,
                  max(at) as "at!"
           from identity_link where tenant_id = $1 and customer_id = any($2) and kind in ('merge', 'confirm')
             and from_customer_id is not null
           group by act_id, customer_id order by act_id"#,
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    facts.merges.extend(rows.into_iter().map(|row| Merge {
        act: row.act_id.into(),
        into: row.customer_id.into(),
        from: row.from_id.map(Into::into),
        at: row.at,
    }));
    Ok(())
}
