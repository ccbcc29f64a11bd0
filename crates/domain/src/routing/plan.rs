//! Routing plans: steps that relax what is asked for, inside the queue, so that the place in line is kept.

use super::{Agent, Exclusion, Objection, SkillNeed};
use crate::ids::{AgentId, BranchId, SiteId, SkillId};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, ops::ControlFlow};

/// How candidates are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Longest without new work first.
    #[default]
    LongestIdle,
    /// Least share of capacity in use first.
    LeastOccupied,
    /// Best levels in the skills asked for first.
    BestLevel,
    /// Whose time costs other waiting customers least first, then who was less busy: scarce skills are kept free for
    /// the work that needs them, and load is spread evenly. Learned from what comes; see `docs/routing.md`.
    Scarcity,
}

/// Whose people a step asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffPool {
    /// Own people and partners.
    #[default]
    Any,
    /// Own people alone.
    Own,
    /// Outsourced partners alone.
    Outsourced,
}

/// Whether a text names an attribute: 1 to 40 lower-case letters, digits and underscores.
pub fn attribute_key(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    !text.is_empty() && text.len() <= MOST_KEY && text.bytes().all(letter)
}

/// The language of a tag (BCP 47) by which work asks for people: its primary subtag, 2 or 3 letters in lower case. None
/// of anything else, whatever a device sends: what routing tells apart, it keeps a place for.
pub fn language_of(tag: &str) -> Option<&str> {
    let language = tag.split(['-', '_']).next()?;
    ((2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase())).then_some(language)
}

/// What a step asks of an attribute of an agent: one of several values, or a number that is high enough.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttributeNeed {
    /// The attribute: 1 to 40 lower-case letters, digits and underscores.
    pub key: String,
    /// Its value is one of these; empty = by number.
    pub any_of: Vec<String>,
    /// Its value is a whole number and no less than this.
    pub at_least: Option<i32>,
}

impl AttributeNeed {
    /// Whether an agent has it. Who has no such attribute, or one that is no number where a number is asked for, has not.
    pub fn met(&self, agent: &Agent) -> bool {
        let Some(value) = agent.attributes.get(&self.key) else { return false };
        let high_enough = |least: i32| value.trim().parse::<i64>().is_ok_and(|number| number >= i64::from(least));
        self.at_least.map_or_else(|| self.any_of.contains(value), high_enough)
    }

    fn check(&self) -> Result<(), &'static str> {
        if !attribute_key(&self.key) {
            return Err("a key has 1 to 40 lower-case letters, digits and underscores");
        }
        match (self.at_least, self.any_of.len()) {
            (Some(_), 0) | (None, 1..=MOST_VALUES) => Ok(()),
            (None, 0) | (Some(_), _) => Err("ask for one of several values or for a least number, and not for both"),
            (None, _) => Err("an attribute is one of at most 20 values"),
        }
    }
}

/// What customers are told when a step begins: the last ring of a plan that found nobody so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tells {
    /// In their own conversation.
    pub message: String,
    /// They may take a callback instead of waiting on.
    pub callback: bool,
}

/// One step of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// How long it lasts; the last step lasts for ever.
    pub seconds: u32,
    /// Taken off every level asked for; a level that falls to 0 is no longer asked for.
    pub relax_levels: u8,
    /// Whether the language still matters.
    pub any_language: bool,
    /// Only these sites; empty = all.
    pub sites: Vec<SiteId>,
    /// Whether agents of sites that are asleep may be asked (they are available out of hours).
    pub any_hours: bool,
    /// Least minutes of shift left at the site.
    pub shift_left_minutes: u16,
    /// Sites that are asleep and open within so many minutes are asked as well: who is there early is next to open. 0 = not.
    /// Not written when 0: the previous release does not know it.
    #[serde(skip_serializing_if = "is_zero")]
    pub opens_within_minutes: u16,
    /// Skip the step at once when it has no candidate at all, busy ones included.
    pub skip_if_empty: bool,
    /// Order of candidates.
    pub order: Order,
    /// Asked for beside what the work asks for, and never relaxed.
    pub skills: Vec<SkillNeed>,
    /// Only who speaks one of these (BCP 47 primary subtags); empty = all.
    pub languages: Vec<String>,
    /// Only these branches; empty = all.
    pub branches: Vec<BranchId>,
    /// Only these people; empty = all.
    pub agents: Vec<AgentId>,
    /// Own people, partners, or both.
    pub pool: StaffPool,
    /// Only who has all of these; never relaxed. Not written when empty: the previous release does not know it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeNeed>,
    /// What customers who wait are told when it begins, once. Not written when there is nothing: the previous release does
    /// not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tells: Option<Tells>,
}

impl Step {
    /// Why the step itself passes over an agent, whatever the work asks for.
    pub fn passes_over(&self, agent: &Agent) -> Option<Exclusion> {
        self.objections(agent, &mut |reason, _| ControlFlow::Break(reason)).break_value()
    }

