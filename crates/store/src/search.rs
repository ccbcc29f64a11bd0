//! What was said, by its terms. The keys are made in `domain::search`.

use crate::{ReadTx, StoreError, SystemTx, WriteTx};
use chrono::TimeDelta;
use meridian_domain::{
    channel::ChannelKind,
    ids::{ConversationId, ItemId, TenantId},
    time::Instant,
    work::Lifecycle,
};
use uuid::Uuid;

/// Seconds for which a change is left alone: longer than any statement may run, so that none comes to light later with an
/// earlier time.
const SETTLED: f64 = 12.0;
/// Hours for which changes are kept; who comes later begins again.
const KEPT: i32 = 20;

/// How far the index has come with the changes of all tenants; the first time, and after a long absence, it begins now
/// and walks the past of every tenant.
pub async fn reached(tx: &mut SystemTx, lease: &str) -> Result<Option<Instant>, StoreError> {
    let at = sqlx::query_scalar!(
        r#"select reached as "reached!" from lease
           where name = $1 and reached > clock_timestamp() - make_interval(hours => $2)"#,
        lease,
        KEPT
    );
    if let Some(at) = at.fetch_optional(tx.conn()).await? {
        return Ok(Some(at));
    }
    sqlx::query!("update search_state set before_id = $1, finished = false", Uuid::max()).execute(tx.conn()).await?;
    sqlx::query!(
        "update lease set reached = clock_timestamp() - make_interval(secs => $2) where name = $1",
        lease,
        SETTLED
    )
    .execute(tx.conn())
    .await?;
    Ok(None)
}

/// Keeps how far the index has come.
pub async fn reach(tx: &mut SystemTx, lease: &str, at: Instant) -> Result<(), StoreError> {
    sqlx::query!("update lease set reached = $2 where name = $1", lease, at).execute(tx.conn()).await?;
    Ok(())
}

/// Items that changed after a moment, at most so many changes, with the moment up to which this is all.
pub async fn changed(
    tx: &mut SystemTx,
    since: Instant,
    most: i64,
) -> Result<(Vec<(TenantId, ItemId)>, Instant), StoreError> {
    let rows = sqlx::query!(
        r#"select tenant_id, change->>'item' as item, at from live_event
           where at > $1 and at <= clock_timestamp() - make_interval(secs => $2) order by at limit $3"#,
        since,
        SETTLED,
        most
    )
    .fetch_all(tx.conn())
    .await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n >= most);
    // Others of the very same moment may be left.
    let until = rows.last().map_or(since, |row| if full { row.at - TimeDelta::microseconds(1) } else { row.at });
    let mut items: Vec<(TenantId, ItemId)> = rows
        .into_iter()
        .filter_map(|row| Some((row.tenant_id.into(), row.item?.parse::<Uuid>().ok()?.into())))
        .collect();
    items.sort_unstable_by_key(|(tenant, item)| (tenant.0, item.0));
    items.dedup();
    Ok((items, until))
}

/// Tenants whose past is not in the index yet, at most 20; new ones are taken up.
pub async fn behind(tx: &mut SystemTx) -> Result<Vec<TenantId>, StoreError> {
    sqlx::query!(
        "insert into search_state (tenant_id)
         select t.tenant_id from tenant t where not exists (select from search_state s where s.tenant_id = t.tenant_id)
         on conflict do nothing"
    )
    .execute(tx.conn())
    .await?;
    let found =
        sqlx::query_scalar!("select tenant_id from search_state where not finished order by tenant_id limit 20");
    Ok(found.fetch_all(tx.conn()).await?.into_iter().map(TenantId).collect())
}

/// The next items of a tenant's past, newest first; the place is kept with the commit. Empty when all are in the index.
pub async fn past(tx: &mut WriteTx, most: i64) -> Result<Vec<Uuid>, StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("insert into search_state (tenant_id) values ($1) on conflict do nothing", tenant)
        .execute(tx.conn())
        .await?;
    let before = sqlx::query_scalar!("select before_id from search_state where tenant_id = $1 for update", tenant)
        .fetch_one(tx.conn())
        .await?;
    let ids = sqlx::query_scalar!(
        "select id from timeline_item where tenant_id = $1 and id < $2 order by id desc limit $3",
        tenant,
        before,
        most
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "update search_state set before_id = coalesce($2, before_id), finished = $3 where tenant_id = $1",
        tenant,
        ids.last(),
        ids.is_empty()
    )
    .execute(tx.conn())
    .await?;
    Ok(ids)
}

