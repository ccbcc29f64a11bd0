//! Open work at the end of a shift.

use crate::{ReadTx, StoreError};
use meridian_domain::{
    ids::{AgentId, ConversationId, SiteId, WorkItemId},
    time::Instant,
};
use uuid::Uuid;

/// Sites that hand their open work over.
pub async fn handing(tx: &mut ReadTx) -> Result<Vec<SiteId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!("select id from site where tenant_id = $1 and hands_over order by id", tenant)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(SiteId).collect())
}

/// Work of these queues that people of a site have held since before a moment, at most 500. Calls and chats in the hands of
/// somebody who is still there stay with them.
pub async fn left_over(
    tx: &mut ReadTx,
    site: SiteId,
    since: Instant,
    queues: &[Uuid],
) -> Result<Vec<(WorkItemId, ConversationId)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select w.id, w.conversation_id from agent a
         join work_item w on w.tenant_id = $1 and w.agent_id = a.id
         left join agent_state s on s.tenant_id = $1 and s.agent_id = a.id
         where a.tenant_id = $1 and a.site_id = $2 and w.state = 'active' and w.accepted_at < $3
           and (w.class in ('messaging', 'mail') or not coalesce(s.live, false) or s.chosen = 'offline')
           and w.queue_id = any($4)
         order by w.conversation_id, w.id limit 500",
        tenant,
        site.0,
        since,
        queues
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.conversation_id.into())).collect())
}

/// Whether people of a site hold work since before a moment, also work that stays with them for now.
pub async fn still_held(tx: &mut ReadTx, site: SiteId, since: Instant) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let held = sqlx::query_scalar!(
        r#"select exists (
             select from agent a join work_item w on w.tenant_id = $1 and w.agent_id = a.id
             where a.tenant_id = $1 and a.site_id = $2 and w.state = 'active' and w.accepted_at < $3
           ) as "held!""#,
        tenant,
        site.0,
        since
    );
    Ok(held.fetch_one(tx.conn()).await?)
}

/// Who held a piece of work before, latest first, the present holder aside.
pub async fn holders_before(tx: &mut ReadTx, work: WorkItemId, now: AgentId) -> Result<Vec<AgentId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        r#"select agent_id as "agent_id!" from work_item_event
           where tenant_id = $1 and work_item_id = $2 and to_state = 'active' and agent_id is not null and agent_id <> $3
           order by id desc limit 20"#,
        tenant,
        work.0,
        now.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(AgentId).collect())
}
