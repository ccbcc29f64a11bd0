//! Drafts of replies: asked for by who holds the conversation, written by a language model beside everything else, and put
//! into a reply by that person or not. Nothing waits for a draft, and nothing is sent by it.

use crate::{
    App,
    authz::{Forbidden, Subject},
    bots::{Writer, turns},
    conversations::holder,
    knowledge,
};
use meridian_domain::{
    assistant::Article,
    handoff::{Brief, Speaker, Turn},
    ids::{ConversationId, ItemId, ReplyDraftId, TenantId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    reply_draft::{ARTICLES, Draft, Material, Sheet, WISH, WITHIN_SECONDS, kept},
    work::Lifecycle,
};
use meridian_store::{
    ReadTx, StoreError, WriteTx, conversations, handoffs, items,
    reply_drafts::{self as store, Counts, ReplyDraft},
};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

/// Most days back that drafts are counted: older ones are forgotten.
const DAYS: i32 = 30;
/// What a draft says that nobody wrote in time.
const LATE: &str = "the draft was not written within a minute";

/// Why a draft was not asked for, or not put aside.
#[derive(Debug, thiserror::Error)]
pub enum DraftRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation or draft.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// No endpoint is configured.
    #[error("no language model is configured")]
    NoModel,
    /// It is resolved.
    #[error("the conversation is resolved: the customer's next message opens a new one")]
    Resolved,
    /// Somebody else speaks to the customer.
    #[error("only the holder of the conversation may answer: accept it first")]
    NotHolder,
    /// There is nothing to reply to.
    #[error("the customer has written nothing yet")]
    Nothing,
    /// The wish is too long.
    #[error("an instruction has at most 300 characters")]
    Instruction,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn tell(tx: &mut WriteTx, conversation: ConversationId, draft: ReplyDraftId) {
    tx.live(&[Topic::Conversation(conversation)], Change::ReplyDraft { draft });
}

/// The holder's conversation, under lock.
async fn held(tx: &mut WriteTx, subject: &Subject, id: ConversationId) -> Result<(), DraftRefused> {
    let found = conversations::lock(tx, id).await?.ok_or(DraftRefused::NotFound("conversation"))?;
    if found.lifecycle == Lifecycle::Resolved {
        return Err(DraftRefused::Resolved);
    }
    let sessions = conversations::sessions(tx, &[id.0]).await?;
    if sessions.iter().any(|session| holder(subject, session)) { Ok(()) } else { Err(DraftRefused::NotHolder) }
}

fn newest(said: &[Turn]) -> Option<&Turn> {
    said.iter().rev().find(|turn| turn.speaker == Speaker::Customer)
}

/// Asks for a draft of the next reply. While one about the same message of the customer is being written, that one is the
/// answer; one about an older message is given up.
pub async fn request(
    app: &App,
    subject: &Subject,
    conversation: ConversationId,
    instruction: &str,
) -> Result<ReplyDraftId, DraftRefused> {
    subject.require(Permission::HandleWork)?;
    let me = subject.agent_id().ok_or(DraftRefused::NotHolder)?;
    let instruction = instruction.trim();
    if instruction.chars().count() > WISH {
        return Err(DraftRefused::Instruction);
    }
    if !app.model {
        return Err(DraftRefused::NoModel);
    }
    let mut tx = app.db.write(subject.scope()).await?;
    held(&mut tx, subject, conversation).await?;
    let said = turns(&mut tx, conversation).await?;
    let item = newest(&said).map(|turn| turn.item).ok_or(DraftRefused::Nothing)?;
    if let Some(found) = store::pending(&mut tx, conversation).await?
        && found.item == item
    {
        return Ok(found.id);
    }
    store::replace(&mut tx, conversation).await?;
    let id = store::ask(&mut tx, conversation, item, me, instruction).await?;
    // In no order with others: one that was given up holds up no other.
    tx.job(&Job::DraftReply { draft: id }, id.0);
    tell(&mut tx, conversation, id);
    tx.commit().await?;
    Ok(id)
}

/// Puts a draft aside: one that is being written is given up, one that came counts as not taken.
pub async fn dismiss(app: &App, subject: &Subject, id: ReplyDraftId) -> Result<(), DraftRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = one(&mut tx, id).await?.ok_or(DraftRefused::NotFound("draft"))?;
    held(&mut tx, subject, found.conversation).await?;
    let ended = store::finish(&mut tx, id, "cancelled", None, "").await?;
    if ended || store::came_of(&mut tx, id, "dismissed", None, None).await? {
        tell(&mut tx, found.conversation, id);
    }
    Ok(tx.commit().await?)
}

async fn one(tx: &mut ReadTx, id: ReplyDraftId) -> Result<Option<ReplyDraft>, StoreError> {
    Ok(store::many(tx, &[id.0]).await?.pop())
}