/// Has the past walked once more.
pub async fn again(tx: &mut WriteTx) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update search_state set before_id = $2, finished = false where tenant_id = $1",
        tenant,
        Uuid::max()
    );
    done.execute(tx.conn()).await?;
    Ok(())
}

/// What an item says.
#[derive(Debug, Clone)]
pub struct Said {
    /// The item.
    pub item: ItemId,
    /// When it was placed.
    pub placed_at: Instant,
    /// Subject and text of its newest revision; empty when it was withdrawn.
    pub text: String,
}

/// What messages and notes among items say.
pub async fn texts(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Said>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select t.id, t.placed_at, concat_ws(E'\n', nullif(c.body->>'subject', ''), c.text) as "text!"
           from timeline_item t
           join lateral (
             select text, body from item_content c where c.tenant_id = t.tenant_id and c.item_id = t.id
             order by revision desc limit 1
           ) c on true
           where t.tenant_id = $1 and t.id = any($2) and t.kind in ('message', 'note')"#,
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| Said { item: row.id.into(), placed_at: row.placed_at, text: row.text }).collect())
}

/// An item with the keys by which it is found; without any it is not found.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// The item.
    pub item: ItemId,
    /// When it was placed.
    pub placed_at: Instant,
    /// Its keys.
    pub keys: Vec<i64>,
}

/// Puts items into the index, or takes them out.
pub async fn keep(tx: &mut WriteTx, items: &[Keyed]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = items.iter().map(|one| one.item.0).collect();
    let times: Vec<Instant> = items.iter().map(|one| one.placed_at).collect();
    // A list of lists is one text a row.
    let keys: Vec<String> = items
        .iter()
        .map(|one| format!("{{{}}}", one.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")))
        .collect();
    sqlx::query!(
        "with new as (
           select id, at, keys::bigint[] as keys from unnest($2::uuid[], $3::timestamptz[], $4::text[]) as n(id, at, keys)
         ), gone as (
           delete from item_search s using new where s.tenant_id = $1 and s.item_id = new.id and new.keys = '{}'
         ), back as (
           insert into search_state as known (tenant_id, oldest)
           select $1, (min(at) at time zone 'UTC')::date from new having count(*) > 0
           on conflict (tenant_id) do update set oldest = excluded.oldest where known.oldest > excluded.oldest
         )
         insert into item_search as known (tenant_id, item_id, placed_at, keys)
         select $1, id, at, keys from new where keys <> '{}'
         on conflict (tenant_id, item_id) do update set keys = excluded.keys where known.keys <> excluded.keys",
        tenant,
        &ids,
        &times,
        &keys
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What is shown of what was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// Conversations with this lifecycle alone.
    pub lifecycle: Option<Lifecycle>,
    /// Items of this channel alone.
    pub channel: Option<ChannelKind>,
}

/// An item that holds all that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// The item.
    pub item: ItemId,
    /// When it was placed.
    pub placed_at: Instant,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Whether it passes the filter.
    pub shown: bool,
}

/// Bounds the statements of a transaction that searches, in milliseconds.
pub async fn bound(tx: &mut ReadTx) -> Result<(), StoreError> {
    sqlx::query("set local statement_timeout = '2s'").execute(tx.conn()).await?;
    Ok(())
}

/// Items that hold all keys, newest first, before a place.
pub async fn find(
    tx: &mut ReadTx,
    keys: &[i64],
    filter: Filter,
    before: Option<(Instant, ItemId)>,
    most: i32,
) -> Result<Vec<Hit>, StoreError> {
    let tenant = tx.tenant();
    let (at, id) = before.map_or((None, Uuid::max()), |(at, id)| (Some(at), id.0));
    let rows = sqlx::query!(
        r#"select h.item_id as "item_id!", h.placed_at as "placed_at!", t.conversation_id,
                  (($6::text is null or c.lifecycle = $6) and ($7::text is null or s.kind = $7)) is true as "shown!"
           from search_items($2, coalesce($3::timestamptz, 'infinity'), $4, $5) h
           join timeline_item t on t.tenant_id = $1 and t.id = h.item_id
           join conversation c on c.tenant_id = $1 and c.id = t.conversation_id
           left join session s on s.tenant_id = $1 and s.id = t.session_id
           order by h.placed_at desc, h.item_id desc"#,
        tenant,
        keys,
        at,
        id,
        most,
        filter.lifecycle.map(Lifecycle::code),
        filter.channel.map(ChannelKind::code)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            item: row.item_id.into(),
            placed_at: row.placed_at,
            conversation: row.conversation_id.into(),
            shown: row.shown,
        })
        .collect())
}
