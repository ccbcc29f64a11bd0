//! Overflow to outsourced partners: opened by load or by the wait, closed again with hysteresis.

use super::Agent;
use crate::ids::QueueId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most lenders of a rule.
const MOST_LENDERS: usize = 20;

/// A queue whose people help out while another's overflow is open, as long as it keeps its own promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lender {
    /// The queue that lends its people.
    pub queue: QueueId,
    /// It keeps them for itself when so much waits in it; 0 = not by load.
    pub busy_waiting: u32,
    /// It keeps them for itself when somebody has waited so long in it, seconds; 0 = not by the wait.
    pub busy_wait_seconds: u32,
    /// It lends them again when no more than this waits ..
    pub calm_waiting: u32,
    /// .. and nobody has waited longer than this, seconds.
    pub calm_wait_seconds: u32,
}

impl Lender {
    /// Whether it keeps its people for itself, given whether it did, how much waits in it and how long who came first has
    /// waited.
    pub fn next(&self, busy: bool, waiting: u32, waited_seconds: u32) -> bool {
        if busy {
            return waiting > self.calm_waiting || waited_seconds > self.calm_wait_seconds;
        }
        (self.busy_waiting > 0 && waiting >= self.busy_waiting)
            || (self.busy_wait_seconds > 0 && waiting > 0 && waited_seconds >= self.busy_wait_seconds)
    }

    fn check(&self, of: QueueId, queues: &BTreeSet<QueueId>) -> Result<(), (&'static str, &'static str)> {
        if self.queue == of {
            return Err(("queue_id", "a queue does not lend to itself"));
        }
        if !queues.contains(&self.queue) {
            return Err(("queue_id", "no such queue"));
        }
        if self.busy_waiting == 0 && self.busy_wait_seconds == 0 {
            return Err(("busy_waiting", "would lend whatever becomes of its own customers: give a load or a wait"));
        }
        if self.busy_waiting > 0 && self.calm_waiting >= self.busy_waiting {
            return Err(("calm_waiting", "must be less than what keeps its people, or it would flutter"));
        }
        if self.busy_wait_seconds > 0 && self.calm_wait_seconds >= self.busy_wait_seconds {
            return Err(("calm_wait_seconds", "must be less than what keeps its people, or it would flutter"));
        }
        if self.busy_waiting > MOST_WAITING || self.busy_wait_seconds > MOST_SECONDS {
            return Err(("busy_waiting", "at most 100,000 waiting and a day of wait"));
        }
        Ok(())
    }
}

/// A lender that cannot be one, with the place named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("lender {}: {problem}", .lender + 1)]
pub struct InvalidLender {
    /// Its index, from 0; the message counts from 1.
    pub lender: usize,
    /// The field, in the words of the code.
    pub field: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// Most that waits, and longest wait, of any mark.
const MOST_WAITING: u32 = 100_000;
const MOST_SECONDS: u32 = 86_400;

/// When a queue lends work to partners, and to whom of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverflowRule {
    /// Opens when so much waits; 0 = not by load.
    pub open_waiting: u32,
    /// Opens when somebody has waited so long, seconds; 0 = not by the wait.
    pub open_wait_seconds: u32,
    /// Closes when no more than this waits ..
    pub close_waiting: u32,
    /// .. and nobody has waited longer than this, seconds.
    pub close_wait_seconds: u32,
    /// Partners must have learned this revision of the knowledge.
    pub required_revision: i32,
    /// It follows the knowledge: each publication for partners raises the revision that is asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub current_revision: bool,
    /// Most work in the hands of partners at once, over all queues; 0 = no cap.
    pub contract_cap: u32,
    /// Queues whose people are asked as well. Not written when empty: the previous release does not know it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lenders: Vec<Lender>,
}

/// Where a queue's overflow stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    /// Its rule.
    pub rule: OverflowRule,
    /// Whether partners and lent people are asked now.
    pub open: bool,
    /// Lenders that keep their people for themselves now.
    pub busy: BTreeSet<QueueId>,
}

impl OverflowRule {
    /// Whether it should be open, given whether it is, how much waits and how long who came first has.
    pub fn next(&self, open: bool, waiting: u32, waited_seconds: u32) -> bool {
        if open {
            return waiting > self.close_waiting || waited_seconds > self.close_wait_seconds;
        }
        (self.open_waiting > 0 && waiting >= self.open_waiting)
            || (self.open_wait_seconds > 0 && waiting > 0 && waited_seconds >= self.open_wait_seconds)
    }

