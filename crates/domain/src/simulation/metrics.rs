//! The figures of a day.

use super::{Call, Fate, Outcome, Scenario};
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewest calls from which a country or a language is judged.
const ENOUGH: usize = 30;

/// Figures over the calls between warm-up and horizon. Times in seconds, shares from 0 to 1; `None` where there is
/// nothing to count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Calls counted.
    pub calls: usize,
    /// Agents who are not outsourced.
    pub agents: usize,
    /// Share of all calls answered within the threshold.
    pub service_level: Option<f64>,
    /// Mean wait of the answered.
    pub asa: Option<f64>,
    /// Nine in ten of the answered waited less.
    pub p90_wait: Option<f64>,
    /// Longest wait of the answered.
    pub max_wait: Option<f64>,
    /// Share of callers who left.
    pub abandon: f64,
    /// Busy time over time on shift.
    pub occupancy: f64,
    /// Gini coefficient of the agents' occupancies: 0 = all alike.
    pub gini_occupancy: f64,
    /// Service level of valued customers.
    pub vip_sl: Option<f64>,
    /// Service level of the worst country.
    pub worst_country_sl: Option<f64>,
    /// Service level of the worst language.
    pub worst_lang_sl: Option<f64>,
    /// Share of the answered that went to another country.
    pub foreign_share: f64,
    /// Share of the answered that went to outsourced agents.
    pub outsourced_share: f64,
    /// Assignments that were impossible.
    pub invalid_assignments: u32,
    /// Calls of the peak window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_calls: Option<usize>,
    /// Their service level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_sl: Option<f64>,
    /// Share of them who left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_abandon: Option<f64>,
}

/// Works out the figures.
pub fn metrics(scenario: &Scenario, outcome: &Outcome) -> Metrics {
    let settings = &scenario.settings;
    let counted: Vec<usize> = (0..scenario.calls.len())
        .filter(|n| scenario.calls[*n].t >= settings.warmup && scenario.calls[*n].t < settings.horizon)
        .collect();
    let in_time =
        |n: &&usize| matches!(outcome.fates[**n], Some(Fate::Answered(wait, _)) if wait <= settings.threshold);
    let level = |of: &[usize]| (!of.is_empty()).then(|| of.iter().filter(in_time).count() as f64 / of.len() as f64);
    let left = |of: &[usize]| {
        let left = of.iter().filter(|n| matches!(outcome.fates[**n], Some(Fate::Abandoned(_)))).count();
        left as f64 / of.len().max(1) as f64
    };
    let answered: Vec<(usize, f64, usize)> = counted
        .iter()
        .filter_map(|n| match outcome.fates[*n] {
            Some(Fate::Answered(wait, agent)) => Some((*n, wait, agent)),
            _ => None,
        })
        .collect();
    let mut waits: Vec<f64> = answered.iter().map(|(_, wait, _)| *wait).collect();
    waits.sort_by(f64::total_cmp);
    let of_answered = |test: &dyn Fn(usize, usize) -> bool| {
        answered.iter().filter(|(call, _, agent)| test(*call, *agent)).count() as f64 / answered.len().max(1) as f64
    };
    let worst = |key: fn(&Call) -> &String| {
        let mut groups: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
        for n in &counted {
            groups.entry(key(&scenario.calls[*n])).or_default().push(*n);
        }
        groups.values().filter(|of| of.len() >= ENOUGH).filter_map(|of| level(of)).min_by(f64::total_cmp)
    };
    let vip: Vec<usize> = counted.iter().copied().filter(|n| scenario.calls[*n].arrival.vip).collect();
    let peak: Option<Vec<usize>> = settings.peak.map(|(from, to)| {
        let within = |n: &usize| {
            let call = &scenario.calls[*n];
            from <= call.t && call.t < to && settings.peak_countries.contains(&call.arrival.country)
        };
        counted.iter().copied().filter(within).collect()
    });
    let (occupancy, gini_occupancy) = occupancies(scenario, outcome);
    Metrics {
        calls: counted.len(),
        agents: scenario.agents.iter().filter(|agent| !agent.spec.outsourced).count(),
        service_level: level(&counted),
        asa: (!waits.is_empty()).then(|| waits.iter().sum::<f64>() / waits.len() as f64),
        p90_wait: waits.get((0.9 * waits.len() as f64) as usize).copied(),
        max_wait: waits.last().copied(),
        abandon: left(&counted),
        occupancy,
        gini_occupancy,
        vip_sl: level(&vip),
        worst_country_sl: worst(|call| &call.arrival.country),
        worst_lang_sl: worst(|call| &call.arrival.lang),
        foreign_share: of_answered(&|call, agent| {
            scenario.agents[agent].spec.country != scenario.calls[call].arrival.country
        }),
        outsourced_share: of_answered(&|_, agent| scenario.agents[agent].spec.outsourced),
        invalid_assignments: outcome.invalid,
        peak_calls: peak.as_ref().map(Vec::len),
        peak_sl: peak.as_ref().and_then(|of| level(of)),
        peak_abandon: peak.as_ref().map(|of| left(of)),
    }
}

/// Occupancy of the agents who are not outsourced together, and how unevenly it is spread.
fn occupancies(scenario: &Scenario, outcome: &Outcome) -> (f64, f64) {
    let settings = &scenario.settings;
    let (mut each, mut busy, mut present) = (Vec::new(), 0.0, 0.0);
    for (n, agent) in scenario.agents.iter().enumerate().filter(|(_, agent)| !agent.spec.outsourced) {
        let inside = |(from, to): &(f64, f64)| (to.min(settings.horizon) - from.max(settings.warmup)).max(0.0);
        let on: f64 = agent.shifts.iter().map(inside).sum();
        if on > 0.0 {
            each.push((outcome.busy[n] / on).min(1.0));
            busy += outcome.busy[n];
            present += on;
        }
    }
    each.sort_by(f64::total_cmp);
    let (count, sum) = (each.len() as f64, each.iter().sum::<f64>());
    let spread: f64 = each.iter().enumerate().map(|(i, x)| (2.0 * i as f64 - count + 1.0) * x).sum();
    let gini = if sum > 0.0 { spread / (count * sum) } else { 0.0 };
    (if present > 0.0 { busy / present } else { 0.0 }, gini)
}
