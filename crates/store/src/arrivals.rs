//! What a batch of arriving messages needs from the database: each statement serves all of them.

use crate::{
    StoreError, WriteTx,
    conversations::{Conversation, Session},
    error::code,
    identity::PartyView,
    inbound::Raw,
};
use meridian_domain::{
    event::{Identifier, InboundEvent},
    identity::{REASSIGNED_AFTER_DAYS, passing},
    ids::{ChannelAccountId, CustomerId, IdentityId, RawId, SessionId},
    time::Instant,
    understanding::message::Heard,
    work::{Lifecycle, OwnerKind},
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Stored requests taken in hand at most at once.
const CLAIMED: i64 = 500;

/// After so many days an address may be another person's.
const SILENT_DAYS: i32 = REASSIGNED_AFTER_DAYS as i32;

/// Stored requests in hand.
#[derive(Debug, Default)]
pub struct Claim {
    /// In the order in which they came.
    pub requests: Vec<(RawId, Raw)>,
    /// There may be more of those that were asked for.
    pub more: bool,
    /// The tenant's intent model in force.
    pub model: Option<i32>,
    /// The version of the rules of the red channel in force; 0 without any.
    pub rules: i32,
}

/// Takes stored requests in hand, and with each of them everything that came before it in its lane and that nobody
/// could fail to apply so far: jobs may overtake each other, what a customer says may not. Marks them as processed, for
/// nobody else; those that are done already are left out.
pub async fn claim(tx: &mut WriteTx, ids: &[RawId]) -> Result<Claim, StoreError> {
    let tenant = tx.tenant();
    let asked: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "with last as (
           select distinct on (queue) queue, received_at, id from inbound_raw
           where tenant_id = $1 and id = any($2) and state || '' = 'received'
           order by queue, received_at desc, id desc
         ), due as (
           select due.id from last l cross join lateral (
             select id from inbound_raw
             where tenant_id = $1 and queue = l.queue and state = 'received'
               and (received_at, id) <= (l.received_at, l.id) and (attempts = 0 or id = any($2))
             order by received_at, id limit $3
           ) due
         )
         update inbound_raw r set state = 'processed', processed_at = clock_timestamp() from due
         where r.tenant_id = $1 and r.id = due.id and r.state || '' = 'received'
         returning r.id, r.account_id, r.request, r.body, r.received_at,
           (select version from intent_model where tenant_id = $1 and state = 'active') as model,
           (select version from red_rules where tenant_id = $1 and active) as rules",
        tenant,
        &asked,
        CLAIMED
    )
    .fetch_all(tx.conn())
    .await?;
    let more = rows.len() >= CLAIMED as usize;
    let (model, rules) = rows.first().map_or((None, 0), |row| (row.model, row.rules.unwrap_or(0)));
    let mut requests: Vec<(RawId, Raw)> = rows
        .into_iter()
        .map(|r| {
            let account = ChannelAccountId(r.account_id);
            (RawId(r.id), Raw { account, request: r.request, body: r.body, received_at: r.received_at })
        })
        .collect();
    requests.sort_unstable_by_key(|(id, raw)| (raw.received_at, *id));
    Ok(Claim { requests, more, model, rules })
}

/// An event by its names.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The account.
    pub account: ChannelAccountId,
    /// Its dedupe key.
    pub key: &'a str,
    /// The provider's name of the message it brings, if it brings one.
    pub message: Option<&'a str>,
}

/// What is known of an event before it is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Seen here for the first time.
    pub fresh: bool,
    /// The message it brings is in the timeline already: another envelope, or the echo of one of ours.
    pub known: bool,
}

/// Claims events, each once: of two with the same key the first is fresh. In the order given.
pub async fn first_sights(tx: &mut WriteTx, events: &[Named<'_>]) -> Result<Vec<Sight>, StoreError> {
    let tenant = tx.tenant();
    let accounts: Vec<Uuid> = events.iter().map(|event| event.account.0).collect();
    let keys: Vec<String> = events.iter().map(|event| event.key.to_owned()).collect();
    let messages: Vec<Option<String>> = events.iter().map(|event| event.message.map(str::to_owned)).collect();
    let rows = sqlx::query!(
        r#"with asked as (
             select account, key, message, n from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality
               as a(account, key, message, n)
           ), fresh as (
             insert into seen_event (tenant_id, account_id, dedupe_key)
             select $1, account, key from asked group by account, key order by account, key
             on conflict do nothing returning account_id, dedupe_key
           )
           select f.account_id is not null and a.n = min(a.n) over (partition by a.account, a.key) as "fresh!",
                  x.item_id is not null as "known!"
           from asked a
           left join fresh f on f.account_id = a.account and f.dedupe_key = a.key
           left join item_external x on x.tenant_id = $1 and x.account_id = a.account and x.external_id = a.message
           order by a.n"#,
        tenant,
        &accounts,
        &keys,
        &messages as &[Option<String>]
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| Sight { fresh: row.fresh, known: row.known }).collect())
}

