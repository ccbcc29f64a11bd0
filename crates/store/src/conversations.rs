//! Conversations and their sessions.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    channel::ChannelKind,
    ids::{
        AgentId, BranchId, ChannelAccountId, ConversationId, CustomerId, OfferId, PartyId, QueueId, SessionId,
        WorkItemId,
    },
    time::Instant,
    understanding::message::Heard,
    work::{Lifecycle, OwnerKind},
};
use serde_json::Value;
use uuid::Uuid;

/// One issue.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Id.
    pub id: ConversationId,
    /// For people, per tenant.
    pub number: i64,
    /// Where it is counted.
    pub branch: BranchId,
    /// Whose it is.
    pub customer: CustomerId,
    /// open, snoozed, resolved.
    pub lifecycle: Lifecycle,
    /// Who owns it.
    pub owner: OwnerKind,
    /// The agent, when an agent owns it.
    pub owner_agent: Option<AgentId>,
    /// The queue it waits in or came from.
    pub queue: Option<QueueId>,
    /// Subject; empty for chats.
    pub subject: String,
    /// `seq` of its newest item.
    pub seq: i64,
    /// Rises with every change of state.
    pub version: i32,
    /// Newest message or note.
    pub last_activity_at: Instant,
    /// Since when.
    pub created_at: Instant,
}

struct Row {
    id: Uuid,
    number: i64,
    branch_id: Uuid,
    customer_id: Uuid,
    lifecycle: String,
    owner: String,
    owner_agent_id: Option<Uuid>,
    queue_id: Option<Uuid>,
    subject: String,
    seq: i64,
    version: i32,
    last_activity_at: Instant,
    created_at: Instant,
}

impl TryFrom<Row> for Conversation {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            number: row.number,
            branch: row.branch_id.into(),
            customer: row.customer_id.into(),
            lifecycle: code("conversation", "lifecycle", &row.lifecycle, Lifecycle::from_code)?,
            owner: code("conversation", "owner", &row.owner, OwnerKind::from_code)?,
            owner_agent: row.owner_agent_id.map(AgentId),
            queue: row.queue_id.map(QueueId),
            subject: row.subject,
            seq: row.seq,
            version: row.version,
            last_activity_at: row.last_activity_at,
            created_at: row.created_at,
        })
    }
}

/// Several conversations by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Conversation>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, number, branch_id, customer_id, lifecycle, owner, owner_agent_id, queue_id, subject, seq, version,
                last_activity_at, created_at
         from conversation where tenant_id = $1 and id = any($2)",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Conversation::try_from).collect()
}

/// One conversation.
pub async fn find(tx: &mut ReadTx, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    Ok(many(tx, &[id.0]).await?.pop())
}

/// One conversation under its row lock: the order of its timeline is the order of this lock.
pub async fn lock(tx: &mut WriteTx, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, number, branch_id, customer_id, lifecycle, owner, owner_agent_id, queue_id, subject, seq, version,
                last_activity_at, created_at
         from conversation where tenant_id = $1 and id = $2 for update",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Conversation::try_from).transpose()
}

/// The conversation of a piece of work under its row lock.
pub async fn lock_of_work(tx: &mut WriteTx, work: WorkItemId) -> Result<Option<Conversation>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select c.id, c.number, c.branch_id, c.customer_id, c.lifecycle, c.owner, c.owner_agent_id, c.queue_id, c.subject,
                c.seq, c.version, c.last_activity_at, c.created_at
         from work_item w join conversation c on c.tenant_id = $1 and c.id = w.conversation_id
         where w.tenant_id = $1 and w.id = $2 for update of c",
        tenant,
        work.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Conversation::try_from).transpose()
}

/// The conversation of an offer under its row lock.
pub async fn lock_of_offer(tx: &mut WriteTx, offer: OfferId) -> Result<Option<Conversation>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select c.id, c.number, c.branch_id, c.customer_id, c.lifecycle, c.owner, c.owner_agent_id, c.queue_id, c.subject,
                c.seq, c.version, c.last_activity_at, c.created_at
         from offer o
         join work_item w on w.tenant_id = $1 and w.id = o.work_item_id
         join conversation c on c.tenant_id = $1 and c.id = w.conversation_id
         where o.tenant_id = $1 and o.id = $2 for update of c",
        tenant,
        offer.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Conversation::try_from).transpose()
}

