//! People nobody knows who write for the first time are placed together, with a few statements for all of them.

use super::{
    messages::{Sent, arrival_of},
    resolve::FIRST_CONTACT,
    session::holder,
};
use meridian_domain::{
    event::Identifier,
    identity,
    understanding::message::{Heard, Reading},
    work::OwnerKind,
};
use meridian_store::{
    StoreError, WriteTx,
    arrivals::{Place, Standing},
    identity as store,
    newcomers::{self, Opening, Way},
    work,
};
use std::collections::{HashMap, HashSet};

/// Places senders who are certainly new: they have no open session, and neither their key nor one of their identifiers is
/// anybody's. Whoever might be somebody known is left to [`super::resolve::resolve`].
pub(super) async fn welcome<'a>(
    tx: &mut WriteTx,
    sent: &'a [Sent<'a>],
    places: &[Place<'a>],
    readings: &[Option<Reading>],
    standing: &mut HashMap<Place<'a>, Standing>,
) -> Result<(), StoreError> {
    let first = distinct(sent, places, standing);
    if first.is_empty() {
        return Ok(());
    }
    // Two newcomers that share a verified value must see each other.
    let ids = first.iter().flat_map(|&n| &sent[n].ids);
    let joining: Vec<Identifier> = ids.filter(|id| identity::joins(id)).cloned().collect();
    store::lock_values(tx, &joining).await?;
    let asked: Vec<(Place<'_>, &[Identifier])> = first.iter().map(|&n| (places[n], sent[n].ids.as_slice())).collect();
    let strangers = newcomers::strangers(tx, &asked).await?;
    let mut openings = Vec::with_capacity(strangers.len());
    for (at, way) in strangers {
        let n = first[at];
        openings.push(opening(tx, &sent[n], places[n], readings[n].as_ref(), way).await?);
    }
    if openings.is_empty() {
        return Ok(());
    }
    let opened = newcomers::open(tx, &openings).await?;
    standing.extend(openings.iter().zip(opened).filter_map(|(opening, at)| Some((opening.place, at?))));
    Ok(())
}

/// The first message of each sender without an open session; not of those who have an identifier in common, for who comes
/// second is known by then.
fn distinct<'a>(
    sent: &'a [Sent<'a>],
    places: &[Place<'a>],
    standing: &HashMap<Place<'a>, Standing>,
) -> Vec<usize> {
    let value = |id: &'a Identifier| (id.scheme.as_str(), id.scope.as_str(), id.value.as_str());
    let mut keys = HashSet::new();
    let mut first: Vec<usize> = (0..sent.len())
        .filter(|&n| !standing.contains_key(&places[n]) && keys.insert(value(&sent[n].key)))
        .collect();
    let mut holders: HashMap<_, usize> = HashMap::new();
    for &n in &first {
        for id in &sent[n].ids {
            *holders.entry(value(id)).or_default() += 1;
        }
    }
    first.retain(|&n| sent[n].ids.iter().all(|id| holders[&value(id)] == 1));
    first
}

async fn opening<'a>(
    tx: &mut WriteTx,
    one: &'a Sent<'a>,
    place: Place<'a>,
    reading: Option<&Reading>,
    way: Way,
) -> Result<Opening<'a>, StoreError> {
    let sender = &one.arrived.event.sender;
    let arrival = arrival_of(&one.arrived, reading);
    let control = holder(&arrival, way.bot);
    let mut language = None;
    if control == OwnerKind::Queue {
        let spoken = arrival.clear_language(&Heard::default());
        language = work::language(tx, way.queue, arrival.language, spoken).await?;
    }
    Ok(Opening {
        place,
        kind: one.arrived.kind,
        name: sender.name.as_deref().map_or("", str::trim),
        locale: sender.locale.as_deref(),
        subject: one.arrived.event.content.as_ref().and_then(|content| content.subject.as_deref()).unwrap_or(""),
        way,
        control,
        language,
        reason: FIRST_CONTACT,
    })
}
