//! An agent is done: sessions close, work is written up, capacity comes back.

use super::{
    end_consults,
    steer::{newest_session, say},
    topics,
};
use crate::{
    App,
    authz::{Forbidden, Subject},
    checklists,
    routing::{agent_changed, rescind_for},
};
use meridian_domain::{
    actor::Actor,
    checklist::REMARK,
    ids::{BotId, ConversationId, TenantId, WorkCodeId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    work::{ItemKind, LONGEST_TEXT, Lifecycle, OwnerKind, WorkState},
    work_code::{self, CodeKind, CodeRefused, WorkCode},
};
use meridian_store::{
    StoreError, WriteTx, bots, codes,
    conversations::{self, Conversation, Session},
    items::{self, NewItem},
    routing, setup,
    work::{self, Step, WorkItem},
};
use serde_json::json;

/// Why it was not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation.
    #[error("no such conversation")]
    NotFound,
    /// It changed since it was read.
    #[error("the conversation changed meanwhile: look again")]
    Stale,
    /// Somebody else owns it.
    #[error("only its owner or a supervisor may resolve it")]
    NotOwner,
    /// The code cannot be taken, or one is asked for.
    #[error(transparent)]
    Code(#[from] CodeRefused),
    /// The note is too long.
    #[error("a note has at most 10,000 characters")]
    Note,
    /// Steps that must be done are open, and nothing says why.
    #[error("these steps must be done first, or say why they stay open: {0}")]
    Steps(String),
    /// The reason for leaving steps open is too long.
    #[error("a reason has at most 500 characters")]
    Reason,
    /// A code or a note came when nothing is written up any more.
    #[error("the time to write this up is over: write a note instead")]
    Over,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an agent says of work that is done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Closing<'a> {
    /// How it ended, in a word; the name of the code when it is empty.
    pub disposition: &'a str,
    /// What came of it, as a code of the queue.
    pub code: Option<WorkCodeId>,
    /// For colleagues; empty = none.
    pub note: &'a str,
    /// Why steps that must be done are left open; empty = they are not.
    pub open_steps_reason: &'a str,
}

impl<'a> Closing<'a> {
    /// A word, and nothing else.
    pub fn said(disposition: &'a str) -> Self {
        Self { disposition, ..Self::default() }
    }
}

/// Resolves a conversation and says what came of its work. A queue that asks for a code asks who held the work: at once,
/// or until the writing up ends where there is time for it. Steps of a checklist that must be done are asked for alike.
pub async fn resolve(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    expected_version: Option<i32>,
    closing: Closing<'_>,
) -> Result<(), ResolveRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(ResolveRefused::NotFound)?;
    if conversation.lifecycle == Lifecycle::Resolved {
        return Ok(());
    }
    if expected_version.is_some_and(|version| version != conversation.version) {
        return Err(ResolveRefused::Stale);
    }
    let mine = conversation.owner_agent.is_some() && conversation.owner_agent == subject.agent_id();
    if !mine && !subject.may(Permission::SteerFloor) {
        return Err(ResolveRefused::NotOwner);
    }
    if mine {
        steps(&mut tx, id, closing.open_steps_reason.trim()).await?;
    }
    let queues = setup::queues(&mut tx).await?;
    let wrap = |item: &WorkItem| queues.iter().find(|q| q.id == item.queue).map_or(0, |queue| queue.wrap_up_seconds);
    let open = work::lock_open(&mut tx, id).await?;
    let asked = |item: &WorkItem| item.state == WorkState::Active && wrap(item) == 0;
    let code = what_came(&mut tx, subject, &open, closing.code, asked).await?;
    let disposition = match (&code, closing.disposition) {
        (Some(code), "") => code.name.as_str(),
        (_, said) => said,
    };
    for item in &open {
        finish(&mut tx, item, wrap(item), disposition).await?;
    }
    note(&mut tx, subject, &conversation, closing.note).await?;
    let sessions = conversations::sessions(&mut tx, &[id.0]).await?;
    close(&mut tx, &conversation, &sessions, subject.scope().actor(), disposition).await?;
    tx.commit().await?;
    Ok(())
}