/// The newest conversation of a customer that is not resolved.
pub async fn newest_unresolved(tx: &mut ReadTx, customer: CustomerId) -> Result<Option<ConversationId>, StoreError> {
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "select id from conversation where tenant_id = $1 and customer_id = $2 and lifecycle <> 'resolved'
         order by last_activity_at desc, id desc limit 1",
        tenant,
        customer.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(ConversationId))
}

/// Sets owner and lifecycle; the row is locked by the caller.
pub async fn set_state(
    tx: &mut WriteTx,
    id: ConversationId,
    lifecycle: Lifecycle,
    owner: OwnerKind,
    agent: Option<AgentId>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update conversation set lifecycle = $3, owner = $4, owner_agent_id = $5, version = version + 1,
                resolved_at = case when $3 = 'resolved' then clock_timestamp() end
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        lifecycle.code(),
        owner.code(),
        agent.map(|a| a.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Open and owned by this agent.
    Mine(AgentId),
    /// Open, in this queue.
    Queue(QueueId),
    /// Open, and this agent is asked for advice.
    Consulted(AgentId),
    /// All with this lifecycle.
    Lifecycle(Lifecycle),
    /// All of a customer.
    Customer(CustomerId),
}

/// A page of a view, newest activity first; each view has its index.
pub async fn page(
    tx: &mut ReadTx,
    view: View,
    before: Option<(Instant, ConversationId)>,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let tenant = tx.tenant();
    let (at, id) = before.map_or((None, Uuid::max()), |(at, id)| (Some(at), id.0));
    macro_rules! list {
        ($filter:literal, $value:expr) => {
            sqlx::query_as!(
                Row,
                "select id, number, branch_id, customer_id, lifecycle, owner, owner_agent_id, queue_id, subject, seq,
                        version, last_activity_at, created_at
                 from conversation where tenant_id = $1 and "
                    + $filter
                    + " and (last_activity_at, id) < (coalesce($3::timestamptz, 'infinity'), $4)
                 order by last_activity_at desc, id desc limit $5",
                tenant,
                $value,
                at,
                id,
                limit
            )
            .fetch_all(tx.conn())
            .await?
        };
    }
    let rows: Vec<Row> = match view {
        View::Mine(agent) => list!("owner_agent_id = $2 and lifecycle = 'open'", agent.0),
        View::Queue(queue) => list!("queue_id = $2 and lifecycle = 'open'", queue.0),
        View::Consulted(agent) => list!(
            "lifecycle <> 'resolved' and id in (
               select conversation_id from consult where tenant_id = $1 and agent_id = $2 and ended_at is null)",
            agent.0
        ),
        View::Lifecycle(lifecycle) => list!("lifecycle = $2", lifecycle.code()),
        View::Customer(customer) => list!("customer_id = $2", customer.0),
    };
    rows.into_iter().map(Conversation::try_from).collect()
}

/// One engagement on one channel.
#[derive(Debug, Clone)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The customer's side.
    pub party: PartyId,
    /// Our side.
    pub account: ChannelAccountId,
    /// Channel.
    pub kind: ChannelKind,
    /// The provider's thread.
    pub thread: Option<String>,
    /// Since when.
    pub opened_at: Instant,
    /// Until when.
    pub closed_at: Option<Instant>,
    /// The customer's last message.
    pub last_customer_at: Option<Instant>,
    /// External id of the customer's last message.
    pub last_external_id: Option<String>,
    /// bot, queue or agent: who may speak to the customer.
    pub control: OwnerKind,
    /// The bot or agent.
    pub control_id: Option<Uuid>,
    /// Rises with every change of control.
    pub control_epoch: i64,
    /// A customer message the bot has not acted on.
    pub bot_waits_since: Option<Instant>,
    /// What is kept of the customer's words.
    pub heard: Heard,
}

