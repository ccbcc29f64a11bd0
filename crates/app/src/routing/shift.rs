//! The end of a shift: open work goes to who is awake, with a brief.

use super::leader::{Leader, Shifts};
use crate::{
    App,
    authz::Subject,
    conversations::{take_off, topics},
};
use chrono::TimeDelta;
use meridian_domain::{
    actor::Actor,
    bot::HandoffRequest,
    calendar::Site,
    ids::{AgentId, ConversationId, QueueId, SiteId, TenantId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    routing::Agent,
    time::Instant,
    work::{ItemKind, Lifecycle, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, conversations, handoffs,
    items::{self, NewItem},
    routing, shifts,
    work::{self, Step},
};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// After which time work that is left of a shift is looked at again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// What was done at the end of a shift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShiftEnded {
    /// Work that went on.
    pub handed_over: usize,
    /// Work that nobody awake could take, which stays with who has it, or that changed hands meanwhile.
    pub stays: usize,
}

/// People who could take work over now: available, at a site that is open.
struct Awake {
    people: Vec<Agent>,
}

impl Awake {
    fn new(people: Vec<Agent>, sites: &[Site], now: Instant) -> Self {
        let open = |agent: &Agent| {
            let site = agent.site.and_then(|id| sites.iter().find(|site| site.id == id));
            agent.ready && site.is_some_and(|site| site.open_until(now).is_some())
        };
        Self { people: people.into_iter().filter(open).collect() }
    }

    fn serves(&self, queue: QueueId) -> bool {
        self.people.iter().any(|agent| agent.queues.contains(&queue))
    }

    /// The queues whose work they could take.
    fn queues(&self) -> Vec<Uuid> {
        let all: BTreeSet<Uuid> = self.people.iter().flat_map(|agent| &agent.queues).map(|queue| queue.0).collect();
        all.into_iter().collect()
    }

    fn first_of(&self, agents: &[AgentId], queue: QueueId) -> Option<AgentId> {
        let here = |id: &&AgentId| self.people.iter().any(|a| a.id == **id && a.queues.contains(&queue));
        agents.iter().find(here).copied()
    }
}

/// Hands the open work of a site on whose shift ended: it waits in its queue again, first for who had it before and is
/// awake, with a brief for the next one. Work that nobody awake could take stays where it is until somebody comes.
pub async fn end_shift(app: &App, tenant: TenantId, site: SiteId) -> Result<ShiftEnded, StoreError> {
    let subject = Subject::system(tenant);
    let mut tx = app.db.read(subject.scope()).await?;
    let (now, sites) = (routing::now(&mut tx).await?, routing::sites(&mut tx).await?);
    let closed = sites.iter().find(|s| s.id == site).and_then(|site| site.closed_since(now));
    let Some(since) = closed else { return Ok(ShiftEnded::default()) };
    let awake = Awake::new(routing::agents(&mut tx, None).await?, &sites, now);
    drop(tx);
    let (queues, mut done) = (awake.queues(), ShiftEnded::default());
    loop {
        let mut tx = app.db.read(subject.scope()).await?;
        let left = shifts::left_over(&mut tx, site, since, &queues).await?;
        drop(tx);
        let before = done.handed_over;
        done.stays = 0;
        for (work, conversation) in left {
            let mut tx = app.db.write(subject.scope()).await?;
            if hand_on(&mut tx, work, conversation, site, &awake).await? {
                tx.commit().await?;
                done.handed_over += 1;
            } else {
                done.stays += 1;
            }
        }
        if done.handed_over == before {
            return Ok(done);
        }
    }
}

async fn hand_on(
    tx: &mut WriteTx,
    id: WorkItemId,
    conversation: ConversationId,
    site: SiteId,
    awake: &Awake,
) -> Result<bool, StoreError> {
    let Some(conversation) = conversations::lock(tx, conversation).await? else { return Ok(false) };
    let found = work::lock(tx, id).await?.filter(|item| item.state == WorkState::Active);
    let Some((item, holder)) = found.and_then(|item| item.agent.map(|agent| (item, agent))) else { return Ok(false) };
    if conversation.lifecycle != Lifecycle::Open || !awake.serves(item.queue) {
        return Ok(false);
    }
    let before = shifts::holders_before(tx, id, holder).await?;
    let next = awake.first_of(&before, item.queue);
    take_off(tx, &item, next, Step::to(WorkState::Queued, "shift_ended")).await?;
    let session = conversations::hand_over(tx, conversation.id, item.session, None).await?;
    let mut request = HandoffRequest { session: Some(session.id.to_string()), ..HandoffRequest::default() };
    "shift_ended".clone_into(&mut request.reason.code);
    let new = NewItem::notice(
        &session,
        ItemKind::Handoff,
        Actor::System,
        json!({ "type": "handoff", "reason": request.reason, "from": holder.to_string(),
                      "site": site.to_string() }),
    );
    let said = items::append(tx, new).await?;
    let key = format!("shift_ended:{id}:{}", item.epoch);
    let handoff = handoffs::insert(tx, session.id, conversation.id, said, None, &key, &json!(request)).await?;
    tx.job(&Job::Summarise { handoff }, session.id.0);
    let mut concerned = topics(&conversation, None);
    concerned.push(Topic::Floor);
    tx.live(&concerned, Change::Item { conversation: conversation.id, item: said });
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    tx.live(&[Topic::Floor], Change::Work { work: id, queue: item.queue });
    tx.audit("shift_handed_over", "work_item", Some(id.0), json!({ "from": holder.to_string() }));
    Ok(true)
}

impl Leader {
    /// The shifts of sites that hand over: whenever one of them is closed and something about the opening of sites
    /// changed, its open work is looked at; and again while some is left, as people come after their site opened and go
    /// after theirs closed.
    pub(super) async fn watch_shifts(&mut self, tx: &mut WriteTx, now: Instant) -> Result<(), StoreError> {
        match self.shifts {
            Shifts::Never => return Ok(()),
            Shifts::At(due) if due > now => return Ok(()),
            Shifts::At(_) | Shifts::Unknown => self.shifts = Shifts::Never,
        }
        let handing = shifts::handing(tx).await?;
        if handing.is_empty() {
            return Ok(());
        }
        let sites = routing::sites(tx).await?;
        let tenant = tx.scope().tenant();
        let mut next = sites.iter().filter_map(|site| site.next_change(now)).filter(|at| *at > now).min();
        for site in sites.iter().filter(|site| handing.contains(&site.id)) {
            let Some(since) = site.closed_since(now) else { continue };
            if shifts::still_held(tx, site.id, since).await? {
                tx.job(&Job::ShiftEnd { site: site.id }, tenant.0);
                next = next.into_iter().chain([now + AGAIN]).min();
            }
        }
        self.shifts = next.map_or(Shifts::Never, Shifts::At);
        Ok(())
    }
}