    /// All that speaks against an agent by the step itself, until `say` has heard enough. The reasons are there for who
    /// counts, the details are made for who asks.
    pub(super) fn objections<B>(
        &self,
        agent: &Agent,
        say: &mut impl FnMut(Exclusion, &dyn Fn() -> Objection) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if !self.agents.is_empty() && !self.agents.contains(&agent.id) {
            say(Exclusion::NotNamed, &|| Objection::NotNamed)?;
        }
        for need in &self.skills {
            let held = agent.skills.get(&need.skill).copied().unwrap_or(0);
            if held < need.level {
                say(Exclusion::SkillMissing, &|| Objection::SkillMissing { need: *need, held })?;
            }
        }
        if !self.languages.is_empty() && !self.languages.iter().any(|language| agent.languages.contains(language)) {
            say(Exclusion::LanguageMissing, &|| Objection::LanguageMissing(self.languages.clone()))?;
        }
        if !self.sites.is_empty() && agent.site.is_none_or(|site| !self.sites.contains(&site)) {
            say(Exclusion::OtherSite, &|| Objection::OtherSite(self.sites.clone()))?;
        }
        if !self.branches.is_empty() && agent.branch.is_none_or(|branch| !self.branches.contains(&branch)) {
            say(Exclusion::OtherBranch, &|| Objection::OtherBranch(self.branches.clone()))?;
        }
        for need in self.attributes.iter().filter(|need| !need.met(agent)) {
            say(Exclusion::OtherAttribute, &|| Objection::OtherAttribute(need.clone()))?;
        }
        let other = match self.pool {
            StaffPool::Any => false,
            StaffPool::Own => agent.outsourced,
            StaffPool::Outsourced => !agent.outsourced,
        };
        if other {
            say(Exclusion::OtherPool, &|| Objection::OtherPool(self.pool))?;
        }
        ControlFlow::Continue(())
    }

    /// Whether two steps ask the same people, however long and in whatever order.
    fn asks_the_same(&self, other: &Self) -> bool {
        let bare = |step: &Self| Self { seconds: 0, skip_if_empty: false, order: Order::default(), ..step.clone() };
        bare(self) == bare(other)
    }

    /// Checks a step by itself and against what there is: the field, and what is wrong with it.
    fn check(&self, known: &Known) -> Result<(), (&'static str, String)> {
        let fail = |field, problem: &str| Err((field, problem.to_owned()));
        if self.relax_levels > 5 {
            return fail("relax_levels", "goes from 0 to 5");
        }
        if !self.any_hours && self.shift_left_minutes > MOST_SHIFT_MINUTES {
            return fail("shift_left_minutes", "nobody ever has so many minutes of shift left");
        }
        if self.opens_within_minutes > MOST_OPENING_MINUTES {
            return fail("opens_within_minutes", "at most a week ahead");
        }
        if self.any_hours && self.opens_within_minutes > 0 {
            return fail("opens_within_minutes", "any hours ask sites that open soon already");
        }
        if self.any_hours && self.shift_left_minutes > 0 {
            return fail("shift_left_minutes", "any hours and minutes of shift left contradict each other");
        }
        if let Some(unknown) = self.sites.iter().find(|id| !known.sites.contains(id)) {
            return fail("sites", &format!("no such site: {unknown}"));
        }
        if let Some(unknown) = self.branches.iter().find(|id| !known.branches.contains(id)) {
            return fail("branches", &format!("no such branch: {unknown}"));
        }
        if let Some(need) = self.skills.iter().find(|need| !known.skills.contains(&need.skill)) {
            return fail("skills", &format!("no such skill: {}", need.skill));
        }
        if self.skills.iter().any(|need| !(1..=5).contains(&need.level)) {
            return fail("skills", "a level goes from 1 to 5");
        }
        if !self.languages.iter().all(|tag| language_of(tag) == Some(tag)) {
            return fail("languages", "a language is a primary subtag of BCP 47 in lower case, like en");
        }
        if self.attributes.len() > MOST_ATTRIBUTES {
            return fail("attributes", "a step asks for at most 10 attributes");
        }
        if let Some(problem) = self.attributes.iter().find_map(|need| need.check().err()) {
            return fail("attributes", problem);
        }
        if let Some(unknown) = self.agents.iter().find(|id| known.members.iter().all(|agent| agent.id != **id)) {
            return fail("agents", &format!("{unknown} does not serve this queue: add them as a member first"));
        }
        let length = self.tells.as_ref().map_or(1, |tells| tells.message.trim().chars().count());
        if !(1..=MOST_MESSAGE).contains(&length) {
            return fail("tells", "a message has 1 to 1,000 characters");
        }
        let empty = known.members.iter().all(|agent| self.passes_over(agent).is_some());
        if empty && !known.members.is_empty() && !self.skip_if_empty {
            return fail("steps", "names nobody of this queue: change it, or let it be skipped when it is empty");
        }
        Ok(())
    }
}

