//! The session and the conversation a message belongs to.

use super::resolve::{Met, Resolved};
use meridian_domain::{
    channel::ChannelKind,
    ids::{AgentId, BranchId, ChannelAccountId, ConversationId, QueueId},
    jobs::Job,
    understanding::{
        country::spoken,
        message::{Heard, Reading},
    },
    work::{Lifecycle, OwnerKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx,
    accounts::{self, Way},
    arrivals::Standing,
    conversations::{self, Conversation, Session},
    identity::PartyView,
    scheduled,
    sessions::{self, Opened, Opens},
    work,
};
use serde_json::json;

/// What is known of the channel a message came over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub account: ChannelAccountId,
    pub kind: ChannelKind,
    pub thread: Option<&'a str>,
    pub subject: &'a str,
    pub language: Option<&'a str>,
    /// The number it was sent from, in E.164.
    pub number: Option<&'a str>,
    /// Kept without being routed ([`meridian_domain::event::InboundEvent::is_quiet`]), or not before it is seen who may
    /// have it.
    pub quiet: bool,
    /// A conversation our own signed reply address names.
    pub hint: Option<ConversationId>,
    /// What its text says by itself.
    pub reading: Option<&'a Reading>,
}

impl Arrival<'_> {
    /// The languages that are likely before the message is read: of the sender's device, of the channel where it has
    /// one, of what the customer wrote before, of the country of the number.
    pub(super) fn likely<'b>(&'b self, heard: &'b Heard) -> Vec<&'b str> {
        let channel = matches!(self.kind, ChannelKind::WeChat | ChannelKind::WeCom).then_some("zh");
        let country = self.number.map_or(&[][..], spoken);
        [self.language, channel, heard.lang.as_deref()].into_iter().flatten().chain(country.iter().copied()).collect()
    }

    /// The language it is clearly written in.
    pub(super) fn clear_language(&self, heard: &Heard) -> Option<&'static str> {
        self.reading?.clear_language(&self.likely(heard))
    }
}

/// The open session of the party on this account and in this thread with its conversation locked, or a new one.
pub(crate) async fn place(tx: &mut WriteTx, party: Resolved, arrival: &Arrival<'_>) -> Result<Standing, StoreError> {
    let view = party.view;
    if party.met == Met::Before
        && let Some(session) = conversations::open_session(tx, view.party, arrival.account, arrival.thread).await?
        && let Some(conversation) = conversations::lock(tx, session.conversation).await?
    {
        // The conversation may have been resolved while we waited for its lock; then its sessions are closed.
        if conversation.lifecycle != Lifecycle::Resolved {
            return Ok(Standing { party: view, session, conversation });
        }
        conversations::close_sessions(tx, conversation.id).await?;
    }
    open(tx, party, arrival).await
}

async fn open(tx: &mut WriteTx, who: Resolved, arrival: &Arrival<'_>) -> Result<Standing, StoreError> {
    let within = if who.met == Met::Never { None } else { continued(tx, who.view, arrival).await? };
    let joined = within.is_some();
    let opens = Opens {
        party: who.view,
        known: who.met == Met::Before,
        account: arrival.account,
        kind: arrival.kind,
        thread: arrival.thread,
        quiet: arrival.quiet,
        subject: arrival.subject,
        within,
    };
    let Opened { at, queue, branch } = sessions::open(tx, opens).await?.ok_or_else(|| StoreError::Inconsistent {
        table: "channel_account",
        column: "id",
        value: arrival.account.to_string(),
    })?;
    if at.session.control == OwnerKind::Queue {
        ask_people(tx, &at, (queue, branch), arrival, false).await?;
        if joined && at.conversation.owner != OwnerKind::Agent {
            conversations::set_state(tx, at.conversation.id, Lifecycle::Open, OwnerKind::Queue, None).await?;
        }
    }
    Ok(at)
}

/// Puts a session in the queue; who has the conversation already is asked first. No cap turns away what no machine may
/// answer: nobody could tell its sender.
async fn ask_people(
    tx: &mut WriteTx,
    at: &Standing,
    (queue, branch): (QueueId, BranchId),
    arrival: &Arrival<'_>,
    people_only: bool,
) -> Result<(), StoreError> {
    let sticky = at.conversation.owner_agent;
    let spoken = arrival.clear_language(&at.session.heard);
    let (language, promised) = (arrival.language, people_only);
    let request = Enqueue { queue, branch, sticky, language, spoken, promised, reason: "message" };
    enqueue(tx, &at.session, &request).await
}

