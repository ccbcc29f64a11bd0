//! Parties move between customers, and their conversations with them. A conversation in which somebody else takes part
//! is divided: the sessions that leave get a conversation of their own, and what they said leaves an empty place behind.

use crate::{ReadTx, StoreError, WriteTx, sessions::next_number};
use meridian_domain::{
    ids::{ConversationId, CustomerId, ItemId, LinkId, PartyId},
    jobs::Job,
};
use uuid::Uuid;

/// A conversation that a move touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    /// The conversation.
    pub conversation: ConversationId,
    /// What left it, when it was divided.
    pub divided: Option<ConversationId>,
}

/// Moves parties to a customer. What happened to their conversations, which stay locked.
pub async fn move_parties(tx: &mut WriteTx, parties: &[Uuid], to: CustomerId) -> Result<Vec<Touched>, StoreError> {
    let tenant = tx.tenant();
    // In id order, as everywhere.
    let theirs = sqlx::query_scalar!(
        "select id from conversation where tenant_id = $1 and id in (
           select conversation_id from session where tenant_id = $1 and party_id = any($2)
         ) order by id for update",
        tenant,
        parties
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "update party_customer set customer_id = $3 where tenant_id = $1 and party_id = any($2)",
        tenant,
        parties,
        to.0
    )
    .execute(tx.conn())
    .await?;
    let mixed = sqlx::query_scalar!(
        "select distinct s.conversation_id from session s
         join party_customer p on p.tenant_id = s.tenant_id and p.party_id = s.party_id
         where s.tenant_id = $1 and s.conversation_id = any($2) and p.customer_id <> $3",
        tenant,
        &theirs,
        to.0
    )
    .fetch_all(tx.conn())
    .await?;
    let whole: Vec<Uuid> = theirs.iter().copied().filter(|id| !mixed.contains(id)).collect();
    sqlx::query!(
        "update conversation set customer_id = $3, version = version + 1 where tenant_id = $1 and id = any($2)",
        tenant,
        &whole,
        to.0
    )
    .execute(tx.conn())
    .await?;
    let mut touched = Vec::with_capacity(theirs.len());
    for conversation in theirs {
        let divided =
            if mixed.contains(&conversation) { Some(divide(tx, conversation, parties, to).await?) } else { None };
        touched.push(Touched { conversation: conversation.into(), divided });
    }
    Ok(touched)
}

/// Takes the sessions of parties out of a conversation into a new one.
async fn divide(tx: &mut WriteTx, from: Uuid, parties: &[Uuid], to: CustomerId) -> Result<ConversationId, StoreError> {
    let (tenant, new) = (tx.tenant(), tx.id::<ConversationId>());
    // What it is about is the words of who began it.
    let began = sqlx::query_scalar!(
        r#"select party_id = any($3) as "leaves!" from session where tenant_id = $1 and conversation_id = $2
           order by opened_at, id limit 1"#,
        tenant,
        from,
        parties
    )
    .fetch_optional(tx.conn())
    .await?
    .unwrap_or(false);
    let number = next_number(tx).await?;
    let snoozed = sqlx::query_scalar!(
        r#"insert into conversation (tenant_id, id, number, branch_id, customer_id, lifecycle, owner, queue_id, subject,
                                   last_activity_at, snoozed_until, created_at, resolved_at)
         select tenant_id, $3, $4, branch_id, $5, lifecycle, 'none', queue_id, case when $6 then subject else '' end,
                last_activity_at, snoozed_until, created_at, resolved_at
         from conversation where tenant_id = $1 and id = $2
         returning case when lifecycle = 'snoozed'
           then greatest(0, extract(epoch from snoozed_until - clock_timestamp()))::float8 end as left"#,
        tenant,
        from,
        new.0,
        number,
        to.0,
        began
    )
    .fetch_one(tx.conn())
    .await?;
    if let Some(left) = snoozed {
        tx.job_in(&Job::SnoozeEnd { conversation: new }, new.0, left);
    }
    let sessions = sqlx::query_scalar!(
        "update session set conversation_id = $4 where tenant_id = $1 and conversation_id = $2 and party_id = any($3)
         returning id",
        tenant,
        from,
        parties,
        new.0
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "with moved as (
           update work_item set conversation_id = $3 where tenant_id = $1 and session_id = any($2) returning id
         ), unnamed as (
           update conversation set subject = '' where tenant_id = $1 and id = $4 and $5
         )
         update alert a set conversation_id = $3, customer_id = case when a.customer_id is null then null else $6::uuid end
         from moved where a.tenant_id = $1 and a.work_item_id = moved.id",
        tenant,
        &sessions,
        new.0,
        from,
        began,
        to.0
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update handoff set conversation_id = $3 where tenant_id = $1 and session_id = any($2)",
        tenant,
        &sessions,
        new.0
    )
    .execute(tx.conn())
    .await?;
    take_items(tx, from, parties, new).await?;
    brief_again(tx, [from, new.0]).await?;
    // Drafts of replies quote them as well.
    sqlx::query!("delete from reply_draft where tenant_id = $1 and conversation_id = $2", tenant, from)
        .execute(tx.conn())
        .await?;
    for conversation in [from, new.0] {
        settle_owner(tx, conversation).await?;
    }
    Ok(new)
}

