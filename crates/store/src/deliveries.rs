//! Sends and what became of them.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    event::Identifier,
    ids::{ChannelAccountId, DeliveryId, ItemId, SessionId},
    outbound::DeliveryState,
    time::Instant,
};
use uuid::Uuid;

/// One send.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Id: the idempotency key towards the provider.
    pub id: DeliveryId,
    /// The item it shows.
    pub item: ItemId,
    /// The session.
    pub session: SessionId,
    /// The account.
    pub account: ChannelAccountId,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempt: i32,
}

/// Commits the intent to send, before anything leaves.
pub async fn insert(
    tx: &mut WriteTx,
    item: ItemId,
    session: SessionId,
    account: ChannelAccountId,
) -> Result<DeliveryId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<DeliveryId>());
    sqlx::query!(
        "insert into delivery (tenant_id, id, item_id, session_id, account_id) values ($1, $2, $3, $4, $5)",
        tenant,
        id.0,
        item.0,
        session.0,
        account.0
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Sends under way for longer than any provider is waited for are in doubt, seconds.
pub const DOUBTFUL: f64 = 120.0;
/// Sends that wait for longer than the slowest retry (half an hour, in the broker) have lost their job, seconds.
pub const FORGOTTEN: f64 = 2400.0;

/// One send under lock.
pub async fn lock(tx: &mut WriteTx, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select id, item_id, session_id, account_id, state, attempt from delivery
         where tenant_id = $1 and id = $2 for update",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Delivery {
            id: row.id.into(),
            item: row.item_id.into(),
            session: row.session_id.into(),
            account: row.account_id.into(),
            state: code("delivery", "state", &row.state, DeliveryState::from_code)?,
            attempt: row.attempt,
        })
    })
    .transpose()
}

/// Notes that a send is looked after again; false when it does not stand still any more ([`DOUBTFUL`], [`FORGOTTEN`]).
pub async fn pick_up(tx: &mut WriteTx, id: DeliveryId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update delivery set updated_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and updated_at < clock_timestamp() - case state
           when 'sending' then make_interval(secs => $3) when 'queued' then make_interval(secs => $4) end",
        tenant,
        id.0,
        DOUBTFUL,
        FORGOTTEN
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether an older send of the session is still to be tried or under way: one at a time keeps the order.
pub async fn older_pending(tx: &mut ReadTx, delivery: &Delivery) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        r#"select exists (
             select 1 from delivery where tenant_id = $1 and session_id = $2 and id < $3
               and state || '' in ('queued', 'sending')
           ) as "found!""#,
        tenant,
        delivery.session.0,
        delivery.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// Messages that went to the customer of a session since a time, as the provider counts: each part of a long one. Of those
/// on their way the ones before `before` count.
pub async fn said_since(
    tx: &mut ReadTx,
    session: SessionId,
    since: Instant,
    before: Option<DeliveryId>,
) -> Result<i64, StoreError> {
    let tenant = tx.tenant();
    let said = sqlx::query_scalar!(
        r#"select coalesce(sum(greatest(1, (
             select count(*) from item_external e where e.tenant_id = d.tenant_id and e.item_id = d.item_id
           ))), 0)::bigint as "said!"
           from delivery d where d.tenant_id = $1 and d.session_id = $2 and d.created_at > $3 and d.state <> 'failed'
             and ($4::uuid is null or d.id < $4)"#,
        tenant,
        session.0,
        since,
        before.map(|before| before.0)
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(said)
}

/// Parts of a second whose messages may leave at once.
const BURST_SECONDS: f64 = 0.1;

/// Gives a send its turn on an account that takes `per_second` messages (a leaky bucket, as the generic cell rate
/// algorithm of ITU-T I.371 keeps it). Seconds until then; 0 = now. A send that has its turn keeps it.
pub async fn turn(tx: &mut WriteTx, delivery: &Delivery, per_second: u32) -> Result<f64, StoreError> {
    let tenant = tx.tenant();
    let step = 1.0 / f64::from(per_second.max(1));
    let wait = sqlx::query_scalar!(
        r#"with given as (
             select turn_at from delivery where tenant_id = $1 and id = $2 and turn_at is not null
           ), next as (
             insert into channel_pace as pace (tenant_id, account_id, next_at)
             select $1, $3, clock_timestamp() + make_interval(secs => $4) where not exists (select 1 from given)
             on conflict (tenant_id, account_id) do update
             set next_at = greatest(pace.next_at, clock_timestamp() - make_interval(secs => $5)) + make_interval(secs => $4)
             returning next_at - make_interval(secs => $4) as turn_at
           )
           select extract(epoch from turn_at - clock_timestamp())::float8 as "wait!"
           from (select turn_at from given union all select turn_at from next) as turns"#,
        tenant,
        delivery.id.0,
        delivery.account.0,
        step,
        (BURST_SECONDS - step).max(0.0)
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(wait.max(0.0))
}

/// Keeps a send until its turn, with the reason for people.
pub async fn wait(tx: &mut WriteTx, id: DeliveryId, seconds: f64, reason: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update delivery set turn_at = clock_timestamp() + make_interval(secs => $3), error_class = 'throttled',
                error_detail = $4, updated_at = clock_timestamp()
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        seconds,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets the state of a send held under lock, or forward by a report.
pub async fn set_state(
    tx: &mut WriteTx,
    id: DeliveryId,
    state: DeliveryState,
    error: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update delivery set state = $3, error_class = $4, error_detail = $5, updated_at = clock_timestamp(),
                attempt = attempt + case when $3 = 'sending' then 1 else 0 end, turn_at = null
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        state.code(),
        error.map(|e| e.0),
        error.map(|e| e.1)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The send of an item.
pub async fn of_item(tx: &mut ReadTx, item: ItemId) -> Result<Option<DeliveryId>, StoreError> {
    let tenant = tx.tenant();
    let id: Option<Uuid> =
        sqlx::query_scalar!("select id from delivery where tenant_id = $1 and item_id = $2", tenant, item.0)
            .fetch_optional(tx.conn())
            .await?;
    Ok(id.map(DeliveryId))
}

/// Sends moved by one receipt for everything up to a time.
const MOST_MOVED: i64 = 500;

/// Moves every send to a sender on an account that was made until a time and taken by the provider; those that stand
/// further stay. Returns their items.
pub async fn moved_until(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    sender: &Identifier,
    until: Instant,
    next: DeliveryState,
) -> Result<Vec<ItemId>, StoreError> {
    let tenant = tx.tenant();
    let taken = |state: &DeliveryState| *state >= DeliveryState::Accepted && state.advances_to(next);
    let from: Vec<String> = DeliveryState::ALL.into_iter().filter(taken).map(|state| state.code().to_owned()).collect();
    let rows = sqlx::query!(
        "with found as (
           select d.id from party p
           join session s on s.tenant_id = $1 and s.party_id = p.id and s.account_id = $2
           join delivery d on d.tenant_id = $1 and d.session_id = s.id
           where p.tenant_id = $1 and p.scheme = $3 and p.scope = $4 and p.value = $5
             and d.created_at <= $6 and d.state = any($7)
           order by d.id desc limit $9 for update of d
         )
         update delivery set state = $8, updated_at = clock_timestamp()
         where tenant_id = $1 and id = any(select id from found) returning item_id",
        tenant,
        account.0,
        sender.scheme,
        sender.scope,
        sender.value,
        until,
        &from,
        next.code(),
        MOST_MOVED
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.item_id.into()).collect())
}
