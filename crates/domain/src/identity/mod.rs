//! Who a sender is: normal forms of identifiers and the exact part of matching.
//!
//! A *party* is an address on a channel and never changes. A *customer* is a set of parties. Two parties belong to
//! one customer when both hold the same exclusive identifier (phone, e-mail, CRM id ..) and both are verified:
//! by the channel, by a signed token or import, or by an agent. Everything weaker is a candidate that an agent confirms.

pub mod block;
pub mod caller;
pub mod classes;
pub mod cluster;
pub mod compare;
pub mod dossier;
pub mod fellegi;
pub mod link;
pub mod name;
mod nickname;
pub mod pairing;
pub mod phone;
mod regroup;
pub mod spoken;
pub mod stream;
pub mod text;
mod title;

use crate::{
    event::{Identifier, Sender, Verification},
    ids::{CustomerId, PartyId},
};
use serde::{Deserialize, Serialize};

/// Why an identifier was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// Empty or longer than 320 characters (the longest mail address, RFC 5321 section 4.5.3.1).
    #[error("the value is empty or longer than 320 characters")]
    Length,
    /// Not a phone number anywhere.
    #[error("not a phone number: give it with country code, like +44 20 7946 0018")]
    Phone,
    /// Not a mail address.
    #[error("not a mail address")]
    Email,
    /// A scheme name outside `[a-z0-9_]`.
    #[error("not an identifier scheme")]
    Scheme,
}

/// The normal form of an identifier: phones as E.164, mail lower-cased, other values trimmed.
pub fn normalise(scheme: &str, value: &str) -> Result<String, InvalidIdentifier> {
    if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(InvalidIdentifier::Scheme);
    }
    let value = value.trim();
    if value.is_empty() || value.chars().count() > 320 || value.contains('\0') {
        return Err(InvalidIdentifier::Length);
    }
    match scheme {
        "phone_e164" => normalise_phone(value),
        "email" => normalise_email(value),
        _ => Ok(value.to_owned()),
    }
}

/// A phone without region: with `+` or `00` as it stands, else the digits must begin with the country code.
fn normalise_phone(value: &str) -> Result<String, InvalidIdentifier> {
    phone::parse_loosely(value, None).map(|phone| phone.e164).ok_or(InvalidIdentifier::Phone)
}

fn normalise_email(value: &str) -> Result<String, InvalidIdentifier> {
    let lower = value.to_lowercase();
    let valid = lower.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.contains('@')
            && domain.split('.').all(|label| !label.is_empty())
            && !lower.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ','))
    });
    if valid { Ok(lower) } else { Err(InvalidIdentifier::Email) }
}

/// Whether two holders of the same verified value are the same person by rule.
pub fn exclusive(scheme: &str) -> bool {
    !matches!(scheme, "name" | "web_visitor" | "sms_sender" | "device" | "username" | "ip")
}

/// Whether the value may tie parties of different channels at all: scoped platform ids name their own party only.
pub fn joins(identifier: &Identifier) -> bool {
    exclusive(&identifier.scheme) && identifier.verified >= Verification::Channel
}

/// The identifier that names the party of a sender, in normal form, and all of its identifiers.
///
/// A claimed address names a party of its own (`claimed:<scheme>`), so that a forged `From` never lands on the
/// party of the real owner.
pub fn party_key(sender: &Sender) -> Option<(Identifier, Vec<Identifier>)> {
    let mut ids = Vec::with_capacity(sender.ids.len());
    for id in &sender.ids {
        if let Ok(value) = normalise(&id.scheme, &id.value) {
            let normal = Identifier { value, ..id.clone() };
            if !ids.contains(&normal) {
                ids.push(normal);
            }
        }
    }
    let mut key = ids.first()?.clone();
    if key.verified < Verification::Channel && exclusive(&key.scheme) {
        key.scheme = format!("claimed:{}", key.scheme);
    }
    Some((key, ids))
}

/// Another party that holds one of the sender's identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The party.
    pub party: PartyId,
    /// The customer it belongs to now.
    pub customer: CustomerId,
    /// The shared identifier, as the other party holds it.
    pub identifier: Identifier,
    /// When that customer came to be; the oldest wins a tie.
    pub customer_since: crate::time::Instant,
}

/// The outcome of matching a new party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Match {
    /// The same person, by rule.
    Link {
        /// The customer to join.
        customer: CustomerId,
        /// What was shared.
        evidence: Vec<Evidence>,
    },
    /// A person nobody knows yet, perhaps like others.
    New {
        /// Customers to suggest to an agent.
        candidates: Vec<(CustomerId, Vec<Evidence>)>,
    },
}

