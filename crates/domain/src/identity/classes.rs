//! What an identifier is worth: keys, and the class each is born into.
//!
//! *Exclusive* names one person for good (account, document, platform user id). *Movable* is personal, but may pass to
//! another person (mobile number, personal mailbox, browser). *Shared* reaches several people by nature (landline,
//! switchboard, role mailbox). The class is declared here; a movable key may be learned to be shared later.

use super::{phone, text::fold};
use crate::event::Verification;

/// How far a key singles out a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Used by several people: proves nothing without a name.
    Shared,
    /// Personal, but may pass to somebody else.
    Movable,
    /// One person, always.
    Exclusive,
}

/// What a key is, as far as the rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// A customer number of the tenant.
    Account,
    /// A phone, E.164.
    Phone,
    /// A mailbox.
    Mail,
    /// A browser or app installation.
    Device,
    /// A user id that a platform gives out.
    Platform,
}

/// An identifier in normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it is.
    pub scheme: Scheme,
    /// Its normal form; platform ids are led by the platform's name.
    pub value: String,
}

/// Numbers that networks put in place of one that is withheld: ANONYMOUS, RESTRICTED, UNAVAILABLE, UNKNOWN and BLOCKED on the
/// keys of a phone. Whoever rings so is nobody in particular.
const WITHHELD: [&str; 5] = ["266696687", "7378742833", "86282452253", "8656696", "2562533"];

/// Words that stand for "no value" in forms, switches and imports; compared folded.
const PLACEHOLDERS: &[&str] = &[
    "anonymous",
    "unknown",
    "restricted",
    "private",
    "unavailable",
    "withheld",
    "none",
    "null",
    "nil",
    "n/a",
    "na",
    "nan",
    "undefined",
    "test",
    "guest",
    "user",
    "default",
    "-1",
    "blocked",
    "no caller id",
    "anonim",
    "anonyme",
    "anonym",
    "unbekannt",
    "desconocido",
    "inconnu",
    "nieznany",
    "未知",
    "匿名",
];

/// Local parts of mailboxes that belong to a role, not a person (RFC 2142 and habit of many countries).
const ROLES: &[&str] = &[
    "abuse",
    "account",
    "accounting",
    "accounts",
    "admin",
    "administrator",
    "atencion",
    "bestellung",
    "billing",
    "biuro",
    "booking",
    "bookings",
    "buchhaltung",
    "buero",
    "buro",
    "careers",
    "cliente",
    "clientes",
    "comercial",
    "compta",
    "comptabilite",
    "compras",
    "contabilidad",
    "contact",
    "contacto",
    "contato",
    "customerservice",
    "desk",
    "empfang",
    "enquiries",
    "enquiry",
    "facturacion",
    "faktury",
    "feedback",
    "finance",
    "financeiro",
    "helpdesk",
    "help",
    "hello",
    "hostmaster",
    "hr",
    "info",
    "informacion",
    "inquiries",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kadry",
    "kontakt",
    "ksiegowosc",
    "legal",
    "mail",
    "marketing",
    "newsletter",
    "noc",
    "noreply",
    "no-reply",
    "office",
    "officina",
    "operations",
    "orders",
    "payroll",
    "personal",
    "pomoc",
    "post",
    "postmaster",
    "praxis",
    "press",
    "privacy",
    "procurement",
    "purchasing",
    "rechnung",
    "reception",
    "recepcja",
    "recepcion",
    "rh",
    "sales",
    "secretariat",
    "sekretariat",
    "security",
    "service",
    "serwis",
    "shop",
    "soporte",
    "sprzedaz",
    "staff",
    "suporte",
    "support",
    "team",
    "vendas",
    "ventas",
    "verkauf",
    "vertrieb",
    "webmaster",
    "welcome",
    "zamowienia",
    "zentrale",
];

/// What a tag behind a plus sign in a mail address (RFC 5233) means to the tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SubAddresses {
    /// It names a folder: the mailbox is the same.
    #[default]
    Same,
    /// Addresses with different tags are different mailboxes, as where several people share one domain by tags.
    Apart,
}

/// The key of an identifier and its declared class; `None` for garbage, which never becomes a key.
///
/// `region` is where a number without country code would be dialled.
pub fn key(scheme: &str, value: &str, region: Option<&str>) -> Option<(Key, Class)> {
    key_by(scheme, value, region, SubAddresses::Same)
}

/// The same by what the tenant says of sub-addresses.
pub fn key_by(scheme: &str, value: &str, region: Option<&str>, tags: SubAddresses) -> Option<(Key, Class)> {
    let value = value.trim();
    if placeholder(value) {
        return None;
    }
    match scheme {
        "phone" | "phone_e164" | "mobile" | "landline" | "tel" | "msisdn" | "wa_id" => phone_key(value, region),
        "email" | "mail" | "e-mail" => mail_key(value, tags),
        "cookie" | "device" | "web_visitor" | "visitor" => Some((made(Scheme::Device, value), Class::Movable)),
        "account" | "account_no" | "account_number" | "customer_no" | "crm_id" | "document" => {
            let plain: String = fold(value).chars().filter(|c| c.is_alphanumeric()).collect();
            (plain.len() >= 3).then(|| (made(Scheme::Account, &plain), Class::Exclusive))
        }
        platform => Some((made(Scheme::Platform, &format!("{platform}:{value}")), Class::Exclusive)),
    }
}

fn made(scheme: Scheme, value: &str) -> Key {
    Key { scheme, value: value.to_owned() }
}