/// Steps that must be done are done, or it is told and kept why not.
async fn steps(tx: &mut WriteTx, id: ConversationId, reason: &str) -> Result<(), ResolveRefused> {
    if reason.chars().count() > REMARK {
        return Err(ResolveRefused::Reason);
    }
    let open = checklists::left_open(tx, id).await?;
    if open.is_empty() {
        return Ok(());
    }
    if reason.is_empty() {
        let texts: Vec<&str> = open.iter().flat_map(|(_, steps)| steps).map(|step| step.text.as_str()).collect();
        return Err(ResolveRefused::Steps(texts.join("; ")));
    }
    let lists: Vec<_> = open.iter().map(|(list, _)| *list).collect();
    checklists::leave_open(tx, id, &lists, reason).await?;
    let detail = json!({ "checklists": lists, "steps": open.iter().map(|(_, steps)| steps.len()).sum::<usize>() });
    tx.audit("steps_left_open", "conversation", Some(id.0), detail);
    Ok(())
}

/// Notes the code that is given on the work it can be chosen for. Who held work whose queue asks for one must name it,
/// where it is `asked` for now; whoever ends it for them need not.
async fn what_came(
    tx: &mut WriteTx,
    subject: &Subject,
    items: &[WorkItem],
    given: Option<WorkCodeId>,
    asked: impl Fn(&WorkItem) -> bool,
) -> Result<Option<WorkCode>, ResolveRefused> {
    let known = codes::all(tx, Some(CodeKind::WrapUp), false).await?;
    let mut chosen = None;
    for item in items {
        let due = asked(item) && item.wrap_up_code.is_none() && item.agent == subject.agent_id();
        let required = due && codes::required(tx, item.queue, CodeKind::WrapUp).await?;
        match work_code::choose(&known, CodeKind::WrapUp, item.queue, required, given) {
            Ok(Some(code)) => {
                codes::wrapped_up(tx, item.id, code.id).await?;
                chosen = Some(code.clone());
            }
            // Another engagement of the conversation may be of a queue that offers it.
            Ok(None) | Err(CodeRefused::NotHere) => {}
            Err(refused @ CodeRefused::Required) => return Err(refused.into()),
        }
    }
    if given.is_some() && chosen.is_none() {
        return Err(CodeRefused::NotHere.into());
    }
    Ok(chosen)
}

async fn note(
    tx: &mut WriteTx,
    subject: &Subject,
    conversation: &Conversation,
    text: &str,
) -> Result<(), ResolveRefused> {
    let text = text.trim();
    if text.chars().count() > LONGEST_TEXT {
        return Err(ResolveRefused::Note);
    }
    if !text.is_empty()
        && let Ok(session) = newest_session(tx, conversation.id).await
    {
        say(tx, subject, conversation, &session, ItemKind::Note, Some(text), json!({})).await?;
    }
    Ok(())
}

/// Closes a conversation and its sessions; bots that hold one are told. The conversation is locked, its work is done.
pub(crate) async fn close(
    tx: &mut WriteTx,
    conversation: &Conversation,
    sessions: &[Session],
    actor: Actor,
    disposition: &str,
) -> Result<(), StoreError> {
    for session in sessions.iter().filter(|s| s.closed_at.is_none() && s.control == OwnerKind::Bot) {
        if let Some(bot) = session.control_id {
            bots::tell(tx, BotId(bot), session.id, "session.closed", &json!({})).await?;
        }
    }
    end_consults(tx, conversation).await?;
    conversations::close_sessions(tx, conversation.id).await?;
    if let Some(session) = sessions.first() {
        let new = NewItem {
            session: None,
            ..NewItem::notice(
                session,
                ItemKind::State,
                actor,
                json!({ "type": "resolved", "disposition": disposition }),
            )
        };
        let item = items::append(tx, new).await?;
        tx.live(&topics(conversation, Some(session)), Change::Item { conversation: conversation.id, item });
    }
    conversations::set_state(tx, conversation.id, Lifecycle::Resolved, OwnerKind::None, None).await?;
    tx.live(&topics(conversation, None), Change::Conversation { conversation: conversation.id });
    tx.audit("conversation_resolved", "conversation", Some(conversation.id.0), json!({ "disposition": disposition }));
    Ok(())
}

