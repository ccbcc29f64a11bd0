//! People and bots: a person gives a conversation back to a bot, or takes one from it.

use super::{
    SteerRefused,
    steer::{changed, mine, newest_session, say},
    take_off, topics,
};
use crate::{App, authz::Subject, bots::take_over, routing::agent_changed};
use meridian_domain::{
    actor::Actor,
    bot::{HandoffRequest, told},
    ids::{AgentId, BotId, ConversationId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    work::{ItemKind, LONGEST_TEXT, Lifecycle, OwnerKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, accounts, bot_ledger, bots,
    conversations::{self, Conversation, Session},
    handoffs, items, routing,
    work::{self, Step, WorkItem},
};
use serde_json::json;

/// Gives a conversation back to a bot, with what the bot gave along when it handed over and a note. The agent's capacity
/// comes back; the bot has its usual time to act when the customer waits for an answer.
pub async fn return_to_bot(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    to: Option<BotId>,
    note: &str,
    expected_version: Option<i32>,
) -> Result<(), SteerRefused> {
    let note = note.trim();
    if note.chars().count() > LONGEST_TEXT {
        return Err(SteerRefused::Invalid("a note has at most 10,000 characters".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = mine(&mut tx, subject, id, expected_version).await?;
    let session = newest_session(&mut tx, id).await?;
    if session.closed_at.is_some() {
        return Err(SteerRefused::Invalid(
            "the session is closed: the customer's next message opens a new one".to_owned(),
        ));
    }
    if session.control == OwnerKind::Bot {
        return Err(SteerRefused::Invalid("a bot has it already".to_owned()));
    }
    let before = handoffs::of_conversations(&mut tx, &[id.0]).await?;
    let before = before.into_iter().find(|handoff| handoff.session == session.id && handoff.bot.is_some());
    let bot = the_bot(&mut tx, &session, to, before.as_ref().and_then(|handoff| handoff.bot)).await?;
    for item in work::lock_open(&mut tx, id).await? {
        if item.session == session.id {
            end_work(&mut tx, &item).await?;
        }
    }
    conversations::pass_control(&mut tx, session.id, OwnerKind::Bot, Some(bot.id.0)).await?;
    let elsewhere = work::lock_open(&mut tx, id).await?.into_iter().any(|item| item.agent.is_some());
    if !elsewhere {
        conversations::set_state(&mut tx, id, Lifecycle::Open, OwnerKind::Bot, None).await?;
    }
    // What it gave along is its own alone.
    let given = before.filter(|handoff| handoff.bot == Some(bot.id));
    tell(&mut tx, subject, &conversation, &session, &bot, given.as_ref(), note).await?;
    let body = json!({ "type": "returned_to_bot", "bot": bot.id.to_string() });
    say(&mut tx, subject, &conversation, &session, ItemKind::State, None, body).await?;
    changed(&mut tx, &conversation);
    tx.audit("conversation_returned_to_bot", "conversation", Some(id.0), json!({ "bot": bot.id.to_string() }));
    Ok(tx.commit().await?)
}

/// The bot that is named, else the one that handed the session over, else the one of the account.
async fn the_bot(
    tx: &mut WriteTx,
    session: &Session,
    named: Option<BotId>,
    handed_over: Option<BotId>,
) -> Result<bots::Bot, SteerRefused> {
    let id = match named.or(handed_over) {
        Some(id) => Some(id),
        None => accounts::way(tx, session.account).await?.and_then(|way| way.bot),
    };
    let none = || SteerRefused::Invalid("no bot had a part in this conversation: name the bot".to_owned());
    let found = bots::find(tx, id.ok_or_else(none)?).await?;
    found.filter(|bot| bot.status == "active").ok_or(SteerRefused::NotFound("bot"))
}

/// Work on the session is over: a bot goes on.
async fn end_work(tx: &mut WriteTx, item: &WorkItem) -> Result<(), SteerRefused> {
    if item.state == WorkState::Offered {
        // Whoever is asked just now is asked no more.
        take_off(tx, item, None, Step::to(WorkState::Queued, "returned_to_bot")).await?;
    }
    let item = work::lock(tx, item.id).await?.ok_or(SteerRefused::NotFound("work item"))?;
    let worked = matches!(item.state, WorkState::Active | WorkState::Wrapping);
    let to = if worked { WorkState::Done } else { WorkState::Cancelled };
    let step = Step { outcome: Some("returned_to_bot"), ..Step::to(to, "returned_to_bot") };
    work::transition(tx, &item, step).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteWork { work: item.id }, tenant.0);
    tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    if let Some(agent) = item.agent {
        agent_changed(tx, agent);
    }
    Ok(())
}

/// Tells the bot that it has the session again, and gives it time when the customer waits.
async fn tell(
    tx: &mut WriteTx,
    subject: &Subject,
    conversation: &Conversation,
    session: &Session,
    bot: &bots::Bot,
    given: Option<&handoffs::Handoff>,
    note: &str,
) -> Result<(), StoreError> {
    let request: HandoffRequest =
        given.and_then(|handoff| serde_json::from_value(handoff.request.clone()).ok()).unwrap_or_default();
    let last = items::before(tx, conversation.id, i64::MAX, 50).await?;
    let last = last.into_iter().find(|item| item.kind == ItemKind::Message);
    let waits = last.as_ref().is_some_and(|item| matches!(item.actor, Actor::Customer(_)));
    let text = last.filter(|_| waits).and_then(|item| item.text);
    let returned = told::Returned {
        by: subject.agent_id(),
        note,
        handoff: given.map(|handoff| handoff.id),
        given: &request,
        waits: waits.then_some(text.as_deref()),
    };
    // What it missed comes first, and now: its next try may be half an hour away.
    if let Some((missed, _)) = bot_ledger::next_pending(tx, session.id, bot.id).await? {
        tx.job(&Job::BotEvent { event: missed }, session.id.0);
    }
    bots::tell(tx, bot.id, session.id, "session.returned", &returned.data()).await?;
    if waits {
        conversations::bot_waits(tx, session.id).await?;
        tx.job_in(&Job::BotSilence { session: session.id }, session.id.0, f64::from(bot.silence_seconds));
    }
    Ok(())
}

/// Takes a conversation from a bot: it is the agent's at once, with a brief. Capacity holds.
pub async fn take_from_bot(app: &App, subject: &Subject, id: ConversationId) -> Result<(), SteerRefused> {
    subject.require(Permission::HandleWork)?;
    let me: AgentId = subject.agent_id().ok_or(SteerRefused::NotFound("agent"))?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(SteerRefused::NotFound("conversation"))?;
    if conversation.lifecycle == Lifecycle::Resolved {
        return Err(SteerRefused::Resolved);
    }
    let session = newest_session(&mut tx, id).await?;
    let (OwnerKind::Bot, Some(bot)) = (session.control, session.control_id) else {
        return Err(SteerRefused::Invalid("no bot has it: take its work instead".to_owned()));
    };
    if !take_over(&mut tx, session.id, "taken").await? {
        return Err(SteerRefused::Stale);
    }
    let open = work::lock_open(&mut tx, id).await?;
    let item = open.into_iter().find(|item| item.session == session.id).ok_or(SteerRefused::Stale)?;
    if !work::give(&mut tx, &item, me, "taken_from_bot").await? {
        let full = "you have no room for it: finish something first, or let an administrator raise your capacity";
        return Err(SteerRefused::Invalid(full.to_owned()));
    }
    let session = conversations::hand_over(&mut tx, conversation.id, session.id, Some(me)).await?;
    routing::insert_assigned(&mut tx, &item, me).await?;
    if let Some(handoff) = handoffs::of_conversations(&mut tx, &[id.0]).await?.first() {
        bots::tell(&mut tx, BotId(bot), session.id, "handoff.accepted", &told::accepted(handoff.id)).await?;
    }
    let mut concerned = topics(&conversation, Some(&session));
    concerned.extend([Topic::Agent(me), Topic::Floor]);
    tx.live(&concerned, Change::Conversation { conversation: id });
    tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteAgent { agent: me }, tenant.0);
    tx.audit("conversation_taken_from_bot", "conversation", Some(id.0), json!({ "bot": BotId(bot).to_string() }));
    Ok(tx.commit().await?)
}
