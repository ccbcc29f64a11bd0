//! What truly crosses tenants: the relay and the sweeper. Every function says why.

use crate::{
    StoreError, SystemTx,
    deliveries::{DOUBTFUL, FORGOTTEN},
};
use meridian_domain::{
    ids::{
        AgentId, AttachmentId, BotEventId, ConversationId, DeliveryId, EmergencyActivationId, OfferId, RawId, RunId,
        ScheduledWorkId, SessionId, TenantId, WorkItemId,
    },
    jobs::{self, Job},
};
use serde_json::Value;
use uuid::Uuid;

/// The tenant of a workspace, for an operator at the command line.
pub async fn tenant_of(tx: &mut SystemTx, slug: &str) -> Result<Option<TenantId>, StoreError> {
    let found = sqlx::query_scalar!("select tenant_id from tenant where slug = $1", slug);
    Ok(found.fetch_optional(tx.conn()).await?.map(TenantId))
}

/// Takes or extends a lease; returns its epoch, or `None` while another process holds it.
pub async fn hold_lease(tx: &mut SystemTx, name: &str, holder: Uuid, seconds: f64) -> Result<Option<i64>, StoreError> {
    let epoch = sqlx::query_scalar!(
        "insert into lease (name, holder, epoch, expires_at)
         values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
         on conflict (name) do update set
           epoch = lease.epoch + case when lease.holder = excluded.holder then 0 else 1 end,
           holder = excluded.holder, expires_at = excluded.expires_at
         where lease.holder = excluded.holder or lease.expires_at <= clock_timestamp()
         returning epoch",
        name,
        holder,
        seconds
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(epoch)
}

/// Gives leases back at once.
pub async fn drop_leases(tx: &mut SystemTx, names: &[String], holder: Uuid) -> Result<(), StoreError> {
    sqlx::query!("update lease set expires_at = clock_timestamp() where name = any($1) and holder = $2", names, holder)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Age in seconds of the oldest due row of the outbox, for the gauge that must return to nothing.
pub async fn outbox_lag(tx: &mut SystemTx) -> Result<f64, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(extract(epoch from clock_timestamp() - min(greatest(created_at, due_at))), 0)::float8 as "lag!"
           from outbox where due_at <= statement_timestamp()"#
    )
    .fetch_one(tx.conn())
    .await?)
}

/// What the sweeper found overdue: the net under timers and wake-ups.
#[derive(Debug, Clone, Default)]
pub struct Overdue {
    /// Pending offers past their time.
    pub offers: Vec<(TenantId, OfferId)>,
    /// Agents whose link lease ran out.
    pub agents: Vec<(TenantId, AgentId)>,
    /// Wrap-ups past their time.
    pub wrapping: Vec<(TenantId, WorkItemId)>,
    /// Sessions whose bot did not act in time.
    pub silent: Vec<(TenantId, SessionId)>,
    /// Stored requests that nobody processed, oldest first, each with the queue that keeps what its sender says in order;
    /// empty for those of before there was one.
    pub raws: Vec<(TenantId, RawId, String)>,
    /// Sends that stand still: under way for too long, or waiting though nobody tries them.
    pub sends: Vec<(TenantId, DeliveryId)>,
    /// Work whose time for the people of one site is over.
    pub sites: Vec<(TenantId, WorkItemId)>,
    /// Callbacks and later work whose time came, or is over.
    pub scheduled: Vec<(TenantId, ScheduledWorkId)>,
    /// Conversations that were put aside until a time that is over.
    pub snoozed: Vec<(TenantId, ConversationId)>,
    /// Emergency plans in force past their time.
    pub emergencies: Vec<(TenantId, EmergencyActivationId)>,
}

/// Tenants and ids that a statement finds.
macro_rules! overdue {
    ($tx:expr, $sql:literal $(, $value:expr)*) => {
        sqlx::query!($sql $(, $value)*)
            .fetch_all($tx.conn())
            .await?
            .into_iter()
            .map(|row| (row.tenant_id.into(), row.id.into()))
            .collect()
    };
}

