//! Parties, their identifiers, and the links that make customers of them.

use crate::{
    ReadTx, StoreError, WriteTx,
    error::code,
    passed,
    recognition::{declarations_told, declared},
};
use meridian_domain::{
    actor::Actor,
    event::{Identifier, Verification},
    identity::{Declared, Facts, Holder, passing},
    ids::{CustomerId, IdentityId, LinkId, PartyId},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// A party and its present customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartyView {
    /// The party.
    pub party: PartyId,
    /// The customer it belongs to now.
    pub customer: CustomerId,
}

/// Finds a party by its key and locks it: everything inbound of one party happens one after the other, and whose it is
/// stays so meanwhile.
pub async fn lock_party(tx: &mut WriteTx, key: &Identifier) -> Result<Option<PartyView>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select p.id, c.customer_id from party p
         join party_customer c on c.tenant_id = p.tenant_id and c.party_id = p.id
         where p.tenant_id = $1 and p.scheme = $2 and p.scope = $3 and p.value = $4 for update of p, c",
        tenant,
        key.scheme,
        key.scope,
        key.value
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| PartyView { party: row.id.into(), customer: row.customer_id.into() }))
}

/// A sender's party as its key finds it.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// The party.
    pub view: PartyView,
    /// Whole days since the party was seen with its key; as of somebody without a name after a long silence, before it.
    pub silent_days: i64,
    /// The key is the party's no more.
    pub ended: bool,
}

/// Finds the party of a sender by its key and locks it, as [`lock_party`] does, with what tells whether the key may have
/// passed to somebody else.
pub async fn lock_sender(tx: &mut WriteTx, key: &Identifier) -> Result<Option<Held>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select p.id, c.customer_id, i.valid_to is not null as "ended!",
                  coalesce(extract(epoch from clock_timestamp() - coalesce(i.unnamed_since, i.last_seen))::bigint / 86400, 0)
                    as "silent_days!"
           from party p
           join party_customer c on c.tenant_id = p.tenant_id and c.party_id = p.id
           left join customer_identity i on i.tenant_id = $1 and i.party_id = p.id and i.scheme = $5 and i.scope = $3
             and i.value = $4
           where p.tenant_id = $1 and p.scheme = $2 and p.scope = $3 and p.value = $4 for update of p, c"#,
        tenant,
        key.scheme,
        key.scope,
        key.value,
        passing::plain_scheme(&key.scheme)
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Held {
        view: PartyView { party: row.id.into(), customer: row.customer_id.into() },
        silent_days: row.silent_days,
        ended: row.ended,
    }))
}

/// Locks verified values against two newcomers that share one; in order, so that they cannot deadlock.
pub async fn lock_values(tx: &mut WriteTx, ids: &[Identifier]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let mut keys: Vec<String> =
        ids.iter().map(|id| format!("{tenant} {} {} {}", id.scheme, id.scope, id.value)).collect();
    keys.sort();
    keys.dedup();
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended(k.key, 0)) as "locked!: ()"
           from (select key from unnest($1::text[]) with ordinality as a(key, n) order by n) k"#,
        &keys
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// Addresses of one customer that are told of those that hold the same value: who comes by a new browser each time hides
/// nobody else.
const MOST_OF_ONE: i64 = 8;

