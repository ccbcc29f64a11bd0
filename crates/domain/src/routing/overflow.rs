//! Overflow to outsourced partners: opened by load or by the wait, closed again with hysteresis.

use serde::{Deserialize, Serialize};

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
}

/// Where a queue's overflow stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    /// Its rule.
    pub rule: OverflowRule,
    /// Whether partners are asked now.
    pub open: bool,
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
        if self.open_waiting > 100_000 || self.open_wait_seconds > 86_400 || self.required_revision < 0 {
            return fail("open_waiting", "at most 100,000 waiting, a day of wait, and a revision from 0");
        }
        Ok(())
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
    }
}