fn phone_key(value: &str, region: Option<&str>) -> Option<(Key, Class)> {
    let phone = phone::parse_loosely(value, region).filter(|phone| !phone.local_only)?;
    if WITHHELD.contains(&phone.e164.trim_start_matches('+')) {
        return None;
    }
    let kind = if phone.valid { phone.kind } else { phone::likely_kind(&phone.e164) };
    let class = if kind.shared() { Class::Shared } else { Class::Movable };
    Some((made(Scheme::Phone, &phone.e164), class))
}

/// Mail as its mailbox: a `+tag` names a folder of it (RFC 5233) unless the tenant holds it apart, and Gmail ignores dots.
fn mail_key(value: &str, tags: SubAddresses) -> Option<(Key, Class)> {
    let mail = super::normalise("email", value).ok()?;
    let (whole, domain) = mail.split_once('@')?;
    let local = whole.split('+').next().filter(|local| !local.is_empty()).unwrap_or(whole);
    let (local, domain) = match domain {
        "gmail.com" | "googlemail.com" => (local.replace('.', ""), "gmail.com"),
        _ => (local.to_owned(), domain),
    };
    let tag = whole.split_once('+').filter(|(local, _)| tags == SubAddresses::Apart && !local.is_empty());
    let mailbox = match tag {
        Some((_, tag)) => format!("{local}+{tag}@{domain}"),
        None => format!("{local}@{domain}"),
    };
    if local.is_empty() || placeholder(&mailbox) {
        return None;
    }
    let class = if role(&local) { Class::Shared } else { Class::Movable };
    Some((made(Scheme::Mail, &mailbox), class))
}

/// Whether a local part names a role: all of its words do, digits aside.
fn role(local: &str) -> bool {
    if ROLES.contains(&local) {
        return true;
    }
    let mut words = local.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| ROLES.contains(&word))
}

/// Whether an identifier of a sender says nothing: garbage where people type, a word for "no value" anywhere. What a
/// platform or the tenant's own system gave out names its sender, however odd it looks; it may still tie nobody together
/// ([`super::joins`]).
pub fn stands_for_nothing(scheme: &str, value: &str, verified: Verification) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    match scheme {
        "phone_e164" | "wa_id" if WITHHELD.contains(&digits.as_str()) => true,
        // Invisible signs, dashes, question marks; a name may be a flower.
        _ if !matches!(scheme, "name" | "username") && !value.chars().any(char::is_alphanumeric) => true,
        // What a system writes where it has no number.
        "crm_id" | "account" | "document" if filler(value) => true,
        "phone_e164" | "email" | "crm_id" | "account" | "document" if verified < Verification::Channel => {
            key(scheme, value, None).is_none()
        }
        _ => PLACEHOLDERS.contains(&fold(value).as_str()),
    }
}

/// Whether an account is nothing but zeros, or one sign over and over.
fn filler(value: &str) -> bool {
    let mut signs = value.chars().filter(|c| c.is_alphanumeric());
    let Some(first) = signs.next() else { return true };
    let (all, more) = (signs.clone().all(|sign| sign == first), signs.count());
    all && (first == '0' || more >= 4)
}

/// Whether the value stands for "no value".
fn placeholder(value: &str) -> bool {
    let folded = fold(value);
    let mut letters = folded.chars();
    let first = letters.next();
    first.is_none() || letters.all(|c| Some(c) == first) || PLACEHOLDERS.contains(&folded.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn class(scheme: &str, value: &str) -> Option<Class> {
        key(scheme, value, Some("AU")).map(|(_, class)| class)
    }

    #[test]
    fn classes_are_declared_by_nature() {
        assert_eq!(class("phone", "0412 345 678"), Some(Class::Movable));
        assert_eq!(class("phone", "(02) 9374 4000"), Some(Class::Shared));
        assert_eq!(class("email", "Info@shop.example"), Some(Class::Shared));
        assert_eq!(class("email", "sales-team2@shop.example"), Some(Class::Shared));
        assert_eq!(class("email", "ana.info@shop.example"), Some(Class::Movable));
        assert_eq!(class("instagram", "178414"), Some(Class::Exclusive));
        assert_eq!(class("account_no", "AC-12 34"), Some(Class::Exclusive));
    }

    #[test]
    fn notations_of_one_value_are_one_key() {
        let keys: Vec<_> = ["0412345678", "+61 (0)412345678", "61412345678", "0061 412 345 678"]
            .map(|text| key("phone", text, Some("AU")).map(|(key, _)| key.value))
            .into();
        assert!(keys.iter().all(|k| k.as_deref() == Some("+61412345678")), "{keys:?}");
    }

    proptest! {
        #[test]
        fn garbage_never_becomes_a_key(c in "[0*#x-]", n in 0usize..20, word in prop::sample::select(PLACEHOLDERS)) {
            for scheme in ["phone", "email", "account", "cookie", "telegram"] {
                prop_assert_eq!(key(scheme, &c.repeat(n), Some("DE")), None);
                prop_assert_eq!(key(scheme, &word.to_uppercase(), Some("DE")), None);
            }
        }

        #[test]
        fn keys_are_idempotent(text in "\\PC{0,24}|[a-z.+@]{0,6}|in\\.?fo") {
            if let Some((first, _)) = key("phone", &text, Some("GB")) {
                prop_assert_eq!(key("phone", &first.value, None).map(|(k, _)| k), Some(first));
            }
            if let Some((first, class)) = key("email", &format!("{text}@gmail.com"), None) {
                prop_assert_eq!(key("email", &first.value, None), Some((first, class)));
            }
        }
    }
}