/// Records that a draft went into a message of its conversation. One that is not there any more is no reason to hold the
/// message back.
pub(crate) async fn sent(
    tx: &mut WriteTx,
    conversation: ConversationId,
    id: ReplyDraftId,
    item: ItemId,
    text: &str,
) -> Result<(), StoreError> {
    let Some(found) = one(tx, id).await?.filter(|found| found.conversation == conversation) else { return Ok(()) };
    let Some(draft) = found.draft else { return Ok(()) };
    let kept = kept(&draft.text(), text);
    let outcome = if kept.as_is { "sent" } else { "edited" };
    if store::came_of(tx, id, outcome, Some(kept.share as f32), Some(item)).await? {
        tell(tx, conversation, id);
    }
    Ok(())
}

/// What became of the drafts of the last days, 1 to 30.
pub async fn counts(app: &App, subject: &Subject, days: i32) -> Result<Counts, DraftRefused> {
    subject.require(Permission::ReadFloor)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(store::counts(&mut tx, days.clamp(1, DAYS)).await?)
}

/// What a model is shown for a draft.
async fn sheet(tx: &mut ReadTx, draft: &ReplyDraft) -> Result<Sheet, StoreError> {
    let said = turns(tx, draft.conversation).await?;
    let asked: Vec<&str> = said.iter().rev().filter(|t| t.speaker == Speaker::Customer).map(|t| &*t.text).collect();
    let found = knowledge::fitting(tx, draft.asked_by, &asked, ARTICLES).await?;
    let articles: Vec<Article> = found.into_iter().map(Into::into).collect();
    let handoff = handoffs::of_conversations(tx, &[draft.conversation.0]).await?.into_iter().next();
    let brief: Option<Brief> = handoff.and_then(|one| one.brief).and_then(|brief| serde_json::from_value(brief).ok());
    let sessions = conversations::sessions(tx, &[draft.conversation.0]).await?;
    let heard = sessions.into_iter().find_map(|session| session.heard.lang);
    let language = heard.or_else(|| brief.as_ref().and_then(|brief| brief.language.clone()));
    Ok(Sheet::of(&Material {
        turns: &said,
        articles: &articles,
        brief: brief.as_ref(),
        language: language.as_deref(),
        wish: &draft.instruction,
    }))
}

/// Ends a draft that is being written, and shows it.
async fn end(
    app: &App,
    tenant: TenantId,
    draft: &ReplyDraft,
    written: Result<&Draft, &str>,
) -> Result<&'static str, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let ended = match written {
        Ok(words) => store::finish(&mut tx, draft.id, "ready", Some(&json!(words)), "").await?,
        Err(reason) => store::finish(&mut tx, draft.id, "failed", None, reason).await?,
    };
    if !ended {
        return Ok("late");
    }
    if let Err(reason) = written {
        tracing::warn!(draft = %draft.id, reason, "no draft of a reply");
    }
    tell(&mut tx, draft.conversation, draft.id);
    tx.commit().await?;
    Ok(if written.is_ok() { "ready" } else { "failed" })
}

/// Has a draft written, once: what was written, put aside or given up meanwhile stays so. No transaction is open while the
/// model writes. Tells what became of it, for the metrics.
pub async fn write(
    app: &App,
    tenant: TenantId,
    id: ReplyDraftId,
    writer: Option<&dyn Writer>,
) -> Result<&'static str, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let Some(draft) = one(&mut tx, id).await?.filter(|draft| draft.state == "pending") else { return Ok("late") };
    let left = f64::from(WITHIN_SECONDS) - draft.age;
    let Some(writer) = writer else {
        drop(tx);
        return end(app, tenant, &draft, Err(&DraftRefused::NoModel.to_string())).await;
    };
    if left <= 0.0 {
        drop(tx);
        return end(app, tenant, &draft, Err(LATE)).await;
    }
    let mut sheet = sheet(&mut tx, &draft).await?;
    drop(tx);
    let question = sheet.question();
    let answer = tokio::time::timeout(Duration::from_secs_f64(left), writer.write(&question)).await;
    let answer = answer.unwrap_or_else(|_| Err(LATE.to_owned()));
    // Of what is there now: what belonged to somebody else may have left meanwhile.
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let there: BTreeSet<ItemId> = items::before(&mut tx, draft.conversation, i64::MAX, i64::from(u8::MAX))
        .await?
        .into_iter()
        .map(|item| item.id)
        .collect();
    drop(tx);
    sheet.keep(|item| there.contains(&item));
    let written = answer.and_then(|text| sheet.checked(&text).map_err(|useless| useless.to_string()));
    end(app, tenant, &draft, written.as_ref().map_err(String::as_str)).await
}

/// Gives up a draft that nobody wrote in time.
pub async fn give_up(app: &App, tenant: TenantId, id: ReplyDraftId) -> Result<(), StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let found = one(&mut tx, id).await?;
    drop(tx);
    if let Some(draft) = found {
        end(app, tenant, &draft, Err(LATE)).await?;
    }
    Ok(())
}