struct SessionRow {
    id: Uuid,
    conversation_id: Uuid,
    party_id: Uuid,
    account_id: Uuid,
    kind: String,
    thread: Option<String>,
    opened_at: Instant,
    closed_at: Option<Instant>,
    last_customer_at: Option<Instant>,
    last_external_id: Option<String>,
    control: String,
    control_id: Option<Uuid>,
    control_epoch: i64,
    bot_waits_since: Option<Instant>,
    heard: Value,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;
    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            party: row.party_id.into(),
            account: row.account_id.into(),
            kind: code("session", "kind", &row.kind, |t| t.parse().ok())?,
            thread: row.thread,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            last_customer_at: row.last_customer_at,
            last_external_id: row.last_external_id,
            control: code("session", "control", &row.control, OwnerKind::from_code)?,
            control_id: row.control_id,
            control_epoch: row.control_epoch,
            bot_waits_since: row.bot_waits_since,
            heard: serde_json::from_value(row.heard).unwrap_or_default(),
        })
    }
}

/// The open session of a party on an account, in one thread of the provider or in none. What is said in a group and what
/// is said in private are two sessions: an answer never goes to the other.
pub async fn open_session(
    tx: &mut ReadTx,
    party: PartyId,
    account: ChannelAccountId,
    thread: Option<&str>,
) -> Result<Option<Session>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        SessionRow,
        "select id, conversation_id, party_id, account_id, kind, thread, opened_at, closed_at, last_customer_at,
                last_external_id, control, control_id, control_epoch, bot_waits_since, heard
         from session where tenant_id = $1 and party_id = $2 and account_id = $3
           and coalesce(thread, '') = coalesce($4, '') and closed_at is null",
        tenant,
        party.0,
        account.0,
        thread
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Session::try_from).transpose()
}

/// The open session of a provider's thread on an account, the newest.
pub async fn open_by_thread(
    tx: &mut ReadTx,
    account: ChannelAccountId,
    thread: &str,
) -> Result<Option<SessionId>, StoreError> {
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "select id from session where tenant_id = $1 and account_id = $2 and thread = $3 and closed_at is null
         order by opened_at desc, id desc limit 1",
        tenant,
        account.0,
        thread
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(SessionId))
}

/// One session.
pub async fn session(tx: &mut ReadTx, id: SessionId) -> Result<Option<Session>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        SessionRow,
        "select id, conversation_id, party_id, account_id, kind, thread, opened_at, closed_at, last_customer_at,
                last_external_id, control, control_id, control_epoch, bot_waits_since, heard
         from session where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Session::try_from).transpose()
}

/// Sessions of several conversations, newest first.
pub async fn sessions(tx: &mut ReadTx, conversations: &[Uuid]) -> Result<Vec<Session>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        SessionRow,
        "select id, conversation_id, party_id, account_id, kind, thread, opened_at, closed_at, last_customer_at,
                last_external_id, control, control_id, control_epoch, bot_waits_since, heard
         from session where tenant_id = $1 and conversation_id = any($2)
         order by coalesce(last_customer_at, opened_at) desc, id desc limit 500",
        tenant,
        conversations
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Session::try_from).collect()
}

/// The bot has its time from now on: it holds the session and the customer waits.
pub async fn bot_waits(tx: &mut WriteTx, session: SessionId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update session set bot_waits_since = clock_timestamp() where tenant_id = $1 and id = $2 and control = 'bot'",
        tenant,
        session.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The bot acted: its time no longer runs.
pub async fn bot_acted(tx: &mut WriteTx, session: SessionId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update session set bot_waits_since = null where tenant_id = $1 and id = $2", tenant, session.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Passes the control token; what carries an older epoch is refused from now on. An agent who gets it joins the session.
/// Returns the session as it is now.
pub async fn pass_control(
    tx: &mut WriteTx,
    session: SessionId,
    to: OwnerKind,
    holder: Option<Uuid>,
) -> Result<Session, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        SessionRow,
        "with joined as (
           insert into participant (tenant_id, session_id, kind, actor_id, role)
           select $1, $2, 'agent', $4, 'agent' where $3 = 'agent'
         )
         update session set control = $3, control_id = $4, control_epoch = control_epoch + 1, bot_waits_since = null
         where tenant_id = $1 and id = $2
         returning id, conversation_id, party_id, account_id, kind, thread, opened_at, closed_at, last_customer_at,
                   last_external_id, control, control_id, control_epoch, bot_waits_since, heard",
        tenant,
        session.0,
        to.code(),
        holder
    )
    .fetch_one(tx.conn())
    .await?;
    row.try_into()
}

