//! Timeline items: immutable envelopes, erasable content, state.

use crate::{ReadTx, StoreError, WriteTx, conversations::Session, error::code};
use meridian_domain::{
    actor::Actor,
    amendment::Amending,
    channel::ChannelKind,
    ids::{ChannelAccountId, ConversationId, CustomerId, ItemId, PartyId, SessionId},
    time::Instant,
    understanding::message::Understood,
    work::ItemKind,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// An item to append.
#[derive(Debug, Clone)]
pub struct NewItem<'a> {
    /// Its conversation, locked by the caller.
    pub conversation: ConversationId,
    /// Its session; none for notes on the whole conversation.
    pub session: Option<SessionId>,
    /// The party whose history it is part of.
    pub party: PartyId,
    /// What it is.
    pub kind: ItemKind,
    /// Who.
    pub actor: Actor,
    /// The provider's time; an absurd one (over 5 minutes ahead or 7 days behind) is dropped.
    pub provider_at: Option<Instant>,
    /// Plain text.
    pub text: Option<&'a str>,
    /// Everything else.
    pub body: Value,
    /// Whether it moves the conversation up in lists.
    pub activity: bool,
    /// The account and the provider's name there: dedupe of the same message, target of later events.
    pub external: Option<(ChannelAccountId, &'a str)>,
    /// What is understood of a customer's text.
    pub understood: Option<Understood>,
}

impl NewItem<'_> {
    /// What is told in a session beside what people say: without words, and nothing that moves the conversation up.
    pub fn notice(session: &Session, kind: ItemKind, actor: Actor, body: Value) -> Self {
        Self {
            conversation: session.conversation,
            session: Some(session.id),
            party: session.party,
            kind,
            actor,
            provider_at: None,
            text: None,
            body,
            activity: false,
            external: None,
            understood: None,
        }
    }
}

/// Appends an item with the next `seq`, placed by the database clock, never before the item ahead of it.
pub async fn append(tx: &mut WriteTx, item: NewItem<'_>) -> Result<ItemId, StoreError> {
    let ids = append_all(tx, &[item]).await?;
    ids.into_iter().next().ok_or(StoreError::Driver(sqlx::Error::RowNotFound))
}

