//! How work of the channel classes goes together in one person's hands.

use crate::channel::ChannelClass;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most units that a total or a weight may have.
const MOST_UNITS: i16 = 100;

/// What a tenant says of it. Without a word of it each class has room of its own, beside all others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CapacityPolicy {
    /// What a piece of a class takes of the total; 1 where nothing is said.
    pub weights: BTreeMap<ChannelClass, i16>,
    /// Most units in one person's hands, over all classes and queues; 0 = no total.
    pub total: i16,
    /// New work of a class may come to somebody who works on these classes, beside its own; a class that is not named may
    /// come on top of any. Chat that interrupts mail alone: `chat: [mail]`.
    pub interrupts: BTreeMap<ChannelClass, BTreeSet<ChannelClass>>,
    /// Share of their capacity that somebody who is finishing still takes, percent.
    pub finishing_percent: u8,
}

impl CapacityPolicy {
    /// Checks it: the field, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if !self.weights.values().all(|weight| (1..=MOST_UNITS).contains(weight)) {
            return Err(("weights", "a piece of work weighs 1 to 100"));
        }
        if !(0..=MOST_UNITS).contains(&self.total) {
            return Err(("total", "total goes from 0 to 100"));
        }
        let heaviest = self.weights.values().copied().max().unwrap_or(1);
        if self.total > 0 && heaviest > self.total {
            return Err(("total", "total has room for one piece of each class at least"));
        }
        if self.finishing_percent > 100 {
            return Err(("finishing_percent", "finishingPercent goes from 0 to 100"));
        }
        Ok(())
    }

    /// The same in the form that decisions use.
    pub fn compact(&self, finishing: bool) -> Capacity {
        let weight = |class| self.weights.get(&class).copied().unwrap_or(1).max(1);
        let on_top = |class, held| self.interrupts.get(&class).is_none_or(|over| over.contains(&held));
        Capacity {
            weights: ChannelClass::ALL.map(weight),
            total: self.total,
            on_top: ChannelClass::ALL.map(|class| ChannelClass::ALL.map(|held| class == held || on_top(class, held))),
            percent: if finishing { self.finishing_percent } else { 100 },
        }
    }
}

/// The rules of one person at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    weights: [i16; 4],
    total: i16,
    on_top: [[bool; 4]; 4],
    percent: u8,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { weights: [1; 4], total: 0, on_top: [[true; 4]; 4], percent: 100 }
    }
}

/// What stands in the way of one more piece of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// All places of the class are taken.
    Class,
    /// They are finishing: the share of the places that they still take is taken.
    Finishing,
    /// They hold work of this class, and the other does not come on top of it.
    Beside(ChannelClass),
    /// Over all classes so many units would be in use, and there are no more than `most`.
    Total {
        /// Units that the work takes with what they hold.
        units: i32,
        /// Units there are.
        most: i16,
    },
}

impl Capacity {
    /// Whether one more piece of a class fits, from the units in use and the units there are by class.
    pub fn fits(&self, load: &[(i16, i16); 4], class: ChannelClass) -> bool {
        self.no_room(load, class).is_none()
    }

