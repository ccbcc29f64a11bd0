//! Passing a conversation on, putting it aside, and taking it up again.

use super::topics;
use crate::{
    App,
    authz::{Forbidden, Subject},
    bots::bot_loses,
    inbound::{Enqueue, enqueue, wake},
    routing::{agent_changed, rescind_for},
};
use chrono::{DateTime, TimeDelta, Utc};
use meridian_domain::{
    bot::HandoffRequest,
    ids::{AgentId, BotId, ConversationId, ItemId, QueueId, SiteId, TenantId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    time::Instant,
    transfer::{self, SiteRefused},
    work::{ItemKind, LONGEST_TEXT, Lifecycle, OwnerKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, aside,
    conversations::{self, Conversation, Session},
    handoffs,
    items::{self, NewItem},
    routing, setup, sites,
    work::{self, Step, WorkItem},
};
use serde_json::{Value, json};

/// Why a conversation was not passed on, put aside or taken up.
#[derive(Debug, thiserror::Error)]
pub enum SteerRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation, queue or agent.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It changed since it was read.
    #[error("the conversation changed meanwhile: look again")]
    Stale,
    /// Somebody else owns it.
    #[error("only its owner or a supervisor may do this")]
    NotOwner,
    /// It is resolved.
    #[error("the conversation is resolved")]
    Resolved,
    /// The site sleeps.
    #[error("{} sleeps until {}: let it wait for its people, or choose another", .0.site, .0.local)]
    Asleep(Asleep),
    /// A value breaks a rule, told in words.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A site that sleeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asleep {
    /// Its name.
    pub site: String,
    /// When it opens next.
    pub opens: Instant,
    /// The same, in its own time.
    pub local: String,
}

/// Where a conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To whoever of a queue takes it.
    Queue(QueueId),
    /// To a colleague first; a queue they work in takes it if they do not.
    Agent(AgentId),
    /// To the people of a site alone, while it is open.
    Site {
        /// The site.
        site: SiteId,
        /// To wait for them while it sleeps, and after it closed.
        wait: bool,
    },
    /// To whoever passed it on last.
    Back,
}

/// Where work goes.
struct Place {
    queue: QueueId,
    first: Option<AgentId>,
    /// The site, and until when it is for its people alone.
    site: Option<(SiteId, Option<Instant>)>,
}