/// Appends items, each with the next `seq` of its conversation, placed by the database clock in the order given, never
/// before the item ahead of it; those with a provider's name get it, unless it is taken. Their ids, in the same order.
pub async fn append_all(tx: &mut WriteTx, items: &[NewItem<'_>]) -> Result<Vec<ItemId>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<ItemId> = items.iter().map(|_| tx.id()).collect();
    let rows: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let of = |get: fn(&NewItem<'_>) -> Option<Uuid>| items.iter().map(get).collect::<Vec<_>>();
    let conversations: Vec<Uuid> = items.iter().map(|item| item.conversation.0).collect();
    let parties: Vec<Uuid> = items.iter().map(|item| item.party.0).collect();
    let kinds: Vec<String> = items.iter().map(|item| item.kind.code().to_owned()).collect();
    let actors: Vec<String> = items.iter().map(|item| item.actor.kind().to_owned()).collect();
    let times: Vec<Option<Instant>> = items.iter().map(|item| item.provider_at).collect();
    let texts: Vec<Option<String>> = items.iter().map(|item| item.text.map(str::to_owned)).collect();
    let (places, grown) = places(items);
    let bodies: Vec<Value> = items.iter().map(|item| item.body.clone()).collect();
    let understood: Vec<Option<Value>> = items.iter().map(|item| item.understood.as_ref().map(|u| json!(u))).collect();
    let names: Vec<Option<String>> = items.iter().map(|item| item.external.map(|(_, name)| name.to_owned())).collect();
    let done = sqlx::query!(
        "with c as (
           update conversation c set seq = c.seq + m.count,
             placed_at = greatest(clock_timestamp(), c.placed_at + m.count * interval '1 microsecond'),
             last_activity_at = case when m.active then greatest(clock_timestamp(), c.last_activity_at)
                                     else c.last_activity_at end
           from unnest($14::uuid[], $15::bigint[], $16::bool[]) as m(conversation, count, active)
           where c.tenant_id = $1 and c.id = any($14) and c.id = m.conversation
           returning c.id, c.seq - m.count as before, c.placed_at, m.count
         ), placed as (
           select new.*, c.before + new.nth as seq, c.placed_at - (c.count - new.nth) * interval '1 microsecond' as at
           from c join unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[],
                              $9::timestamptz[], $10::text[], $11::jsonb[], $12::uuid[], $13::text[], $17::bigint[],
                              $18::jsonb[])
             as new(id, conversation, session, party, kind, actor_kind, actor_id, provider_at, text, body, account, name,
                    nth, understood) on new.conversation = c.id
         ), i as (
           insert into timeline_item (tenant_id, id, conversation_id, session_id, party_id, seq, kind, actor_kind,
                                      actor_id, placed_at, provider_at)
           select $1, id, conversation, session, party, seq, kind, actor_kind, actor_id, at,
                  case when provider_at between at - interval '7 days' and at + interval '5 minutes' then provider_at end
           from placed
         ), e as (
           insert into item_external (tenant_id, account_id, external_id, item_id)
           select $1, account, name, id from placed where name is not null
           on conflict do nothing
         )
         insert into item_content (tenant_id, item_id, text, body, understood)
         select $1, id, text, body, understood from placed",
        tenant,
        &rows,
        &conversations,
        &of(|item| item.session.map(|s| s.0)) as &[Option<Uuid>],
        &parties,
        &kinds,
        &actors,
        &of(|item| item.actor.id()) as &[Option<Uuid>],
        &times as &[Option<Instant>],
        &texts as &[Option<String>],
        &bodies,
        &of(|item| item.external.map(|(account, _)| account.0)) as &[Option<Uuid>],
        &names as &[Option<String>],
        &grown.iter().map(|(conversation, ..)| conversation.0).collect::<Vec<_>>(),
        &grown.iter().map(|(_, count, _)| *count).collect::<Vec<_>>(),
        &grown.iter().map(|(.., active)| *active).collect::<Vec<_>>(),
        &places,
        &understood as &[Option<Value>]
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == rows.len() as u64 { Ok(ids) } else { Err(StoreError::Driver(sqlx::Error::RowNotFound)) }
}

/// The place of each item among those of its conversation, from 1; and the conversations, each with how many items it
/// gets and whether one of them moves it up.
fn places(items: &[NewItem<'_>]) -> (Vec<i64>, Vec<(ConversationId, i64, bool)>) {
    let mut grown: Vec<(ConversationId, i64, bool)> = Vec::new();
    let mut at: HashMap<ConversationId, usize> = HashMap::new();
    let places = items.iter().map(|item| {
        let n = *at.entry(item.conversation).or_insert_with(|| {
            grown.push((item.conversation, 0, false));
            grown.len() - 1
        });
        grown[n].1 += 1;
        grown[n].2 |= item.activity;
        grown[n].1
    });
    (places.collect(), grown)
}

/// Names an item as the provider does. False when the name is taken: the same message again.
pub async fn name_external(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    external_id: &str,
    item: ItemId,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into item_external (tenant_id, account_id, external_id, item_id) values ($1, $2, $3, $4)
         on conflict do nothing",
        tenant,
        account.0,
        external_id,
        item.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The item with a provider's name, and its conversation.
pub async fn by_external(
    tx: &mut ReadTx,
    account: ChannelAccountId,
    external_id: &str,
) -> Result<Option<(ItemId, ConversationId)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select t.id, t.conversation_id from item_external e
         join timeline_item t on t.tenant_id = e.tenant_id and t.id = e.item_id
         where e.tenant_id = $1 and e.account_id = $2 and e.external_id = $3",
        tenant,
        account.0,
        external_id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id.into(), row.conversation_id.into())))
}

/// External ids of a session's messages, oldest first, the newest 50.
pub async fn external_ids(tx: &mut ReadTx, session: SessionId) -> Result<Vec<String>, StoreError> {
    let tenant = tx.tenant();
    let mut ids = sqlx::query_scalar!(
        "select e.external_id from timeline_item t
         join item_external e on e.tenant_id = t.tenant_id and e.item_id = t.id
         where t.tenant_id = $1 and t.session_id = $2 and t.kind = 'message' order by t.seq desc limit 50",
        tenant,
        session.0
    )
    .fetch_all(tx.conn())
    .await?;
    ids.reverse();
    Ok(ids)
}

