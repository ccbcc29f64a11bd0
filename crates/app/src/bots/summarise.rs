//! Building the brief of a hand-off. Routing never waits for it.

use crate::{App, authz::Subject, conversations::topics};
use futures_util::future::BoxFuture;
use meridian_domain::{
    actor::Actor,
    bot::{BotIntent, HandoffRequest},
    handoff::{self, Brief, Question, Speaker, Turn},
    ids::{ConversationId, HandoffId, TenantId},
    live::{Change, Topic},
    work::ItemKind,
};
use meridian_store::{
    ReadTx, StoreError, WriteTx, conversations,
    handoffs::{self, Handoff},
    items, work,
};
use serde_json::json;

/// Items of the conversation the brief looks back on.
const LOOK_BACK: i64 = 200;

/// What writes in words of its own: a language model behind some endpoint.
pub trait Writer: Send + Sync {
    /// Answers a question in its own time-box; the error says why not, in words an admin understands.
    fn write<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<String, String>>;
}

/// What was said, oldest first.
pub(crate) async fn turns(tx: &mut ReadTx, conversation: ConversationId) -> Result<Vec<Turn>, StoreError> {
    let mut said = items::before(tx, conversation, i64::MAX, LOOK_BACK).await?;
    said.reverse();
    let turn = |item: items::Item| {
        let speaker = match item.actor {
            Actor::Customer(_) => Speaker::Customer,
            Actor::Bot(_) => Speaker::Bot,
            Actor::Agent(_) => Speaker::Agent,
            Actor::ApiKey(_) | Actor::System => return None,
        };
        Some(Turn { item: item.id, speaker, text: item.text? })
    };
    Ok(said.into_iter().filter(|item| item.kind == ItemKind::Message).filter_map(turn).collect())
}

/// Stores a brief; whoever looks at the offer sees it arrive.
async fn store(mut tx: WriteTx, found: &Handoff, brief: &Brief) -> Result<(), StoreError> {
    handoffs::set_brief(&mut tx, found.id, &json!(brief)).await?;
    if let Some(conversation) = conversations::find(&mut tx, found.conversation).await? {
        let mut concerned = topics(&conversation, None);
        let open = work::of_conversations(&mut tx, &[found.conversation.0]).await?;
        concerned.extend(open.iter().filter_map(|item| item.agent).map(Topic::Agent));
        tx.live(&concerned, Change::Item { conversation: found.conversation, item: found.item });
    }
    tx.commit().await
}

/// Builds and stores the brief; building it again gives the same one.
pub async fn summarise(app: &App, tenant: TenantId, id: HandoffId) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(found) = handoffs::find(&mut tx, id).await?.filter(|found| found.brief_state == "pending") else {
        return Ok(false);
    };
    let mut request: HandoffRequest = serde_json::from_value(found.request.clone()).unwrap_or_default();
    let earlier = handoffs::of_conversations(&mut tx, &[found.conversation.0]).await?;
    for before in earlier.iter().filter(|one| one.session == found.session && one.id.0 < found.id.0) {
        if let Ok(before) = serde_json::from_value::<HandoffRequest>(before.request.clone()) {
            request.adds_to(&before);
        }
    }
    if let Some(session) = conversations::session(&mut tx, found.session).await? {
        // What no bot says: what was understood of the customer's words.
        if !request.names_intent() {
            let heard = session.heard.intent().map(str::to_owned);
            request.intent = heard.map(|name| BotIntent { name, confidence: None });
        }
        request.language = request.language.or(session.heard.lang);
        request.sentiment = request.sentiment.or(session.heard.low.map(|low| f64::from(low) / 100.0));
    }
    let brief = handoff::brief(&turns(&mut tx, found.conversation).await?, &request);
    store(tx, &found, &brief).await?;
    Ok(true)
}

/// Lets a model add to a brief that stands. What it may not know is masked, what the dialogue does not hold is dropped,
/// and a failure is written into the brief. No transaction is open while it writes.
pub async fn write_up(app: &App, tenant: TenantId, id: HandoffId, writer: &dyn Writer) -> Result<(), StoreError> {
    let subject = Subject::system(tenant);
    let mut tx = app.db.write(subject.scope()).await?;
    let Some(found) = handoffs::find(&mut tx, id).await? else { return Ok(()) };
    let question = handoff::question(&turns(&mut tx, found.conversation).await?);
    drop(tx);
    let answer = writer.write(&question).await;
    let mut tx = app.db.write(subject.scope()).await?;
    let Some(found) = handoffs::find(&mut tx, id).await? else { return Ok(()) };
    // Of what is there now: what belonged to somebody else may have left meanwhile.
    let said = turns(&mut tx, found.conversation).await?;
    let written = answer.and_then(|text| handoff::checked(&text, &said).map_err(|useless| useless.to_string()));
    // None, when it is to be made anew: that asks the model again.
    let Some(brief) = found.brief.clone() else { return Ok(()) };
    let mut brief: Brief = serde_json::from_value(brief).unwrap_or_default();
    match written {
        Ok(written) => brief.written = written,
        Err(fault) => {
            tracing::warn!(handoff = %id, fault, "the model added nothing to a brief");
            brief.model_fault = Some(fault);
        }
    }
    store(tx, &found, &brief).await
}