/// Hands a session, and its conversation with it, which is open then, to an agent or to the queue; a conversation of which
/// an agent has another session stays theirs when this one goes to the queue. The caller holds the conversation.
pub async fn hand_over(
    tx: &mut WriteTx,
    conversation: ConversationId,
    session: SessionId,
    to: Option<AgentId>,
) -> Result<Session, StoreError> {
    let tenant = tx.tenant();
    let owner = if to.is_some() { OwnerKind::Agent } else { OwnerKind::Queue };
    let row = sqlx::query_as!(
        SessionRow,
        "with joined as (
           insert into participant (tenant_id, session_id, kind, actor_id, role)
           select $1, $2, 'agent', $4, 'agent' where $4::uuid is not null
         ), owned as (
           update conversation c set lifecycle = 'open', owner = case when o.agent is null then $3 else 'agent' end,
                  owner_agent_id = o.agent, version = c.version + 1, resolved_at = null
           from (
             select coalesce($4, (
               select agent_id from work_item
               where tenant_id = $1 and conversation_id = $5 and session_id <> $2 and state || '' = 'active'
               order by accepted_at desc, id limit 1
             )) as agent
           ) o
           where c.tenant_id = $1 and c.id = $5
         )
         update session set control = $3, control_id = $4, control_epoch = control_epoch + 1, bot_waits_since = null
         where tenant_id = $1 and id = $2
         returning id, conversation_id, party_id, account_id, kind, thread, opened_at, closed_at, last_customer_at,
                   last_external_id, control, control_id, control_epoch, bot_waits_since, heard",
        tenant,
        session.0,
        owner.code(),
        to.map(|agent| agent.0),
        conversation.0
    )
    .fetch_one(tx.conn())
    .await?;
    row.try_into()
}

/// Closes all sessions of a conversation.
pub async fn close_sessions(tx: &mut WriteTx, conversation: ConversationId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with gone as (
           update session set closed_at = clock_timestamp(), bot_waits_since = null
           where tenant_id = $1 and conversation_id = $2 and coalesce(closed_at, 'infinity') = 'infinity'
         )
         update participant p set left_at = clock_timestamp() from session s
         where s.tenant_id = $1 and s.conversation_id = $2
           and p.tenant_id = $1 and p.session_id = s.id and p.left_at is null",
        tenant,
        conversation.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether somebody is or was part of a session.
pub async fn took_part(tx: &mut ReadTx, session: SessionId, actor: Uuid) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        r#"select exists (select 1 from participant where tenant_id = $1 and session_id = $2 and actor_id = $3) as "found!""#,
        tenant,
        session.0,
        actor
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// Whether the site of a web chat has said who a visitor is.
pub async fn visitor_is_named(tx: &mut ReadTx, key: &meridian_domain::event::Identifier) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let named = sqlx::query_scalar!(
        r#"select exists (
             select 1 from party p join customer_identity i on i.tenant_id = p.tenant_id and i.party_id = p.id
             where p.tenant_id = $1 and p.scheme = $2 and p.scope = $3 and p.value = $4
               and i.verified = any(array['token', 'agent']) and i.source = 'webchat'
           ) as "named!""#,
        tenant,
        key.scheme,
        key.scope,
        key.value
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(named)
}

/// The newest session of a web chat visitor, and their party.
pub async fn session_of_visitor(
    tx: &mut ReadTx,
    account: ChannelAccountId,
    key: &meridian_domain::event::Identifier,
) -> Result<Option<(SessionId, PartyId)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select s.id, s.party_id from party p
         join session s on s.tenant_id = p.tenant_id and s.party_id = p.id and s.account_id = $5
         where p.tenant_id = $1 and p.scheme = $2 and p.scope = $3 and p.value = $4
         order by s.opened_at desc, s.id desc limit 1",
        tenant,
        key.scheme,
        key.scope,
        key.value,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id.into(), row.party_id.into())))
}
