//! The routing leader of a tenant: one core, fed by ordered events, whose decisions the database confirms.

use super::{
    lend::Lending,
    line::Lines,
    rows::{Rows, named},
    shape::Shape,
    watch::Watch,
};
use crate::{App, authz::Subject, emergency, red::judge_waiting};
use chrono::TimeDelta;
use meridian_domain::{
    actor::Actor,
    ids::{DecisionId, PartyId, QueueId, TenantId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    red::Rule,
    routing::{Core, Decision, Event, Outcome, Queue},
    time::Instant,
    work::{ItemKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx,
    items::{self, NewItem},
    offers, red, routing as store, shadow, work,
};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A wake-up by time comes no sooner: what falls due together is looked at together.
const SOONEST: TimeDelta = TimeDelta::milliseconds(500);
/// And no later: while something is to come, a leader looks at least so often.
const LATEST: TimeDelta = TimeDelta::hours(1);
/// A batch of so many jobs is one of a router that is behind.
const BEHIND: usize = 48;

/// Runs one tenant's routing. Loaded once on takeover; after that only the rows that events name are read again.
pub struct Leader {
    tenant: TenantId,
    core: Core,
    loaded: bool,
    wake_at: Option<Instant>,
    /// Rules of the red channel in force.
    rules: Vec<Rule>,
    watch: Watch,
    shape: Shape,
    lending: Lending,
    lines: Lines,
    pub(super) shifts: Shifts,
    /// How many more decisions are recorded of plans in shadow.
    shadow_left: usize,
    /// Called when offers were decided and are about to be committed.
    decided: fn(),
}

/// When the shifts of sites that hand over are looked at next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Shifts {
    /// Not known yet.
    #[default]
    Unknown,
    /// No site hands over.
    Never,
    /// When a site opens or closes, or sooner while work is left of a shift.
    At(Instant),
}

/// What a wake-up brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Woken {
    /// Offers made.
    pub offered: u32,
    /// Decisions that lost a race; the rows were read again.
    pub lost: u32,
}

