//! Which stored requests bring somebody new.

use super::Parsed;
use meridian_domain::{
    event::{EventKind, Identifier},
    identity,
};
use meridian_store::{
    StoreError, WriteTx,
    arrivals::{self, Place},
};
use std::collections::HashSet;

/// What names a party: scheme, scope and value.
pub type PartyKey = (String, String, String);

/// A stored request in the light of who it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comers {
    /// Somebody writes who has no open session there, or an earlier request of theirs waits.
    pub new: bool,
    /// Who its events come from.
    pub senders: Vec<PartyKey>,
}

fn name(key: &Identifier) -> PartyKey {
    (key.scheme.clone(), key.scope.clone(), key.value.clone())
}

/// Tells requests apart, in their order; what comes from one sender stays in order: whoever is new in one request, or in
/// `behind`, is new in all that follow.
pub(super) async fn newcomers(
    tx: &mut WriteTx,
    requests: &[Parsed],
    behind: &HashSet<PartyKey>,
) -> Result<Vec<Comers>, StoreError> {
    let mut comers = vec![Comers::default(); requests.len()];
    let (mut keys, mut writes) = (Vec::new(), Vec::new());
    for (n, request) in requests.iter().enumerate() {
        for event in &request.events {
            let Some((key, _)) = identity::party_key(&event.sender) else { continue };
            comers[n].senders.push(name(&key));
            if matches!(event.kind, EventKind::Message | EventKind::Unsupported) {
                writes.push((n, request.account, event.thread.as_deref()));
                keys.push(key);
            }
        }
    }
    let places: Vec<Place<'_>> = keys
        .iter()
        .zip(&writes)
        .map(|(key, (_, account, thread))| Place { key, account: *account, thread: *thread })
        .collect();
    let home = if places.is_empty() { Vec::new() } else { arrivals::at_home(tx, &places).await? };
    for ((n, ..), _) in writes.iter().zip(home).filter(|(_, home)| !home) {
        comers[*n].new = true;
    }
    follow(&mut comers, behind);
    Ok(comers)
}

/// Who is new stays new.
fn follow(comers: &mut [Comers], behind: &HashSet<PartyKey>) {
    let mut waiting: HashSet<PartyKey> = HashSet::new();
    for one in comers {
        one.new |= one.senders.iter().any(|sender| behind.contains(sender) || waiting.contains(sender));
        if one.new {
            waiting.extend(one.senders.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(who: &[&str], new: bool) -> Comers {
        let key = |value: &&str| ("phone_e164".to_owned(), String::new(), (*value).to_owned());
        Comers { new, senders: who.iter().map(key).collect() }
    }

    #[test]
    fn nobody_overtakes_themselves() {
        let mut all =
            vec![by(&["a"], false), by(&["b", "c"], true), by(&["c"], false), by(&["a"], false), by(&["d"], false)];
        let behind = HashSet::from([by(&["d"], false).senders[0].clone()]);
        follow(&mut all, &behind);
        let new: Vec<bool> = all.iter().map(|one| one.new).collect();
        assert_eq!(new, [false, true, true, false, true]);
    }
}