/// Everyone who holds one of the identifiers, at most 50; what divides them from others is not told.
pub async fn holders(tx: &mut ReadTx, ids: &[Identifier]) -> Result<Vec<Holder>, StoreError> {
    let tenant = tx.tenant();
    let schemes: Vec<String> = ids.iter().map(|id| id.scheme.clone()).collect();
    let scopes: Vec<String> = ids.iter().map(|id| id.scope.clone()).collect();
    let values: Vec<String> = ids.iter().map(|id| id.value.clone()).collect();
    let rows = sqlx::query!(
        r#"select i.party_id, i.scheme, i.scope, i.value, i.verified, c.id as customer_id, c.created_at,
                  array(
                    select distinct h.name from identity_link l
                    join customer h on h.tenant_id = l.tenant_id and h.id = l.customer_id and h.name <> ''
                    where l.tenant_id = $1 and l.party_id = i.party_id and l.kind <> 'suggest' and not exists (
                      select from identity_candidate r where r.tenant_id = $1 and r.state = 'refused'
                        and r.customer_id = least(h.id, c.id) and r.other_id = greatest(h.id, c.id)
                    ) limit 8
                  ) || array(select i.said_name where i.said_name <> '') as "names!",
                  extract(epoch from clock_timestamp() - coalesce(i.unnamed_since, i.last_seen))::bigint / 86400
                    as "silent_days!"
           from (
             select i.*, pc.customer_id, row_number() over (
                      partition by pc.customer_id, i.scheme, i.scope, i.value
                      order by i.verified in ('channel', 'token', 'agent') desc, i.last_seen desc, i.id
                    ) as place
             from unnest($2::text[], $3::text[], $4::text[]) as k(scheme, scope, value)
             join customer_identity i on i.tenant_id = $1 and i.scheme = k.scheme and i.value = k.value and i.scope = k.scope
               and i.valid_to is null
             join party_customer pc on pc.tenant_id = $1 and pc.party_id = i.party_id
           ) i
           join customer c on c.tenant_id = $1 and c.id = i.customer_id
           where i.place <= $5
           order by c.created_at, i.id limit 50"#,
        tenant,
        &schemes,
        &scopes,
        &values,
        MOST_OF_ONE
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Holder {
                party: row.party_id.into(),
                customer: row.customer_id.into(),
                customer_since: row.created_at,
                names: row.names,
                silent_days: row.silent_days,
                declared: None,
                facts: Facts::NONE,
                identifier: Identifier {
                    scheme: row.scheme,
                    scope: row.scope,
                    value: row.value,
                    verified: code("customer_identity", "verified", &row.verified, Verification::from_code)?,
                    derived: false,
                },
            })
        })
        .collect()
}

/// One link event.
#[derive(Debug, Clone)]
pub struct Link {
    /// link, unlink, merge, unmerge, suggest, confirm, reject.
    pub kind: &'static str,
    /// The party that moved.
    pub party: PartyId,
    /// Where it belongs now (or is suggested to belong).
    pub customer: CustomerId,
    /// Where it belonged.
    pub from: Option<CustomerId>,
    /// The act (merge, ..) this event is part of.
    pub act: LinkId,
    /// Why, for people.
    pub reason: String,
    /// Why, for machines.
    pub evidence: Value,
}

/// Records a link event.
pub async fn insert_link(tx: &mut WriteTx, link: &Link) -> Result<(), StoreError> {
    let (tenant, id, actor) = (tx.tenant(), tx.id::<LinkId>(), tx.scope().actor());
    sqlx::query!(
        "insert into identity_link (tenant_id, id, kind, party_id, customer_id, from_customer_id, act_id, reason,
                                    evidence, actor_kind, actor_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tenant,
        id.0,
        link.kind,
        link.party.0,
        link.customer.0,
        link.from.map(|c| c.0),
        link.act.0,
        link.reason,
        link.evidence,
        actor.kind(),
        actor.id()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// All parties of a customer.
pub async fn parties(tx: &mut ReadTx, customer: CustomerId) -> Result<Vec<Uuid>, StoreError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select party_id from party_customer where tenant_id = $1 and customer_id = $2 order by party_id",
        tenant,
        customer.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

/// Holds who the parties of customers belong to, in id order, until the transaction ends. Before the customers themselves
/// are locked, as where somebody comes in: whoever writes at this moment is placed first, and moves with the rest.
pub async fn hold_parties(tx: &mut WriteTx, customers: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "select party_id from party_customer where tenant_id = $1 and customer_id = any($2) order by party_id for update",
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// A party that a merge moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The party.
    pub party: PartyId,
    /// Where to.
    pub into: CustomerId,
    /// Where from.
    pub from: CustomerId,
    /// Why, for machines.
    pub evidence: Value,
}

/// The parties a merge moved.
pub async fn act_moves(tx: &mut ReadTx, act: LinkId) -> Result<Vec<Moved>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select party_id, customer_id, from_customer_id as "from!", evidence from identity_link
           where tenant_id = $1 and act_id = $2 and kind in ('merge', 'confirm') and from_customer_id is not null
           order by id"#,
        tenant,
        act.0
    )
    .fetch_all(tx.conn())
    .await?;
    let moved = |(party, into, from, evidence): (Uuid, Uuid, Uuid, Value)| Moved {
        party: party.into(),
        into: into.into(),
        from: from.into(),
        evidence,
    };
    Ok(rows.into_iter().map(|row| moved((row.party_id, row.customer_id, row.from, row.evidence))).collect())
}

