//! Lines before queues, live: what the caps make of new work, and where each line stands for those who ask.

use crate::{
    App,
    authz::Subject,
    conversations::{close, say, topics},
};
use chrono::TimeDelta;
use meridian_domain::{
    actor::Actor,
    ids::{QueueId, TenantId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    routing::{Beyond, Core, Decision, LineRule, Outcome, Tells},
    time::Instant,
    work::{ItemKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, aside, conversations,
    items::{self, NewItem},
    line as store,
    work::{self, Step},
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Least seconds between two notes of where lines stand, and most while something waits.
const EVERY: i64 = 5;
const AT_LEAST: i64 = 60;

/// Caps of queues, and what was noted of their lines.
#[derive(Default)]
pub(super) struct Lines {
    rules: HashMap<QueueId, LineRule>,
    /// New work that a cap may still turn away.
    new: BTreeSet<WorkItemId>,
    admitted: Vec<Uuid>,
    beyond: Vec<(WorkItemId, Beyond)>,
    tells: Vec<(WorkItemId, u16, Tells)>,
    touched: BTreeSet<QueueId>,
    noted: BTreeMap<QueueId, store::Pace>,
    noted_at: Option<Instant>,
}

impl Lines {
    /// Reads the caps, and goes on from the paces that the leader before has noted.
    pub(super) async fn load(&mut self, tx: &mut WriteTx, core: &mut Core, now: Instant) -> Result<(), StoreError> {
        self.rules = store::rules(tx).await?.into_iter().collect();
        for (queue, per_hour) in store::paces(tx).await? {
            core.resume_line(queue, now, f64::from(per_hour) / 3600.0);
        }
        Ok(())
    }

    /// Forgets what was not acted on; it is judged again.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Finds out which of these came just now.
    pub(super) async fn expect(&mut self, tx: &mut WriteTx, works: &[Uuid]) -> Result<(), StoreError> {
        self.new.clear();
        if !self.rules.is_empty() && !works.is_empty() {
            let queues: Vec<Uuid> = self.rules.keys().map(|queue| queue.0).collect();
            self.new.extend(store::new_among(tx, works, &queues).await?);
        }
        Ok(())
    }

    /// Judges work that the core has just taken in: what nobody can take now and would stand beyond the cap leaves the
    /// line again, unless it may wait there with a callback offered.
    pub(super) fn judge(&mut self, core: &mut Core, now: Instant, work: WorkItemId, queue: QueueId, made: &[Decision]) {
        self.touched.insert(queue);
        if !self.new.remove(&work) {
            return;
        }
        let Some(rule) = self.rules.get(&queue) else { return };
        let served = made.iter().any(|decision| decision.work == work && decision.outcome == Outcome::Offered);
        let (waiting, pace) = core.line(queue, now);
        if served || !rule.is_beyond(waiting, pace) {
            self.admitted.push(work.0);
            return;
        }
        if rule.beyond != Beyond::Callback {
            core.withdraw(now, work);
        }
        self.beyond.push((work, rule.beyond));
    }

    /// Work came under steps that tell customers something.
    pub(super) fn begun(&mut self, core: &mut Core) {
        for (work, queue, step) in core.begun() {
            self.tells.extend(core.tells(queue, step).map(|tells| (work, step, tells.clone())));
        }
    }

    /// Something happened in a queue.
    pub(super) fn touch(&mut self, queue: QueueId) {
        self.touched.insert(queue);
    }

    /// When lines are noted next, if there is a reason to.
    pub(super) fn due(&self) -> Option<Instant> {
        let last = self.noted_at?;
        let waits = self.noted.values().any(|line| line.waiting > 0);
        if !self.touched.is_empty() {
            return Some(last + TimeDelta::seconds(EVERY));
        }
        waits.then(|| last + TimeDelta::seconds(AT_LEAST))
    }

    /// Keeps what was admitted, and notes where lines stand, if it is time.
    pub(super) async fn write(&mut self, tx: &mut WriteTx, core: &Core, now: Instant) -> Result<(), StoreError> {
        if !self.admitted.is_empty() {
            store::admit(tx, &std::mem::take(&mut self.admitted)).await?;
        }
        let since = self.noted_at.map_or(TimeDelta::MAX, |last| now - last);
        if since < TimeDelta::seconds(EVERY) {
            return Ok(());
        }
        if since >= TimeDelta::seconds(AT_LEAST) {
            self.touched.extend(self.noted.values().filter(|line| line.waiting > 0).map(|line| line.queue));
        }
        let lines: Vec<store::Pace> = std::mem::take(&mut self.touched)
            .into_iter()
            .map(|queue| {
                let (waiting, pace) = core.line(queue, now);
                store::Pace {
                    queue,
                    waiting: i32::try_from(waiting).unwrap_or(i32::MAX),
                    per_hour: pace.map(|pace| (pace * 3600.0).round().clamp(1.0, 1e9) as i32),
                }
            })
            .collect();
        if !lines.is_empty() {
            store::note(tx, &lines).await?;
            self.noted.extend(lines.into_iter().map(|line| (line.queue, line)));
            self.noted_at = Some(now);
        }
        Ok(())
    }

    /// Carries out what the caps said, each in its own transaction: conversations are locked one at a time.
    pub(super) async fn act(&mut self, app: &App, tenant: TenantId) -> Result<(), StoreError> {
        for (work, what) in std::mem::take(&mut self.beyond) {
            let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
            if turn_away(&mut tx, &self.rules, work, what).await? {
                tx.commit().await?;
            }
        }
        for (work, step, what) in std::mem::take(&mut self.tells) {
            let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
            if tell(&mut tx, work, step, &what).await? {
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

/// Tells the customer of work that waits what its step says. False when it waits no more, or was told before.
async fn tell(tx: &mut WriteTx, id: WorkItemId, step: u16, what: &Tells) -> Result<bool, StoreError> {
    let Some(conversation) = conversations::lock_of_work(tx, id).await? else { return Ok(false) };
    let Some(item) = work::lock(tx, id).await?.filter(|item| item.state == WorkState::Queued) else { return Ok(false) };
    let Some(session) = conversations::session(tx, item.session).await? else { return Ok(false) };
    if !store::told(tx, id, step, what.callback).await? {
        return Ok(false);
    }
    let new = NewItem::notice(
        &session,
        ItemKind::Routing,
        Actor::System,
        json!({ "type": "step_told", "step": step, "callback": what.callback }),
    );
    let said = items::append(tx, new).await?;
    tx.live(&[Topic::Conversation(conversation.id)], Change::Item { conversation: conversation.id, item: said });
    say(tx, &conversation, &session, Actor::System, what.message.trim(), &[], None).await?;
    tx.live(&topics(&conversation, Some(&session)), Change::Conversation { conversation: conversation.id });
    tx.live(&[Topic::Floor], Change::Work { work: id, queue: item.queue });
    Ok(true)
}

/// What becomes of work beyond the cap. False when it does not wait any more.
async fn turn_away(
    tx: &mut WriteTx,
    rules: &HashMap<QueueId, LineRule>,
    id: WorkItemId,
    what: Beyond,
) -> Result<bool, StoreError> {
    let Some(conversation) = conversations::lock_of_work(tx, id).await? else { return Ok(false) };
    let Some(item) = work::lock(tx, id).await?.filter(|item| item.state == WorkState::Queued) else { return Ok(false) };
    let Some(rule) = rules.get(&item.queue) else { return Ok(false) };
    let Some(session) = conversations::session(tx, item.session).await? else { return Ok(false) };
    if !store::mark(tx, id, what).await? {
        return Ok(false);
    }
    let new = NewItem::notice(
        &session,
        ItemKind::Routing,
        Actor::System,
        json!({ "type": "beyond_cap", "what": what.code(), "queue": item.queue.to_string(),
                      "to": rule.overflow_queue.map(|queue| queue.to_string()) }),
    );
    let said = items::append(tx, new).await?;
    tx.live(&[Topic::Conversation(conversation.id)], Change::Item { conversation: conversation.id, item: said });
    if let Some(message) = &rule.message {
        say(tx, &conversation, &session, Actor::System, message, &[], None).await?;
    }
    match what {
        Beyond::Callback => {}
        Beyond::Overflow => {
            let Some(to) = rule.overflow_queue else { return Ok(false) };
            work::redirect(tx, id, to, item.sticky).await?;
            aside::set_queue(tx, conversation.id, to).await?;
            let tenant = tx.scope().tenant();
            tx.job(&Job::RouteWork { work: id }, tenant.0);
        }
        Beyond::Refuse => {
            let step = Step { outcome: Some("queue_full"), ..Step::to(WorkState::Cancelled, "queue_full") };
            work::transition(tx, &item, step).await?;
            let sessions = conversations::sessions(tx, &[conversation.id.0]).await?;
            let open = work::lock_open(tx, conversation.id).await?;
            if open.is_empty() {
                close(tx, &conversation, &sessions, Actor::System, "queue_full").await?;
            }
        }
    }
    let mut concerned = topics(&conversation, Some(&session));
    concerned.push(Topic::Floor);
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    tx.live(&[Topic::Floor], Change::Work { work: id, queue: item.queue });
    tx.audit("queue_cap", "work_item", Some(id.0), json!({ "what": what.code() }));
    Ok(true)
}
