//! People nobody knows who write for the first time: what their coming in makes is written for all of them at once. One
//! after the other it would be a dozen round trips each, while the rest of their batch waits.

use crate::{
    ReadTx, StoreError, WriteTx,
    arrivals::{Place, Standing},
    causes::WorkMove,
    conversations::{self, Conversation, Session},
    identity::PartyView,
};
use meridian_domain::{
    channel::ChannelKind,
    event::Identifier,
    ids::{BotId, BranchId, ChannelAccountId, ConversationId, CustomerId, LinkId, PartyId, QueueId, SessionId, WorkItemId},
    jobs::Job,
    time::Instant,
    understanding::message::Heard,
    work::{Lifecycle, OwnerKind},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Where what comes in over an account goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The queue of its work.
    pub queue: QueueId,
    /// Where it is counted.
    pub branch: BranchId,
    /// The bot that answers first.
    pub bot: Option<BotId>,
}

impl Way {
    fn of(queue: Uuid, branch: Uuid, bot: Option<Uuid>) -> Self {
        Self { queue: queue.into(), branch: branch.into(), bot: bot.map(BotId) }
    }
}

/// Where what comes in over an account goes; `None` without such an account.
pub async fn way(tx: &mut ReadTx, account: ChannelAccountId) -> Result<Option<Way>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select a.queue_id, a.branch_id, b.id as "bot_id?"
           from channel_account a left join bot b on b.tenant_id = a.tenant_id and b.id = a.bot_id and b.status = 'active'
           where a.tenant_id = $1 and a.id = $2"#,
        tenant,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Way::of(row.queue_id, row.branch_id, row.bot_id)))
}

/// Which senders are strangers, by their place in the list: nobody has their key, and nobody holds one of their
/// identifiers; and where what they write goes. The caller holds the locks of the values that join
/// ([`crate::identity::lock_values`]).
pub async fn strangers(
    tx: &mut WriteTx,
    senders: &[(Place<'_>, &[Identifier])],
) -> Result<Vec<(usize, Way)>, StoreError> {
    let tenant = tx.tenant();
    let keys = |of: fn(&Identifier) -> &str| senders.iter().map(|(at, _)| of(at.key).to_owned()).collect::<Vec<_>>();
    let ids = || senders.iter().zip(1_i64..).flat_map(|((_, ids), n)| ids.iter().map(move |id| (n, id)));
    let told = |of: fn(&Identifier) -> &str| ids().map(|(_, id)| of(id).to_owned()).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"with held as (
             select distinct k.n from unnest($6::bigint[], $7::text[], $8::text[], $9::text[]) as k(n, scheme, scope, value)
             join customer_identity i on i.tenant_id = $1 and i.scheme = k.scheme and i.value = k.value
               and i.scope = k.scope and i.valid_to is null
           )
           select a.n as "n!", c.queue_id, c.branch_id, b.id as "bot_id?"
           from unnest($2::text[], $3::text[], $4::text[], $5::uuid[]) with ordinality as a(scheme, scope, value, account, n)
           join channel_account c on c.tenant_id = $1 and c.id = a.account
           left join bot b on b.tenant_id = $1 and b.id = c.bot_id and b.status || '' = 'active'
           where not exists (
             select from party p
             where p.tenant_id = $1 and p.scheme = a.scheme and p.scope = a.scope and p.value = a.value
           ) and a.n not in (select n from held)"#,
        tenant,
        &keys(|key| &key.scheme),
        &keys(|key| &key.scope),
        &keys(|key| &key.value),
        &senders.iter().map(|(at, _)| at.account.0).collect::<Vec<_>>(),
        &ids().map(|(n, _)| n).collect::<Vec<_>>(),
        &told(|id| &id.scheme),
        &told(|id| &id.scope),
        &told(|id| &id.value)
    )
    .fetch_all(tx.conn())
    .await?;
    let found = rows.into_iter().map(|row| (row.n, Way::of(row.queue_id, row.branch_id, row.bot_id)));
    Ok(found.filter_map(|(n, way)| Some((usize::try_from(n - 1).ok()?, way))).collect())
}