/// An open session with its conversation, both under lock.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Whose it is.
    pub party: PartyView,
    /// The session.
    pub session: Session,
    /// Its conversation.
    pub conversation: Conversation,
}

/// Where somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// The sender's key.
    pub key: &'a Identifier,
    /// The account.
    pub account: ChannelAccountId,
    /// The provider's thread (a group, a room, a channel), if it has one besides the sender.
    pub thread: Option<&'a str>,
}

/// Open sessions of senders.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// By their places.
    pub standing: HashMap<Place<'a>, Standing>,
    /// Places whose sender was silent for so long that the address may be another person's by now: a name is to be looked
    /// at before anything is said there ([`passing::has_passed`]).
    pub silent: HashSet<Place<'a>>,
}

/// Open sessions of senders in their places, locked with their conversations in id order. A
/// sender without an open session, whose address passed to somebody else, or whose conversation was resolved meanwhile,
/// is not among them.
///
/// The nested selects keep the order of the look-ups: on tables that were all but empty when it was planned, the
/// statement would else read every conversation of the tenant for each sender.
pub async fn standing<'a>(tx: &mut WriteTx, senders: &[Place<'a>]) -> Result<Found<'a>, StoreError> {
    let tenant = tx.tenant();
    let texts = |of: fn(&Place<'a>) -> &'a str| senders.iter().map(|at| of(at).to_owned()).collect::<Vec<String>>();
    let rows = sqlx::query_as!(
        StandingRow,
        r#"select f.n as "n!", f.silent as "silent!", s.party_id, s.id as session_id, s.kind, s.thread, s.opened_at, s.last_customer_at,
                  s.last_external_id, s.control, s.control_id, s.control_epoch, s.bot_waits_since, s.heard, c.id,
                  c.number, c.branch_id, c.customer_id, c.lifecycle, c.owner, c.owner_agent_id, c.queue_id, c.subject, c.seq,
                  c.version, c.last_activity_at, c.created_at
           from (
             select a.n, s.id as session, s.conversation_id as conversation, coalesce(i.silent, false) as silent
             from unnest($2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[]) with ordinality
               as a(scheme, scope, value, account, thread, passes, n)
             cross join lateral (
               select id from party p
               where p.tenant_id = $1 and p.scheme = a.scheme and p.scope = a.scope and p.value = a.value offset 0
             ) p
             cross join lateral (
               select id, conversation_id from session s
               where s.tenant_id = $1 and s.party_id = p.id and s.account_id = a.account
                 and coalesce(s.thread, '') = a.thread and s.closed_at is null offset 0
             ) s
             left join lateral (
               select i.valid_to, coalesce(i.unnamed_since, i.last_seen) < clock_timestamp() - make_interval(days => $8) as silent
               from customer_identity i
               where a.passes <> '' and i.tenant_id = $1 and i.party_id = p.id and i.scheme = a.passes and i.scope = a.scope
                 and i.value = a.value offset 0
             ) i on true
             where i.valid_to is null
             order by s.conversation_id, s.id offset 0
           ) f
           cross join lateral (
             select * from conversation c where c.tenant_id = $1 and c.id = f.conversation for update
           ) c
           cross join lateral (
             select * from session s where s.tenant_id = $1 and s.id = f.session
               and coalesce(s.closed_at, 'infinity') = 'infinity' for update
           ) s"#,
        tenant,
        &texts(|at| &at.key.scheme),
        &texts(|at| &at.key.scope),
        &texts(|at| &at.key.value),
        &senders.iter().map(|at| at.account.0).collect::<Vec<_>>(),
        &texts(|at| at.thread.unwrap_or_default()),
        &texts(|at| Some(passing::plain_scheme(&at.key.scheme)).filter(|it| passing::given_out_again(it)).unwrap_or("")),
        SILENT_DAYS
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found = Found::default();
    for row in rows {
        let asked = usize::try_from(row.n - 1).ok().and_then(|n| senders.get(n));
        let Some(place) = asked else { continue };
        let (silent, standing) = (row.silent, row.standing(place.account)?);
        if standing.conversation.lifecycle == Lifecycle::Resolved {
            continue;
        }
        if silent {
            found.silent.insert(*place);
        }
        found.standing.insert(*place, standing);
    }
    Ok(found)
}

struct StandingRow {
    n: i64,
    silent: bool,
    party_id: Uuid,
    session_id: Uuid,
    kind: String,
    thread: Option<String>,
    opened_at: Instant,
    last_customer_at: Option<Instant>,
    last_external_id: Option<String>,
    control: String,
    control_id: Option<Uuid>,
    control_epoch: i64,
    bot_waits_since: Option<Instant>,
    heard: Value,
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

impl StandingRow {
    fn standing(self, account: ChannelAccountId) -> Result<Standing, StoreError> {
        let conversation = Conversation {
            id: self.id.into(),
            number: self.number,
            branch: self.branch_id.into(),
            customer: self.customer_id.into(),
            lifecycle: code("conversation", "lifecycle", &self.lifecycle, Lifecycle::from_code)?,
            owner: code("conversation", "owner", &self.owner, OwnerKind::from_code)?,
            owner_agent: self.owner_agent_id.map(Into::into),
            queue: self.queue_id.map(Into::into),
            subject: self.subject,
            seq: self.seq,
            version: self.version,
            last_activity_at: self.last_activity_at,
            created_at: self.created_at,
        };
        let session = Session {
            id: self.session_id.into(),
            conversation: conversation.id,
            party: self.party_id.into(),
            account,
            kind: code("session", "kind", &self.kind, |kind| kind.parse().ok())?,
            thread: self.thread,
            opened_at: self.opened_at,
            closed_at: None,
            last_customer_at: self.last_customer_at,
            last_external_id: self.last_external_id,
            control: code("session", "control", &self.control, OwnerKind::from_code)?,
            control_id: self.control_id,
            control_epoch: self.control_epoch,
            bot_waits_since: self.bot_waits_since,
            heard: serde_json::from_value(self.heard).unwrap_or_default(),
        };
        let party = PartyView { party: session.party, customer: conversation.customer };
        Ok(Standing { party, session, conversation })
    }
}

/// What a sender said of itself.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// Who.
    pub party: PartyView,
    /// Its identifiers.
    pub ids: &'a [Identifier],
    /// Its name; may be empty.
    pub name: &'a str,
    /// Where it said so.
    pub source: &'a str,
    /// The person was there: not our own side, a machine or a table of old.
    pub seen: bool,
}

/// Remembers what senders said of themselves: identifiers that are new, newly verified, under another name or not seen
/// for ten minutes are written, and a customer without a name gets one. What was known before a long silence stays known
/// until a name comes. That the site of a web chat said who its visitor is stands as the source, whoever confirms it later.
/// Customers of whom something new is known now.
pub async fn remember(tx: &mut WriteTx, said: &[Said<'_>]) -> Result<Vec<CustomerId>, StoreError> {
    let tenant = tx.tenant();
    let (mut new, mut parties, mut sources, mut said_names, mut seen) = (vec![], vec![], vec![], vec![], vec![]);
    let (mut schemes, mut scopes, mut values, mut levels) = (vec![], vec![], vec![], vec![]);
    for one in said {
        for id in one.ids {
            new.push(tx.id::<IdentityId>().0);
            parties.push(one.party.party.0);
            sources.push(one.source.to_owned());
            schemes.push(id.scheme.clone());
            scopes.push(id.scope.clone());
            values.push(id.value.clone());
            levels.push(id.verified.code().to_owned());
            said_names.push(if one.seen { one.name.to_owned() } else { String::new() });
            seen.push(one.seen);
        }
    }
    let named = said.iter().filter(|one| !one.name.is_empty());
    let (customers, names): (Vec<Uuid>, Vec<String>) =
        named.map(|one| (one.party.customer.0, one.name.to_owned())).unzip();
    let learned = sqlx::query_scalar!(
        r#"with named as (
           update customer c set name = n.name from unnest($9::uuid[], $10::text[]) as n(id, name)
           where c.tenant_id = $1 and c.id = n.id and c.name = ''
           returning c.id
         ), noted as (
         insert into customer_identity as known (tenant_id, id, party_id, scheme, scope, value, verified, source, said_name)
         select distinct on (n.party, n.scheme, n.scope, n.value)
                $1, n.id, n.party, n.scheme, n.scope, n.value, n.verified, n.source, n.said_name
         from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $11::text[],
                     $12::bool[])
           as n(id, party, scheme, scope, value, verified, source, said_name, seen)
         where n.seen or not exists (
           select from customer_identity k
           where k.tenant_id = $1 and k.party_id = n.party and k.scheme = n.scheme and k.scope = n.scope and k.value = n.value
             and array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], k.verified)
               >= array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], n.verified)
         )
         order by n.party, n.scheme, n.scope, n.value,
           array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], n.verified) desc, n.said_name = ''
         on conflict (tenant_id, party_id, scheme, scope, value) do update set
           last_seen = clock_timestamp(),
           unnamed_since = case when excluded.said_name <> '' then null
             when known.last_seen < clock_timestamp() - make_interval(days => $13) then coalesce(known.unnamed_since, known.last_seen)
             else known.unnamed_since end,
           said_name = case when excluded.said_name <> '' then excluded.said_name else known.said_name end,
           source = case when known.source = 'webchat' and known.verified = any(array['token', 'agent']) then known.source
             when excluded.source = 'webchat' and excluded.verified = 'token' and known.verified = 'token' then excluded.source
             when array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], excluded.verified)
             > array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], known.verified)
             then excluded.source else known.source end,
           verified = case when array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], excluded.verified)
             > array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], known.verified)
             then excluded.verified else known.verified end
         where known.last_seen < clock_timestamp() - interval '10 minutes'
           or excluded.said_name <> '' and (known.said_name <> excluded.said_name or known.unnamed_since is not null)
           or array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], excluded.verified)
             > array_position(array['anonymous', 'claimed', 'channel', 'token', 'agent'], known.verified)
           or excluded.source = 'webchat' and known.source <> 'webchat' and excluded.verified = 'token' and known.verified = 'token'
         returning party_id, xmax = 0 as new
         )
         select id as "id!" from named union select party_id from noted where new"#,
        tenant,
        &new,
        &parties,
        &schemes,
        &scopes,
        &values,
        &levels,
        &sources,
        &customers,
        &names,
        &said_names,
        &seen,
        SILENT_DAYS
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(concerned(said, &learned))
}

