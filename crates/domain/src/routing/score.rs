//! Who may take a piece of work under a step.

use super::{Agent, Exclusion, Objection, Overflow, SkillNeed, Step, Work};
use crate::{
    calendar::Site,
    capacity::NoRoom,
    channel::ChannelClass,
    ids::{QueueId, SiteId},
    time::Instant,
};
use chrono::TimeDelta;
use std::{collections::HashMap, ops::ControlFlow};

/// Opening of the sites at one moment.
pub(super) type Awake = HashMap<SiteId, Hours>;

/// Whether a site is open.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hours {
    /// Until when it is.
    pub(super) until: Option<Instant>,
    /// When it opens, while it is asleep.
    pub(super) opens: Option<Instant>,
}

impl Hours {
    fn of(site: &Site, now: Instant) -> Self {
        let until = site.open_until(now);
        Self { until, opens: if until.is_none() { site.next_opening(now) } else { None } }
    }

    /// Whether a step that minds the hours asks its people now.
    fn serve(self, step: &Step, now: Instant) -> bool {
        let minutes = |minutes: u16| TimeDelta::minutes(i64::from(minutes));
        match self.until {
            Some(until) => until - now >= minutes(step.shift_left_minutes),
            None => {
                step.opens_within_minutes > 0
                    && self.opens.is_some_and(|opens| opens - now <= minutes(step.opens_within_minutes))
            }
        }
    }
}

impl Step {
    /// Whether it asks the people of a site at this hour.
    pub fn serves(&self, site: &Site, now: Instant) -> bool {
        self.any_hours || Hours::of(site, now).serve(self, now)
    }
}

pub(super) fn awake<'a>(sites: impl Iterator<Item = &'a Site>, now: Instant) -> Awake {
    sites.map(|site| (site.id, Hours::of(site, now))).collect()
}

/// What work asks for, apart from who it is: work of one kind has the same candidates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) class: ChannelClass,
    pub(super) skills: Vec<super::SkillNeed>,
    pub(super) language: Option<String>,
    pub(super) site: Option<SiteId>,
}

impl Kind {
    pub(super) fn of(work: &Work) -> Self {
        let mut skills = work.skills.clone();
        skills.sort_unstable();
        skills.dedup();
        Self { class: work.class, skills, language: work.language.clone(), site: work.site }
    }
}

/// What a queue says of who may be asked, under one step of its plan.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) queue: QueueId,
    pub(super) step: &'a Step,
    pub(super) overflow: Option<&'a Overflow>,
}

/// Why a member of the queue is no candidate for this kind of work under its rules, whatever they do at the moment.
pub(super) fn excluded(agent: &Agent, kind: &Kind, rules: Rules<'_>, awake: &Awake, now: Instant) -> Option<Exclusion> {
    objections(agent, kind, rules, (awake, now), &mut |reason, _| ControlFlow::Break(reason)).break_value()
}

/// All that speaks against a member of the queue, whatever they do at the moment, until `say` has heard enough. What it
/// hears first is what decisions count.
pub(super) fn objections<B>(
    agent: &Agent,
    kind: &Kind,
    rules: Rules<'_>,
    (awake, now): (&Awake, Instant),
    say: &mut impl FnMut(Exclusion, &dyn Fn() -> Objection) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let step = rules.step;
    for need in &kind.skills {
        let level = need.level.saturating_sub(step.relax_levels);
        let held = agent.skills.get(&need.skill).copied().unwrap_or(0);
        if level > 0 && held < level {
            let need = SkillNeed { level, ..*need };
            say(Exclusion::SkillMissing, &|| Objection::SkillMissing { need, held })?;
        }
    }
    let asked = kind.language.as_ref().filter(|_| !step.any_language);
    if let Some(language) = asked.filter(|language| !agent.languages.contains(*language)) {
        say(Exclusion::LanguageMissing, &|| Objection::LanguageMissing(vec![language.clone()]))?;
    }
    if let Some(site) = kind.site.filter(|site| agent.site != Some(*site)) {
        say(Exclusion::OtherSite, &|| Objection::OtherSite(vec![site]))?;
    }
    step.objections(agent, say)?;
    if let Some(overflow) = rules.overflow {
        let (needed, held) = (overflow.rule.required_revision, agent.knowledge);
        if agent.outsourced && held < needed {
            say(Exclusion::KnowledgeOutdated, &|| Objection::KnowledgeOutdated { needed, held })?;
        }
        let borrowed = overflow.borrows(agent, rules.queue);
        if !overflow.open && (agent.outsourced || borrowed) {
            say(Exclusion::OverflowClosed, &|| Objection::OverflowClosed)?;
        }
        let busy = |queue: &QueueId| overflow.busy.contains(queue);
        if let Some(lender) = borrowed.then(|| overflow.lenders(&agent.queues).find(busy)).flatten() {
            say(Exclusion::LenderBusy, &|| Objection::LenderBusy(lender))?;
        }
    }
    let (used, cap) = agent.load[kind.class.index()];
    if cap == 0 {
        say(Exclusion::NoCapacity, &|| Objection::NoCapacity { class: kind.class, used, cap, why: NoRoom::Class })?;
    }
    if let Some(site) = agent.site.filter(|_| !step.any_hours) {
        let hours = awake.get(&site).copied().unwrap_or_default();
        if !hours.serve(step, now) {
            let (minutes, open_until, opens_at) = (step.shift_left_minutes, hours.until, None);
            say(Exclusion::SiteClosed, &|| Objection::SiteClosed { site, open_until, opens_at, minutes })?;
        }
    }
    ControlFlow::Continue(())
}
