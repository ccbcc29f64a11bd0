//! A bot hands over to people: one transaction, idempotent by `webhook-id`.

use super::transcript;
use crate::{
    App,
    authz::Subject,
    conversations::topics,
    inbound,
    scheduled::{Asked, ScheduleRefused, Wanted, take_callback},
};
use meridian_domain::{
    actor::Actor,
    bot::{HandoffCallback, HandoffRequest, InvalidHandoff, test::named_queue, told},
    callback::Wish,
    ids::{BotId, ConversationId, HandoffId, QueueId, SessionId, TenantId},
    jobs::Job,
    live::{Change, Topic},
    routing::{SkillNeed, language_of},
    work::{ItemKind, OwnerKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx,
    accounts::{self, Way},
    aside, bots, conversations, handoffs,
    items::{self, NewItem},
    setup, work,
};
use serde_json::json;

/// Why a hand-off was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HandoffRefused {
    /// The bot must mend its request.
    #[error(transparent)]
    Invalid(#[from] InvalidHandoff),
    /// No such session, or another bot's.
    #[error("session: no open session of this bot has that id")]
    NoSession,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A hand-off that was taken.
#[derive(Debug, Clone, Copy)]
pub struct HandedOff {
    /// Its id.
    pub id: HandoffId,
    /// The conversation, which goes on.
    pub conversation: ConversationId,
    /// Place in the queue, from 1.
    pub position: i64,
}

/// Takes a hand-off. The same `webhook_id` again gives the same answer; another one for a session that people have
/// already is recorded as an update.
pub async fn hand_off(
    app: &App,
    tenant: TenantId,
    bot: BotId,
    webhook_id: &str,
    request: &HandoffRequest,
) -> Result<HandedOff, HandoffRefused> {
    request.check()?;
    let scope = *Subject::integration(tenant, Actor::Bot(bot), Vec::new()).scope();
    let mut tx = app.db.write(&scope).await?;
    let session: SessionId =
        request.session.as_deref().and_then(|id| id.parse().ok()).ok_or(HandoffRefused::NoSession)?;
    let taken = take(&mut tx, bot, webhook_id, session, request).await?;
    tx.commit().await?;
    Ok(taken)
}

pub(super) async fn take(
    tx: &mut WriteTx,
    bot: BotId,
    webhook_id: &str,
    session: SessionId,
    request: &HandoffRequest,
) -> Result<HandedOff, HandoffRefused> {
    let found = conversations::session(tx, session).await?.ok_or(HandoffRefused::NoSession)?;
    let conversation = conversations::lock(tx, found.conversation).await?.ok_or(HandoffRefused::NoSession)?;
    // Read again under the lock.
    let mut session = conversations::session(tx, session).await?.ok_or(HandoffRefused::NoSession)?;
    if let Some(before) = handoffs::by_webhook(tx, bot, webhook_id).await? {
        let position = position(tx, conversation.queue).await?;
        return Ok(HandedOff { id: before.id, conversation: conversation.id, position });
    }
    let holds = session.control == OwnerKind::Bot && session.control_id == Some(bot.0);
    let took_part = holds || conversations::took_part(tx, session.id, bot.0).await?;
    let answers_here = |way: Option<Way>| way.is_some_and(|way| way.bot == Some(bot));
    if session.closed_at.is_some() || (!took_part && !answers_here(accounts::way(tx, session.account).await?)) {
        return Err(HandoffRefused::NoSession);
    }
    transcript::merge(tx, &conversation, &mut session, bot, &request.transcript).await?;
    let new = NewItem {
        text: request.summary.as_deref(),
        activity: true,
        ..NewItem::notice(
            &session,
            ItemKind::Handoff,
            Actor::Bot(bot),
            json!({ "type": "handoff", "reason": request.reason, "intent": request.intent }),
        )
    };
    let item = items::append(tx, new).await?;
    let id = handoffs::insert(tx, session.id, conversation.id, item, Some(bot), webhook_id, &json!(request)).await?;
    tx.job(&Job::Summarise { handoff: id }, session.id.0);
    let queue = target(tx, bot, request, conversation.queue).await?;
    if holds {
        conversations::hand_over(tx, conversation.id, session.id, None).await?;
        aside::set_queue(tx, conversation.id, queue).await?;
        enqueue(tx, &session, queue, conversation.branch, request).await?;
    }
    if let Some(wish) = &request.callback {
        call_back(tx, &conversation, &session, wish).await?;
    }
    let mut concerned = topics(&conversation, Some(&session));
    concerned.push(Topic::Floor);
    tx.live(&concerned, Change::Item { conversation: conversation.id, item });
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    tx.audit("bot_handed_off", "session", Some(session.id.0), json!({ "reason": request.reason.code }));
    Ok(HandedOff { id, conversation: conversation.id, position: position(tx, Some(queue)).await? })
}

/// The customer would rather be called back: their work keeps its place. Where people have it already nothing changes.
async fn call_back(
    tx: &mut WriteTx,
    conversation: &conversations::Conversation,
    session: &conversations::Session,
    wish: &HandoffCallback,
) -> Result<(), HandoffRefused> {
    let open = work::lock_open(tx, conversation.id).await?;
    let waits = |item: &&work::WorkItem| item.session == session.id && item.state == WorkState::Queued;
    let Some(item) = open.iter().find(waits) else { return Ok(()) };
    let (from_minute, until_minute) = (wish.from_minute, wish.until_minute);
    let asked = Asked {
        wish: wish.day.map(|day| Wish { day, from_minute, until_minute }),
        time_zone: wish.time_zone.as_deref(),
        note: &wish.note,
    };
    let wanted = Wanted { conversation, session, asked };
    match take_callback(tx, &wanted, item).await {
        Ok(_) | Err(ScheduleRefused::Taken) => Ok(()),
        Err(ScheduleRefused::Store(error)) => Err(error.into()),
        Err(refused) => Err(InvalidHandoff { field: "callback", problem: refused.to_string() }.into()),
    }
}

async fn position(tx: &mut WriteTx, queue: Option<QueueId>) -> Result<i64, StoreError> {
    match queue {
        Some(queue) => Ok(setup::queue_depth(tx, queue).await?.0.max(1)),
        None => Ok(1),
    }
}

/// The queue the bot names, by id or name, else where its conversations wait, else its fallback.
async fn target(
    tx: &mut WriteTx,
    bot: BotId,
    request: &HandoffRequest,
    present: Option<QueueId>,
) -> Result<QueueId, StoreError> {
    if let Some(wanted) = &request.target.queue {
        let all: Vec<_> = setup::queues(tx).await?.into_iter().map(|queue| (queue.id, queue.name)).collect();
        if let Some(queue) = named_queue(&all, wanted) {
            return Ok(queue);
        }
    }
    if let Some(queue) = present
        && setup::in_use(tx, queue).await?
    {
        return Ok(queue);
    }
    let found = bots::find(tx, bot).await?;
    found.map(|bot| bot.fallback_queue).ok_or(StoreError::Inconsistent {
        table: "bot",
        column: "id",
        value: bot.to_string(),
    })
}

async fn enqueue(
    tx: &mut WriteTx,
    session: &conversations::Session,
    queue: QueueId,
    branch: meridian_domain::ids::BranchId,
    request: &HandoffRequest,
) -> Result<(), StoreError> {
    let skills: Vec<SkillNeed> = setup::skills_by_name(tx, &request.skills)
        .await?
        .into_iter()
        .map(|(skill, _)| SkillNeed { skill, level: 1 })
        .collect();
    let head_start = request.urgency_minutes.unwrap_or(0).min(240) * 60;
    let new = work::NewWork {
        conversation: session.conversation,
        session: session.id,
        queue,
        branch,
        class: session.kind.class(),
        head_start_seconds: head_start as i32,
        skills: json!(skills),
        language: request.language.as_deref().and_then(language_of).map(str::to_owned),
        spoken: session.heard.lang.clone(),
        sticky: None,
        promised: false,
        reason: "handoff",
    };
    if let Some(id) = work::enqueue(tx, &new).await? {
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteWork { work: id }, tenant.0);
    }
    Ok(())
}

/// The bot that holds an open session, told that people take it; why, as a code.
pub(crate) async fn loses(
    tx: &mut WriteTx,
    session: &conversations::Session,
    why: &'static str,
) -> Result<Option<BotId>, StoreError> {
    let (OwnerKind::Bot, Some(bot), None) = (session.control, session.control_id.map(BotId), session.closed_at) else {
        return Ok(None);
    };
    bots::tell(tx, bot, session.id, "session.taken", &told::taken(why)).await?;
    Ok(Some(bot))
}

/// People take a session over from a bot that cannot go on.
pub(crate) async fn take_over(tx: &mut WriteTx, session: SessionId, why: &'static str) -> Result<bool, StoreError> {
    let Some(found) = conversations::session(tx, session).await? else { return Ok(false) };
    let Some(conversation) = conversations::lock(tx, found.conversation).await? else { return Ok(false) };
    let Some(session) = conversations::session(tx, session).await? else { return Ok(false) };
    let (OwnerKind::Bot, Some(bot), None) = (session.control, session.control_id, session.closed_at) else {
        return Ok(false);
    };
    let fallback = bots::find(tx, BotId(bot)).await?.map(|bot| bot.fallback_queue).or(conversation.queue);
    let Some(queue) = fallback else { return Ok(false) };
    let mut request = HandoffRequest { session: Some(session.id.to_string()), ..HandoffRequest::default() };
    why.clone_into(&mut request.reason.code);
    let new = NewItem {
        activity: true,
        ..NewItem::notice(
            &session,
            ItemKind::Handoff,
            Actor::System,
            json!({ "type": "handoff", "reason": request.reason }),
        )
    };
    let item = items::append(tx, new).await?;
    let key = format!("{why}:{}:{}", session.id, session.control_epoch);
    let id = handoffs::insert(tx, session.id, conversation.id, item, Some(BotId(bot)), &key, &json!(request)).await?;
    tx.job(&Job::Summarise { handoff: id }, session.id.0);
    conversations::hand_over(tx, conversation.id, session.id, None).await?;
    aside::set_queue(tx, conversation.id, queue).await?;
    if why != "passed_back" {
        loses(tx, &session, why).await?;
    }
    let request = inbound::Enqueue {
        queue,
        branch: conversation.branch,
        sticky: None,
        language: None,
        spoken: None,
        promised: false,
        reason: why,
    };
    inbound::enqueue(tx, &session, &request).await?;
    let mut concerned = topics(&conversation, Some(&session));
    concerned.push(Topic::Floor);
    tx.live(&concerned, Change::Item { conversation: conversation.id, item });
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    Ok(true)
}