/// Customers of whom something is new: of their party, or of themselves.
fn concerned(said: &[Said<'_>], learned: &[Uuid]) -> Vec<CustomerId> {
    let new = |one: &&Said<'_>| learned.contains(&one.party.party.0) || learned.contains(&one.party.customer.0);
    let mut customers: Vec<CustomerId> = said.iter().filter(new).map(|one| one.party.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    customers
}

/// A customer's message on a session.
#[derive(Debug, Clone, Copy)]
pub struct Wrote<'a> {
    /// The session.
    pub session: SessionId,
    /// When: reply windows count from then.
    pub at: Instant,
    /// The provider's name of the message, for our answers to quote; none to leave the one before.
    pub message: Option<&'a str>,
    /// Whether a bot has to act on it.
    pub bot_waits: bool,
    /// What is kept of the customer's words from now on; none to leave it alone.
    pub heard: Option<&'a Heard>,
}

/// Notes customers' messages on their sessions, where a bot's time starts unless it runs already; and takes the events
/// that waited for messages that are there now, by account and the provider's name, oldest first.
pub async fn wrote_and_awaited(
    tx: &mut WriteTx,
    wrote: &[Wrote<'_>],
    named: &[(ChannelAccountId, &str)],
) -> Result<Vec<(ChannelAccountId, InboundEvent)>, StoreError> {
    let tenant = tx.tenant();
    let sessions: Vec<Uuid> = wrote.iter().map(|one| one.session.0).collect();
    let messages: Vec<Option<String>> = wrote.iter().map(|one| one.message.map(str::to_owned)).collect();
    let times: Vec<Instant> = wrote.iter().map(|one| one.at).collect();
    let waits: Vec<bool> = wrote.iter().map(|one| one.bot_waits).collect();
    let heard: Vec<Option<Value>> = wrote.iter().map(|one| one.heard.map(|heard| json!(heard))).collect();
    let accounts: Vec<Uuid> = named.iter().map(|(account, _)| account.0).collect();
    let targets: Vec<String> = named.iter().map(|(_, target)| (*target).to_owned()).collect();
    let rows = sqlx::query!(
        "with wrote as (
           update session s set last_customer_at = greatest(s.last_customer_at, least(w.at, clock_timestamp())),
                  last_external_id = coalesce(w.message, s.last_external_id),
                  bot_waits_since = case when w.waits then coalesce(s.bot_waits_since, clock_timestamp())
                                         else s.bot_waits_since end,
                  heard = coalesce(w.heard, s.heard)
           from (
             select session, (array_agg(message order by n desc) filter (where message is not null))[1] as message,
                    bool_or(waits) as waits, max(at) as at,
                    (array_agg(heard order by n desc) filter (where heard is not null))[1] as heard
             from unnest($2::uuid[], $3::text[], $4::bool[], $5::timestamptz[], $8::jsonb[]) with ordinality
               as a(session, message, waits, at, heard, n)
             group by session
           ) w
           where s.tenant_id = $1 and s.id = any($2) and s.id = w.session
         ), awaited as (
           delete from orphan_event o using unnest($6::uuid[], $7::text[]) as m(account, target)
           where o.tenant_id = $1 and o.account_id = m.account and o.target = m.target
           returning o.id, o.account_id, o.event
         )
         select account_id, event from awaited order by id",
        tenant,
        &sessions,
        &messages as &[Option<String>],
        &waits,
        &times,
        &accounts,
        &targets,
        &heard as &[Option<Value>]
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |(account, event): (Uuid, _)| Some((account.into(), serde_json::from_value(event).ok()?));
    Ok(rows.into_iter().filter_map(|row| read((row.account_id, row.event))).collect())
}
