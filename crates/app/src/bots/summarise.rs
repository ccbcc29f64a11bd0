//! Building the brief of a hand-off. Routing never waits for it.

use crate::{App, authz::Subject, conversations::topics};
use meridian_domain::{
    actor::Actor,
    bot::HandoffRequest,
    handoff::{self, Speaker, Turn},
    ids::{HandoffId, TenantId},
    live::{Change, Topic},
    work::ItemKind,
};
use meridian_store::{StoreError, conversations, handoffs, items, work};
use serde_json::json;

/// Items of the conversation the brief looks back on.
const LOOK_BACK: i64 = 200;

/// Builds and stores the brief; building it again gives the same one.
pub async fn summarise(app: &App, tenant: TenantId, id: HandoffId) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(found) = handoffs::find(&mut tx, id).await?.filter(|found| found.brief_state == "pending") else {
        return Ok(false);
    };
    let mut said = items::before(&mut tx, found.conversation, i64::MAX, LOOK_BACK).await?;
    said.reverse();
    let turns: Vec<Turn> = said
        .into_iter()
        .filter(|item| item.kind == ItemKind::Message)
        .filter_map(|item| {
            let speaker = match item.actor {
                Actor::Customer(_) => Speaker::Customer,
                Actor::Bot(_) => Speaker::Bot,
                Actor::Agent(_) => Speaker::Agent,
                Actor::ApiKey(_) | Actor::System => return None,
            };
            Some(Turn { item: item.id, speaker, text: item.text? })
        })
        .collect();
    let request: HandoffRequest = serde_json::from_value(found.request.clone()).unwrap_or_default();
    let brief = handoff::brief(&turns, &request);
    handoffs::set_brief(&mut tx, id, &json!(brief)).await?;
    if let Some(conversation) = conversations::find(&mut tx, found.conversation).await? {
        let mut concerned = topics(&conversation, None);
        // Whoever looks at the offer sees the brief arrive.
        let open = work::of_conversations(&mut tx, &[found.conversation.0]).await?;
        concerned.extend(open.iter().filter_map(|item| item.agent).map(Topic::Agent));
        tx.live(&concerned, Change::Item { conversation: found.conversation, item: found.item });
    }
    tx.commit().await?;
    Ok(true)
}