/// Why a link was made or suggested.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The scheme that agreed.
    pub scheme: String,
    /// How far the newcomer's identifier is verified.
    pub ours: Verification,
    /// How far the other party's is.
    pub theirs: Verification,
}

/// Matches a new party by its identifiers against all holders of them: the exact part.
pub fn decide(ours: &[Identifier], holders: &[Holder]) -> Match {
    let mut linked: Vec<(&Holder, Evidence)> = Vec::new();
    let mut weak: Vec<(CustomerId, Vec<Evidence>)> = Vec::new();
    for holder in holders {
        let Some(own) = ours.iter().find(|id| same_value(id, &holder.identifier)) else { continue };
        let evidence = Evidence { scheme: own.scheme.clone(), ours: own.verified, theirs: holder.identifier.verified };
        if joins(own) && joins(&holder.identifier) {
            linked.push((holder, evidence));
        } else if exclusive(&own.scheme) {
            match weak.iter_mut().find(|(customer, _)| *customer == holder.customer) {
                Some((_, list)) => list.push(evidence),
                None => weak.push((holder.customer, vec![evidence])),
            }
        }
    }
    let Some(best) = linked.iter().map(|(holder, _)| *holder).min_by_key(|h| (h.customer_since, h.customer)) else {
        return Match::New { candidates: weak };
    };
    let customer = best.customer;
    let evidence = linked.into_iter().filter(|(h, _)| h.customer == customer).map(|(_, e)| e).collect();
    Match::Link { customer, evidence }
}

fn same_value(a: &Identifier, b: &Identifier) -> bool {
    a.scheme == b.scheme && a.scope == b.scope && a.value == b.value
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn id(scheme: &str, value: &str, verified: Verification) -> Identifier {
        Identifier { scheme: scheme.into(), value: value.into(), scope: String::new(), verified, derived: false }
    }

    fn holder(n: u128, identifier: Identifier) -> Holder {
        Holder {
            party: PartyId(Uuid::from_u128(n)),
            customer: CustomerId(Uuid::from_u128(n + 100)),
            identifier,
            customer_since: DateTime::from_timestamp(n as i64, 0).unwrap(),
        }
    }

    #[test]
    fn phones_of_many_notations_have_one_form() {
        for text in ["+44 20 7946 0018", "0044 20 7946 0018", "442079460018", "＋４４ (20) 7946-0018"] {
            assert_eq!(normalise("phone_e164", text).as_deref(), Ok("+442079460018"), "{text}");
        }
        assert!(normalise("phone_e164", "anonymous").is_err());
        assert!(normalise("phone_e164", "+1").is_err());
    }

    #[test]
    fn mail_is_lower_cased_and_checked() {
        assert_eq!(normalise("email", " Ana@Example.ORG ").as_deref(), Ok("ana@example.org"));
        for bad in ["ana", "@example.org", "a@b@c", "a b@c.d", "a@b..c", "a@b.c\nBcc: x@y.z"] {
            assert!(normalise("email", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn verified_on_both_sides_links_and_anything_weaker_is_a_candidate() {
        let ours = [id("phone_e164", "+442079460018", Verification::Channel)];
        let verified = holder(1, id("phone_e164", "+442079460018", Verification::Agent));
        let claimed = holder(2, id("phone_e164", "+442079460018", Verification::Claimed));
        assert!(
            matches!(decide(&ours, &[verified.clone(), claimed.clone()]), Match::Link { customer, .. } if customer == verified.customer)
        );
        match decide(&ours, std::slice::from_ref(&claimed)) {
            Match::New { candidates } => assert_eq!(candidates[0].0, claimed.customer),
            other => panic!("{other:?}"),
        }
        let claim = [id("phone_e164", "+442079460018", Verification::Claimed)];
        assert!(matches!(decide(&claim, &[verified]), Match::New { candidates } if candidates.len() == 1));
    }

    #[test]
    fn the_oldest_customer_wins_a_tie() {
        let ours = [id("email", "a@b.c", Verification::Channel), id("phone_e164", "+1", Verification::Channel)];
        let young = holder(9, id("email", "a@b.c", Verification::Channel));
        let old = holder(3, id("phone_e164", "+1", Verification::Token));
        assert!(
            matches!(decide(&ours, &[young, old.clone()]), Match::Link { customer, .. } if customer == old.customer)
        );
    }

    #[test]
    fn a_claimed_address_names_a_party_of_its_own() {
        let sender = Sender { ids: vec![id("email", "A@b.c", Verification::Claimed)], ..Sender::default() };
        let (key, ids) = party_key(&sender).unwrap();
        assert_eq!((key.scheme.as_str(), key.value.as_str()), ("claimed:email", "a@b.c"));
        assert_eq!(ids[0].scheme, "email");
        assert!(party_key(&Sender::default()).is_none());
    }
}
