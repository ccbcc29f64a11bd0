//! From a sender to a party and its customer: the exact part of identity.

use super::passing::{self, passed_on};
use crate::identity as who;
use meridian_domain::{
    event::{Identifier, Sender},
    identity::{self, Match, Newcomer},
    ids::LinkId,
};
use meridian_store::{StoreError, WriteTx, arrivals, customers, identity as store, recognition};
use serde_json::json;

/// A sender's party.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved {
    pub view: store::PartyView,
    /// Made just now: it has no session yet.
    pub new: bool,
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
    let Comer { sender, key, ids, source, seen } = *comer;
    let name = comer.name();
    // Two newcomers that share a verified value must see each other.
    let joining: Vec<Identifier> = ids.iter().filter(|id| identity::joins(id)).cloned().collect();
    store::lock_values(tx, &joining).await?;
    let (mut decided, mut passed, mut known) = (None, None, None);
    if let Some(held) = store::lock_sender(tx, key).await? {
        passed = passed_on(tx, &held, comer).await?;
        known = Some(held.view).filter(|_| passed.is_none());
    }
    let view = if let Some(known) = known {
        known
    } else {
        let made = who::same_as(tx, Newcomer::new(ids, name)).await?;
        let customer = match &made {
            // It may have been merged meanwhile.
            Match::Link { customer, .. } => {
                store::Belongs::To(customers::standing(tx, *customer).await?.unwrap_or(*customer))
            }
            Match::New { .. } => store::Belongs::New { name, locale: sender.locale.as_deref() },
        };
        match store::insert_party(tx, key, customer).await? {
            Some(view) => {
                decided = Some(made);
                view
            }
            // Another transaction made the same party meanwhile (a claimed sender holds no value lock).
            None => store::lock_party(tx, key).await?.ok_or(StoreError::Inconsistent {
                table: "party",
                column: "value",
                value: key.scheme.clone(),
            })?,
        }
    };
    let learned = arrivals::remember(tx, &[arrivals::Said { party: view, ids, name, source, seen }]).await?;
    who::look_at(tx, learned);
    let new = decided.is_some();
    if let Some(decided) = decided {
        record(tx, view, decided, passed.is_some()).await?;
    }
    if let Some(passed) = passed {
        passing::record(tx, &passed, view, key).await?;
    }
    Ok(Resolved { view, new })
}

async fn record(tx: &mut WriteTx, view: store::PartyView, decided: Match, took_over: bool) -> Result<(), StoreError> {
    let mut link = store::Link {
        kind: "link",
        party: view.party,
        customer: view.customer,
        from: None,
        act: tx.id::<LinkId>(),
        reason: String::new(),
        evidence: json!([]),
    };
    match decided {
        Match::Link { evidence, .. } => {
            let schemes: Vec<&str> = evidence.iter().map(|e| e.scheme.as_str()).collect();
            link.reason = format!("same verified {}", schemes.join(" and "));
            link.evidence = json!(evidence);
            store::insert_link(tx, &link).await
        }
        Match::New { candidates, former } => {
            for (party, id) in former {
                recognition::ended(tx, party, &id).await?;
            }
            let first = if took_over {
                "first contact of this address since it passed from somebody else"
            } else {
                "first contact of this address"
            };
            first.clone_into(&mut link.reason);
            store::insert_link(tx, &link).await?;
            for (customer, evidence) in candidates {
                let schemes: Vec<&str> = evidence.iter().map(|e| e.scheme.as_str()).collect();
                let suggestion = store::Link {
                    kind: "suggest",
                    customer: view.customer,
                    from: Some(customer),
                    reason: format!("same {}, not verified on both sides", schemes.join(" and ")),
                    evidence: json!(evidence),
                    ..link.clone()
                };
                store::insert_link(tx, &suggestion).await?;
            }
            Ok(())
        }
    }
}
