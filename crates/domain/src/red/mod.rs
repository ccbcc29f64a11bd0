//! The red channel: which customers' work goes ahead, to whom, and who is alarmed.
//!
//! Rules look at what the tenant says of a customer (tier, tags), at what other systems say (events), and at what the
//! customer says (sentiment, intent). The first rule that applies decides. Pure: facts in, verdict out.

use crate::{
    ids::{AgentId, QueueId},
    time::Instant,
    understanding::message::Heard,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// Outside events a rule listens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventMatch {
    /// Kinds as the senders name them; empty = any.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Least severity, 1 to 5.
    pub min_severity: u8,
    /// How long an event counts after it happened, minutes.
    pub within_minutes: u32,
}

/// When a rule applies: every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// Any of these tags, in whatever case; empty = whatever tags.
    pub tags: Vec<String>,
    /// Any of these tiers; empty = whatever tier.
    pub tiers: Vec<String>,
    /// Work of these queues; empty = of all.
    pub queues: Vec<QueueId>,
    /// An outside event; `None` = without one.
    pub event: Option<EventMatch>,
    /// The customer said something unhappier than this, in hundredths: -95 to 0. Not written when it is not asked for:
    /// the previous release does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment_below: Option<i16>,
    /// The customer asked for any of these intents; empty = for whatever. Not written when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<String>,
}

impl When {
    /// Whether what the customer says decides.
    pub fn listens(&self) -> bool {
        self.sentiment_below.is_some() || !self.intents.is_empty()
    }

    /// Whether what was heard of the customer is what is asked for.
    fn hears(&self, heard: &Heard) -> bool {
        self.sentiment_below.is_none_or(|below| heard.low.is_some_and(|low| low < below))
            && (self.intents.is_empty() || heard.intents.iter().any(|intent| self.intents.contains(intent)))
    }
}

/// What a rule does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Then {
    /// Head start in the queue, minutes.
    pub head_start_minutes: u32,
    /// To whom the work goes first, whatever queues they serve.
    pub manager: Option<AgentId>,
    /// To whom it goes when the manager's site is closed or they are away.
    pub deputy: Option<AgentId>,
    /// How long it is kept for them, seconds; then it goes on from its place in line.
    pub hold_seconds: u32,
    /// Whether the owner of the conversation, the manager and the floor are alarmed.
    pub alert: bool,
}

/// A rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which decisions and alerts tell.
    pub name: String,
    /// When it applies.
    pub when: When,
    /// What it does.
    pub then: Then,
}

/// What another system said about a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Kind as the sender names it.
    pub kind: String,
    /// 1 to 5.
    pub severity: u8,
    /// When.
    pub at: Instant,
}

/// What is known of a customer and of the work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The customer's tags.
    pub tags: Vec<String>,
    /// The customer's tier.
    pub tier: String,
    /// Queue of the work.
    pub queue: Option<QueueId>,
    /// What other systems said.
    pub events: Vec<Happened>,
    /// What the customer said.
    pub heard: Heard,
}

/// Whether somebody can be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Available, with a live link.
    pub ready: bool,
    /// Their site is open, or they have none.
    pub open: bool,
}

/// Most rules of a tenant.
const MOST_RULES: usize = 50;
/// Most intents a rule names.
const MOST_INTENTS: usize = 50;
/// How unhappy a rule may ask for, in hundredths.
const UNHAPPY: std::ops::RangeInclusive<i16> = -95..=0;
/// Longest head start, minutes: a week.
const MOST_HEAD_START: u32 = 10_080;
/// Longest time work is kept for a manager, seconds.
const MOST_HOLD: u32 = 3600;
/// How long events may count, minutes: thirty days.
const MOST_MINUTES: u32 = 43_200;

impl Rule {
    /// Whether the rule applies at `now`.
    pub fn applies(&self, facts: &Facts, now: Instant) -> bool {
        let when = &self.when;
        let tagged = |wanted: &String| facts.tags.iter().any(|tag| tag.eq_ignore_ascii_case(wanted));
        (when.tags.is_empty() || when.tags.iter().any(tagged))
            && (when.tiers.is_empty() || when.tiers.contains(&facts.tier))
            && when.hears(&facts.heard)
            && (when.queues.is_empty() || facts.queue.is_some_and(|queue| when.queues.contains(&queue)))
            && when.event.as_ref().is_none_or(|wanted| {
                let counts = TimeDelta::minutes(i64::from(wanted.within_minutes));
                facts.events.iter().any(|event| {
                    event.severity >= wanted.min_severity
                        && (wanted.kinds.is_empty() || wanted.kinds.contains(&event.kind))
                        && now - event.at <= counts
                })
            })
    }
}