/// Briefs quote whoever took part in a conversation: after it was divided they are built again, of what is left.
async fn brief_again(tx: &mut WriteTx, conversations: [Uuid; 2]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let stale = sqlx::query!(
        "update handoff set brief = null, brief_state = 'pending' where tenant_id = $1 and conversation_id = any($2)
         returning id, session_id",
        tenant,
        &conversations
    )
    .fetch_all(tx.conn())
    .await?;
    for row in stale {
        tx.job(&Job::Summarise { handoff: row.id.into() }, row.session_id);
    }
    Ok(())
}

/// Items of the parties go with them; each place they leave holds a mark that says no more than that.
async fn take_items(tx: &mut WriteTx, from: Uuid, parties: &[Uuid], to: ConversationId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let stays = sqlx::query_scalar!(
        "select party_id from session where tenant_id = $1 and conversation_id = $2 order by opened_at, id limit 1",
        tenant,
        from
    )
    .fetch_one(tx.conn())
    .await?;
    let left = sqlx::query!(
        "select id, seq, placed_at from timeline_item
         where tenant_id = $1 and conversation_id = $2 and party_id = any($3) order by seq",
        tenant,
        from,
        parties
    )
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<Uuid> = left.iter().map(|item| item.id).collect();
    let places: Vec<i64> = left.iter().map(|item| item.seq).collect();
    let times: Vec<_> = left.iter().map(|item| item.placed_at).collect();
    let marks: Vec<Uuid> = left.iter().map(|_| tx.id::<ItemId>().0).collect();
    sqlx::query!(
        "with moved as (
           update timeline_item t set conversation_id = $3, seq = n.seq
           from unnest($2::uuid[]) with ordinality as n(id, seq) where t.tenant_id = $1 and t.id = n.id
         )
         update conversation set seq = cardinality($2::uuid[]),
           placed_at = coalesce((select max(at) from unnest($4::timestamptz[]) at), placed_at)
         where tenant_id = $1 and id = $3",
        tenant,
        &ids,
        to.0,
        &times
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "with marks as (
           insert into timeline_item (tenant_id, id, conversation_id, party_id, seq, kind, actor_kind, placed_at)
           select $1, id, $2, $3, seq, 'moved', 'system', at
           from unnest($4::uuid[], $5::bigint[], $6::timestamptz[]) as m(id, seq, at)
         )
         insert into item_content (tenant_id, item_id) select $1, id from unnest($4::uuid[]) as m(id)",
        tenant,
        from,
        stays,
        &marks,
        &places,
        &times
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The owner of a conversation by the work and the sessions it holds now.
async fn settle_owner(tx: &mut WriteTx, conversation: Uuid) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update conversation c set version = c.version + 1,
           owner = case when o.agent is not null then 'agent' when o.waits then 'queue' when o.bot then 'bot' else 'none' end,
           owner_agent_id = o.agent
         from (
           select
             (select agent_id from work_item where tenant_id = $1 and conversation_id = $2
                and state || '' in ('active', 'wrapping')
              order by accepted_at desc nulls last, id limit 1) as agent,
             exists (select from work_item where tenant_id = $1 and conversation_id = $2
                     and state || '' in ('queued', 'offered', 'parked')) as waits,
             exists (select from session where tenant_id = $1 and conversation_id = $2
                     and coalesce(closed_at, 'infinity') = 'infinity'
                     and control = 'bot') as bot
         ) o
         where c.tenant_id = $1 and c.id = $2 and c.lifecycle <> 'resolved'",
        tenant,
        conversation
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which of these parties still belong to a customer.
pub async fn still(tx: &mut ReadTx, parties: &[PartyId], customer: CustomerId) -> Result<Vec<Uuid>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = parties.iter().map(|party| party.0).collect();
    let left = sqlx::query_scalar!(
        "select party_id from party_customer where tenant_id = $1 and party_id = any($2) and customer_id = $3
         order by party_id",
        tenant,
        &ids,
        customer.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(left)
}

