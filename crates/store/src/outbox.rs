//! The outbox on its way out: jobs to the broker, changes to their place in the tenants' streams. The relay serves all
//! tenants. Each function is one statement that is its own transaction, fenced by the leases of its lanes.
//!
//! None waits for the disk ([`Road`]). A crash of the database may undo the newest of them: jobs are then published
//! once more, and changes get other places. A place is never given twice, since it begins with the epoch of the lease
//! it was given under, and whoever serves a lane after a crash holds a new one.

use crate::{Road, StoreError};
use meridian_domain::ids::TenantId;
use serde_json::Value;
use uuid::Uuid;

/// Leases as the relay believes them: what is no longer held under its epoch is left alone.
#[derive(Debug, Clone)]
pub struct Held {
    /// Who holds them.
    pub holder: Uuid,
    /// Names of the leases.
    pub names: Vec<String>,
    /// Their epochs.
    pub epochs: Vec<i64>,
    /// The lanes they stand for.
    pub lanes: Vec<i16>,
}

/// A job on its way to the broker.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its place.
    pub id: i64,
    /// Its queue, without prefix.
    pub queue: String,
    /// The job.
    pub payload: Value,
}

/// Jobs that are due in some lanes, in order within each, at most `limit` a lane.
pub async fn jobs(road: &Road, held: &Held, limit: i64) -> Result<Vec<Outgoing>, StoreError> {
    let rows = sqlx::query!(
        r#"select o.tenant_id as "tenant_id!", o.id as "id!", o.queue as "queue!", o.payload as "payload!"
           from unnest($1::smallint[], $2::text[], $3::bigint[]) as h(lane, name, epoch)
           join lease l on l.name = h.name and l.epoch = h.epoch and l.holder = $4
           cross join lateral (
             select tenant_id, id, queue, payload, due_at from outbox
             where lane = h.lane and queue is not null and due_at <= statement_timestamp() order by due_at, id limit $5
           ) o
           order by h.lane, o.due_at, o.id"#,
        &held.lanes,
        &held.names,
        &held.epochs,
        held.holder,
        limit
    )
    .fetch_all(road.pool())
    .await?;
    let job =
        |(tenant_id, id, queue, payload): (Uuid, _, _, _)| Outgoing { tenant: tenant_id.into(), id, queue, payload };
    Ok(rows.into_iter().map(|row| job((row.tenant_id, row.id, row.queue, row.payload))).collect())
}

/// Takes published jobs out of the outbox.
pub async fn remove(road: &Road, rows: &[Outgoing]) -> Result<(), StoreError> {
    let tenants: Vec<Uuid> = rows.iter().map(|row| row.tenant.0).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    sqlx::query!(
        "delete from outbox o using unnest($1::uuid[], $2::bigint[]) as gone(tenant_id, id)
         where o.tenant_id = gone.tenant_id and o.id = gone.id",
        &tenants,
        &ids
    )
    .execute(road.pool())
    .await?;
    Ok(())
}

/// A change in its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its place in the tenant's stream.
    pub position: i64,
    /// The topics it is told to.
    pub topics: Vec<String>,
    /// The change.
    pub change: Value,
}

/// Moves due changes from the outbox to the end of their tenants' streams, at most `limit` a lane. A row is placed by
/// the statement that deletes it, so never twice. Positions grow by one, and begin anew at 2^32 times the epoch when a
/// lane changes hands. Tenants with webhooks get a copy to make events of.
pub async fn place(road: &Road, held: &Held, limit: i64) -> Result<Vec<Placed>, StoreError> {
    let rows = sqlx::query!(
        r#"with due as (
             select o.tenant_id, o.id, h.epoch
             from unnest($1::smallint[], $2::text[], $3::bigint[]) as h(lane, name, epoch)
             join lease l on l.name = h.name and l.epoch = h.epoch and l.holder = $4
             cross join lateral (
               select tenant_id, id from outbox
               where lane = h.lane and topics is not null and due_at <= statement_timestamp() order by due_at, id limit $5
             ) o
           ), gone as (
             delete from outbox o using due where o.tenant_id = due.tenant_id and o.id = due.id
             returning o.tenant_id, o.id, o.topics, o.payload, due.epoch
           ), numbered as (
             select tenant_id, topics, payload, row_number() over (partition by tenant_id order by id) as n,
                    count(*) over (partition by tenant_id) as of
             from gone
           ), stream as (
             insert into tenant_stream as known (tenant_id, position)
             select tenant_id, max(epoch) * 4294967296 + count(*) from gone group by tenant_id order by tenant_id
             on conflict (tenant_id) do update set
               position = greatest(excluded.position, known.position + excluded.position % 4294967296)
             returning tenant_id, position
           ), placed as (
             select n.tenant_id, n.topics, n.payload, s.position - n.of + n.n as position
             from numbered n join stream s using (tenant_id)
           ), told as (
             insert into live_event (tenant_id, topic, position, change)
             select p.tenant_id, t.topic, p.position, p.payload
             from placed p cross join lateral (select distinct unnest(p.topics) as topic) t
           ), hooked as (
             select s.tenant_id from stream s join webhook_source w on w.tenant_id = s.tenant_id
           ), copied as (
             insert into webhook_change (tenant_id, position, change)
             select p.tenant_id, p.position, p.payload from hooked h join placed p on p.tenant_id = h.tenant_id
           )
           select tenant_id as "tenant_id!", position as "position!", topics as "topics!", payload as "change!"
           from placed order by tenant_id, position"#,
        &held.lanes,
        &held.names,
        &held.epochs,
        held.holder,
        limit
    )
    .fetch_all(road.pool())
    .await?;
    let placed = |(tenant, position, topics, change): (Uuid, _, _, _)| Placed {
        tenant: tenant.into(),
        position,
        topics,
        change,
    };
    Ok(rows.into_iter().map(|row| placed((row.tenant_id, row.position, row.topics, row.change))).collect())
}
