//! The rows that a batch of jobs names, and the events they stand for.

use meridian_domain::{
    ids::{AgentId, OfferId, WorkItemId},
    jobs::Job,
    routing::{Agent, Event, Work},
};
use meridian_store::{StoreError, WriteTx, offers, routing as store};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The work that jobs name, each piece once, in their order.
pub(super) fn named(jobs: &[Job]) -> Vec<Uuid> {
    let mut seen = HashSet::new();
    let work = |job: &Job| if let Job::RouteWork { work } = job { Some(work.0) } else { None };
    jobs.iter().filter_map(work).filter(|work| seen.insert(*work)).collect()
}

/// What a batch has to say. In this order: work that is gone, so that nobody is asked for it; then agents, because their
/// rows know nothing of what this batch will offer; then work that waits, which sees their room; then the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Said {
    Gone(WorkItemId),
    Agent(AgentId),
    Waits(WorkItemId),
    Tick,
}

impl Said {
    fn turn(self) -> u8 {
        match self {
            Self::Gone(_) => 0,
            Self::Agent(_) => 1,
            Self::Waits(_) => 2,
            Self::Tick => 3,
        }
    }
}

/// The rows that a batch of jobs names, each kind read once for all of them.
pub(super) struct Rows {
    agents: HashMap<AgentId, Agent>,
    waiting: HashMap<WorkItemId, Work>,
    /// Whom and what ended offers were about.
    offers: HashMap<OfferId, (AgentId, WorkItemId)>,
}

impl Rows {
    pub(super) async fn read(tx: &mut WriteTx, jobs: &[Job]) -> Result<Self, StoreError> {
        let (mut agents, mut works, mut ended) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for job in jobs {
            match job {
                Job::RouteWork { work } => _ = works.insert(work.0),
                Job::RouteAgent { agent } => _ = agents.insert(agent.0),
                Job::RouteOfferEnded { offer } => ended.push(offer.0),
                _ => {}
            }
        }
        let offers = if ended.is_empty() { Vec::new() } else { offers::many(tx, &ended).await? };
        agents.extend(offers.iter().map(|offer| offer.agent.0));
        works.extend(offers.iter().map(|offer| offer.work.0));
        let (agents, works): (Vec<Uuid>, Vec<Uuid>) = (agents.into_iter().collect(), works.into_iter().collect());
        let agents = if agents.is_empty() { Vec::new() } else { store::agents(tx, Some(&agents)).await? };
        let waiting = if works.is_empty() { Vec::new() } else { store::waiting_among(tx, &works).await? };
        Ok(Self {
            agents: agents.into_iter().map(|agent| (agent.id, agent)).collect(),
            waiting: waiting.into_iter().map(|work| (work.id, work)).collect(),
            offers: offers.into_iter().map(|offer| (offer.id, (offer.agent, offer.work))).collect(),
        })
    }

    /// The events that the jobs stand for, from the rows as they were read: each row once, however many jobs name it,
    /// with the name of the first of them. Told twice, a row would undo what its first event led to.
    pub(super) fn events(&self, jobs: &[Job]) -> Vec<(Event, &'static str)> {
        let (mut seen, mut said) = (HashSet::new(), Vec::new());
        for job in jobs {
            let fresh = self.said(job).into_iter().filter(|what| seen.insert(*what));
            said.extend(fresh.map(|what| (what, job.name())));
        }
        said.sort_by_key(|(what, _)| what.turn());
        said.into_iter().map(|(what, trigger)| (self.event(what), trigger)).collect()
    }

    fn said(&self, job: &Job) -> Vec<Said> {
        let of_work = |work| if self.waiting.contains_key(&work) { Said::Waits(work) } else { Said::Gone(work) };
        match job {
            Job::RouteWork { work } => vec![of_work(*work)],
            Job::RouteAgent { agent } => vec![Said::Agent(*agent)],
            Job::RouteOfferEnded { offer } => {
                let of_offer = |(agent, work): &(AgentId, WorkItemId)| vec![Said::Agent(*agent), of_work(*work)];
                self.offers.get(offer).map(of_offer).unwrap_or_default()
            }
            _ => vec![Said::Tick],
        }
    }

    fn event(&self, said: Said) -> Event {
        match said {
            Said::Gone(id) => Event::WorkGone(id),
            Said::Waits(id) => self.waiting.get(&id).cloned().map_or(Event::WorkGone(id), Event::WorkWaits),
            Said::Agent(id) => self.agents.get(&id).cloned().map_or(Event::AgentGone(id), Event::Agent),
            Said::Tick => Event::Tick,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_domain::{channel::ChannelClass, ids::QueueId, time::Instant};
    use std::collections::BTreeMap;

    fn now() -> Instant {
        "2026-03-02T10:00:00Z".parse().unwrap()
    }

    fn rows(offer: OfferId, agent: AgentId, work: WorkItemId) -> Rows {
        let queue = QueueId(Uuid::from_u128(1));
        let free = Agent {
            id: agent,
            ready: true,
            site: None,
            queues: BTreeSet::from([queue]),
            skills: BTreeMap::new(),
            languages: BTreeSet::new(),
            load: [(0, 1); 4],
            idle_since: now(),
            outsourced: false,
            knowledge: 0,
            branch: None,
            attributes: BTreeMap::new(),
            capacity: meridian_domain::capacity::Capacity::default(),
        };
        let waits = Work {
            id: work,
            queue,
            class: ChannelClass::Chat,
            epoch: 1,
            skills: vec![],
            language: None,
            sticky: None,
            named: None,
            enqueued_at: now(),
            queued_at: now(),
            head_start_seconds: 0,
            refused_by: BTreeSet::new(),
            site: None,
        };
        Rows {
            agents: HashMap::from([(agent, free)]),
            waiting: HashMap::from([(work, waits)]),
            offers: HashMap::from([(offer, (agent, work))]),
        }
    }

    #[test]
    fn each_row_of_a_batch_is_told_once_and_agents_before_the_work_they_may_take() {
        let (offer, agent) = (OfferId(Uuid::from_u128(3)), AgentId(Uuid::from_u128(4)));
        let (work, gone) = (WorkItemId(Uuid::from_u128(5)), WorkItemId(Uuid::from_u128(6)));
        let jobs = [
            Job::RouteWork { work },
            Job::RouteTick,
            Job::RouteOfferEnded { offer },
            Job::RouteWork { work: gone },
            Job::RouteAgent { agent },
            Job::RouteWork { work },
            Job::RouteTick,
        ];
        let told = rows(offer, agent, work).events(&jobs);
        let short = |event: &Event| match event {
            Event::WorkGone(id) => format!("gone {}", id.0.as_u128()),
            Event::Agent(agent) => format!("agent {}", agent.id.0.as_u128()),
            Event::WorkWaits(work) => format!("waits {}", work.id.0.as_u128()),
            other => format!("{other:?}"),
        };
        let told: Vec<_> = told.iter().map(|(event, trigger)| (short(event), *trigger)).collect();
        let expected = [
            ("gone 6", "route_work"),
            ("agent 4", "route_offer_ended"),
            ("waits 5", "route_work"),
            ("Tick", "route_tick"),
        ];
        assert_eq!(told, expected.map(|(what, trigger)| (what.to_owned(), trigger)));
        assert_eq!(named(&jobs), [work.0, gone.0]);
    }
}
