//! The red channel: rules, what other systems say about customers, and what rules did to work.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, ChannelAccountId, ConversationId, CustomerEventId, CustomerId, PartyId, QueueId, WorkItemId},
    red::{Facts, Happened, Rule},
    time::Instant,
};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// Events of a customer that rules look at, newest first.
const MOST_EVENTS: i64 = 20;

/// A version of the tenant's rules.
#[derive(Debug, Clone, Default)]
pub struct RulesVersion {
    /// Its number; 0 when there are none yet.
    pub version: i32,
    /// The rules in the order in which they are looked at.
    pub rules: Vec<Rule>,
    /// Whether they are in force.
    pub active: bool,
    /// Who published them, when a person did.
    pub author: Option<AgentId>,
    /// Why, in their words.
    pub note: String,
    /// When.
    pub created_at: Option<Instant>,
}

/// Versions of the rules, newest first, those before `before` alone.
pub async fn versions(tx: &mut ReadTx, before: Option<i32>, limit: i64) -> Result<Vec<RulesVersion>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select version, rules, active, author_id, note, created_at from red_rules
         where tenant_id = $1 and version < $2 order by version desc limit $3",
        tenant,
        before.unwrap_or(i32::MAX),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RulesVersion {
                version: row.version,
                rules: serde_json::from_value(row.rules).map_err(|error| StoreError::Inconsistent {
                    table: "red_rules",
                    column: "rules",
                    value: error.to_string(),
                })?,
                active: row.active,
                author: row.author_id.map(AgentId),
                note: row.note,
                created_at: Some(row.created_at),
            })
        })
        .collect()
}

/// The rules in force: the newest ones.
pub async fn rules(tx: &mut ReadTx) -> Result<RulesVersion, StoreError> {
    Ok(versions(tx, None, 1).await?.pop().unwrap_or_default())
}

/// Makes rules the newest version, in force from now on; returns its number.
pub async fn publish(tx: &mut WriteTx, rules: &[Rule], note: &str) -> Result<i32, StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent());
    // Two who publish at once wait for each other here, and the second one finds the first one's version.
    sqlx::query!("select tenant_id from tenant where tenant_id = $1 for no key update", tenant)
        .fetch_optional(tx.conn())
        .await?;
    sqlx::query!("update red_rules set active = false where tenant_id = $1 and active", tenant)
        .execute(tx.conn())
        .await?;
    let version = sqlx::query_scalar!(
        "insert into red_rules (tenant_id, version, rules, author_id, note)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from red_rules where tenant_id = $1 returning version",
        tenant,
        serde_json::to_value(rules).unwrap_or_default(),
        author.map(|agent| agent.0),
        note
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(version)
}

/// What another system said about a customer.
#[derive(Debug, Clone)]
pub struct CustomerEvent {
    /// Id.
    pub id: CustomerEventId,
    /// Kind as the sender names it.
    pub kind: String,
    /// 1 to 5.
    pub severity: i16,
    /// For people.
    pub text: String,
    /// For programs.
    pub data: Value,
    /// When it happened.
    pub occurred_at: Instant,
    /// When it was told.
    pub received_at: Instant,
}

/// What another system says about a customer.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// The address it is about.
    pub party: PartyId,
    /// The account it came over; none when a person or a key told it.
    pub account: Option<ChannelAccountId>,
    /// The sender's own id of it.
    pub external_id: Option<&'a str>,
    /// Kind as the sender names it.
    pub kind: &'a str,
    /// 1 to 5.
    pub severity: i16,
    /// For people.
    pub text: &'a str,
    /// For programs.
    pub data: &'a Value,
    /// When it happened; now when left out.
    pub occurred_at: Option<Instant>,
}

/// Stores an event; `None` when it was told before.
pub async fn insert_event(tx: &mut WriteTx, new: &NewEvent<'_>) -> Result<Option<CustomerEventId>, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<CustomerEventId>());
    let done = sqlx::query!(
        "insert into customer_event (tenant_id, id, party_id, account_id, external_id, kind, severity, text, data,
                                     occurred_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, clock_timestamp()))
         on conflict (tenant_id, account_id, external_id) do nothing",
        tenant,
        id.0,
        new.party.0,
        new.account.map(|id| id.0),
        new.external_id,
        new.kind,
        new.severity,
        new.text,
        new.data,
        new.occurred_at
    )
    .execute(tx.conn())
    .await?;
    Ok((done.rows_affected() == 1).then_some(id))
}

/// What other systems said about a customer, newest first.
pub async fn events(tx: &mut ReadTx, customer: CustomerId, limit: i64) -> Result<Vec<CustomerEvent>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select e.id, e.kind, e.severity, e.text, e.data, e.occurred_at, e.received_at
         from party_customer l join customer_event e on e.tenant_id = $1 and e.party_id = l.party_id
         where l.tenant_id = $1 and l.customer_id = $2 order by e.received_at desc, e.id desc limit $3",
        tenant,
        customer.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| CustomerEvent {
            id: row.id.into(),
            kind: row.kind,
            severity: row.severity,
            text: row.text,
            data: row.data,
            occurred_at: row.occurred_at,
            received_at: row.received_at,
        })
        .collect())
}