impl Leader {
    /// A leader that knows nothing yet.
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            core: Core::new(),
            loaded: false,
            wake_at: None,
            rules: Vec::new(),
            watch: Watch::default(),
            shape: Shape::default(),
            lending: Lending::default(),
            lines: Lines::default(),
            shifts: Shifts::default(),
            shadow_left: 0,
            decided: || (),
        }
    }

    /// Calls something whenever offers were decided and are about to be committed: where tests let a router die.
    #[must_use]
    pub fn when_decided(self, decided: fn()) -> Self {
        Self { decided, ..self }
    }

    /// How much waits.
    pub fn waiting(&self) -> usize {
        self.core.waiting()
    }

    /// Forgets everything: another leader may have acted meanwhile.
    pub fn reset(&mut self) {
        self.core = Core::new();
        self.loaded = false;
        self.wake_at = None;
        self.watch = Watch::default();
        self.lending = Lending::default();
        self.lines.reset();
        self.shifts = Shifts::default();
        self.shadow_left = 0;
    }

    /// Applies jobs in order and makes the offers they lead to, all in one transaction.
    pub async fn handle(&mut self, app: &App, jobs: &[Job]) -> Result<Woken, StoreError> {
        // Until all is committed the core is ahead of the rows: whoever comes back after a panic or a dropped call loads.
        let loaded = std::mem::take(&mut self.loaded);
        let mut outcome = self.run(app, jobs, loaded).await;
        if outcome.is_ok()
            && let Err(error) = self.lines.act(app, self.tenant).await
        {
            outcome = Err(error);
        }
        if outcome.is_ok() {
            self.loaded = true;
        } else {
            // What the core assumes may not have happened.
            self.reset();
        }
        outcome
    }

    async fn run(&mut self, app: &App, jobs: &[Job], loaded: bool) -> Result<Woken, StoreError> {
        let reload = !loaded || jobs.contains(&Job::RouteReload);
        self.judge(app, jobs, reload).await?;
        let mut tx = app.db.write(Subject::system(self.tenant).scope()).await?;
        let now = store::now(&mut tx).await?;
        let mut decisions = Vec::new();
        if reload {
            self.reset();
            decisions.extend(self.load(&mut tx, now).await?);
        } else {
            // Who is behind has no time for what comes of nothing.
            self.core.watch_shadows(jobs.len() < BEHIND && self.shadow_left > 0);
            let rows = Rows::read(&mut tx, jobs).await?;
            let came = named(jobs);
            self.lines.expect(&mut tx, &came).await?;
            decisions = self.take_in_all(now, rows.events(jobs), &came);
        }
        let opened = self.lending.look(&mut tx, &mut self.core, &self.shape, now).await?;
        decisions.extend(opened.into_iter().map(|decision| (decision, "overflow")));
        let mut woken = Woken::default();
        // A lost race may free the agent for the next in line, so go on until nothing is left; each round shrinks.
        for _ in 0..8 {
            let lost = self.commit_decisions(&mut tx, std::mem::take(&mut decisions), &mut woken).await?;
            if lost.is_empty() {
                break;
            }
            decisions = self.look_again(&mut tx, now, &lost).await?;
        }
        if jobs.iter().any(|job| *job != Job::RouteTick) {
            self.watch.something_changed();
        }
        self.watch.look(&mut tx, &mut self.core, now).await?;
        self.watch_shifts(&mut tx, now).await?;
        self.lines.begun(&mut self.core);
        self.lines.write(&mut tx, &self.core, now).await?;
        self.plan_wake(&mut tx, now);
        if woken.offered > 0 {
            (self.decided)();
        }
        tx.commit().await?;
        Ok(woken)
    }

    /// Lets the rules of the red channel judge work before it is looked at: new work, or after a reload all that waits.
    async fn judge(&mut self, app: &App, jobs: &[Job], reload: bool) -> Result<(), StoreError> {
        let works: Vec<WorkItemId> = if reload {
            let mut tx = app.db.read(Subject::system(self.tenant).scope()).await?;
            self.rules = red::rules(&mut tx).await?.rules;
            let plans = meridian_store::emergency::in_force(&mut tx).await?;
            self.shape = Shape::new(plans, &store::queues(&mut tx).await?);
            if self.rules.is_empty() && self.shape.plans().is_empty() {
                return Ok(());
            }
            work::waiting(&mut tx).await?.into_iter().map(|item| item.id).collect()
        } else if self.rules.is_empty() && self.shape.plans().is_empty() {
            return Ok(());
        } else {
            named(jobs).into_iter().map(WorkItemId).collect()
        };
        emergency::tell(app, self.tenant, self.shape.plans(), &works).await?;
        judge_waiting(app, self.tenant, &self.rules, &works).await
    }

    async fn load(&mut self, tx: &mut WriteTx, now: Instant) -> Result<Vec<(Decision, &'static str)>, StoreError> {
        let queues = store::queues(tx).await?;
        self.lending = Lending::new(&queues);
        for queue in &queues {
            self.core.apply(now, self.shape.event(Event::Queue(queue.clone())));
        }
        self.load_shadows(tx, &queues).await?;
        for site in store::sites(tx).await? {
            self.core.apply(now, Event::Site(site));
        }
        for agent in store::agents(tx, None).await? {
            self.core.apply(now, self.shape.event(Event::Agent(agent)));
        }
        let mut decisions = Vec::new();
        self.lines.load(tx, &mut self.core, now).await?;
        let mut waiting = store::waiting(tx).await?;
        self.lines.expect(tx, &waiting.iter().map(|work| work.id.0).collect::<Vec<_>>()).await?;
        waiting.sort_by_key(|work| work.enqueued_at - TimeDelta::seconds(i64::from(work.head_start_seconds)));
        for work in waiting {
            let made = self.take_in(now, Event::WorkWaits(work));
            decisions.extend(made.into_iter().filter(|d| d.outcome == Outcome::Offered).map(|d| (d, "takeover")));
        }
        Ok(decisions)
    }

    /// Puts plans in shadow, until so much of each was recorded. What a takeover finds is not decided under them.
    async fn load_shadows(&mut self, tx: &mut WriteTx, queues: &[Queue]) -> Result<(), StoreError> {
        self.core.watch_shadows(false);
        for found in shadow::active(tx).await? {
            let left = usize::try_from(shadow::MOST - found.decisions).unwrap_or(0);
            let Some(of) = queues.iter().find(|queue| queue.id == found.queue && left > 0) else { continue };
            let plan = Event::Queue(Queue { plan: found.plan, ..of.clone() });
            if let Event::Queue(plan) = self.shape.event(plan) {
                let percent = u8::try_from(found.percent).unwrap_or(100);
                self.core.put_in_shadow(of.id, Queue { id: QueueId(found.id.0), ..plan }, percent);
                self.shadow_left += left;
            }
        }
        Ok(())
    }

    /// Takes in what a batch brought. Nobody is given work as it was before; work that was given away by an event before
    /// its own is left alone: its row was read before that, and says that it waits.
    fn take_in_all(
        &mut self,
        now: Instant,
        events: Vec<(Event, &'static str)>,
        came: &[Uuid],
    ) -> Vec<(Decision, &'static str)> {
        let (mut decisions, mut given) = (Vec::new(), BTreeSet::new());
        for (event, _) in &events {
            if let Event::WorkWaits(work) = event {
                self.core.lift(now, work);
            }
        }
        for (event, trigger) in events {
            if let Event::WorkWaits(work) = &event {
                if given.contains(&work.id) {
                    continue;
                }
                if came.contains(&work.id.0) {
                    decisions.extend(self.shape.withheld(work, 0, self.core.agents()).map(|d| (d, trigger)));
                }
            }
            let made = self.take_in(now, event);
            given.extend(made.iter().filter(|d| d.outcome == Outcome::Offered).map(|d| d.work));
            decisions.extend(made.into_iter().map(|d| (d, trigger)));
        }
        decisions
    }

    /// Lets the core take in an event, and the caps judge what came.
    fn take_in(&mut self, now: Instant, event: Event) -> Vec<Decision> {
        let event = self.shape.event(event);
        let came = if let Event::WorkWaits(work) = &event { Some((work.id, work.queue)) } else { None };
        let made = self.core.apply(now, event);
        if let Some((work, queue)) = came {
            self.lines.judge(&mut self.core, now, work, queue, &made);
        }
        made
    }

    /// Makes the offers that were decided, all in one statement, and records every decision; returns those that lost a
    /// race.
    async fn commit_decisions(
        &mut self,
        tx: &mut WriteTx,
        decisions: Vec<(Decision, &'static str)>,
        woken: &mut Woken,
    ) -> Result<Vec<Decision>, StoreError> {
        let (mut wanted, mut asked, mut lost) = (Vec::new(), BTreeSet::new(), Vec::new());
        let mut records = Vec::with_capacity(decisions.len());
        for (decision, trigger) in decisions {
            self.lines.touch(decision.queue);
            let Some(agent) = decision.agent else {
                records.push((tx.id(), decision, trigger));
                continue;
            };
            // Work that was decided on twice in one batch goes by the first; then it is read again.
            if !asked.insert(decision.work) {
                lost.push(decision);
                continue;
            }
            let (work, epoch, seconds) = (decision.work, decision.epoch, decision.offer_seconds);
            wanted.push((decision, trigger, offers::NewOffer { work, epoch, agent, seconds }));
        }
        if !wanted.is_empty() {
            let mut offered =
                Offered::lock(tx, &wanted.iter().map(|(_, _, new)| new.work.0).collect::<Vec<_>>()).await?;
            let new: Vec<_> = wanted.iter().map(|(_, _, new)| *new).collect();
            let made = offers::make_all(tx, &new).await?;
            for ((decision, trigger, _), offer) in wanted.into_iter().zip(made) {
                let Some(offer) = offer else {
                    lost.push(decision);
                    continue;
                };
                let record = tx.id();
                offered.tell(tx, &decision, &offer, record);
                records.push((record, decision, trigger));
                woken.offered += 1;
            }
            offered.write(tx).await?;
        }
        woken.lost += u32::try_from(lost.len()).unwrap_or(u32::MAX);
        let shadowed = records.iter().filter(|(_, decision, _)| decision.shadow.is_some()).count();
        self.shadow_left = self.shadow_left.saturating_sub(shadowed);
        store::insert_decisions(tx, &records).await?;
        Ok(lost)
    }

    /// Lost races: reads the agents and the work as they really are, each once, the agents first.
    async fn look_again(
        &mut self,
        tx: &mut WriteTx,
        now: Instant,
        lost: &[Decision],
    ) -> Result<Vec<(Decision, &'static str)>, StoreError> {
        let agents: BTreeSet<Uuid> = lost.iter().filter_map(|decision| decision.agent).map(|agent| agent.0).collect();
        let works: BTreeSet<Uuid> = lost.iter().map(|decision| decision.work.0).collect();
        let (agents, works): (Vec<Uuid>, Vec<Uuid>) = (agents.into_iter().collect(), works.into_iter().collect());
        let mut made = Vec::new();
        for agent in store::agents(tx, Some(&agents)).await? {
            made.extend(self.core.apply(now, self.shape.event(Event::Agent(agent))));
        }
        for work in store::waiting_among(tx, &works).await? {
            self.core.unmade(now, &work);
            made.extend(self.core.apply(now, self.shape.event(Event::WorkWaits(work))));
        }
        Ok(made.into_iter().map(|d| (d, "lost_race")).collect())
    }

    /// Makes the next wake-up by time durable, unless one is due before it.
    fn plan_wake(&mut self, tx: &mut WriteTx, now: Instant) {
        let shifts = if let Shifts::At(at) = self.shifts { Some(at) } else { None };
        let others = [self.watch.due(), self.lending.due(), self.lines.due(), shifts].into_iter().flatten();
        let wake = self.core.next_wake(now).into_iter().chain(others).min();
        let Some(at) = wake.and_then(|wake| tick_at(now, wake, self.wake_at)) else { return };
        tx.job_in(&Job::RouteTick, self.tenant.0, (at - now).as_seconds_f64());
        self.wake_at = Some(at);
    }
}

/// When to wake for what time brings at `wake`; `None` when the wake-up that is planned comes before it. A far one is
/// come to in hours: what is planned is when the tick comes, not what it is for.
fn tick_at(now: Instant, wake: Instant, planned: Option<Instant>) -> Option<Instant> {
    let at = wake.clamp(now + SOONEST, now + LATEST);
    planned.is_none_or(|planned| planned <= now || planned > at).then_some(at)
}

/// The work that is about to be offered, with its session's party, under the locks of its conversations; and what its
/// timelines will say.
struct Offered {
    work: HashMap<WorkItemId, (work::WorkItem, PartyId)>,
    said: Vec<NewItem<'static>>,
}

impl Offered {
    async fn lock(tx: &mut WriteTx, works: &[Uuid]) -> Result<Self, StoreError> {
        let locked = work::lock_for_offer(tx, works).await?.into_iter();
        Ok(Self { work: locked.map(|(item, party)| (item.id, (item, party))).collect(), said: Vec::new() })
    }

    /// Writes what the timelines say.
    async fn write(self, tx: &mut WriteTx) -> Result<(), StoreError> {
        if self.said.is_empty() {
            return Ok(());
        }
        let items = items::append_all(tx, &self.said).await?;
        for (new, item) in self.said.into_iter().zip(items) {
            let conversation = new.conversation;
            tx.live(&[Topic::Conversation(conversation)], Change::Item { conversation, item });
        }
        Ok(())
    }

    /// Tells everybody of an offer: its own timer, the agent's screen, the floor, the timeline.
    fn tell(&mut self, tx: &mut WriteTx, decision: &Decision, offer: &offers::Offer, record: DecisionId) {
        tx.job_in(&Job::OfferExpire { offer: offer.id }, offer.id.0, f64::from(decision.offer_seconds));
        tx.live(&[Topic::Agent(offer.agent)], Change::Offer { offer: offer.id });
        tx.live(&[Topic::Floor], Change::Work { work: decision.work, queue: decision.queue });
        let Some((item, party)) = self.work.get(&decision.work) else { return };
        tx.work_moved(work::Move {
            work: item.id,
            branch: item.branch,
            queue: item.queue,
            agent: Some(offer.agent),
            from: Some(WorkState::Queued),
            to: WorkState::Offered,
            plan_version: decision.plan_version,
            reason: "routed",
        });
        self.said.push(NewItem {
            conversation: item.conversation,
            session: Some(item.session),
            party: *party,
            kind: ItemKind::Routing,
            actor: Actor::System,
            provider_at: None,
            text: None,
            body: json!({ "type": "offered", "decision": record.to_string(), "agent": offer.agent.to_string(),
                          "step": decision.step }),
            activity: false,
            external: None,
            understood: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_wake_up_is_come_to_in_hours_and_a_near_one_is_planned_once() {
        let now: Instant = "2026-03-02T10:00:00Z".parse().unwrap();
        let far = now + TimeDelta::hours(5);
        let first = tick_at(now, far, None).unwrap();
        assert_eq!(first, now + TimeDelta::hours(1));
        assert_eq!(tick_at(now + TimeDelta::minutes(1), far, Some(first)), None);
        assert_eq!(
            tick_at(first, far, Some(first)),
            Some(first + TimeDelta::hours(1)),
            "the tick came: on to the next"
        );
        let near = now + TimeDelta::seconds(30);
        assert_eq!(tick_at(now, near, Some(first)), Some(near));
        assert_eq!(tick_at(now, near, Some(near)), None);
        assert_eq!(tick_at(now, now, None), Some(now + TimeDelta::milliseconds(500)));
    }
}
