//! Who may take a piece of work under a step, and who should.

use super::{Agent, Candidate, Exclusion, Order, Step, Work};
use crate::{calendar::Site, ids::SiteId, time::Instant};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Opening of the sites at one moment: until when each is open.
pub(super) type Awake = HashMap<SiteId, Option<Instant>>;

pub(super) fn awake<'a>(sites: impl Iterator<Item = &'a Site>, now: Instant) -> Awake {
    sites.map(|site| (site.id, site.open_until(now))).collect()
}

/// Why `agent` is no candidate for `work` under `step`, looking at fixed things before passing ones.
pub(super) fn excluded(agent: &Agent, work: &Work, step: &Step, awake: &Awake, now: Instant) -> Option<Exclusion> {
    if !agent.queues.contains(&work.queue) {
        return Some(Exclusion::NotInQueue);
    }
    let lacks = |need: &super::SkillNeed| {
        let asked = need.level.saturating_sub(step.relax_levels);
        asked > 0 && agent.skills.get(&need.skill).copied().unwrap_or(0) < asked
    };
    if work.skills.iter().any(lacks) {
        return Some(Exclusion::SkillMissing);
    }
    if !step.any_language && work.language.as_ref().is_some_and(|l| !agent.languages.contains(l)) {
        return Some(Exclusion::LanguageMissing);
    }
    if let Some(site) = agent.site {
        if !step.sites.is_empty() && !step.sites.contains(&site) {
            return Some(Exclusion::OtherSite);
        }
        let enough = TimeDelta::minutes(i64::from(step.shift_left_minutes));
        let open = awake.get(&site).copied().flatten().is_some_and(|until| until - now >= enough);
        if !step.any_hours && !open {
            return Some(Exclusion::SiteClosed);
        }
    } else if !step.sites.is_empty() {
        return Some(Exclusion::OtherSite);
    }
    if !agent.ready {
        return Some(Exclusion::NotReady);
    }
    (!agent.fits(work.class)).then_some(Exclusion::NoCapacity)
}

/// What speaks for an agent.
pub(super) fn candidate(agent: &Agent, work: &Work, step: &Step, ring: i16, now: Instant) -> Candidate {
    let idle_seconds = (now - agent.idle_since).num_seconds().max(0);
    let levels = work.skills.iter().map(|n| u32::from(agent.skills.get(&n.skill).copied().unwrap_or(0))).sum();
    let (used, cap) = agent.load[work.class.index()];
    let occupancy = if cap > 0 { f64::from(used) / f64::from(cap) } else { 1.0 };
    let idle = (idle_seconds as f64 / 3600.0).min(24.0) / 24.0;
    let ordered = match step.order {
        Order::LongestIdle => idle,
        Order::LeastOccupied => 1.0 - occupancy + idle / 1000.0,
        Order::BestLevel => f64::from(levels) + idle / 1000.0,
    };
    Candidate { agent: agent.id, score: ordered - f64::from(ring) * 1e-6, idle_seconds, levels, occupancy }
}