/// Ends a piece of work: through wrap-up when it was worked on and the queue asks for it.
async fn finish(tx: &mut WriteTx, item: &WorkItem, wrap_up_seconds: i32, disposition: &str) -> Result<(), StoreError> {
    let (tenant, outcome) = (tx.scope().tenant(), Some(disposition));
    match item.state {
        WorkState::Active if wrap_up_seconds > 0 => {
            let (agent, time) = (item.agent, Some(wrap_up_seconds));
            let step = Step { agent, outcome, wrap_up_seconds: time, ..Step::to(WorkState::Wrapping, "resolved") };
            work::transition(tx, item, step).await?;
            tx.job_in(&Job::WrapUpEnd { work: item.id }, item.id.0, f64::from(wrap_up_seconds));
        }
        WorkState::Wrapping => {}
        state => {
            if state == WorkState::Offered {
                rescind_for(tx, item.id, "resolved").await?;
            }
            let to = if item.state == WorkState::Active { WorkState::Done } else { WorkState::Cancelled };
            work::transition(tx, item, Step { outcome, ..Step::to(to, "resolved") }).await?;
            tx.job(&Job::RouteWork { work: item.id }, tenant.0);
            if let Some(agent) = item.agent {
                agent_changed(tx, agent);
            }
        }
    }
    Ok(())
}

/// The time for writing up is over: capacity comes back. One that was opened again and resolved anew has a later end.
pub async fn wrap_up_end(app: &App, tenant: TenantId, id: WorkItemId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(item) = work::lock(&mut tx, id).await?.filter(|item| item.state == WorkState::Wrapping) else {
        return Ok(());
    };
    let now = routing::now(&mut tx).await?;
    if item.wrap_until.is_some_and(|until| until > now) {
        return Ok(());
    }
    written_up(&mut tx, &item, "wrap_up_over").await?;
    tx.commit().await
}

/// Whoever writes a conversation up is done with it before the time is over, or a supervisor says so. A queue that asks
/// for a code asks its agent for one by now; when the time is over by itself none is asked for.
pub async fn end_wrap_up(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    closing: Closing<'_>,
) -> Result<(), ResolveRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(ResolveRefused::NotFound)?;
    let mut wrapping = work::lock_open(&mut tx, id).await?;
    wrapping.retain(|item| item.state == WorkState::Wrapping);
    if wrapping.iter().any(|item| item.agent != subject.agent_id()) && !subject.may(Permission::SteerFloor) {
        return Err(ResolveRefused::NotOwner);
    }
    if wrapping.is_empty() && (closing.code.is_some() || !closing.note.trim().is_empty()) {
        return Err(ResolveRefused::Over);
    }
    let code = what_came(&mut tx, subject, &wrapping, closing.code, |_| true).await?;
    note(&mut tx, subject, &conversation, closing.note).await?;
    if let Some(code) = code
        && let Ok(session) = newest_session(&mut tx, id).await
    {
        let body = json!({ "type": "written_up", "disposition": code.name, "code": code.id.to_string() });
        say(&mut tx, subject, &conversation, &session, ItemKind::State, None, body).await?;
    }
    for item in &wrapping {
        written_up(&mut tx, item, "wrapped_up").await?;
    }
    tx.live(&topics(&conversation, None), Change::Conversation { conversation: id });
    Ok(tx.commit().await?)
}

/// Writing a piece of work up is over: whoever did it has room again.
pub(crate) async fn written_up(tx: &mut WriteTx, item: &WorkItem, why: &'static str) -> Result<(), StoreError> {
    work::transition(tx, item, Step::to(WorkState::Done, why)).await?;
    tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    if let Some(agent) = item.agent {
        agent_changed(tx, agent);
    }
    Ok(())
}
