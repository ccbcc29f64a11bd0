//! The red channel: rules in versions, what other systems say about customers, and what follows from both.

mod events;
mod judge;
mod rules;

pub use events::{EventRefused, NewCustomerEvent, OutsideEvent, Told, events_of, record_event, take_event};
pub(crate) use judge::{judge, judge_waiting};
pub use rules::{RuleTrial, RulesTrial, publish_rules, revert_rules, rules_history, try_rules};