    /// The first thing that stands in the way of one more piece of a class; none when it fits.
    pub fn no_room(&self, load: &[(i16, i16); 4], class: ChannelClass) -> Option<NoRoom> {
        let at = class.index();
        let (used, cap) = load[at];
        if used >= cap {
            return Some(NoRoom::Class);
        }
        if i32::from(used) >= i32::from(cap) * i32::from(self.percent) / 100 {
            return Some(NoRoom::Finishing);
        }
        let held = |(n, on_top): &(usize, bool)| !on_top && load[*n].0 > 0;
        if let Some((n, _)) = self.on_top[at].into_iter().enumerate().find(held) {
            return Some(NoRoom::Beside(ChannelClass::ALL[n]));
        }
        let weighed = load.iter().zip(self.weights).map(|((held, _), weight)| i32::from(*held) * i32::from(weight));
        let units = weighed.sum::<i32>() + i32::from(self.weights[at]);
        (self.total > 0 && units > i32::from(self.total)).then_some(NoRoom::Total { units, most: self.total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn policy() -> CapacityPolicy {
        CapacityPolicy {
            weights: BTreeMap::from([(ChannelClass::Chat, 2), (ChannelClass::Voice, 4)]),
            total: 8,
            interrupts: BTreeMap::from([(ChannelClass::Chat, BTreeSet::from([ChannelClass::Mail]))]),
            finishing_percent: 50,
        }
    }

    #[test]
    fn a_chat_interrupts_mail_and_nothing_else() {
        let rules = policy().compact(false);
        let with = |voice, chat, messaging, mail| [(voice, 1), (chat, 3), (messaging, 5), (mail, 10)];
        assert!(rules.fits(&with(0, 0, 0, 3), ChannelClass::Chat));
        assert!(rules.fits(&with(0, 1, 0, 3), ChannelClass::Chat), "its own class is beside it");
        assert!(
            !rules.fits(&with(0, 0, 1, 0), ChannelClass::Chat) && !rules.fits(&with(1, 0, 0, 0), ChannelClass::Chat)
        );
        assert!(rules.fits(&with(0, 2, 0, 0), ChannelClass::Mail), "mail was not named: it comes on top of any");
        // Weights: two chats and a call are eight units.
        assert!(
            rules.fits(&with(0, 2, 0, 0), ChannelClass::Voice) && !rules.fits(&with(1, 2, 0, 0), ChannelClass::Mail)
        );
        assert!(!rules.fits(&with(0, 2, 0, 1), ChannelClass::Voice));
        let rules = Capacity::default();
        assert!(
            rules.fits(&with(1, 3, 5, 9), ChannelClass::Mail) && !rules.fits(&with(1, 3, 5, 9), ChannelClass::Chat)
        );
    }

    #[test]
    fn what_stands_in_the_way_is_told() {
        let rules = policy().compact(false);
        let with = |voice, chat, messaging, mail| [(voice, 1), (chat, 3), (messaging, 5), (mail, 10)];
        let chat = |load| rules.no_room(&load, ChannelClass::Chat);
        assert_eq!(chat(with(0, 1, 0, 3)), None);
        assert_eq!(chat(with(0, 3, 0, 0)), Some(NoRoom::Class));
        assert_eq!(chat(with(0, 0, 1, 0)), Some(NoRoom::Beside(ChannelClass::Messaging)));
        assert_eq!(chat(with(0, 2, 0, 3)), Some(NoRoom::Total { units: 9, most: 8 }));
        let finishing = policy().compact(true);
        assert_eq!(finishing.no_room(&with(0, 1, 0, 0), ChannelClass::Chat), Some(NoRoom::Finishing));
    }

    #[test]
    fn who_is_finishing_takes_less() {
        let rules = policy().compact(true);
        let with = |used| [(0, 1), (used, 3), (0, 5), (0, 0)];
        assert!(rules.fits(&with(0), ChannelClass::Chat) && !rules.fits(&with(1), ChannelClass::Chat), "half of three");
        let nothing = CapacityPolicy::default().compact(true);
        assert!(ChannelClass::ALL.iter().all(|class| !nothing.fits(&with(0), *class)));
    }

    #[test]
    fn what_cannot_work_is_refused_with_the_field() {
        let field = |policy: CapacityPolicy| policy.check().map_err(|(field, _)| field);
        assert_eq!((field(policy()), field(CapacityPolicy::default())), (Ok(()), Ok(())));
        assert_eq!(field(CapacityPolicy { total: 3, ..policy() }), Err("total"), "no call would ever fit");
        assert_eq!(field(CapacityPolicy { total: 101, ..policy() }), Err("total"));
        assert_eq!(field(CapacityPolicy { finishing_percent: 101, ..policy() }), Err("finishing_percent"));
        let weights = BTreeMap::from([(ChannelClass::Mail, 0)]);
        assert_eq!(field(CapacityPolicy { weights, ..policy() }), Err("weights"));
    }

    proptest! {
        /// Whoever takes what fits, whatever comes and goes, never holds more than caps and total allow.
        #[test]
        fn what_fits_never_goes_beyond(caps in proptest::array::uniform4(0_i16..6), total in 0_i16..12,
                                       weights in proptest::array::uniform4(1_i16..5), finishing: bool, percent in 0_u8..=100,
                                       steps in proptest::collection::vec((0_usize..4, any::<bool>()), 0..80)) {
            let weights_of = ChannelClass::ALL.into_iter().zip(weights).collect();
            let policy = CapacityPolicy { weights: weights_of, total, finishing_percent: percent, ..CapacityPolicy::default() };
            let rules = policy.compact(finishing);
            let mut load = caps.map(|cap| (0, cap));
            for (class, takes) in steps {
                if !takes {
                    load[class].0 = (load[class].0 - 1).max(0);
                } else if rules.fits(&load, ChannelClass::ALL[class]) {
                    load[class].0 += 1;
                }
                prop_assert!(load.iter().all(|(used, cap)| used <= cap));
                let units: i16 = load.iter().zip(weights).map(|((used, _), weight)| used * weight).sum();
                prop_assert!(total == 0 || units <= total);
            }
        }
    }
}