/// Adds a revision of an item's content, unless one that the provider dates later is there, or it was withdrawn: edits may
/// be overtaken.
pub async fn revise(
    tx: &mut WriteTx,
    item: ItemId,
    text: Option<&str>,
    body: &Value,
    understood: Option<&Understood>,
    at: Instant,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into item_content (tenant_id, item_id, revision, text, body, understood)
         select $1, $2, max(revision) + 1, $3, $4, $6 from item_content where tenant_id = $1 and item_id = $2
         having coalesce(max((body->>'edited_at')::timestamptz), '-infinity') <= $5 and max(revision) is not null
           and not exists (select from item_state where tenant_id = $1 and item_id = $2 and deleted_at is not null)",
        tenant,
        item.0,
        text,
        body,
        at,
        understood.map(|understood| json!(understood))
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Withdraws an item: the fact stays, the content is blanked.
pub async fn withdraw(tx: &mut WriteTx, item: ItemId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with gone as (
           insert into item_state (tenant_id, item_id, deleted_at) values ($1, $2, clock_timestamp())
           on conflict (tenant_id, item_id) do update set deleted_at = coalesce(item_state.deleted_at, excluded.deleted_at)
         ), forgotten as (
           delete from intent_example where tenant_id = $1 and item_id = $2
         )
         update item_content set text = null, body = '{}', understood = null where tenant_id = $1 and item_id = $2",
        tenant,
        item.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets or removes (`None`) the reaction of one reactor; `only` is the one that is removed, where it is told: another one
/// stands.
pub async fn react(
    tx: &mut WriteTx,
    item: ItemId,
    reactor: &str,
    emoji: Option<&str>,
    only: Option<&str>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into item_state (tenant_id, item_id, reactions)
         values ($1, $2, case when $4::text is null then '{}'::jsonb else jsonb_build_object($3::text, $4::text) end)
         on conflict (tenant_id, item_id) do update set reactions =
           case when $4::text is not null then item_state.reactions || jsonb_build_object($3::text, $4::text)
                when $5::text <> item_state.reactions ->> $3::text then item_state.reactions
                else item_state.reactions - $3::text end",
        tenant,
        item.0,
        reactor,
        emoji,
        only
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An item as people see it: newest revision, state, delivery.
#[derive(Debug, Clone)]
pub struct Item {
    /// Id.
    pub id: ItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its session.
    pub session: Option<SessionId>,
    /// Channel of the session.
    pub channel: Option<ChannelKind>,
    /// Place in the conversation, from 1, without gaps.
    pub seq: i64,
    /// What it is.
    pub kind: ItemKind,
    /// Who.
    pub actor: Actor,
    /// When it was placed.
    pub placed_at: Instant,
    /// When the provider says it happened.
    pub provider_at: Option<Instant>,
    /// Text.
    pub text: Option<String>,
    /// Everything else.
    pub body: Value,
    /// What is understood of it.
    pub understood: Option<Understood>,
    /// Revision shown, from 1.
    pub revision: i32,
    /// Reactor to emoji.
    pub reactions: Value,
    /// When it was withdrawn.
    pub deleted_at: Option<Instant>,
    /// Its newest change by our side.
    pub amendment: Option<Amending>,
    /// State of the send, for what went out.
    pub delivery: Option<String>,
    /// What was wrong with the send.
    pub delivery_error: Option<String>,
}

struct Row {
    id: Uuid,
    conversation_id: Uuid,
    session_id: Option<Uuid>,
    channel: Option<String>,
    seq: i64,
    kind: String,
    actor_kind: String,
    actor_id: Option<Uuid>,
    placed_at: Instant,
    provider_at: Option<Instant>,
    text: Option<String>,
    body: Value,
    understood: Option<Value>,
    revision: i32,
    reactions: Value,
    deleted_at: Option<Instant>,
    amendment: Option<Value>,
    delivery: Option<String>,
    delivery_error: Option<String>,
}

impl TryFrom<Row> for Item {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let channel = row.channel.map(|k| code("session", "kind", &k, |t| t.parse().ok())).transpose()?;
        Ok(Self {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            session: row.session_id.map(SessionId),
            channel,
            seq: row.seq,
            kind: code("timeline_item", "kind", &row.kind, ItemKind::from_code)?,
            actor: code("timeline_item", "actor_kind", &row.actor_kind, |kind| Actor::from_parts(kind, row.actor_id))?,
            placed_at: row.placed_at,
            provider_at: row.provider_at,
            text: row.text,
            body: row.body,
            // What another release wrote may not be read; then it is not known.
            understood: row.understood.and_then(|understood| serde_json::from_value(understood).ok()),
            revision: row.revision,
            reactions: row.reactions,
            deleted_at: row.deleted_at,
            amendment: row.amendment.and_then(|amendment| serde_json::from_value(amendment).ok()),
            delivery: row.delivery,
            delivery_error: row.delivery_error,
        })
    }
}

macro_rules! items {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Row,
            r#"select t.id, t.conversation_id, t.session_id, s.kind as "channel?", t.seq, t.kind, t.actor_kind, t.actor_id,
                      t.placed_at, t.provider_at, c.text, c.body, c.understood, c.revision,
                      coalesce(st.reactions, '{}') as "reactions!", st.deleted_at as "deleted_at?",
                      st.amendment as "amendment?",
                      d.state as "delivery?", coalesce(d.error_class || ': ' || d.error_detail) as "delivery_error?"
               from timeline_item t
               join lateral (
                 select text, body, understood, revision from item_content c
                 where c.tenant_id = t.tenant_id and c.item_id = t.id order by revision desc limit 1
               ) c on true
               left join session s on s.tenant_id = t.tenant_id and s.id = t.session_id
               left join item_state st on st.tenant_id = t.tenant_id and st.item_id = t.id
               left join delivery d on d.tenant_id = t.tenant_id and d.item_id = t.id
               where t.tenant_id = $1 and "# + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
        .into_iter()
        .map(Item::try_from)
        .collect::<Result<Vec<_>, StoreError>>()
    }};
}

