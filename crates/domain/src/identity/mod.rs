//! Who a sender is: normal forms of identifiers and the exact part of matching.
//!
//! A *party* is an address on a channel and never changes. A *customer* is a set of parties. Two parties belong to
//! one customer when both hold the same identifier that is one person's (mobile, mailbox, CRM id ..) and both are verified:
//! by the channel, by a signed token or import, or by an agent. Everything weaker is a candidate that an agent confirms,
//! and so is everything on an identifier that several people use. What outside verifiers say ([`verifier`]) counts beside
//! that and never alone.

pub mod block;
pub mod caller;
pub mod candidate;
pub mod classes;
pub mod cluster;
pub mod compare;
pub mod dossier;
pub mod fellegi;
mod hanzi;
pub mod intake;
pub mod link;
pub mod name;
mod nickname;
pub mod pairing;
pub mod passing;
pub mod phone;
mod regroup;
mod script;
pub mod spoken;
pub mod stream;
pub mod text;
mod title;
pub mod verifier;

use crate::{
    event::{Identifier, Sender, Verification},
    ids::{CustomerId, PartyId},
    time::Instant,
};
pub use candidate::Declared;
pub use classes::{Class, SubAddresses};
use name::Agreement;
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

/// Whether the value may tie parties of different channels: it is verified, and one person's by its nature. A landline or
/// a role mailbox never does so by itself.
pub fn joins(identifier: &Identifier) -> bool {
    joins_as(identifier, None)
}

/// The same in the light of what people declared of the value.
pub fn joins_as(identifier: &Identifier, declared: Option<Declared>) -> bool {
    exclusive(&identifier.scheme)
        && identifier.verified >= Verification::Channel
        && matches!(class_of(&identifier.scheme, &identifier.value, declared), Some(Class::Movable | Class::Exclusive))
}

/// The class of an identifier; `None` when it is blocked or garbage and so no key at all.
pub fn class_of(scheme: &str, value: &str, declared: Option<Declared>) -> Option<Class> {
    let (_, class) = classes::key(scheme, value, None)?;
    match declared {
        Some(Declared::Blocked) => None,
        Some(Declared::Shared) => Some(Class::Shared),
        Some(Declared::Personal) if class == Class::Shared => Some(Class::Movable),
        Some(Declared::Personal) | None => Some(class),
    }
}

/// Why an identifier is of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Because {
    /// By what it is.
    Kind,
    /// People said so.
    Declared,
    /// So many customers hold it.
    Learned,
}

/// The class of an identifier that so many customers hold, and why; no class for what is never a key.
pub fn standing_class(
    scheme: &str,
    value: &str,
    declared: Option<Declared>,
    holders: usize,
) -> (Option<Class>, Because) {
    match (declared, class_of(scheme, value, declared)) {
        (Some(_), class) => (class, Because::Declared),
        (None, Some(Class::Movable | Class::Exclusive)) if exclusive(scheme) && holders >= SHARED_BY => {
            (Some(Class::Shared), Because::Learned)
        }
        (None, class) => (class, Because::Kind),
    }
}

/// The values under which people may have declared something of an identifier: the value itself; of a mail address also
/// `local@` (a role at any company) and `@domain` (a whole company).
pub fn declarable(value: &str) -> Vec<String> {
    let mut values = vec![value.to_owned()];
    if let Some((local, domain)) =
        value.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty())
    {
        values.push(format!("{local}@"));
        values.push(format!("@{domain}"));
    }
    values
}

/// Under which scheme and values something may have been declared of an identifier: phones of every scheme are one.
pub fn declarations_of(scheme: &str, value: &str) -> Option<(&'static str, Vec<String>)> {
    let (key, _) = classes::key(scheme, value, None)?;
    Some(match key.scheme {
        classes::Scheme::Phone => ("phone_e164", vec![key.value]),
        classes::Scheme::Mail => ("email", declarable(&key.value)),
        classes::Scheme::Account => ("crm_id", vec![key.value]),
        classes::Scheme::Device | classes::Scheme::Platform => return None,
    })
}

/// The normal form of a value that people declare something of: an identifier's, or `local@` or `@domain` of mail.
pub fn normalise_declared(scheme: &str, value: &str) -> Result<String, InvalidIdentifier> {
    let plain = value.trim().to_lowercase();
    let part = |text: &str| !text.is_empty() && normalise("email", &format!("{text}@x.example")).is_ok();
    if scheme == "email"
        && (plain.strip_suffix('@').is_some_and(part)
            || plain.strip_prefix('@').is_some_and(|domain| normalise("email", &format!("x@{domain}")).is_ok()))
    {
        return Ok(plain);
    }
    let value = normalise(scheme, value)?;
    Ok(classes::key(scheme, &value, None).map_or(value, |(key, _)| key.value))
}