/// Looks for what is overdue in all tenants; `grace` seconds are left to the timers themselves, `patience` seconds to
/// stored requests.
pub async fn overdue(tx: &mut SystemTx, grace: f64, patience: f64) -> Result<Overdue, StoreError> {
    let raws = sqlx::query!(
        "select tenant_id, id, queue from inbound_raw
         where lower(state) = 'received' and received_at < statement_timestamp() - make_interval(secs => $1)
         order by received_at, id limit 1000",
        patience
    );
    let raws =
        raws.fetch_all(tx.conn()).await?.into_iter().map(|r| (r.tenant_id.into(), r.id.into(), r.queue)).collect();
    Ok(Overdue {
        offers: overdue!(
            tx,
            "select tenant_id, id from offer
             where lower(state) = 'pending' and expires_at < statement_timestamp() - make_interval(secs => $1) limit 500",
            grace
        ),
        agents: overdue!(
            tx,
            "select tenant_id, agent_id as id from agent_state where live and live_until < statement_timestamp() limit 500"
        ),
        wrapping: overdue!(
            tx,
            "select tenant_id, id from work_item
             where state = 'wrapping' and wrap_until < statement_timestamp() - make_interval(secs => $1) limit 500",
            grace
        ),
        silent: overdue!(
            tx,
            "select s.tenant_id, s.id from session s join bot b on b.tenant_id = s.tenant_id and b.id = s.control_id
             where s.bot_waits_since is not null and s.closed_at is null and s.control = 'bot'
               and s.bot_waits_since < statement_timestamp() - make_interval(secs => b.silence_seconds + $1::float8) limit 500",
            grace
        ),
        raws,
        sends: overdue!(
            tx,
            "select tenant_id, id from delivery
             where state in ('queued', 'sending') and updated_at < statement_timestamp() - make_interval(secs => $1)
               and (state || '' = 'sending'
                 or greatest(updated_at, turn_at) < statement_timestamp() - make_interval(secs => $2))
             order by updated_at limit 500",
            DOUBTFUL,
            FORGOTTEN
        ),
        sites: overdue!(
            tx,
            "select tenant_id, id from work_item
             where site_id is not null and site_until < statement_timestamp() - make_interval(secs => $1)
               and state || '' in ('queued', 'offered', 'parked') limit 500",
            grace
        ),
        // What somebody has in hand when its time is over is looked at by its own timer.
        scheduled: overdue!(
            tx,
            r#"(select tenant_id as "tenant_id!", id as "id!" from scheduled_work
              where state = 'waiting' and due_at < clock_timestamp() - make_interval(secs => $1) limit 500)
             union
             (select t.tenant_id, t.id from scheduled_work t
              left join work_item w on w.tenant_id = t.tenant_id and w.id = t.work_item_id
              where t.state in ('waiting', 'due') and t.until_at < clock_timestamp() - make_interval(secs => $1)
                and (w.state is null or w.state not in ('active', 'wrapping')) limit 500)"#,
            grace
        ),
        snoozed: overdue!(
            tx,
            "select tenant_id, id from conversation
             where lifecycle = 'snoozed' and snoozed_until < statement_timestamp() - make_interval(secs => $1) limit 500",
            grace
        ),
        emergencies: overdue!(
            tx,
            "select tenant_id, id from emergency_activation
             where ended_at is null and expires_at < statement_timestamp() - make_interval(secs => $1) limit 500",
            grace
        ),
    })
}

/// Tenants whose work waits for somebody.
pub async fn tenants_waiting(tx: &mut SystemTx) -> Result<Vec<TenantId>, StoreError> {
    let rows = sqlx::query_scalar!("select distinct tenant_id from work_item where state in ('queued', 'offered')")
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(TenantId).collect())
}

/// Queues a job for several tenants, in order beside all else of each.
pub async fn queue_for(tx: &mut SystemTx, tenants: &[TenantId], job: &Job) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.0).collect();
    let lanes: Vec<i16> = tenants.iter().map(|tenant| jobs::relay_lane(*tenant)).collect();
    let queues: Vec<String> = ids.iter().map(|id| job.family().queue(id.as_bytes())).collect();
    let payloads: Vec<Value> = ids.iter().map(|id| jobs::payload(job, *id)).collect();
    sqlx::query!(
        "insert into outbox (tenant_id, lane, queue, payload)
         select * from unnest($1::uuid[], $2::int2[], $3::text[], $4::jsonb[])",
        &ids,
        &lanes,
        &queues,
        &payloads
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Runs over customers, imports and de-duplications, that went no further for ten minutes: their jobs were lost with the
/// broker.
pub async fn stuck_runs(tx: &mut SystemTx) -> Result<Vec<(TenantId, RunId)>, StoreError> {
    Ok(overdue!(
        tx,
        "select tenant_id, id from identity_run
         where state in ('waiting', 'running') and touched_at < statement_timestamp() - interval '10 minutes' limit 100"
    ))
}

/// Events of bots that wait and were not tried for longer than the slowest retry, the oldest of each bot and session: their
/// jobs were lost with the broker. They count as tried now. What a bot reads as a stream waits for the bot.
pub async fn untold_bots(tx: &mut SystemTx) -> Result<Vec<(TenantId, BotEventId)>, StoreError> {
    let rows = sqlx::query!(
        "update bot_event e set tried_at = clock_timestamp() from (
           select n.tenant_id, n.id from (
             select distinct on (e.tenant_id, e.session_id, e.bot_id) e.tenant_id, e.id, e.created_at, e.tried_at
             from bot_event e join bot b on b.tenant_id = e.tenant_id and b.id = e.bot_id
             where e.position is null and e.state = 'pending' and (b.url <> '' or b.platform = 'assistant')
             order by e.tenant_id, e.session_id, e.bot_id, e.sequence
           ) n
           where greatest(n.created_at, n.tried_at) < clock_timestamp() - make_interval(secs => $1) limit 500
         ) oldest
         where e.tenant_id = oldest.tenant_id and e.id = oldest.id
         returning e.tenant_id, e.id",
        FORGOTTEN
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into())).collect())
}