/// Answered within half a minute: the most common promise of the trade for calls and chats.
pub(super) const TARGET_SECONDS: u32 = 30;

/// Most steps of a plan.
const MOST_STEPS: usize = 20;

/// Most attributes of a step, values of one, and letters of a key.
const MOST_ATTRIBUTES: usize = 10;
const MOST_VALUES: usize = 20;
const MOST_KEY: usize = 40;

/// Letters of what customers are told.
const MOST_MESSAGE: usize = 1000;

/// No step lasts longer than a week.
const MOST_SECONDS: u32 = 604_800;

/// No shift is longer than a day.
const MOST_SHIFT_MINUTES: u16 = 1440;

/// Nobody waits for a site that opens in more than a week.
const MOST_OPENING_MINUTES: u16 = 10_080;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(minutes: &u16) -> bool {
    *minutes == 0
}

/// A versioned list of steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Rises with every change.
    pub version: i32,
    /// At least one.
    pub steps: Vec<Step>,
    /// Within how many seconds work should be answered (service level). Work within it goes first, then what is beyond
    /// by a worth that grows with the square of its wait. 0 = none: strictly by place in line; beside queues
    /// that have one it counts like 30.
    pub target_seconds: u32,
    /// Whether work beyond its target leaves an agent free for work that is likely to come, until it is worth more.
    pub reserve: bool,
}

/// A plan that cannot work, with the place named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {}: {problem}", .step + 1)]
pub struct InvalidPlan {
    /// Index of the step, from 0; the message counts from 1.
    pub step: usize,
    /// The field of the step, in the words of the code.
    pub field: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// What a plan may name.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Sites.
    pub sites: BTreeSet<SiteId>,
    /// Skills.
    pub skills: BTreeSet<SkillId>,
    /// Branches.
    pub branches: BTreeSet<BranchId>,
    /// The members of the queue as they are now, ready or not.
    pub members: Vec<Agent>,
}

impl Default for Plan {
    /// Asks for everything for a minute at sites with a quarter of an hour left, then relaxes level by level, then
    /// anyone who is available. Strictly by place in line, and nobody is kept idle beside waiting work: what people
    /// expect of a queue. A plan that wants a service level more than that says so.
    fn default() -> Self {
        let order = Order::Scarcity;
        let awake = Step { seconds: 60, shift_left_minutes: 15, order, ..Step::default() };
        let relaxed = Step { seconds: 60, relax_levels: 2, order, ..Step::default() };
        let anyone = Step { relax_levels: 5, any_language: true, any_hours: true, order, ..Step::default() };
        Self { version: 0, steps: vec![awake, relaxed, anyone], target_seconds: 0, reserve: false }
    }
}

impl Plan {
    /// One step that never relaxes anything: whoever has the skills and the language.
    pub fn strict() -> Self {
        let step = Step { any_hours: true, order: Order::Scarcity, ..Step::default() };
        Self { version: 0, steps: vec![step], target_seconds: TARGET_SECONDS, reserve: true }
    }

    /// Checks a plan against what there is.
    pub fn check(&self, known: &Known) -> Result<(), InvalidPlan> {
        let fail = |step, field, problem: &str| Err(InvalidPlan { step, field, problem: problem.to_owned() });
        if self.steps.is_empty() {
            return fail(0, "steps", "a plan needs at least one step");
        }
        if self.steps.len() > MOST_STEPS {
            return fail(MOST_STEPS, "steps", "a plan has at most 20 steps");
        }
        let last = self.steps.len() - 1;
        for (n, step) in self.steps.iter().enumerate() {
            if n < last && step.seconds == 0 {
                return fail(n, "seconds", "lasts 0 seconds and is never in force: only the last step may say 0");
            }
            if step.seconds > MOST_SECONDS {
                return fail(n, "seconds", "a step lasts at most a week");
            }
            if let Some(before) = self.steps[..n].iter().position(|before| before.asks_the_same(step)) {
                let problem =
                    format!("asks nobody whom step {} does not ask already: nobody new is reached", before + 1);
                return fail(n, "steps", &problem);
            }
            step.check(known).map_err(|(field, problem)| InvalidPlan { step: n, field, problem })?;
        }
        Ok(())
    }

    /// The step in force after `waited` seconds, and the seconds until the next one begins.
    pub fn step_at(&self, waited: i64) -> (usize, Option<i64>) {
        let mut begins = 0_i64;
        for (n, step) in self.steps.iter().enumerate() {
            let ends = begins + i64::from(step.seconds);
            if n + 1 == self.steps.len() {
                return (n, None);
            }
            if waited < ends {
                return (n, Some(ends - waited));
            }
            begins = ends;
        }
        (0, None)
    }
}
