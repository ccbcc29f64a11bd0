//! Who may take a piece of work under a step.

use super::{Agent, Exclusion, Overflow, Step, Work};
use crate::{calendar::Site, channel::ChannelClass, ids::SiteId, time::Instant};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Opening of the sites at one moment: until when each is open.
pub(super) type Awake = HashMap<SiteId, Option<Instant>>;

pub(super) fn awake<'a>(sites: impl Iterator<Item = &'a Site>, now: Instant) -> Awake {
    sites.map(|site| (site.id, site.open_until(now))).collect()
}

/// What work asks for, apart from who it is: work of one kind has the same candidates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) class: ChannelClass,
    pub(super) skills: Vec<super::SkillNeed>,
    pub(super) language: Option<String>,
}

impl Kind {
    pub(super) fn of(work: &Work) -> Self {
        let mut skills = work.skills.clone();
        skills.sort_unstable();
        skills.dedup();
        Self { class: work.class, skills, language: work.language.clone() }
    }
}

/// Why a member of the queue is no candidate for this kind of work under `step`, whatever they do at the moment.
pub(super) fn excluded(
    agent: &Agent,
    kind: &Kind,
    (step, overflow): (&Step, Option<&Overflow>),
    awake: &Awake,
    now: Instant,
) -> Option<Exclusion> {
    let lacks = |need: &super::SkillNeed| {
        let asked = need.level.saturating_sub(step.relax_levels);
        asked > 0 && agent.skills.get(&need.skill).copied().unwrap_or(0) < asked
    };
    if kind.skills.iter().any(lacks) {
        return Some(Exclusion::SkillMissing);
    }
    if !step.any_language && kind.language.as_ref().is_some_and(|l| !agent.languages.contains(l)) {
        return Some(Exclusion::LanguageMissing);
    }
    if let Some(reason) = step.passes_over(agent) {
        return Some(reason);
    }
    if let Some(overflow) = overflow.filter(|_| agent.outsourced) {
        if agent.knowledge < overflow.rule.required_revision {
            return Some(Exclusion::KnowledgeOutdated);
        }
        if !overflow.open {
            return Some(Exclusion::OverflowClosed);
        }
    }
    if agent.load[kind.class.index()].1 == 0 {
        return Some(Exclusion::NoCapacity);
    }
    let site = agent.site?;
    let enough = TimeDelta::minutes(i64::from(step.shift_left_minutes));
    let open = awake.get(&site).copied().flatten().is_some_and(|until| until - now >= enough);
    (!step.any_hours && !open).then_some(Exclusion::SiteClosed)
}