/// A stranger and what they open.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    /// Where they write; the thread is the session's.
    pub place: Place<'a>,
    /// The channel.
    pub kind: ChannelKind,
    /// Their name; may be empty.
    pub name: &'a str,
    /// BCP 47.
    pub locale: Option<&'a str>,
    /// Subject of the conversation; empty for chats.
    pub subject: &'a str,
    /// Where it goes.
    pub way: Way,
    /// Who has it: the bot of its way, the queue with a piece of work, or nobody.
    pub control: OwnerKind,
    /// The language the work asks for, BCP 47.
    pub language: Option<String>,
    /// Why they are a customer of their own, for people.
    pub reason: &'a str,
}

/// The names of what one stranger opens.
struct Made {
    party: PartyId,
    customer: CustomerId,
    link: LinkId,
    act: LinkId,
    conversation: ConversationId,
    number: i64,
    session: SessionId,
    work: WorkItemId,
}

/// Makes strangers known, each with party, customer, conversation and session, and a piece of work that routing is woken
/// for where it goes to the queue. `None` for whom another transaction made known first.
pub async fn open(tx: &mut WriteTx, openings: &[Opening<'_>]) -> Result<Vec<Option<Standing>>, StoreError> {
    let mut made = Vec::with_capacity(openings.len());
    for _ in openings {
        let number = conversations::next_number(tx).await?;
        made.push(Made {
            party: tx.id(),
            customer: tx.id(),
            link: tx.id(),
            act: tx.id(),
            conversation: tx.id(),
            number,
            session: tx.id(),
            work: tx.id(),
        });
    }
    let mut since = insert(tx, openings, &made).await?;
    let mut standing = Vec::with_capacity(openings.len());
    for (opening, made) in openings.iter().zip(&made) {
        let Some(at) = since.remove(&made.conversation.0) else {
            standing.push(None);
            continue;
        };
        if opening.control == OwnerKind::Queue {
            work_begins(tx, opening, made);
        }
        standing.push(Some(standing_of(opening, made, at)));
    }
    Ok(standing)
}

fn work_begins(tx: &mut WriteTx, opening: &Opening<'_>, made: &Made) {
    let Way { branch, queue, .. } = opening.way;
    tx.work_moved(WorkMove::birth(made.work, branch, queue, "message"));
    let tenant = tx.tenant();
    tx.job(&Job::RouteWork { work: made.work }, tenant);
}

/// Newest activity and beginning of the conversations of those who were made known.
async fn insert(
    tx: &mut WriteTx,
    openings: &[Opening<'_>],
    made: &[Made],
) -> Result<HashMap<Uuid, (Instant, Instant)>, StoreError> {
    let (tenant, actor) = (tx.tenant(), tx.scope().actor());
    let ids = |of: fn(&Made) -> Uuid| made.iter().map(of).collect::<Vec<_>>();
    let texts = |of: for<'s> fn(&'s Opening<'_>) -> &'s str| openings.iter().map(|one| of(one).to_owned()).collect::<Vec<_>>();
    let threads: Vec<Option<String>> = openings.iter().map(|one| one.place.thread.map(str::to_owned)).collect();
    let locales: Vec<Option<String>> = openings.iter().map(|one| one.locale.map(str::to_owned)).collect();
    let bots: Vec<Option<Uuid>> = openings.iter().map(|one| holder(one).map(|bot| bot.0)).collect();
    let languages: Vec<Option<String>> = openings.iter().map(|one| one.language.clone()).collect();
    let rows = sqlx::query!(
        "with made as (
           insert into party (tenant_id, id, scheme, scope, value)
           select $1, n.party, n.scheme, n.scope, n.value
           from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as n(party, scheme, scope, value)
           order by n.scheme, n.scope, n.value
           on conflict (tenant_id, scheme, scope, value) do nothing returning id
         ), n as (
           select n.* from made m join unnest($2::uuid[], $6::uuid[], $7::text[], $8::text[], $9::uuid[], $10::uuid[],
             $11::uuid[], $12::bigint[], $13::uuid[], $14::uuid[], $15::text[], $16::text[], $17::uuid[], $18::uuid[],
             $19::text[], $20::text[], $21::uuid[], $22::uuid[], $23::text[], $24::text[], $25::text[])
             as n(party, customer, name, locale, link, act, conversation, number, branch, queue, control, subject, session,
                  account, kind, thread, bot, work, class, language, reason) on n.party = m.id
         ), customers as (
           insert into customer (tenant_id, id, name, locale) select $1, customer, name, locale from n
         ), belongs as (
           insert into party_customer (tenant_id, party_id, customer_id) select $1, party, customer from n
         ), linked as (
           insert into identity_link (tenant_id, id, kind, party_id, customer_id, act_id, reason, evidence, actor_kind, actor_id)
           select $1, link, 'link', party, customer, act, reason, '[]', $26, $27 from n
         ), sessions as (
           insert into session (tenant_id, id, conversation_id, party_id, account_id, kind, thread, control, control_id)
           select $1, session, conversation, party, account, kind, thread, control, bot from n
         ), participants as (
           insert into participant (tenant_id, session_id, kind, actor_id, role)
           select $1, n.session, p.kind, p.actor, p.kind
           from n cross join lateral (values ('customer', n.party), ('bot', n.bot)) as p(kind, actor)
           where p.actor is not null
         ), works as (
           insert into work_item (tenant_id, id, conversation_id, session_id, queue_id, branch_id, class, head_start_seconds,
                                  skills, language)
           select $1, n.work, n.conversation, n.session, n.queue, n.branch, n.class, q.priority_minutes * 60, '[]', n.language
           from n join queue q on q.tenant_id = $1 and q.id = n.queue
           where n.control = 'queue'
         )
         insert into conversation (tenant_id, id, number, branch_id, customer_id, owner, queue_id, subject)
         select $1, conversation, number, branch, customer, control, queue, subject from n
         returning id, last_activity_at, created_at",
        tenant,
        &ids(|one| one.party.0),
        &texts(|one| &one.place.key.scheme),
        &texts(|one| &one.place.key.scope),
        &texts(|one| &one.place.key.value),
        &ids(|one| one.customer.0),
        &texts(|one| one.name),
        &locales as &[Option<String>],
        &ids(|one| one.link.0),
        &ids(|one| one.act.0),
        &ids(|one| one.conversation.0),
        &made.iter().map(|one| one.number).collect::<Vec<_>>(),
        &openings.iter().map(|one| one.way.branch.0).collect::<Vec<_>>(),
        &openings.iter().map(|one| one.way.queue.0).collect::<Vec<_>>(),
        &texts(|one| one.control.code()),
        &texts(|one| one.subject),
        &ids(|one| one.session.0),
        &openings.iter().map(|one| one.place.account.0).collect::<Vec<_>>(),
        &texts(|one| one.kind.code()),
        &threads as &[Option<String>],
        &bots as &[Option<Uuid>],
        &ids(|one| one.work.0),
        &texts(|one| one.kind.class().code()),
        &languages as &[Option<String>],
        &texts(|one| one.reason),
        actor.kind(),
        actor.id()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.last_activity_at, row.created_at))).collect())
}

/// The bot that has it.
fn holder(opening: &Opening<'_>) -> Option<BotId> {
    opening.way.bot.filter(|_| opening.control == OwnerKind::Bot)
}

fn standing_of(opening: &Opening<'_>, made: &Made, (active, since): (Instant, Instant)) -> Standing {
    let conversation = Conversation {
        id: made.conversation,
        number: made.number,
        branch: opening.way.branch,
        customer: made.customer,
        lifecycle: Lifecycle::Open,
        owner: opening.control,
        owner_agent: None,
        queue: Some(opening.way.queue),
        subject: opening.subject.to_owned(),
        seq: 0,
        version: 1,
        last_activity_at: active,
        created_at: since,
    };
    let session = Session {
        id: made.session,
        conversation: made.conversation,
        party: made.party,
        account: opening.place.account,
        kind: opening.kind,
        thread: opening.place.thread.map(str::to_owned),
        opened_at: active,
        closed_at: None,
        last_customer_at: None,
        last_external_id: None,
        control: opening.control,
        control_id: holder(opening).map(|bot| bot.0),
        control_epoch: 1,
        bot_waits_since: None,
        heard: Heard::default(),
    };
    Standing { party: PartyView { party: made.party, customer: made.customer }, session, conversation }
}
