//! Who comes in, against everybody who holds one of their identifiers: the exact part of matching.

use super::{
    Class, Declared, Facts, REASSIGNED_AFTER_DAYS, SHARED_BY, class_of, exclusive,
    name::{self, Agreement, Name},
};
use crate::{
    event::{Identifier, Verification},
    ids::{CustomerId, PartyId},
    time::Instant,
};
use serde::{Deserialize, Serialize};

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
    /// What divides that customer from others.
    pub facts: Facts,
}

/// Who comes in: identifiers in normal form, the name given, and what else is known.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    /// Identifiers.
    pub ids: &'a [Identifier],
    /// Name; may be empty.
    pub name: &'a str,
    /// What divides them from others.
    pub facts: &'a Facts,
    /// The customer it is, when somebody known is looked at again: its own hold on a value counts, and it is never a match.
    pub own: Option<CustomerId>,
}

/// Nothing known.
static NOTHING: Facts = Facts::NONE;

impl<'a> Newcomer<'a> {
    /// Somebody of whom no more is known.
    pub fn new(ids: &'a [Identifier], name: &'a str) -> Self {
        Self { ids, name, facts: &NOTHING, own: None }
    }
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
pub(super) enum Says {
    /// One person.
    Same,
    /// One for people to look at.
    Perhaps,
    /// The value was the holder's before.
    Passed,
    /// No more than that they use the same thing.
    Nothing,
}

/// A holder that is the same person by one value.
struct Linked<'a> {
    holder: &'a Holder,
    evidence: Evidence,
    /// By an account or a platform's user id, which are one person's; else by what people share and pass on.
    sure: bool,
}

/// Matches a new party by its identifiers against all holders of them: the exact part. `parted` are customers of whom
/// people said that they are two: a value that both hold singles out neither.
///
/// A verified value on both sides is the same person, unless its class is shared (by nature, because many hold it, or
/// because people said so) or, on a value that may pass to others, names, birth dates or accounts contradict each other.
/// What is true of two is asked of all: whoever would be brought together by the newcomer must not contradict each other
/// either. Then an account stands above a number, and two numbers of two people prove nothing.
pub fn decide(newcomer: Newcomer<'_>, holders: &[Holder], parted: &[(CustomerId, CustomerId)]) -> Match {
    let mut linked: Vec<Linked<'_>> = Vec::new();
    let mut weak: Vec<(CustomerId, Vec<Evidence>)> = Vec::new();
    let mut former = Vec::new();
    for holder in holders.iter().filter(|holder| is_other(newcomer, holder, parted)) {
        let Some(own) = newcomer.ids.iter().find(|id| same_value(id, &holder.identifier)) else { continue };
        let evidence = Evidence { scheme: own.scheme.clone(), ours: own.verified, theirs: holder.identifier.verified };
        match says(newcomer, own, holder, holders, parted) {
            Says::Same => {
                let sure = class_of(&own.scheme, &own.value, holder.declared) == Some(Class::Exclusive);
                linked.push(Linked { holder, evidence, sure });
            }
            Says::Perhaps => suggest(&mut weak, holder.customer, evidence),
            Says::Passed => former.push((holder.party, holder.identifier.clone())),
            Says::Nothing => {}
        }
    }
    let linked = agreeing(linked, holders, parted, &mut weak);
    let Some(best) = linked.iter().map(|one| one.holder).min_by_key(|h| (h.customer_since, h.customer)) else {
        return Match::New { candidates: weak, former };
    };
    let customer = best.customer;
    let mut also: Vec<CustomerId> = linked.iter().map(|l| l.holder.customer).filter(|c| *c != customer).collect();
    also.sort_unstable();
    also.dedup();
    let evidence = linked.into_iter().filter(|l| l.holder.customer == customer).map(|l| l.evidence).collect();
    Match::Link { customer, evidence, also }
}

/// Whether a holder is somebody the newcomer may be: not who it is already, nor anybody people said it is not.
fn is_other(newcomer: Newcomer<'_>, holder: &Holder, parted: &[(CustomerId, CustomerId)]) -> bool {
    newcomer.own.is_none_or(|own| own != holder.customer && !apart(own, holder.customer, parted))
}

fn suggest(weak: &mut Vec<(CustomerId, Vec<Evidence>)>, customer: CustomerId, evidence: Evidence) {
    match weak.iter_mut().find(|(known, _)| *known == customer) {
        Some((_, list)) => list.push(evidence),
        None => weak.push((customer, vec![evidence])),
    }
}

