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
mod exact;
mod facts;
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

use crate::event::{Identifier, Sender, Verification};
pub use candidate::Declared;
pub use classes::{Class, SubAddresses};
pub use exact::{Evidence, Holder, Match, Newcomer, another_person, decide};
use exact::{Says, apart, names_agree, same_value, says};
pub use facts::{ACCOUNTS, Facts};

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

#[cfg(test)]
mod tests;
