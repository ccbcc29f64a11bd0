//! Making parties: who comes in for the first time.

use crate::{
    StoreError, WriteTx,
    arrivals::{self, Said},
    identity::{PartyView, lock_party},
};
use meridian_domain::{
    event::Identifier,
    ids::{CustomerId, IdentityId, LinkId, PartyId},
};
use serde_json::Value;
use std::cmp::Reverse;
use uuid::Uuid;

/// Why a new party is whose it is: its first link event.
#[derive(Debug, Clone)]
pub struct Why {
    /// link or split.
    pub kind: &'static str,
    /// Where the address belonged.
    pub from: Option<CustomerId>,
    /// The act this event is part of.
    pub act: LinkId,
    /// For people.
    pub reason: String,
    /// For machines.
    pub evidence: Value,
}

/// A party that is new, with what it said of itself.
#[derive(Debug, Clone, Copy)]
pub struct NewParty<'a> {
    /// What names it.
    pub key: &'a Identifier,
    /// Its identifiers.
    pub ids: &'a [Identifier],
    /// Its name; may be empty.
    pub name: &'a str,
    /// BCP 47.
    pub locale: Option<&'a str>,
    /// Where it said so.
    pub source: &'a str,
    /// The person was there: not our own side, a machine or a table of old.
    pub seen: bool,
    /// Whose it is; none: a customer is made with it.
    pub customer: Option<CustomerId>,
    /// Why.
    pub why: &'a Why,
}

/// Makes a party with its identifiers and the event that explains it, and its customer if it is new. When another
/// transaction made the same party first, it is that one, which remembers what was said, and the second is false.
pub async fn make(tx: &mut WriteTx, new: NewParty<'_>) -> Result<(PartyView, bool), StoreError> {
    let NewParty { key, ids, name, source, seen, .. } = new;
    let customer = new.customer.unwrap_or_else(|| tx.id::<CustomerId>());
    if let Some(party) = insert(tx, &new, customer).await? {
        return Ok((PartyView { party, customer }, true));
    }
    let party = lock_party(tx, key).await?.ok_or_else(|| StoreError::Inconsistent {
        table: "party",
        column: "value",
        value: key.scheme.clone(),
    })?;
    arrivals::remember(tx, &[Said { party, ids, name, source, seen }]).await?;
    Ok((party, false))
}

async fn insert(tx: &mut WriteTx, new: &NewParty<'_>, customer: CustomerId) -> Result<Option<PartyId>, StoreError> {
    let (tenant, id, link, actor) = (tx.tenant(), tx.id::<PartyId>(), tx.id::<LinkId>(), tx.scope().actor());
    let NewParty { key, ids, why, .. } = *new;
    // Of an identifier that is told twice, the better verified one is kept.
    let mut ids: Vec<&Identifier> = ids.iter().collect();
    let what = |id: &Identifier| (id.scheme.clone(), id.scope.clone(), id.value.clone());
    ids.sort_by_cached_key(|id| (what(id), Reverse(id.verified)));
    ids.dedup_by_key(|id| what(id));
    let texts = |of: fn(&Identifier) -> &str| ids.iter().map(|id| of(id).to_owned()).collect::<Vec<String>>();
    let rows: Vec<Uuid> = ids.iter().map(|_| tx.id::<IdentityId>().0).collect();
    let made = sqlx::query_scalar!(
        "with made as (
           insert into party (tenant_id, id, scheme, scope, value) values ($1, $2, $3, $4, $5)
           on conflict (tenant_id, scheme, scope, value) do nothing returning id
         ), customer as (
           insert into customer (tenant_id, id, name, locale) select $1, $6, $8, $9 from made where $7
         ), named as (
           update customer set name = $8 where tenant_id = $1 and id = $6 and name = '' and $8 <> '' and not $7
             and exists (select from made)
         ), link as (
           insert into identity_link (tenant_id, id, kind, party_id, customer_id, from_customer_id, act_id, reason,
                                      evidence, actor_kind, actor_id)
           select $1, $10, $11, id, $6, $12, $13, $14, $15, $16, $17 from made
         ), told as (
           insert into customer_identity (tenant_id, id, party_id, scheme, scope, value, verified, source, said_name)
           select $1, n.id, made.id, n.scheme, n.scope, n.value, n.verified, $18, $19
           from made, unnest($20::uuid[], $21::text[], $22::text[], $23::text[], $24::text[])
             as n(id, scheme, scope, value, verified)
         )
         insert into party_customer (tenant_id, party_id, customer_id) select $1, id, $6 from made returning party_id",
        tenant,
        id.0,
        key.scheme,
        key.scope,
        key.value,
        customer.0,
        new.customer.is_none(),
        new.name,
        new.locale,
        link.0,
        why.kind,
        why.from.map(|customer| customer.0),
        why.act.0,
        why.reason,
        why.evidence,
        actor.kind(),
        actor.id(),
        new.source,
        if new.seen { new.name } else { "" },
        &rows,
        &texts(|id| &id.scheme),
        &texts(|id| &id.scope),
        &texts(|id| &id.value),
        &texts(|id| id.verified.code())
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(made.map(PartyId))
}