    /// Checks a rule by itself: the field, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let fail = |field, problem: &str| Err((field, problem.to_owned()));
        if self.open_waiting == 0 && self.open_wait_seconds == 0 {
            return fail("open_waiting", "never opens: give a load or a wait");
        }
        if self.open_waiting > 0 && self.close_waiting >= self.open_waiting {
            return fail("close_waiting", "must be less than what opens it, or it would flutter");
        }
        if self.open_wait_seconds > 0 && self.close_wait_seconds >= self.open_wait_seconds {
            return fail("close_wait_seconds", "must be less than what opens it, or it would flutter");
        }
        if self.open_waiting > MOST_WAITING || self.open_wait_seconds > MOST_SECONDS || self.required_revision < 0 {
            return fail("open_waiting", "at most 100,000 waiting, a day of wait, and a revision from 0");
        }
        Ok(())
    }

    /// Checks the lenders of a queue's rule against the queues there are.
    pub fn check_lenders(&self, of: QueueId, queues: &BTreeSet<QueueId>) -> Result<(), InvalidLender> {
        let fail = |lender, field, problem: &str| Err(InvalidLender { lender, field, problem: problem.to_owned() });
        if self.lenders.len() > MOST_LENDERS {
            return fail(MOST_LENDERS, "queue_id", "at most 20 queues lend to one");
        }
        for (n, lender) in self.lenders.iter().enumerate() {
            if let Err((field, problem)) = lender.check(of, queues) {
                return fail(n, field, problem);
            }
            if self.lenders[..n].iter().any(|before| before.queue == lender.queue) {
                return fail(n, "queue_id", "is named twice");
            }
        }
        Ok(())
    }
}

impl Overflow {
    /// Whether somebody serves this queue only because a queue of theirs lends its people to it.
    pub(super) fn borrows(&self, agent: &Agent, queue: QueueId) -> bool {
        !self.rule.lenders.is_empty() && !agent.queues.contains(&queue) && self.lenders(&agent.queues).next().is_some()
    }

    /// The lenders among these queues.
    pub(super) fn lenders<'a>(&'a self, of: &'a BTreeSet<QueueId>) -> impl Iterator<Item = QueueId> + 'a {
        self.rule.lenders.iter().map(|lender| lender.queue).filter(|queue| of.contains(queue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_by_load_or_wait_and_closes_lower_down() {
        let rule = OverflowRule {
            open_waiting: 10,
            open_wait_seconds: 120,
            close_waiting: 4,
            close_wait_seconds: 30,
            ..OverflowRule::default()
        };
        assert_eq!(rule.check(), Ok(()));
        assert!(!rule.next(false, 9, 119) && rule.next(false, 10, 0) && rule.next(false, 1, 120));
        assert!(!rule.next(false, 0, 500), "nothing waits");
        // Open, it stays so until both are low.
        assert!(rule.next(true, 5, 0) && rule.next(true, 0, 31) && !rule.next(true, 4, 30));
        let flutter = OverflowRule { close_waiting: 10, ..rule.clone() };
        assert_eq!(flutter.check().map_err(|(field, _)| field), Err("close_waiting"));
        assert_eq!(OverflowRule::default().check().map_err(|(field, _)| field), Err("open_waiting"));
        let slow = OverflowRule { close_wait_seconds: 120, ..rule };
        assert_eq!(slow.check().map_err(|(field, _)| field), Err("close_wait_seconds"));
    }

    proptest::proptest! {
        /// What is open now because of a load was not opened by less than that, and what has closed does not open again
        /// at the same load.
        #[test]
        fn it_never_flutters(open in 2_u32..50, wait in 2_u32..500, close in 0_u32..50, low in 0_u32..500,
                             waiting in 0_u32..60, waited in 0_u32..600) {
            let rule = OverflowRule {
                open_waiting: open, open_wait_seconds: wait, close_waiting: close, close_wait_seconds: low,
                ..OverflowRule::default()
            };
            proptest::prop_assume!(rule.check().is_ok());
            if !rule.next(true, waiting, waited) {
                proptest::prop_assert!(!rule.next(false, waiting, waited));
            }
        }

        /// A lender never flutters, and never lends at or beyond its marks.
        #[test]
        fn a_lender_keeps_its_own_promise(busy in 1_u32..50, wait in 1_u32..500, calm in 0_u32..50, low in 0_u32..500,
                                          loads in proptest::collection::vec((0_u32..60, 0_u32..600), 1..50)) {
            let queue = QueueId(uuid::Uuid::from_u128(1));
            let lender = Lender {
                queue, busy_waiting: busy, busy_wait_seconds: wait, calm_waiting: calm, calm_wait_seconds: low,
            };
            proptest::prop_assume!(lender.check(QueueId(uuid::Uuid::from_u128(2)), &BTreeSet::from([queue])).is_ok());
            let mut keeps = false;
            for (waiting, waited) in loads {
                let next = lender.next(keeps, waiting, waited);
                let beyond = waiting >= busy || (waiting > 0 && waited >= wait);
                let calmed = waiting <= calm && waited <= low;
                proptest::prop_assert!(!beyond || next, "it lends at {} waiting for {} s", waiting, waited);
                proptest::prop_assert!(!calmed || !next, "it keeps its people at {} waiting for {} s", waiting, waited);
                proptest::prop_assert!(beyond || calmed || next == keeps, "between the marks nothing changes");
                keeps = next;
            }
        }
    }
}
