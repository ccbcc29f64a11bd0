//! Opening sessions, and what is kept of the customer's words in them.

use crate::{
    ReadTx, StoreError, WriteTx,
    arrivals::Standing,
    conversations::{Conversation, Session},
    error::code,
    identity::PartyView,
};
use meridian_domain::{
    channel::ChannelKind,
    ids::{BranchId, ChannelAccountId, ConversationId, QueueId, SessionId, WorkItemId},
    time::Instant,
    understanding::message::Heard,
    work::{Lifecycle, OwnerKind},
};
use serde_json::json;
use uuid::Uuid;

/// A session that opens.
#[derive(Debug)]
pub struct Opens<'a> {
    /// The customer's side.
    pub party: PartyView,
    /// The party has written before: the language of an earlier engagement is kept.
    pub known: bool,
    /// Our side.
    pub account: ChannelAccountId,
    /// Its channel.
    pub kind: ChannelKind,
    /// The provider's thread.
    pub thread: Option<&'a str>,
    /// Nobody waits for an answer: nobody holds it. Else the account's bot does if there is one, else the queue.
    pub quiet: bool,
    /// Subject of a conversation that begins; empty for chats.
    pub subject: &'a str,
    /// The conversation that goes on; none: one begins with the session, and who holds one holds both. What people have
    /// already goes to them, not to the bot.
    pub within: Option<Conversation>,
}

/// A session that opened.
#[derive(Debug)]
pub struct Opened {
    /// It, with its conversation.
    pub at: Standing,
    /// The queue of the account's work.
    pub queue: QueueId,
    /// Where that is counted.
    pub branch: BranchId,
}

/// Opens a session, and its conversation under the tenant's next number when that begins; the customer, and the bot that
/// holds the session, take part from the start. `None` without such an account.
pub async fn open(tx: &mut WriteTx, opens: Opens<'_>) -> Result<Option<Opened>, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<SessionId>());
    let (conversation, begins, number) = match &opens.within {
        Some(conversation) => (conversation.id, false, 0),
        None => (tx.id::<ConversationId>(), true, next_number(tx).await?),
    };
    let with_people = opens.within.as_ref().is_some_and(|c| !matches!(c.owner, OwnerKind::Bot | OwnerKind::None));
    let row = sqlx::query_as!(
        OpenedRow,
        r#"with way as (
           select a.queue_id, a.branch_id, b.id as bot_id,
                  case when $8 then 'none' when b.id is null then 'queue' else 'bot' end as control
           from channel_account a
           left join bot b on b.tenant_id = $1 and b.id = a.bot_id and b.status = 'active' and not $8 and not $9
           where a.tenant_id = $1 and a.id = $5
         ), c as (
           insert into conversation (tenant_id, id, number, branch_id, customer_id, owner, queue_id, subject)
           select $1, $3, $12, branch_id, $13, control, queue_id, $14 from way where $11
           returning created_at
         ), s as (
           insert into session (tenant_id, id, conversation_id, party_id, account_id, kind, thread, control, control_id,
                                heard)
           select $1, $2, $3, $4, $5, $6, $7, control, bot_id, case when $10 then coalesce((
             select jsonb_build_object('lang', e.heard->'lang')
             from party_customer p
             cross join lateral (
               select id from conversation where tenant_id = $1 and customer_id = p.customer_id
               order by last_activity_at desc, id desc limit 5 offset 0
             ) c
             join session e on e.tenant_id = $1 and e.conversation_id = c.id
             where p.tenant_id = $1 and p.party_id = $4 and e.heard->'lang' is not null
             order by e.last_customer_at desc nulls last limit 1
           ), '{}') else '{}' end
           from way
           returning heard->>'lang' as language, opened_at
         ), p as (
           insert into participant (tenant_id, session_id, kind, actor_id, role)
           select $1, $2, p.kind, p.actor, p.kind
           from way, lateral (values ('customer', $4), ('bot', bot_id)) as p(kind, actor) where p.actor is not null
         )
         select way.queue_id, way.branch_id, way.bot_id as "bot_id?", way.control as "control!", s.language as "language?",
                s.opened_at as "opened_at!", coalesce(c.created_at, s.opened_at) as "began!"
         from way cross join s left join c on true"#,
        tenant,
        id.0,
        conversation.0,
        opens.party.party.0,
        opens.account.0,
        opens.kind.code(),
        opens.thread,
        opens.quiet,
        with_people,
        opens.known,
        begins,
        number,
        opens.party.customer.0,
        opens.subject
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| row.opened(opens, id, conversation, number)).transpose()
}

struct OpenedRow {
    queue_id: Uuid,
    branch_id: Uuid,
    bot_id: Option<Uuid>,
    control: String,
    language: Option<String>,
    opened_at: Instant,
    began: Instant,
}

impl OpenedRow {
    fn opened(
        self,
        opens: Opens<'_>,
        id: SessionId,
        conversation: ConversationId,
        number: i64,
    ) -> Result<Opened, StoreError> {
        let (party, queue, branch) = (opens.party, self.queue_id.into(), self.branch_id.into());
        let control = code("session", "control", &self.control, OwnerKind::from_code)?;
        let session = Session {
            id,
            conversation,
            party: party.party,
            account: opens.account,
            kind: opens.kind,
            thread: opens.thread.map(str::to_owned),
            opened_at: self.opened_at,
            closed_at: None,
            last_customer_at: None,
            last_external_id: None,
            control,
            control_id: self.bot_id,
            control_epoch: 1,
            bot_waits_since: None,
            heard: Heard { lang: self.language, ..Heard::default() },
        };
        let begun = || Conversation {
            id: conversation,
            number,
            branch,
            customer: party.customer,
            lifecycle: Lifecycle::Open,
            owner: control,
            owner_agent: None,
            queue: Some(queue),
            subject: opens.subject.to_owned(),
            seq: 0,
            version: 1,
            last_activity_at: self.began,
            created_at: self.began,
        };
        let conversation = opens.within.unwrap_or_else(begun);
        Ok(Opened { at: Standing { party, session, conversation }, queue, branch })
    }
}

/// The next number of a conversation: at hand, or taken now.
pub(crate) async fn next_number(tx: &mut WriteTx) -> Result<i64, StoreError> {
    if let Some(number) = tx.number() {
        return Ok(number);
    }
    let tenant = tx.tenant();
    let taken = sqlx::query_scalar!(
        "update tenant set conversation_number = conversation_number + 1 where tenant_id = $1
         returning conversation_number",
        tenant
    );
    Ok(taken.fetch_one(tx.conn()).await?)
}

/// Keeps what was heard in a session.
pub async fn set_heard(tx: &mut WriteTx, session: SessionId, heard: &Heard) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update session set heard = $3 where tenant_id = $1 and id = $2", tenant, session.0, json!(heard))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Open work of sessions, where they have any.
pub async fn open_work(tx: &mut ReadTx, sessions: &[SessionId]) -> Result<Vec<(SessionId, WorkItemId)>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.0).collect();
    let rows = sqlx::query!(
        "select w.session_id, w.id from unnest($2::uuid[]) as asked(id)
         join work_item w on w.tenant_id = $1 and w.session_id = asked.id
           and w.state in ('queued', 'offered', 'active', 'wrapping', 'parked')",
        tenant,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.session_id.into(), row.id.into())).collect())
}