/// Several items by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Item>, StoreError> {
    items!(tx, "t.id = any($2)", ids)
}

/// The last messages of a session, newest first.
pub async fn messages_of(tx: &mut ReadTx, session: SessionId, limit: i64) -> Result<Vec<Item>, StoreError> {
    // By way of its conversation, whose items are indexed.
    items!(
        tx,
        "t.conversation_id = (select conversation_id from session where tenant_id = $1 and id = $2)
         and t.session_id = $2 and t.kind = 'message' order by t.seq desc limit $3",
        session.0,
        limit
    )
}

/// Items of a conversation with `seq` before `before`, newest first.
pub async fn before(
    tx: &mut ReadTx,
    conversation: ConversationId,
    before: i64,
    limit: i64,
) -> Result<Vec<Item>, StoreError> {
    items!(tx, "t.conversation_id = $2 and t.seq < $3 order by t.seq desc limit $4", conversation.0, before, limit)
}

/// Items of a conversation with `seq` after `after`, oldest first.
pub async fn after(
    tx: &mut ReadTx,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<Item>, StoreError> {
    items!(tx, "t.conversation_id = $2 and t.seq > $3 order by t.seq limit $4", conversation.0, after, limit)
}

/// A page of a customer's whole history over all channels, newest first: one index leg a party, merged.
pub async fn history(
    tx: &mut ReadTx,
    customer: CustomerId,
    before: Option<(Instant, ItemId)>,
    limit: i64,
) -> Result<Vec<Item>, StoreError> {
    let tenant = tx.tenant();
    let (at, id) = before.map_or((None, Uuid::max()), |(at, id)| (Some(at), id.0));
    let ids = sqlx::query_scalar!(
        "select leg.id from party_customer p
         cross join lateral (
           select t.id, t.placed_at from timeline_item t
           where t.tenant_id = $1 and t.party_id = p.party_id
             and (t.placed_at, t.id) < (coalesce($3::timestamptz, 'infinity'), $4)
           order by t.placed_at desc, t.id desc limit $5
         ) leg
         where p.tenant_id = $1 and p.customer_id = $2
         order by leg.placed_at desc, leg.id desc limit $5",
        tenant,
        customer.0,
        at,
        id,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let mut page = many(tx, &ids).await?;
    page.sort_by_key(|item| std::cmp::Reverse((item.placed_at, item.id)));
    Ok(page)
}