/// The identifier that names the party of a sender, in normal form, and all of its identifiers.
///
/// A claimed address names a party of its own (`claimed:<scheme>`), so that a forged `From` never lands on the
/// party of the real owner.
pub fn party_key(sender: &Sender) -> Option<(Identifier, Vec<Identifier>)> {
    let mut ids = Vec::with_capacity(sender.ids.len());
    for id in &sender.ids {
        if let Ok(value) = normalise(&id.scheme, &id.value)
            && !classes::stands_for_nothing(&id.scheme, &value, id.verified)
        {
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

/// From so many customers on, a value is shared whatever its kind: it reaches a household, a shop, a relay.
pub const SHARED_BY: usize = 6;

/// After so many days of silence a new name on a movable identifier means a new owner; earlier, that it is shared.
pub const REASSIGNED_AFTER_DAYS: i64 = 60;

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
    pub customer_since: Instant,
    /// Names of that customer, of those the party was with before, and the one given on the identifier itself.
    pub names: Vec<String>,
    /// For how many days the other party was not seen with it, those included in which it was seen without a name after a
    /// long silence.
    pub silent_days: i64,
    /// What people declared of the value.
    pub declared: Option<Declared>,
}

/// Who comes in: identifiers in normal form and the name given.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    /// Identifiers.
    pub ids: &'a [Identifier],
    /// Name; may be empty.
    pub name: &'a str,
}

/// The outcome of matching a new party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The same person, by rule.
    Link {
        /// The customer to join.
        customer: CustomerId,
        /// What was shared.
        evidence: Vec<Evidence>,
        /// Further customers who by the same rule are the same person.
        also: Vec<CustomerId>,
    },
    /// A person nobody knows yet, perhaps like others.
    New {
        /// Customers to suggest to an agent.
        candidates: Vec<(CustomerId, Vec<Evidence>)>,
        /// Holders whose identifier has passed to the newcomer.
        former: Vec<(PartyId, Identifier)>,
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

/// What one holder of a value says of the newcomer.
enum Says {
    Same,
    Perhaps,
    Passed,
    Nothing,
}

/// Matches a new party by its identifiers against all holders of them: the exact part. `parted` are customers of whom
/// people said that they are two: a value that both hold singles out neither.
///
/// A verified value on both sides is the same person, unless its class is shared (by nature, because many hold it, or
/// because people said so) or, on a value that may pass to others, the names contradict each other.
pub fn decide(newcomer: Newcomer<'_>, holders: &[Holder], parted: &[(CustomerId, CustomerId)]) -> Match {
    let mut linked: Vec<(&Holder, Evidence)> = Vec::new();
    let mut weak: Vec<(CustomerId, Vec<Evidence>)> = Vec::new();
    let mut former = Vec::new();
    for holder in holders {
        let Some(own) = newcomer.ids.iter().find(|id| same_value(id, &holder.identifier)) else { continue };
        let evidence = Evidence { scheme: own.scheme.clone(), ours: own.verified, theirs: holder.identifier.verified };
        match says(newcomer, own, holder, holders, parted) {
            Says::Same => linked.push((holder, evidence)),
            Says::Perhaps => match weak.iter_mut().find(|(customer, _)| *customer == holder.customer) {
                Some((_, list)) => list.push(evidence),
                None => weak.push((holder.customer, vec![evidence])),
            },
            Says::Passed => former.push((holder.party, holder.identifier.clone())),
            Says::Nothing => {}
        }
    }
    let Some(best) = linked.iter().map(|(holder, _)| *holder).min_by_key(|h| (h.customer_since, h.customer)) else {
        return Match::New { candidates: weak, former };
    };
    let customer = best.customer;
    // Two customers whom people parted are never brought together by somebody who is linked to both.
    if linked.iter().any(|(h, _)| apart(h.customer, customer, parted)) {
        for (holder, evidence) in linked {
            weak.push((holder.customer, vec![evidence]));
        }
        weak.dedup_by_key(|(customer, _)| *customer);
        return Match::New { candidates: weak, former };
    }
    let mut also: Vec<CustomerId> = linked.iter().map(|(h, _)| h.customer).filter(|c| *c != customer).collect();
    also.sort_unstable();
    also.dedup();
    let evidence = linked.into_iter().filter(|(h, _)| h.customer == customer).map(|(_, e)| e).collect();
    Match::Link { customer, evidence, also }
}

fn says(
    newcomer: Newcomer<'_>,
    own: &Identifier,
    holder: &Holder,
    holders: &[Holder],
    parted: &[(CustomerId, CustomerId)],
) -> Says {
    if !exclusive(&own.scheme) {
        return Says::Nothing;
    }
    let Some(class) = class_of(&own.scheme, &own.value, holder.declared) else { return Says::Nothing };
    let mut customers: Vec<CustomerId> =
        holders.iter().filter(|other| same_value(own, &other.identifier)).map(|other| other.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let disputed = customers.iter().any(|a| customers.iter().any(|b| apart(*a, *b, parted)));
    let names = names_agree(newcomer.name, &holder.names);
    let crowded = customers.len() >= SHARED_BY && holder.declared != Some(Declared::Personal);
    if class == Class::Shared || crowded {
        return if names == Agreement::Same && !crowded { Says::Perhaps } else { Says::Nothing };
    }
    let verified = own.verified >= Verification::Channel && holder.identifier.verified >= Verification::Channel;
    match (class, names) {
        (Class::Movable, Agreement::Conflict) => {
            if verified && holder.silent_days > REASSIGNED_AFTER_DAYS {
                Says::Passed
            } else {
                Says::Perhaps
            }
        }
        _ if verified && !disputed => Says::Same,
        _ => Says::Perhaps,
    }
}

/// The best agreement of a name with several.
fn names_agree(name: &str, known: &[String]) -> Agreement {
    let Some(name) = name::Name::parse(name) else { return Agreement::Unknown };
    let known = known.iter().filter_map(|known| name::Name::parse(known));
    name::strongest(known.map(|known| name.agreement(&known)))
}

/// Whether people said that two customers are not one person.
fn apart(a: CustomerId, b: CustomerId, parted: &[(CustomerId, CustomerId)]) -> bool {
    parted.iter().any(|pair| *pair == (a, b) || *pair == (b, a))
}

fn same_value(a: &Identifier, b: &Identifier) -> bool {
    a.scheme == b.scheme && a.scope == b.scope && a.value == b.value
}

#[cfg(test)]
mod tests;
