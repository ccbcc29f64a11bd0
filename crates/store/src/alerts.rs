//! Alerts: what needs somebody's eye.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, AlertId, ConversationId, CustomerId, QueueId, WebhookEndpointId, WorkItemId},
    live::{Change, Topic},
    time::Instant,
};
use uuid::Uuid;

/// An alert.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Id.
    pub id: AlertId,
    /// `unservable`, `red_channel`, `overflow`, `emergency`, `shift` or `webhook`.
    pub kind: String,
    /// 1 to 5.
    pub severity: i16,
    /// The work it is about.
    pub work: Option<WorkItemId>,
    /// Its conversation.
    pub conversation: Option<ConversationId>,
    /// The customer it is about.
    pub customer: Option<CustomerId>,
    /// The queue it is about.
    pub queue: Option<QueueId>,
    /// Whom it concerns first.
    pub agent: Option<AgentId>,
    /// What is the matter, for people.
    pub text: String,
    /// When.
    pub raised_at: Instant,
    /// Who has seen it, and when.
    pub acknowledged: Option<(AgentId, Instant)>,
    /// When it was over.
    pub ended_at: Option<Instant>,
}

struct Row {
    id: Uuid,
    kind: String,
    severity: i16,
    work_item_id: Option<Uuid>,
    conversation_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    queue_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    text: String,
    raised_at: Instant,
    acknowledged_at: Option<Instant>,
    acknowledged_by: Option<Uuid>,
    ended_at: Option<Instant>,
}

impl From<Row> for Alert {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            kind: row.kind,
            severity: row.severity,
            work: row.work_item_id.map(WorkItemId),
            conversation: row.conversation_id.map(ConversationId),
            customer: row.customer_id.map(CustomerId),
            queue: row.queue_id.map(QueueId),
            agent: row.agent_id.map(AgentId),
            text: row.text,
            raised_at: row.raised_at,
            acknowledged: row.acknowledged_by.map(AgentId).zip(row.acknowledged_at),
            ended_at: row.ended_at,
        }
    }
}

/// An alert to raise.
#[derive(Debug, Clone, Default)]
pub struct NewAlert<'a> {
    /// Its kind, as a code.
    pub kind: &'a str,
    /// 1 to 5.
    pub severity: i16,
    /// The work it is about.
    pub work: Option<WorkItemId>,
    /// Its conversation.
    pub conversation: Option<ConversationId>,
    /// The customer it is about.
    pub customer: Option<CustomerId>,
    /// The queue it is about.
    pub queue: Option<QueueId>,
    /// Whom it concerns first.
    pub agent: Option<AgentId>,
    /// The webhook endpoint it is about.
    pub webhook: Option<WebhookEndpointId>,
    /// What is the matter, for people.
    pub text: &'a str,
}

/// Tells the floor of an alert, and whom it concerns.
fn tell(tx: &mut WriteTx, alert: AlertId, agent: Option<AgentId>) {
    let mut concerned = vec![Topic::Floor];
    concerned.extend(agent.map(Topic::Agent));
    tx.live(&concerned, Change::Alert { alert });
}

