//! Past days as a scenario: what `meridian simulate` and any other simulator of its format reads.

use super::{AgentSpec, Arrival, Call, Past, Patience, Person, Scenario, Settings, replay::stays};
use crate::{ids::QueueId, time::Instant};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Language of calls that ask for none, or for one that nobody speaks: everybody speaks it.
const ANY: &str = "any";
/// The one country: a tenant's history knows queues, skills and languages.
const COUNTRY: &str = "all";

/// A scenario from past days. Queues become skills; somebody who works on several pieces at once becomes as many agents,
/// for a simulated agent has one call at a time. Ids are those of work and people, and nothing else of them is told.
pub fn scenario_of(
    past: &Past,
    names: &HashMap<QueueId, String>,
    (from, to): (Instant, Instant),
    threshold: f64,
) -> Scenario {
    let seconds = |at: Instant| (at - from).num_milliseconds() as f64 / 1000.0;
    let name = |queue: &QueueId| names.get(queue).cloned().unwrap_or_else(|| queue.to_string());
    let patience = Patience::learn(past.works.iter().map(|one| (one.waited, !one.answered)));
    let mut agents = Vec::new();
    let mut spoken: BTreeMap<QueueId, BTreeSet<&str>> = BTreeMap::new();
    for agent in &past.agents {
        let here = past.present.iter().filter(|(id, ..)| *id == agent.id);
        let shifts: Vec<(f64, f64)> = here.map(|(_, on, off)| (seconds(*on), seconds(*off))).collect();
        if shifts.is_empty() {
            continue;
        }
        for queue in &agent.queues {
            spoken.entry(*queue).or_default().extend(agent.languages.iter().map(String::as_str));
        }
        let langs = agent.languages.iter().cloned().chain([ANY.to_owned()]).map(|lang| (lang, 1.0)).collect();
        // Who has no skills listed would have them all.
        let served: Vec<String> = agent.queues.iter().map(name).collect();
        let skills = if served.is_empty() { vec!["-".to_owned()] } else { served };
        let spec = AgentSpec {
            id: agent.id.to_string(),
            country: COUNTRY.to_owned(),
            langs,
            skills,
            speed: 1.0,
            outsourced: agent.outsourced,
        };
        let seats = agent.load.iter().map(|(_, cap)| *cap).max().unwrap_or(1).max(1);
        for seat in 1..=seats {
            let id = if seats == 1 { spec.id.clone() } else { format!("{}/{seat}", spec.id) };
            agents.push(Person { spec: AgentSpec { id, ..spec.clone() }, shifts: shifts.clone() });
        }
    }
    let call = |one: &super::PastWork| {
        let work = &one.work;
        let known = |lang: &&String| spoken.get(&work.queue).is_some_and(|spoken| spoken.contains(lang.as_str()));
        let arrival = Arrival {
            id: work.id.to_string(),
            country: COUNTRY.to_owned(),
            lang: work.language.as_ref().filter(known).map_or(ANY, String::as_str).to_owned(),
            skill: name(&work.queue),
            vip: work.head_start_seconds > 0,
        };
        let t = seconds(work.enqueued_at);
        Call { arrival, t, patience: stays(one, &patience), service: one.handling.max(1.0) }
    };
    let settings = Settings { horizon: seconds(to), threshold, foreign_factor: 1.0, ..Settings::default() };
    Scenario { settings, agents, calls: past.works.iter().map(call).collect() }
}