/// The customer waits for an answer: what was snoozed or parked wakes, and a session in which nobody asked anything so
/// far goes to the bot or to people, as a new one does; to people alone when no machine may answer.
pub(crate) async fn rouse(
    tx: &mut WriteTx,
    at: &mut Standing,
    arrival: &Arrival<'_>,
    people_only: bool,
) -> Result<(), StoreError> {
    if at.conversation.lifecycle != Lifecycle::Open {
        wake(tx, &at.conversation, "customer_replied").await?;
        at.conversation.lifecycle = Lifecycle::Open;
    }
    if at.session.control != OwnerKind::None {
        return Ok(());
    }
    let Some(Way { queue, branch, bot }) = accounts::way(tx, arrival.account).await? else { return Ok(()) };
    let bot = bot.filter(|_| !people_only && matches!(at.conversation.owner, OwnerKind::Bot | OwnerKind::None));
    let owner = if bot.is_some() { OwnerKind::Bot } else { OwnerKind::Queue };
    at.session = conversations::pass_control(tx, at.session.id, owner, bot.map(|bot| bot.0)).await?;
    if bot.is_none() {
        ask_people(tx, at, (queue, branch), arrival, people_only).await?;
    }
    if at.conversation.owner != OwnerKind::Agent {
        conversations::set_state(tx, at.conversation.id, Lifecycle::Open, owner, None).await?;
        at.conversation.owner = owner;
    }
    Ok(())
}

/// One issue may span channels: the conversation our signed address names, if it is this customer's, else the
/// customer's newest one that is not resolved.
async fn continued(
    tx: &mut WriteTx,
    party: PartyView,
    arrival: &Arrival<'_>,
) -> Result<Option<Conversation>, StoreError> {
    let mut ids: Vec<ConversationId> = arrival.hint.into_iter().collect();
    ids.extend(conversations::newest_unresolved(tx, party.customer).await?);
    for id in ids {
        if let Some(found) = conversations::lock(tx, id).await?
            && found.customer == party.customer
            && found.lifecycle != Lifecycle::Resolved
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// What a piece of work asks for.
pub(crate) struct Enqueue<'a> {
    pub queue: QueueId,
    pub branch: BranchId,
    pub sticky: Option<AgentId>,
    /// As a bot or a device says; none to go by the customer's words.
    pub language: Option<&'a str>,
    /// The language of the words at hand, where it is clear; else that of earlier ones counts.
    pub spoken: Option<&'static str>,
    /// Somebody decided that it waits there: no cap of the queue turns it away.
    pub promised: bool,
    pub reason: &'static str,
}

/// Puts a session's work in a queue and wakes routing; a no-op when it has open work.
pub(crate) async fn enqueue(tx: &mut WriteTx, session: &Session, request: &Enqueue<'_>) -> Result<(), StoreError> {
    let new = work::NewWork {
        conversation: session.conversation,
        session: session.id,
        queue: request.queue,
        branch: request.branch,
        class: session.kind.class(),
        head_start_seconds: 0,
        skills: json!([]),
        language: request.language.map(str::to_owned),
        spoken: request.spoken.map(str::to_owned).or_else(|| session.heard.lang.clone()),
        sticky: request.sticky,
        promised: request.promised,
        reason: request.reason,
    };
    if let Some(id) = work::enqueue(tx, &new).await? {
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteWork { work: id }, tenant.0);
    }
    Ok(())
}

/// A snoozed conversation comes back, parked work waits again but for what is kept for a callback that was agreed; `why`
/// stands in the history of the work.
pub(crate) async fn wake(tx: &mut WriteTx, conversation: &Conversation, why: &'static str) -> Result<(), StoreError> {
    conversations::set_state(tx, conversation.id, Lifecycle::Open, conversation.owner, conversation.owner_agent)
        .await?;
    let kept = scheduled::kept_for_callbacks(tx, conversation.id).await?;
    for item in work::lock_open(tx, conversation.id).await? {
        if item.state == WorkState::Parked && !kept.contains(&item.id) {
            work::transition(tx, &item, work::Step::to(WorkState::Queued, why)).await?;
            let tenant = tx.scope().tenant();
            tx.job(&Job::RouteWork { work: item.id }, tenant.0);
        }
    }
    Ok(())
}