/// Passes a conversation on with an optional note for the next one. Its work waits again, its owner's capacity comes
/// back, and who passed it on is asked last.
pub async fn transfer(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    target: Target,
    expected_version: Option<i32>,
    note: &str,
) -> Result<(), SteerRefused> {
    let note = note.trim();
    if note.chars().count() > LONGEST_TEXT {
        return Err(SteerRefused::Invalid("a note has at most 10,000 characters".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = mine(&mut tx, subject, id, expected_version).await?;
    let place = place(&mut tx, subject, &conversation, target).await?;
    let session = newest_session(&mut tx, id).await?;
    let bot = if passes_on(&mut tx, &conversation, &place).await? {
        None
    } else {
        begins_work(&mut tx, &conversation, &session, &place).await?
    };
    if !note.is_empty() {
        say(&mut tx, subject, &conversation, &session, ItemKind::Note, Some(note), json!({})).await?;
    }
    let to = json!({ "queue": place.queue.to_string(), "agent": place.first.map(|a| a.to_string()),
                     "site": place.site.map(|(site, _)| site.to_string()), "back": target == Target::Back });
    let mut body = to.clone();
    body["type"] = json!("transferred");
    let item = say(&mut tx, subject, &conversation, &session, ItemKind::State, None, body).await?;
    if conversation.owner_agent.is_some() || bot.is_some() {
        // A person or a bot has talked since: the next one reads a brief of all of it. One that nobody took keeps its own.
        let mut request = HandoffRequest { session: Some(session.id.to_string()), ..HandoffRequest::default() };
        "transferred".clone_into(&mut request.reason.code);
        note.clone_into(&mut request.reason.text);
        let key = format!("transferred:{item}");
        let handoff = handoffs::insert(&mut tx, session.id, id, item, bot, &key, &json!(request)).await?;
        tx.job(&Job::Summarise { handoff }, session.id.0);
    }
    aside::set_queue(&mut tx, id, place.queue).await?;
    conversations::set_state(&mut tx, id, Lifecycle::Open, OwnerKind::Queue, None).await?;
    changed(&mut tx, &conversation);
    tx.audit("conversation_transferred", "conversation", Some(id.0), to);
    Ok(tx.commit().await?)
}

/// Lets the open work of a conversation wait at another place; false when there is none.
async fn passes_on(tx: &mut WriteTx, conversation: &Conversation, to: &Place) -> Result<bool, StoreError> {
    let mut open = work::lock_open(tx, conversation.id).await?;
    open.retain(|item| item.state != WorkState::Wrapping);
    for item in &open {
        let there = WorkItem { queue: to.queue, ..item.clone() };
        take_off(tx, &there, to.first, Step::to(WorkState::Queued, "transferred")).await?;
        to_site(tx, item.id, to).await?;
        conversations::pass_control(tx, item.session, OwnerKind::Queue, None).await?;
        tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: to.queue });
    }
    Ok(!open.is_empty())
}

/// Work for a session on which no person works; the bot that held it is told, and is the answer.
async fn begins_work(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &Session,
    to: &Place,
) -> Result<Option<BotId>, StoreError> {
    let bot = bot_loses(tx, session, "transferred").await?;
    let request = Enqueue {
        queue: to.queue,
        branch: conversation.branch,
        sticky: to.first,
        language: None,
        spoken: None,
        promised: true,
        reason: "transferred",
    };
    enqueue(tx, session, &request).await?;
    for item in work::lock_open(tx, conversation.id).await?.iter().filter(|item| item.state == WorkState::Queued) {
        to_site(tx, item.id, to).await?;
    }
    conversations::pass_control(tx, session.id, OwnerKind::Queue, None).await?;
    Ok(bot)
}

/// Keeps waiting work for the people of a site, if it goes to one; until it closes, or for as long as it takes.
async fn to_site(tx: &mut WriteTx, work: WorkItemId, to: &Place) -> Result<(), StoreError> {
    let Some((site, until)) = to.site else { return Ok(()) };
    work::for_site(tx, work, site, until).await?;
    if let Some(until) = until {
        let left = until - routing::now(tx).await?;
        tx.job_in(&Job::SiteWaitEnd { work }, work.0, left.as_seconds_f64().max(0.0));
    }
    Ok(())
}

/// The site closed to which work was passed on: what still waits goes to everybody.
pub async fn site_wait_end(app: &App, tenant: TenantId, id: WorkItemId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(queue) = work::site_over(&mut tx, id).await? else { return Ok(()) };
    tx.job(&Job::RouteWork { work: id }, tenant.0);
    tx.live(&[Topic::Floor], Change::Work { work: id, queue });
    tx.commit().await
}

/// Takes work off whoever holds it; `first` is asked first when it is offered again from the item's queue.
pub(crate) async fn take_off(
    tx: &mut WriteTx,
    item: &WorkItem,
    first: Option<AgentId>,
    step: Step<'_>,
) -> Result<(), StoreError> {
    let tenant = tx.scope().tenant();
    if item.state == WorkState::Offered {
        rescind_for(tx, item.id, step.reason).await?;
    }
    work::redirect(tx, item.id, item.queue, first).await?;
    work::transition(tx, item, step).await?;
    tx.job(&Job::RouteWork { work: item.id }, tenant.0);
    if let Some(agent) = item.agent {
        agent_changed(tx, agent);
    }
    Ok(())
}

/// The queue that takes it, the colleague who is asked first, and the site whose people alone are.
async fn place(
    tx: &mut WriteTx,
    subject: &Subject,
    conversation: &Conversation,
    target: Target,
) -> Result<Place, SteerRefused> {
    let target = match target {
        Target::Back => {
            let before = work::passed_on_by(tx, conversation.id, conversation.owner_agent).await?;
            let none = || SteerRefused::Invalid("nobody passed it on: choose to whom it goes".to_owned());
            Target::Agent(before.ok_or_else(none)?)
        }
        other => other,
    };
    match target {
        Target::Queue(queue) => {
            let known = setup::queues(tx).await?.iter().any(|row| row.id == queue);
            if known { Ok(Place { queue, first: None, site: None }) } else { Err(SteerRefused::NotFound("queue")) }
        }
        Target::Agent(agent) if subject.agent_id() == Some(agent) && conversation.owner_agent == Some(agent) => {
            Err(SteerRefused::Invalid("it is yours already".to_owned()))
        }
        Target::Agent(agent) => {
            let found = routing::agents(tx, Some(&[agent.0])).await?.pop().ok_or(SteerRefused::NotFound("agent"))?;
            let here = conversation.queue.filter(|queue| found.queues.contains(queue));
            let queue = here.or_else(|| found.queues.first().copied());
            let none =
                "this colleague works in no queue: transfer it to a queue, or let an administrator add them to one";
            let queue = queue.ok_or_else(|| SteerRefused::Invalid(none.to_owned()))?;
            Ok(Place { queue, first: Some(agent), site: None })
        }
        Target::Site { site, wait } => {
            let named = sites::all(tx).await?.into_iter().find(|known| known.site.id == site);
            let named = named.ok_or(SteerRefused::NotFound("site"))?;
            let (people, now) = (routing::agents(tx, None).await?, routing::now(tx).await?);
            match transfer::to_site(&named.site, &people, conversation.queue, now, wait) {
                Ok(found) => Ok(Place { queue: found.queue, first: None, site: Some((site, found.until)) }),
                Err(refused) => Err(asleep(named, refused)),
            }
        }
        // Looked up above.
        Target::Back => Err(SteerRefused::NotFound("agent")),
    }
}

/// Why a site takes no work, in words.
fn asleep(named: sites::NamedSite, refused: SiteRefused) -> SteerRefused {
    match refused {
        SiteRefused::Nobody => {
            SteerRefused::Invalid("nobody at this site takes work of a queue: choose another".to_owned())
        }
        SiteRefused::Asleep(None) => {
            SteerRefused::Invalid("this site does not open within two weeks: choose another".to_owned())
        }
        SiteRefused::Asleep(Some(opens)) => {
            let local = opens.with_timezone(&named.site.zone).format("%Y-%m-%d %H:%M %Z").to_string();
            SteerRefused::Asleep(Asleep { site: named.name, opens, local })
        }
    }
}

/// Longest time a conversation may be put aside.
const LONGEST: TimeDelta = TimeDelta::days(365);

/// Puts a conversation aside until a time or until the customer writes, whichever comes first: its owner's capacity
/// comes back, and its owner is asked first when it returns.
pub async fn snooze(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    until: DateTime<Utc>,
    expected_version: Option<i32>,
) -> Result<(), SteerRefused> {
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = mine(&mut tx, subject, id, expected_version).await?;
    let wait = until - routing::now(&mut tx).await?;
    if wait < TimeDelta::seconds(30) || wait > LONGEST {
        return Err(SteerRefused::Invalid("choose a time from half a minute to a year from now".to_owned()));
    }
    let session = newest_session(&mut tx, id).await?;
    for item in work::lock_open(&mut tx, id).await? {
        if item.state == WorkState::Parked || item.state == WorkState::Wrapping {
            continue;
        }
        take_off(&mut tx, &item, conversation.owner_agent, Step::to(WorkState::Parked, "snoozed")).await?;
    }
    let body = json!({ "type": "snoozed", "until": until });
    say(&mut tx, subject, &conversation, &session, ItemKind::State, None, body).await?;
    aside::snooze(&mut tx, id, until).await?;
    tx.job_in(&Job::SnoozeEnd { conversation: id }, id.0, wait.as_seconds_f64());
    changed(&mut tx, &conversation);
    tx.audit("conversation_snoozed", "conversation", Some(id.0), json!({ "until": until }));
    Ok(tx.commit().await?)
}

/// Takes a snoozed conversation up again before its time.
pub async fn unsnooze(app: &App, subject: &Subject, id: ConversationId) -> Result<(), SteerRefused> {
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = mine(&mut tx, subject, id, None).await?;
    if conversation.lifecycle == Lifecycle::Snoozed {
        take_up(&mut tx, subject, &conversation, "unsnoozed").await?;
        tx.audit("conversation_unsnoozed", "conversation", Some(id.0), json!({}));
    }
    Ok(tx.commit().await?)
}

/// The time of a snoozed conversation has come; one that was taken up or put aside anew meanwhile stays as it is.
pub async fn snooze_end(app: &App, tenant: TenantId, id: ConversationId) -> Result<bool, StoreError> {
    let subject = Subject::system(tenant);
    let mut tx = app.db.write(subject.scope()).await?;
    let Some(conversation) = conversations::lock(&mut tx, id).await? else { return Ok(false) };
    if conversation.lifecycle != Lifecycle::Snoozed || !aside::snooze_over(&mut tx, id).await? {
        return Ok(false);
    }
    take_up(&mut tx, &subject, &conversation, "snooze_over").await?;
    tx.commit().await?;
    Ok(true)
}

async fn take_up(
    tx: &mut WriteTx,
    subject: &Subject,
    conversation: &Conversation,
    why: &'static str,
) -> Result<(), StoreError> {
    wake(tx, conversation, why).await?;
    if let Some(session) = conversations::sessions(tx, &[conversation.id.0]).await?.into_iter().next() {
        let body = json!({ "type": "unsnoozed" });
        say(tx, subject, conversation, &session, ItemKind::State, None, body).await?;
    }
    changed(tx, conversation);
    Ok(())
}

/// A conversation under lock that the subject may steer.
pub(super) async fn mine(
    tx: &mut WriteTx,
    subject: &Subject,
    id: ConversationId,
    expected_version: Option<i32>,
) -> Result<Conversation, SteerRefused> {
    subject.require(Permission::HandleWork)?;
    let conversation = conversations::lock(tx, id).await?.ok_or(SteerRefused::NotFound("conversation"))?;
    if conversation.lifecycle == Lifecycle::Resolved {
        return Err(SteerRefused::Resolved);
    }
    if expected_version.is_some_and(|version| version != conversation.version) {
        return Err(SteerRefused::Stale);
    }
    let owned = conversation.owner_agent.is_some() && conversation.owner_agent == subject.agent_id();
    if owned || subject.may(Permission::SteerFloor) { Ok(conversation) } else { Err(SteerRefused::NotOwner) }
}

pub(super) async fn newest_session(tx: &mut WriteTx, id: ConversationId) -> Result<Session, SteerRefused> {
    let sessions = conversations::sessions(tx, &[id.0]).await?;
    sessions.into_iter().next().ok_or(SteerRefused::NotFound("session"))
}

pub(super) async fn say(
    tx: &mut WriteTx,
    subject: &Subject,
    conversation: &Conversation,
    session: &Session,
    kind: ItemKind,
    text: Option<&str>,
    body: Value,
) -> Result<ItemId, StoreError> {
    let new = NewItem {
        session: None,
        text,
        activity: kind == ItemKind::Note,
        ..NewItem::notice(session, kind, subject.scope().actor(), body)
    };
    let item = items::append(tx, new).await?;
    tx.live(&topics(conversation, None), Change::Item { conversation: conversation.id, item });
    Ok(item)
}

pub(super) fn changed(tx: &mut WriteTx, conversation: &Conversation) {
    let mut concerned = topics(conversation, None);
    concerned.push(Topic::Floor);
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
}
