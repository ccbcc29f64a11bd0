//! Emergency plans: named switches that change routing and messages in one act, and go back by themselves.

use crate::ids::QueueId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a plan switches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The queues it is about; empty = all.
    pub queues: Vec<QueueId>,
    /// Partners may be asked, whatever the rules of overflow say.
    pub overflow: bool,
    /// Everybody is asked, members or not, at whatever hour.
    pub all_hands: bool,
    /// Nothing is offered: work waits until the plan ends.
    pub closed: bool,
    /// Told to customers whose work comes to the queues, once for each engagement.
    pub message: Option<String>,
}

/// Longest message.
const LONGEST: usize = 1000;

impl Switches {
    /// Whether a queue is meant.
    pub fn about(&self, queue: QueueId) -> bool {
        self.queues.is_empty() || self.queues.contains(&queue)
    }

    /// Checks switches against the queues there are: the field, and what is wrong with it.
    pub fn check(&self, queues: &BTreeSet<QueueId>) -> Result<(), (&'static str, String)> {
        if let Some(unknown) = self.queues.iter().find(|queue| !queues.contains(queue)) {
            return Err(("queue_ids", format!("no such queue: {unknown}")));
        }
        let message = self.message.as_deref().map(str::trim);
        if message.is_some_and(|text| text.is_empty() || text.chars().count() > LONGEST) {
            return Err(("message", format!("a message has 1 to {LONGEST} characters")));
        }
        if !self.overflow && !self.all_hands && !self.closed && message.is_none() {
            return Err((
                "message",
                "switches nothing: open overflow, call all hands, close, or say something".to_owned(),
            ));
        }
        if self.closed && (self.all_hands || self.overflow) {
            return Err(("closed", "a closed queue asks nobody: leave out overflow and all hands".to_owned()));
        }
        if self.closed && message.is_none() {
            return Err(("message", "customers of a closed queue are told so: give a message".to_owned()));
        }
        Ok(())
    }
}

/// What all plans in force do to one queue together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InForce {
    /// Partners may be asked.
    pub overflow: bool,
    /// Everybody is asked.
    pub all_hands: bool,
    /// Nothing is offered.
    pub closed: bool,
}

/// What several plans do to a queue.
pub fn in_force<'a>(plans: impl Iterator<Item = &'a Switches>, queue: QueueId) -> InForce {
    plans.filter(|plan| plan.about(queue)).fold(InForce::default(), |all, plan| InForce {
        overflow: all.overflow || plan.overflow,
        all_hands: all.all_hands || plan.all_hands,
        closed: all.closed || plan.closed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn switches_are_checked_and_add_up() {
        let (here, there) = (QueueId(Uuid::from_u128(1)), QueueId(Uuid::from_u128(2)));
        let known = BTreeSet::from([here, there]);
        let field = |switches: &Switches| switches.check(&known).map_err(|(field, _)| field);
        let closed =
            Switches { queues: vec![here], closed: true, message: Some("Back at 9".into()), ..Switches::default() };
        let hands = Switches { all_hands: true, overflow: true, ..Switches::default() };
        assert_eq!((field(&closed), field(&hands)), (Ok(()), Ok(())));
        assert_eq!(field(&Switches::default()), Err("message"));
        assert_eq!(field(&Switches { message: None, ..closed.clone() }), Err("message"));
        assert_eq!(field(&Switches { all_hands: true, ..closed.clone() }), Err("closed"));
        assert_eq!(field(&Switches { queues: vec![QueueId(Uuid::nil())], ..hands.clone() }), Err("queue_ids"));
        let both = [closed, hands];
        assert_eq!(in_force(both.iter(), here), InForce { overflow: true, all_hands: true, closed: true });
        assert_eq!(in_force(both.iter(), there), InForce { overflow: true, all_hands: true, closed: false });
        assert_eq!(in_force([].iter(), here), InForce::default());
    }
}
