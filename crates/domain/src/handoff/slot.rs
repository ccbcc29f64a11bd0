//! What the recognisers find in a dialogue.

use super::Speaker;

/// A line of the dialogue, without its identity.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: &'a str,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A reference, order, ticket or booking number.
    Reference,
    /// Another number that must not be lost.
    Number,
    /// What sort of thing: guesthouse, museum, Indian, economy.
    Sort,
    /// What it serves or holds: a dish.
    Dish,
    /// A proper name.
    Name,
    /// Price level or amount.
    Price,
    /// Stars or points.
    Rating,
    /// Part of town.
    Area,
    /// Place of departure.
    From,
    /// Place of arrival.
    To,
    /// Day or date.
    Day,
    /// Time of day.
    Time,
    /// Time to leave.
    Leave,
    /// Time to arrive.
    Arrive,
    /// Number of people.
    People,
    /// Nights or days of a stay.
    Nights,
    /// How long something takes.
    Duration,
    /// Something it must have.
    Feature,
    /// Postal address.
    Address,
    /// Telephone number.
    Phone,
    /// Mail address.
    Email,
    /// Opening hours.
    Hours,
    /// A stop.
    Station,
    /// A vehicle or its plate.
    Vehicle,
}

impl Kind {
    /// Its name in a brief.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Number => "number",
            Self::Sort => "type",
            Self::Dish => "dish",
            Self::Name => "name",
            Self::Price => "price",
            Self::Rating => "rating",
            Self::Area => "area",
            Self::From => "from",
            Self::To => "to",
            Self::Day => "day",
            Self::Time => "time",
            Self::Leave => "leave",
            Self::Arrive => "arrive",
            Self::People => "people",
            Self::Nights => "nights",
            Self::Duration => "duration",
            Self::Feature => "feature",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Hours => "hours",
            Self::Station => "station",
            Self::Vehicle => "vehicle",
        }
    }

    /// A later value of the same subject takes the place of an earlier one.
    pub(super) fn exclusive(self) -> bool {
        matches!(
            self,
            Self::Sort
                | Self::Price
                | Self::Rating
                | Self::Area
                | Self::From
                | Self::To
                | Self::Day
                | Self::Time
                | Self::Leave
                | Self::Arrive
                | Self::People
                | Self::Nights
        )
    }
}

/// A value with where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What it belongs to: hotel, order, 餐馆; empty when nothing was named.
    pub subject: &'static str,
    /// What it is.
    pub kind: Kind,
    /// As it was said.
    pub value: String,
    /// Line it was said in, from 0.
    pub turn: usize,
    /// Who said it.
    pub speaker: Speaker,
}

/// Adds a slot: a later value supersedes an earlier exclusive one of its subject, and nothing is kept twice.
pub(super) fn put(slots: &mut Vec<Slot>, slot: Slot) {
    let same_place = matches!(slot.kind, Kind::From | Kind::To | Kind::Name);
    let within = |old: &Slot| {
        old.subject == slot.subject
            && old.kind == slot.kind
            && old.value.to_lowercase().contains(&slot.value.to_lowercase())
    };
    // "birmingham" after "birmingham new street" is the same place, said shorter.
    if same_place && slots.iter().any(within) {
        return;
    }
    if slot.kind.exclusive() {
        slots.retain(|old| old.subject != slot.subject || old.kind != slot.kind || old.turn == slot.turn);
    }
    let same = |old: &Slot| {
        old.subject == slot.subject && old.kind == slot.kind && old.value.to_lowercase() == slot.value.to_lowercase()
    };
    if !slots.iter().any(same) {
        slots.push(slot);
    }
}