/// Files that nobody fetched for ten minutes, of the last day: their jobs were lost with the broker.
pub async fn stuck_media(tx: &mut SystemTx) -> Result<Vec<(TenantId, AttachmentId)>, StoreError> {
    let rows = sqlx::query!(
        "select tenant_id, id from attachment where state = 'pending'
         and created_at between now() - interval '1 day' and now() - interval '10 minutes' limit 500"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into())).collect())
}

/// Takes uploads that were sent with no message for a day out of the list; their bytes may go.
pub async fn drop_uploads(tx: &mut SystemTx) -> Result<Vec<(TenantId, AttachmentId)>, StoreError> {
    let rows = sqlx::query!(
        "delete from attachment where item_id is null and created_at < statement_timestamp() - interval '1 day'
         returning tenant_id, id"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into())).collect())
}

/// Forgets what is older than its use, all by one time: live changes and idempotency keys after a day, orphans after a
/// day, seen events after eight days (the longest a provider retries is seven), what webhooks were told after thirty.
pub async fn sweep(tx: &mut SystemTx) -> Result<u64, StoreError> {
    sqlx::query!(
        "update tenant_stream s set swept = greatest(s.swept, old.position) from (
           select tenant_id, max(position) as position from live_event
           where at < now() - interval '24 hours' group by tenant_id
         ) old where old.tenant_id = s.tenant_id"
    )
    .execute(tx.conn())
    .await?;
    let mut gone = 0;
    for done in [
        sqlx::query!("delete from live_event where at < now() - interval '24 hours'").execute(tx.conn()).await?,
        sqlx::query!("delete from idempotency where created_at < now() - interval '24 hours'")
            .execute(tx.conn())
            .await?,
        sqlx::query!("delete from orphan_event where created_at < now() - interval '24 hours'")
            .execute(tx.conn())
            .await?,
        sqlx::query!("delete from seen_event where at < now() - interval '8 days'").execute(tx.conn()).await?,
        // Long enough for whoever asks when somebody was signed in; the audit log knows for longer.
        sqlx::query!("delete from sign_in where expires_at < now() - interval '30 days'").execute(tx.conn()).await?,
        // Their deliveries and attempts go with them.
        sqlx::query!(
            "delete from webhook_event where (tenant_id, id) in (
               select tenant_id, id from webhook_event where created_at < now() - interval '30 days' limit 10000
             )"
        )
        .execute(tx.conn())
        .await?,
    ] {
        gone += done.rows_affected();
    }
    Ok(gone)
}

/// Forgets decision records that are older than so many days, the oldest first, at most so many at once. Whom they looked
/// at goes with them.
pub async fn forget_decisions(tx: &mut SystemTx, days: u16, most: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from routing_decision where (tenant_id, id) in (
           select tenant_id, id from routing_decision where at < now() - make_interval(days => $1) order by at limit $2
         )",
        i32::from(days),
        most
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Forgets requests of providers that came more than so many days ago and were processed, at most so many at once and about
/// so many bytes of them: mails may be large. What failed stays until somebody has seen to it. No index but the key is
/// asked: ids are in the order of time (UUIDv7).
pub async fn forget_requests(tx: &mut SystemTx, days: u16, most: i64, bytes: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with bound as materialized (
           select (lpad(to_hex(greatest(0, extract(epoch from now() - make_interval(days => $1)) * 1000)::bigint), 12, '0')
                   || repeat('0', 20))::uuid as id
         )
         delete from inbound_raw where (tenant_id, id) in (
           select s.tenant_id, s.id from (
             select old.tenant_id, old.id, sum(old.size) over (order by old.tenant_id, old.id) - old.size as before
             from tenant t cross join lateral (
               select r.tenant_id, r.id, octet_length(r.body) as size from inbound_raw r
               where r.tenant_id = t.tenant_id and r.id < (select id from bound) and r.state || '' = 'processed'
               order by r.id limit $2
             ) old limit $2
           ) s where s.before < $3::bigint
         )",
        i32::from(days),
        most,
        bytes
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Forgets checks of outside verifiers a week after they stopped counting, at most so many at once.
pub async fn forget_checks(tx: &mut SystemTx, most: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from identity_signal where (tenant_id, id) in (
           select tenant_id, id from identity_signal where expires_at < now() - interval '7 days' order by expires_at limit $1
         )",
        most
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