/// Raises an alert and tells the floor, and whom it concerns; `None` when the same one stands already.
pub async fn raise(tx: &mut WriteTx, new: &NewAlert<'_>) -> Result<Option<AlertId>, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<AlertId>());
    let done = sqlx::query!(
        "insert into alert (tenant_id, id, kind, severity, work_item_id, conversation_id, customer_id, queue_id,
                            agent_id, text, webhook_endpoint_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (tenant_id, kind, work_item_id) where ended_at is null do nothing",
        tenant,
        id.0,
        new.kind,
        new.severity,
        new.work.map(|id| id.0),
        new.conversation.map(|id| id.0),
        new.customer.map(|id| id.0),
        new.queue.map(|id| id.0),
        new.agent.map(|id| id.0),
        new.text,
        new.webhook.map(|id| id.0)
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    tell(tx, id, new.agent);
    Ok(Some(id))
}

/// Ends the open alerts about a webhook endpoint.
pub async fn end_of_webhook(tx: &mut WriteTx, endpoint: WebhookEndpointId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let ended = sqlx::query_scalar!(
        "update alert set ended_at = clock_timestamp()
         where tenant_id = $1 and webhook_endpoint_id = $2 and ended_at is null returning id",
        tenant,
        endpoint.0
    )
    .fetch_all(tx.conn())
    .await?;
    for id in ended {
        tell(tx, id.into(), None);
    }
    Ok(())
}

/// Ends the open alerts of a kind about several pieces of work.
pub async fn end_of_work(tx: &mut WriteTx, kind: &str, works: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let ended = sqlx::query!(
        "update alert set ended_at = clock_timestamp()
         where tenant_id = $1 and kind = $2 and work_item_id = any($3) and ended_at is null returning id, agent_id",
        tenant,
        kind,
        works
    )
    .fetch_all(tx.conn())
    .await?;
    for row in ended {
        tell(tx, row.id.into(), row.agent_id.map(AgentId));
    }
    Ok(())
}

/// Ends the open alerts of a kind about a queue.
pub async fn end_of_queue(tx: &mut WriteTx, kind: &str, queue: QueueId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let ended = sqlx::query!(
        "update alert set ended_at = clock_timestamp()
         where tenant_id = $1 and kind = $2 and queue_id = $3 and ended_at is null returning id",
        tenant,
        kind,
        queue.0
    )
    .fetch_all(tx.conn())
    .await?;
    for row in ended {
        tell(tx, row.id.into(), None);
    }
    Ok(())
}

/// Ends the open alerts of a kind with these words.
pub async fn end_named(tx: &mut WriteTx, kind: &str, text: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let ended = sqlx::query!(
        "update alert set ended_at = clock_timestamp()
         where tenant_id = $1 and kind = $2 and text = $3 and ended_at is null returning id",
        tenant,
        kind,
        text
    )
    .fetch_all(tx.conn())
    .await?;
    for row in ended {
        tell(tx, row.id.into(), None);
    }
    Ok(())
}

/// Ends one alert by hand or marks it as seen; false when it is over or not there.
pub async fn see(tx: &mut WriteTx, id: AlertId, by: AgentId, end: bool) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let seen = sqlx::query!(
        "update alert set acknowledged_at = coalesce(acknowledged_at, clock_timestamp()),
                acknowledged_by = coalesce(acknowledged_by, $3),
                ended_at = case when $4 then clock_timestamp() end
         where tenant_id = $1 and id = $2 and ended_at is null returning agent_id",
        tenant,
        id.0,
        by.0,
        end
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(row) = &seen {
        tell(tx, id, row.agent_id.map(AgentId));
    }
    Ok(seen.is_some())
}

macro_rules! alerts {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        let rows = sqlx::query_as!(
            Row,
            "select id, kind, severity, work_item_id, conversation_id, customer_id, queue_id, agent_id, text, raised_at,
                    acknowledged_at, acknowledged_by, ended_at
             from alert where tenant_id = $1 and " + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?;
        Ok(rows.into_iter().map(Alert::from).collect())
    }};
}

/// Several alerts by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Alert>, StoreError> {
    alerts!(tx, "id = any($2)", ids)
}

/// Open alerts, newest first: all of them, or those that concern one agent.
pub async fn open(tx: &mut ReadTx, of: Option<AgentId>, limit: i64) -> Result<Vec<Alert>, StoreError> {
    alerts!(
        tx,
        "ended_at is null and ($2::uuid is null or agent_id = $2) order by id desc limit $3",
        of.map(|agent| agent.0),
        limit
    )
}

/// Work for which an alert of a kind stands.
pub async fn works(tx: &mut ReadTx, kind: &str) -> Result<Vec<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        r#"select work_item_id as "id!" from alert
           where tenant_id = $1 and kind = $2 and ended_at is null and work_item_id is not null"#,
        tenant,
        kind
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(WorkItemId).collect())
}
