//! From a sender to a party and its customer: the exact part of identity.

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

/// Finds or makes the party of a sender by its key, under its lock, and remembers what it said of itself.
pub(crate) async fn resolve(
    tx: &mut WriteTx,
    sender: &Sender,
    key: &Identifier,
    ids: &[Identifier],
    source: &str,
) -> Result<Resolved, StoreError> {
    // Two newcomers that share a verified value must see each other.
    let joining: Vec<Identifier> = ids.iter().filter(|id| identity::joins(id)).cloned().collect();
    store::lock_values(tx, &joining).await?;
    let mut decided = None;
    let view = if let Some(known) = store::lock_party(tx, key).await? {
        known
    } else {
        let name = sender.name.as_deref().map_or("", str::trim);
        let made = who::same_as(tx, Newcomer { ids, name }, None).await?;
        let customer = match &made {
            // It may have been merged meanwhile.
            Match::Link { customer, .. } => {
                store::Belongs::To(customers::standing(tx, *customer).await?.unwrap_or(*customer))
            }
            Match::New { .. } => store::Belongs::New {
                name: sender.name.as_deref().map_or("", str::trim),
                locale: sender.locale.as_deref(),
            },
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
    let name = sender.name.as_deref().map_or("", str::trim);
    let learned = arrivals::remember(tx, &[arrivals::Said { party: view, ids, name, source }]).await?;
    who::look_at(tx, learned);
    let new = decided.is_some();
    if let Some(decided) = decided {
        record(tx, view, decided).await?;
    }
    Ok(Resolved { view, new })
}

async fn record(tx: &mut WriteTx, view: store::PartyView, decided: Match) -> Result<(), StoreError> {
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
            "first contact of this address".clone_into(&mut link.reason);
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