/// Those of the linked who may all be one person; the others are no more than suggested. Who has the account is one, and
/// with them those by a number or a mailbox who do not contradict them. Where two of these contradict each other, nobody can
/// say whose of them the newcomer is.
fn agreeing<'a>(
    linked: Vec<Linked<'a>>,
    holders: &[Holder],
    parted: &[(CustomerId, CustomerId)],
    weak: &mut Vec<(CustomerId, Vec<Evidence>)>,
) -> Vec<Linked<'a>> {
    let sure: Vec<CustomerId> = linked.iter().filter(|one| one.sure).map(|one| one.holder.customer).collect();
    let two = |a: CustomerId, b: CustomerId| a != b && contradict(a, b, holders, parted);
    let mut soft: Vec<CustomerId> = linked.iter().map(|one| one.holder.customer).collect();
    soft.retain(|customer| !sure.contains(customer) && !sure.iter().any(|rival| two(*customer, *rival)));
    if soft.iter().any(|a| soft.iter().any(|b| two(*a, *b))) {
        soft.clear();
    }
    // Accounts of two whom people parted prove neither.
    let torn = sure.iter().any(|a| sure.iter().any(|b| apart(*a, *b, parted)));
    let mut agreed = Vec::new();
    for one in linked {
        let customer = one.holder.customer;
        if !torn && (sure.contains(&customer) || soft.contains(&customer)) {
            agreed.push(one);
        } else {
            suggest(weak, customer, one.evidence);
        }
    }
    agreed
}

/// Whether somebody is clearly not the customer who has an address, of whom this is known: the name is another, or a fact
/// is. Who has an account is who has it, whatever they are called.
pub fn another_person(newcomer: Newcomer<'_>, address: &Identifier, names: &[String], facts: &Facts) -> bool {
    let scheme = super::passing::plain_scheme(&address.scheme);
    class_of(scheme, &address.value, None) != Some(Class::Exclusive)
        && (names_agree(newcomer.name, names) == Agreement::Conflict || newcomer.facts.divide(facts))
}

/// Whether two customers who hold values cannot be one person, as far as anything is known: people said so, or their names
/// or facts do.
fn contradict(a: CustomerId, b: CustomerId, holders: &[Holder], parted: &[(CustomerId, CustomerId)]) -> bool {
    if apart(a, b, parted) {
        return true;
    }
    let of = |customer: CustomerId| holders.iter().filter(move |holder| holder.customer == customer);
    let facts = |customer| of(customer).next().map_or(&NOTHING, |holder| &holder.facts);
    if facts(a).divide(facts(b)) {
        return true;
    }
    let names = |customer| -> Vec<Name> {
        of(customer).flat_map(|holder| &holder.names).filter_map(|name| Name::parse(name)).collect()
    };
    let (ours, theirs) = (names(a), names(b));
    name::strongest(ours.iter().flat_map(|a| theirs.iter().map(|b| a.agreement(b)))) == Agreement::Conflict
}

/// What a holder says of a newcomer who has the same value; `holders` are all that hold it.
pub(super) fn says(
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
    let with_own = || customers.iter().copied().chain(newcomer.own);
    let disputed = with_own().any(|a| with_own().any(|b| apart(a, b, parted)));
    let names = named(newcomer, holder, holders);
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
        (Class::Movable, _) if newcomer.facts.divide(&holder.facts) => Says::Perhaps,
        // Two people use it by turns: only a name tells who it is now.
        (Class::Movable, names) if names < Agreement::Partial && by_turns(own, holders, parted) => Says::Perhaps,
        _ if verified && !disputed => Says::Same,
        _ => Says::Perhaps,
    }
}

/// Whether people who cannot be one hold a value, each of them verified.
fn by_turns(own: &Identifier, holders: &[Holder], parted: &[(CustomerId, CustomerId)]) -> bool {
    let mut customers: Vec<CustomerId> = holders
        .iter()
        .filter(|other| same_value(own, &other.identifier) && other.identifier.verified >= Verification::Channel)
        .map(|other| other.customer)
        .collect();
    customers.sort_unstable();
    customers.dedup();
    let after = |n: usize| customers.iter().skip(n + 1);
    customers.iter().enumerate().any(|(n, a)| after(n).any(|b| contradict(*a, *b, holders, parted)))
}

/// How the names of a newcomer and a holder agree; of somebody known, all names on their values count.
fn named(newcomer: Newcomer<'_>, holder: &Holder, holders: &[Holder]) -> Agreement {
    let own = holders.iter().filter(|other| Some(other.customer) == newcomer.own).flat_map(|other| &other.names);
    let ours = std::iter::once(newcomer.name).chain(own.map(String::as_str));
    name::strongest(ours.map(|name| names_agree(name, &holder.names)))
}

/// The best agreement of a name with several.
pub(super) fn names_agree(name: &str, known: &[String]) -> Agreement {
    let Some(name) = Name::parse(name) else { return Agreement::Unknown };
    let known = known.iter().filter_map(|known| Name::parse(known));
    name::strongest(known.map(|known| name.agreement(&known)))
}

/// Whether people said that two customers are not one person.
pub(super) fn apart(a: CustomerId, b: CustomerId, parted: &[(CustomerId, CustomerId)]) -> bool {
    parted.iter().any(|pair| *pair == (a, b) || *pair == (b, a))
}

/// Whether two identifiers are the same value.
pub(super) fn same_value(a: &Identifier, b: &Identifier) -> bool {
    a.scheme == b.scheme && a.scope == b.scope && a.value == b.value
}