/// What is known of the customers of several pieces of work.
#[derive(Debug, Clone)]
pub struct WorkFacts {
    /// The work.
    pub work: WorkItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its customer.
    pub customer: CustomerId,
    /// Who owns the conversation.
    pub owner: Option<AgentId>,
    /// When the work was born.
    pub enqueued_at: Instant,
    /// The rule that applied before.
    pub red_rule: Option<String>,
    /// For the rules.
    pub facts: Facts,
}

/// Reads the facts of several pieces of work.
pub async fn facts(tx: &mut ReadTx, works: &[Uuid]) -> Result<Vec<WorkFacts>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select w.id, w.conversation_id, w.queue_id, w.enqueued_at, w.red_rule, c.customer_id, c.owner_agent_id,
                  u.tier, u.tags, s.heard, e.kinds as "kinds?", e.severities as "severities?", e.times as "times?"
           from work_item w
           join session s on s.tenant_id = $1 and s.id = w.session_id
           join conversation c on c.tenant_id = $1 and c.id = w.conversation_id
           join customer u on u.tenant_id = $1 and u.id = c.customer_id
           left join lateral (
             select array_agg(n.kind) as kinds, array_agg(n.severity) as severities, array_agg(n.occurred_at) as times
             from (select v.kind, v.severity, v.occurred_at
                   from party_customer l join customer_event v on v.tenant_id = $1 and v.party_id = l.party_id
                   where l.tenant_id = $1 and l.customer_id = c.customer_id
                   order by v.received_at desc limit $3) n
           ) e on true
           where w.tenant_id = $1 and w.id = any($2)"#,
        tenant,
        works,
        MOST_EVENTS
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (kinds, severities) = (row.kinds.unwrap_or_default(), row.severities.unwrap_or_default());
            let told = kinds.into_iter().zip(severities).zip(row.times.unwrap_or_default());
            let event = |((kind, severity), at): ((String, i16), Instant)| Happened {
                kind,
                severity: u8::try_from(severity).unwrap_or(1),
                at,
            };
            WorkFacts {
                work: row.id.into(),
                conversation: row.conversation_id.into(),
                customer: row.customer_id.into(),
                owner: row.owner_agent_id.map(AgentId),
                enqueued_at: row.enqueued_at,
                red_rule: row.red_rule,
                facts: Facts {
                    tags: row.tags,
                    tier: row.tier,
                    queue: Some(QueueId(row.queue_id)),
                    events: told.map(event).collect(),
                    heard: serde_json::from_value(row.heard).unwrap_or_default(),
                },
            }
        })
        .collect())
}

/// Open work of a customer: of conversations that are not resolved.
pub async fn open_work(tx: &mut ReadTx, customer: CustomerId) -> Result<Vec<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        "select w.id from conversation c join work_item w on w.tenant_id = $1 and w.conversation_id = c.id
         where c.tenant_id = $1 and c.customer_id = $2 and c.lifecycle <> 'resolved'
           and w.state in ('queued', 'offered', 'active', 'parked') order by w.id limit 50",
        tenant,
        customer.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(WorkItemId).collect())
}

/// Work born since a moment, newest first.
pub async fn work_since(tx: &mut ReadTx, since: Instant, limit: i64) -> Result<Vec<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    // Ids are in the order of time (UUIDv7): the key finds them.
    let millis = since.timestamp_millis().unsigned_abs();
    let first = Uuid::from_u64_pair(millis << 16, 0);
    let rows = sqlx::query_scalar!(
        "select id from work_item where tenant_id = $1 and id >= $2 order by id desc limit $3",
        tenant,
        first,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(WorkItemId).collect())
}

/// What a rule does to a piece of work.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// The work.
    pub work: WorkItemId,
    /// The rule's name.
    pub rule: &'a str,
    /// Head start, seconds; a longer one stays.
    pub head_start_seconds: i32,
    /// For whom it is kept, and how many seconds.
    pub named: Option<(AgentId, i32)>,
}

/// Marks work, once for each rule; returns what was not marked by its rule before.
pub async fn mark(tx: &mut WriteTx, marks: &[Mark<'_>]) -> Result<HashSet<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let mut marked = HashSet::new();
    for mark in marks {
        let done = sqlx::query!(
            "update work_item set red_rule = $3, head_start_seconds = greatest(head_start_seconds, $4),
                    named_agent_id = $5, named_until = clock_timestamp() + make_interval(secs => $6::int)
             where tenant_id = $1 and id = $2 and red_rule is distinct from $3",
            tenant,
            mark.work.0,
            mark.rule,
            mark.head_start_seconds,
            mark.named.map(|(agent, _)| agent.0),
            mark.named.map(|(_, seconds)| seconds)
        )
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 1 {
            marked.insert(mark.work);
        }
    }
    Ok(marked)
}