impl Then {
    /// Who is asked first: the manager, or the deputy when the manager cannot be asked; nobody when neither can.
    pub fn person(&self, standing: impl Fn(AgentId) -> Option<Standing>) -> Option<AgentId> {
        let can = |agent: &AgentId| standing(*agent).is_some_and(|standing| standing.ready && standing.open);
        self.manager.filter(can).or(self.deputy.filter(can))
    }
}

/// The first rule that applies.
pub fn verdict<'a>(rules: &'a [Rule], facts: &Facts, now: Instant) -> Option<&'a Rule> {
    rules.iter().find(|rule| rule.applies(facts, now))
}

/// Whether what was heard now makes a rule listen that did not before.
pub fn news(rules: &[Rule], before: &Heard, now: &Heard) -> bool {
    rules.iter().any(|rule| rule.when.listens() && rule.when.hears(now) && !rule.when.hears(before))
}

/// A rule that cannot work, with the place named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {}: {problem}", .rule + 1)]
pub struct InvalidRule {
    /// Index of the rule, from 0; the message counts from 1.
    pub rule: usize,
    /// Its field, in the words of the code.
    pub field: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// What rules may name.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// People who may sign in.
    pub agents: BTreeSet<AgentId>,
    /// Queues in use.
    pub queues: BTreeSet<QueueId>,
    /// Tiers there are.
    pub tiers: &'static [&'static str],
}

/// Checks rules against what there is.
pub fn check(rules: &[Rule], known: &Known) -> Result<(), InvalidRule> {
    if rules.len() > MOST_RULES {
        let problem = format!("there are at most {MOST_RULES} rules");
        return Err(InvalidRule { rule: MOST_RULES, field: "name", problem });
    }
    for (n, rule) in rules.iter().enumerate() {
        let twin = rules[..n].iter().any(|before| before.name.eq_ignore_ascii_case(&rule.name));
        let checked =
            if twin { Err(("name", "another rule has this name".to_owned())) } else { check_one(rule, known) };
        checked.map_err(|(field, problem)| InvalidRule { rule: n, field, problem })?;
    }
    Ok(())
}

fn check_one(rule: &Rule, known: &Known) -> Result<(), (&'static str, String)> {
    let fail = |field, problem: &str| Err((field, problem.to_owned()));
    let (when, then) = (&rule.when, &rule.then);
    let name = rule.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return fail("name", "a name has 1 to 100 characters");
    }
    if when.tags.is_empty() && when.tiers.is_empty() && when.event.is_none() && !when.listens() {
        return fail("when", "applies to everybody: name a tag, a tier, an event, a sentiment or an intent");
    }
    if when.sentiment_below.is_some_and(|below| !UNHAPPY.contains(&below)) {
        return fail("sentiment_below", "sentiment_below goes from -0.95 to 0: from -1, as unhappy as can be, to 1");
    }
    if when.intents.len() > MOST_INTENTS || when.intents.iter().any(|intent| intent.trim().is_empty()) {
        return fail("intents", "a rule names at most 50 intents, by name");
    }
    if let Some(tier) = when.tiers.iter().find(|tier| !known.tiers.contains(&tier.as_str())) {
        return fail("tiers", &format!("no such tier: {tier}; there are {}", known.tiers.join(", ")));
    }
    if let Some(queue) = when.queues.iter().find(|queue| !known.queues.contains(queue)) {
        return fail("queues", &format!("no such queue: {queue}"));
    }
    if let Some(event) = &when.event {
        if !(1..=5).contains(&event.min_severity) {
            return fail("min_severity", "severity goes from 1 to 5");
        }
        if !(1..=MOST_MINUTES).contains(&event.within_minutes) {
            return fail("within_minutes", "an event counts for 1 minute to 30 days");
        }
    }
    if then.head_start_minutes == 0 && then.manager.is_none() && !then.alert {
        return fail("then", "does nothing: give a head start, a manager or an alert");
    }
    if then.head_start_minutes > MOST_HEAD_START {
        return fail("head_start_minutes", "a head start is at most a week");
    }
    for (field, agent) in [("manager", then.manager), ("deputy", then.deputy)] {
        if let Some(agent) = agent.filter(|agent| !known.agents.contains(agent)) {
            return fail(field, &format!("no such agent: {agent}"));
        }
    }
    if then.manager.is_none() && then.deputy.is_some() {
        return fail("deputy", "a deputy stands in for a manager: name one");
    }
    if then.manager.is_some() && !(1..=MOST_HOLD).contains(&then.hold_seconds) {
        return fail("hold_seconds", "work is kept for a manager for 1 second to an hour");
    }
    Ok(())
}