/// Parties that came to a customer after a merge only because of what moved with it: they share a verified value with a
/// party that goes back, and none with one that was there before.
pub async fn followers(
    tx: &mut ReadTx,
    act: LinkId,
    back: &[Uuid],
    customer: CustomerId,
) -> Result<Vec<Uuid>, StoreError> {
    let tenant = tx.tenant();
    // Ids rise with time: what is younger than the act came after it.
    let found = sqlx::query_scalar!(
        "select p.party_id from party_customer p
         where p.tenant_id = $1 and p.customer_id = $4 and p.party_id > $2 and p.party_id <> all($3)
           and exists (
             select from customer_identity i
             join customer_identity m on m.tenant_id = $1 and m.scheme = i.scheme and m.value = i.value
               and m.scope = i.scope and m.party_id = any($3)
             where i.tenant_id = $1 and i.party_id = p.party_id and i.verified in ('channel', 'token', 'agent')
           )
           and not exists (
             select from customer_identity i
             join customer_identity s on s.tenant_id = $1 and s.scheme = i.scheme and s.value = i.value
               and s.scope = i.scope and s.party_id < $2 and s.party_id <> all($3)
             join party_customer sp on sp.tenant_id = $1 and sp.party_id = s.party_id and sp.customer_id = $4
             where i.tenant_id = $1 and i.party_id = p.party_id and i.verified in ('channel', 'token', 'agent')
           )
         order by p.party_id",
        tenant,
        act.0,
        back,
        customer.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found)
}

/// After parties went back from a customer to another: whoever was merged into the first, and whose parties are with the
/// other now, points there.
pub async fn redirect(tx: &mut WriteTx, was: CustomerId, now: CustomerId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer c set merged_into = $3, version = version + 1
         where c.tenant_id = $1 and c.merged_into = $2 and c.id <> $3
           and exists (
             select from identity_link l join party_customer p on p.tenant_id = $1 and p.party_id = l.party_id
             where l.tenant_id = $1 and l.from_customer_id = c.id and l.customer_id = $2
               and l.kind in ('merge', 'confirm') and p.customer_id = $3
           )
           and not exists (
             select from identity_link l join party_customer p on p.tenant_id = $1 and p.party_id = l.party_id
             where l.tenant_id = $1 and l.from_customer_id = c.id and l.customer_id = $2
               and l.kind in ('merge', 'confirm') and p.customer_id = $2
           )",
        tenant,
        was.0,
        now.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// After parties went back from a customer to another that had no name before they came: what it was called since by them
/// is its name no more; what its own parties said last is. A name that people wrote meanwhile stays.
pub async fn unname(tx: &mut WriteTx, customer: CustomerId, gone: CustomerId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer c set version = c.version + 1, name = coalesce((
           select i.said_name from party_customer p
           join customer_identity i on i.tenant_id = $1 and i.party_id = p.party_id and i.said_name <> ''
           where p.tenant_id = $1 and p.customer_id = $2 order by i.last_seen desc, i.id limit 1
         ), '')
         where c.tenant_id = $1 and c.id = $2 and c.name <> '' and (
           exists (select from customer g where g.tenant_id = $1 and g.id = $3 and g.name = c.name)
           or exists (
             select from party_customer p join customer_identity i on i.tenant_id = $1 and i.party_id = p.party_id
             where p.tenant_id = $1 and p.customer_id = $3 and i.said_name = c.name
           )
         )",
        tenant,
        customer.0,
        gone.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