/// A merge that moved parties on after another act had moved them.
#[derive(Debug, Clone)]
pub struct Later {
    /// The act, by which it is taken back.
    pub act: LinkId,
    /// Where it took the parties from.
    pub from: CustomerId,
    /// Where to.
    pub into: CustomerId,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// Merges after an act that moved its parties on, newest first; those taken back meanwhile are left out.
pub async fn later_merges(tx: &mut ReadTx, act: LinkId) -> Result<Vec<Later>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select distinct on (l.act_id) l.act_id, l.from_customer_id as "from!", l.customer_id, l.at, l.reason
           from identity_link o
           join identity_link l on l.tenant_id = $1 and l.party_id = o.party_id and l.id > o.id
             and l.kind in ('merge', 'confirm') and l.from_customer_id is not null
           join party_customer p on p.tenant_id = $1 and p.party_id = o.party_id
           where o.tenant_id = $1 and o.act_id = $2 and o.kind in ('merge', 'confirm')
             and p.customer_id <> o.customer_id
             and not exists (
               select from identity_link u where u.tenant_id = $1 and u.party_id = l.party_id and u.id > l.id
                 and u.kind = 'unmerge' and u.customer_id = l.from_customer_id and u.from_customer_id = l.customer_id
             )
             and not exists (
               select from identity_link u where u.tenant_id = $1 and u.party_id = o.party_id and u.id > o.id
                 and u.id < l.id and u.kind = 'unmerge' and u.customer_id = o.from_customer_id
                 and u.from_customer_id = o.customer_id
             )
           order by l.act_id, l.id"#,
        tenant,
        act.0
    )
    .fetch_all(tx.conn())
    .await?;
    let mut later: Vec<Later> = rows
        .into_iter()
        .map(|row| Later {
            act: row.act_id.into(),
            from: row.from.into(),
            into: row.customer_id.into(),
            at: row.at,
            reason: row.reason,
        })
        .collect();
    later.sort_by_key(|merge| std::cmp::Reverse(merge.act));
    Ok(later)
}

/// A party's key, with its customer; of a party that was found by another key before, that one.
pub async fn party(tx: &mut ReadTx, id: PartyId) -> Result<Option<(Identifier, CustomerId)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select p.scheme, p.scope, p.value, c.customer_id from party p
         join party_customer c on c.tenant_id = p.tenant_id and c.party_id = p.id where p.tenant_id = $1 and p.id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| {
        let (scheme, scope, value) = match row.scheme.strip_prefix(passed::FORMER) {
            Some(scheme) => (scheme.to_owned(), String::new(), row.value),
            None => (row.scheme, row.scope, row.value),
        };
        let key = Identifier { scheme, scope, value, verified: Verification::Anonymous, derived: false };
        (key, row.customer_id.into())
    }))
}

/// One identifier as the customer card shows it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The party that holds it.
    pub party: PartyId,
    /// The customer.
    pub customer: CustomerId,
    /// Scheme.
    pub scheme: String,
    /// Value in normal form.
    pub value: String,
    /// Where the value is unique; empty = everywhere.
    pub scope: String,
    /// How far it is verified.
    pub verified: Verification,
    /// Who said so.
    pub source: String,
    /// First seen.
    pub first_seen: Instant,
    /// Last seen.
    pub last_seen: Instant,
    /// Until when it was this customer's, when it no longer is.
    pub valid_to: Option<Instant>,
    /// What people declared of the value.
    pub declared: Option<Declared>,
    /// Why they did.
    pub declared_reason: Option<String>,
    /// How many customers hold the value now; counted up to fifty addresses.
    pub holders: usize,
}

