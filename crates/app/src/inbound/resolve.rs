//! From a sender to a party and its customer: the exact part of identity.

use super::passing::{self, passed_on};
use crate::identity as who;
use meridian_domain::{
    event::{Identifier, Sender},
    identity::{self, Evidence, Match, Newcomer},
    ids::{CustomerId, LinkId},
};
use meridian_store::{
    StoreError, WriteTx, arrivals, customers, identity as store,
    parties::{self, NewParty, Why},
    recognition,
};
use serde_json::json;

/// A sender's party.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved {
    pub view: store::PartyView,
    pub met: Met,
}

/// How well a sender was known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// By this address.
    Before,
    /// By another address of theirs: the party is new and has no session yet.
    Elsewhere,
    /// Not at all: the customer is new and has no conversation yet.
    Never,
}

/// Who comes in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comer<'a> {
    /// As its channel tells.
    pub sender: &'a Sender,
    /// What names its party ([`identity::party_key`]).
    pub key: &'a Identifier,
    /// All of its identifiers, in normal form.
    pub ids: &'a [Identifier],
    /// Where it comes in.
    pub source: &'a str,
    /// The person is there, rather than told of by our own side, a machine or another system.
    pub seen: bool,
}

impl<'a> Comer<'a> {
    /// The name given; may be empty.
    pub(super) fn name(&self) -> &'a str {
        self.sender.name.as_deref().map_or("", str::trim)
    }
}

/// Finds or makes the party of a sender by its key, under its lock, and remembers what it said of itself. An address that
/// was given out again leads to a party of its own.
pub(crate) async fn resolve(tx: &mut WriteTx, comer: &Comer<'_>) -> Result<Resolved, StoreError> {
    let Comer { key, ids, source, seen, .. } = *comer;
    let name = comer.name();
    // Two newcomers that share a verified value must see each other.
    let joining: Vec<Identifier> = ids.iter().filter(|id| identity::joins(id)).cloned().collect();
    store::lock_values(tx, &joining).await?;
    let (mut passed, mut known) = (None, None);
    if let Some(held) = store::lock_sender(tx, key).await? {
        passed = passed_on(tx, &held, comer).await?;
        known = Some(held.view).filter(|_| passed.is_none());
    }
    if let Some(view) = known {
        let learned = arrivals::remember(tx, &[arrivals::Said { party: view, ids, name, source, seen }]).await?;
        who::look_at(tx, learned);
        return Ok(Resolved { view, met: Met::Before });
    }
    let resolved = first_contact(tx, comer, passed.is_some()).await?;
    if let Some(passed) = passed {
        passing::record(tx, &passed, resolved.view, key).await?;
    }
    Ok(resolved)
}

/// Makes the party of a sender that has none: of the customer that the evidence says, or of a new one.
async fn first_contact(tx: &mut WriteTx, comer: &Comer<'_>, took_over: bool) -> Result<Resolved, StoreError> {
    let Comer { sender, key, ids, source, seen } = *comer;
    let (name, act) = (comer.name(), tx.id::<LinkId>());
    let decided = who::same_as(tx, Newcomer::new(ids, name)).await?;
    let customer = match &decided {
        // It may have been merged meanwhile.
        Match::Link { customer, .. } => Some(customers::standing(tx, *customer).await?.unwrap_or(*customer)),
        Match::New { .. } => None,
    };
    let (locale, why) = (sender.locale.as_deref(), &why(&decided, act, took_over));
    let new = NewParty { key, ids, name, locale, source, seen, customer, why };
    // Another transaction may make the same party meanwhile: a claimed sender holds no value lock.
    let (view, made) = parties::make(tx, new).await?;
    who::look_at(tx, [view.customer]);
    let met = match decided {
        _ if !made => Met::Before,
        Match::Link { .. } => Met::Elsewhere,
        Match::New { candidates, former } => {
            for (party, id) in former {
                recognition::ended(tx, party, &id).await?;
            }
            suggest(tx, view, act, candidates).await?;
            Met::Never
        }
    };
    Ok(Resolved { view, met })
}

/// Why a new party is whose it is.
fn why(decided: &Match, act: LinkId, took_over: bool) -> Why {
    let (reason, evidence) = match decided {
        Match::Link { evidence, .. } => (format!("same verified {}", schemes(evidence)), json!(evidence)),
        Match::New { .. } if took_over => {
            ("first contact of this address since it passed from somebody else".to_owned(), json!([]))
        }
        Match::New { .. } => ("first contact of this address".to_owned(), json!([])),
    };
    Why { kind: "link", from: None, act, reason, evidence }
}

fn schemes(evidence: &[Evidence]) -> String {
    evidence.iter().map(|e| e.scheme.as_str()).collect::<Vec<_>>().join(" and ")
}

/// Customers who may be the same, for people to say.
async fn suggest(
    tx: &mut WriteTx,
    view: store::PartyView,
    act: LinkId,
    candidates: Vec<(CustomerId, Vec<Evidence>)>,
) -> Result<(), StoreError> {
    for (customer, evidence) in candidates {
        let suggestion = store::Link {
            kind: "suggest",
            party: view.party,
            customer: view.customer,
            from: Some(customer),
            act,
            reason: format!("same {}, not verified on both sides", schemes(&evidence)),
            evidence: json!(evidence),
        };
        store::insert_link(tx, &suggestion).await?;
    }
    Ok(())
}
