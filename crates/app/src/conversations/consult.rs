//! A colleague is asked for advice: they read along and write notes, and the owner stays the owner.

use super::{
    SteerRefused,
    steer::{changed, mine, newest_session, say},
};
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{AgentId, ConsultId, ConversationId},
    live::{Change, Topic},
    people::Permission,
    work::ItemKind,
};
use meridian_store::{
    StoreError, WriteTx, agents, consults,
    conversations::{self, Conversation},
};
use serde_json::json;

/// Colleagues asked at once about one conversation.
const MOST: usize = 10;

/// Asks a colleague about a conversation. Its owner or a supervisor may. What is asked stands in the timeline as a note.
pub async fn start_consult(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    colleague: AgentId,
    note: &str,
) -> Result<ConsultId, SteerRefused> {
    let note = note.trim();
    if note.chars().count() > 1_000 {
        return Err(SteerRefused::Invalid("what is asked has at most 1,000 characters".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = mine(&mut tx, subject, id, None).await?;
    let me = subject.agent_id().ok_or(SteerRefused::NotOwner)?;
    if colleague == me || conversation.owner_agent == Some(colleague) {
        return Err(SteerRefused::Invalid("ask a colleague who does not own it".to_owned()));
    }
    let found = agents::find(&mut tx, colleague).await?.filter(|agent| agent.active);
    found.filter(|agent| agent.role.may(Permission::HandleWork)).ok_or(SteerRefused::NotFound("agent"))?;
    let open = consults::of_conversations(&mut tx, &[id.0]).await?;
    if open.iter().filter(|consult| consult.ended_at.is_none()).count() >= MOST {
        return Err(SteerRefused::Invalid(format!("at most {MOST} colleagues are asked at once")));
    }
    let session = newest_session(&mut tx, id).await?;
    let begun = consults::begin(&mut tx, (id, session.id), (me, colleague), note).await?;
    let begun = begun.ok_or_else(|| SteerRefused::Invalid("this colleague is asked already".to_owned()))?;
    if !note.is_empty() {
        say(&mut tx, subject, &conversation, &session, ItemKind::Note, Some(note), json!({})).await?;
    }
    let body = json!({ "type": "consult_began", "agent": colleague.to_string() });
    say(&mut tx, subject, &conversation, &session, ItemKind::State, None, body).await?;
    told(&mut tx, &conversation, &[me, colleague]);
    tx.audit("consult_began", "conversation", Some(id.0), json!({ "agent": colleague.to_string() }));
    tx.commit().await?;
    Ok(begun)
}

/// Ends a consult: who was asked, who asked, the owner or a supervisor may. Ended twice it stays as it ended.
pub async fn end_consult(app: &App, subject: &Subject, id: ConsultId) -> Result<ConversationId, SteerRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let consult = consults::find(&mut tx, id).await?.ok_or(SteerRefused::NotFound("consult"))?;
    let conversation = conversations::lock(&mut tx, consult.conversation).await?;
    let conversation = conversation.ok_or(SteerRefused::NotFound("conversation"))?;
    let concerned = [Some(consult.agent), Some(consult.asked_by), conversation.owner_agent];
    let me = subject.agent_id();
    let takes_part = me.is_some() && concerned.contains(&me);
    if !takes_part && !subject.may(Permission::SteerFloor) {
        return Err(SteerRefused::NotOwner);
    }
    if consults::end(&mut tx, conversation.id, Some(id), "done").await?.is_empty() {
        return Ok(conversation.id);
    }
    let session = newest_session(&mut tx, conversation.id).await?;
    let body = json!({ "type": "consult_ended", "agent": consult.agent.to_string() });
    say(&mut tx, subject, &conversation, &session, ItemKind::State, None, body).await?;
    told(&mut tx, &conversation, &[consult.asked_by, consult.agent]);
    tx.audit("consult_ended", "conversation", Some(conversation.id.0), json!({ "agent": consult.agent.to_string() }));
    tx.commit().await?;
    Ok(conversation.id)
}

/// The conversation is resolved: nobody is asked about it any more.
pub(crate) async fn end_all(tx: &mut WriteTx, conversation: &Conversation) -> Result<(), StoreError> {
    let asked = consults::end(tx, conversation.id, None, "resolved").await?;
    if !asked.is_empty() {
        told(tx, conversation, &asked);
    }
    Ok(())
}

/// Tells who looks at it, its owner and those concerned.
fn told(tx: &mut WriteTx, conversation: &Conversation, people: &[AgentId]) {
    changed(tx, conversation);
    let people: Vec<Topic> = people.iter().copied().map(Topic::Agent).collect();
    tx.live(&people, Change::Conversation { conversation: conversation.id });
}