/// Identifiers of several customers.
pub async fn of_customers(tx: &mut ReadTx, customers: &[Uuid]) -> Result<Vec<Identity>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select i.id, i.party_id, pc.customer_id, i.scheme, i.value, i.scope, i.verified, i.source, i.first_seen,
                  i.last_seen, i.valid_to, h.holders as "holders!"
           from party_customer pc
           join customer_identity i on i.tenant_id = pc.tenant_id and i.party_id = pc.party_id
           cross join lateral (
             select count(distinct o.customer_id) as holders from (
               select party_id from customer_identity
               where tenant_id = $1 and scheme = i.scheme and value = i.value and scope = i.scope and valid_to is null
               limit 50
             ) held join party_customer o on o.tenant_id = $1 and o.party_id = held.party_id
           ) h
           where pc.tenant_id = $1 and pc.customer_id = any($2) order by i.first_seen, i.id limit 2000"#,
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    let values: Vec<(&str, &str)> = rows.iter().map(|row| (row.scheme.as_str(), row.value.as_str())).collect();
    let said = declarations_told(tx, &values).await?;
    rows.into_iter()
        .map(|row| {
            let (declared, declared_reason) = declared(&said, &row.scheme, &row.value).unzip();
            Ok(Identity {
                declared,
                declared_reason,
                holders: usize::try_from(row.holders).unwrap_or(0),
                scope: row.scope,
                id: row.id.into(),
                party: row.party_id.into(),
                customer: row.customer_id.into(),
                scheme: row.scheme,
                value: row.value,
                verified: code("customer_identity", "verified", &row.verified, Verification::from_code)?,
                source: row.source,
                first_seen: row.first_seen,
                last_seen: row.last_seen,
                valid_to: row.valid_to,
            })
        })
        .collect()
}

/// A link event as the customer card shows it.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// Its id.
    pub id: LinkId,
    /// The act it belongs to, by which a merge is taken back.
    pub act: LinkId,
    /// When.
    pub at: Instant,
    /// link, merge ..
    pub kind: String,
    /// The party.
    pub party: PartyId,
    /// The customer it went to.
    pub customer: CustomerId,
    /// The customer it came from.
    pub from: Option<CustomerId>,
    /// Why.
    pub reason: String,
    /// Why, for machines.
    pub evidence: Value,
    /// Who did it.
    pub actor: Actor,
}

/// Why each of these parties is with its customer: its newest link.
pub async fn reasons(tx: &mut ReadTx, parties: &[Uuid]) -> Result<Vec<(PartyId, String)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select p.id as "party!", l.reason from unnest($2::uuid[]) as p(id) cross join lateral (
             select reason from identity_link where tenant_id = $1 and party_id = p.id
               and kind in ('link', 'merge', 'unmerge', 'split', 'confirm') order by id desc limit 1
           ) l"#,
        tenant,
        parties
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.party.into(), row.reason)).collect())
}

/// Link events of a customer, newest first: each link explains itself.
pub async fn links_of(tx: &mut ReadTx, customer: CustomerId, limit: i64) -> Result<Vec<LinkView>, StoreError> {
    let mut links = links(tx, customer, None, limit).await?;
    links.retain(|link| link.customer == customer);
    Ok(links)
}

/// A page of all link events that touched a customer, to it or away from it, newest first.
pub async fn links(
    tx: &mut ReadTx,
    customer: CustomerId,
    before: Option<LinkId>,
    limit: i64,
) -> Result<Vec<LinkView>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select id as "id!", act_id as "act_id!", at as "at!", kind as "kind!", party_id as "party_id!",
                  customer_id as "customer_id!", from_customer_id, reason as "reason!", evidence as "evidence!",
                  actor_kind as "actor_kind!", actor_id
           from (
             (select * from identity_link where tenant_id = $1 and customer_id = $2 and id < $3 order by id desc limit $4)
             union
             (select * from identity_link where tenant_id = $1 and from_customer_id = $2 and id < $3
              order by id desc limit $4)
           ) l order by id desc limit $4"#,
        tenant,
        customer.0,
        before.map_or(Uuid::max(), |id| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LinkView {
                id: row.id.into(),
                act: row.act_id.into(),
                at: row.at,
                kind: row.kind,
                party: row.party_id.into(),
                customer: row.customer_id.into(),
                from: row.from_customer_id.map(CustomerId),
                reason: row.reason,
                evidence: row.evidence,
                actor: code("identity_link", "actor_kind", &row.actor_kind, |kind| {
                    Actor::from_parts(kind, row.actor_id)
                })?,
            })
        })
        .collect()
}
