//! Batching of edges: what many objects of one answer ask for is read in one statement. Nothing is kept between two
//! rounds, so that a subscription never shows what was true before.

use crate::{Viewer, error::AppError};
use async_graphql::{
    Context, Error, ErrorExtensions,
    dataloader::{DataLoader, Loader},
};
use meridian_domain::ids::{
    AgentId, ChecklistId, ConversationId, CustomerId, ItemId, PartyId, QueueId, SignalId, WorkCodeId, WorkItemId,
};
use meridian_domain::work_code::WorkCode;
use meridian_store::{
    ReadTx, agents, aside, attachments, candidates, checklists, codes, consults, conversations, customers, handoffs,
    identity, reply_drafts, setup, signals, work,
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use uuid::Uuid;

/// Reads for one viewer.
pub(crate) struct Reads(Arc<Viewer>);

/// The batching reader of a request.
pub(crate) fn loader(viewer: Arc<Viewer>) -> DataLoader<Reads> {
    // No waiting: the fields of one answer are asked for together, within one turn of the executor.
    DataLoader::new(Reads(viewer), tokio::spawn).delay(Duration::ZERO).max_batch_size(200)
}

/// Loads one key through the request's loader.
pub(crate) async fn load<K>(ctx: &Context<'_>, key: K) -> Result<Option<<Reads as Loader<K>>::Value>, Error>
where
    K: Send + Sync + Clone + Eq + std::hash::Hash + 'static,
    Reads: Loader<K, Error = Arc<AppError>>,
{
    ctx.data::<DataLoader<Reads>>()?.load_one(key).await.map_err(|error| error.extend())
}

macro_rules! edges {
    ($($(#[$doc:meta])* $key:ident($id:ty) => $value:ty, $read:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) struct $key(pub $id);

        impl Loader<$key> for Reads {
            type Value = $value;
            type Error = Arc<AppError>;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Arc<AppError>> {
                let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
                let mut tx = self.0.read().await.map_err(Arc::new)?;
                let read: fn(&mut ReadTx, Vec<Uuid>) -> Reading<'_, $id, $value> = $read;
                let found = read(&mut tx, ids).await.map_err(|error| Arc::new(error.into()))?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }
    )*};
}

type Reading<'a, K, V> = futures_util::future::BoxFuture<'a, Result<Vec<(K, V)>, meridian_store::StoreError>>;

/// Values by their owner, in the order they came.
fn grouped<K: Ord, V>(values: Vec<V>, owner: impl Fn(&V) -> K) -> Vec<(K, Vec<V>)> {
    let mut groups: std::collections::BTreeMap<K, Vec<V>> = std::collections::BTreeMap::new();
    for value in values {
        groups.entry(owner(&value)).or_default().push(value);
    }
    groups.into_iter().collect()
}

edges! {
    /// A conversation.
    TheConversation(ConversationId) => conversations::Conversation, |tx, ids| Box::pin(async move {
        Ok(conversations::many(tx, &ids).await?.into_iter().map(|c| (c.id, c)).collect())
    });
    /// A customer.
    TheCustomer(CustomerId) => customers::Customer, |tx, ids| Box::pin(async move {
        Ok(customers::many(tx, &ids).await?.into_iter().map(|c| (c.id, c)).collect())
    });
    /// An agent.
    TheAgent(AgentId) => agents::Agent, |tx, ids| Box::pin(async move {
        Ok(agents::many(tx, &ids).await?.into_iter().map(|a| (a.id, a)).collect())
    });
    /// A work item.
    TheWork(WorkItemId) => work::WorkItem, |tx, ids| Box::pin(async move {
        Ok(work::many(tx, &ids).await?.into_iter().map(|w| (w.id, w)).collect())
    });
    /// A code for what came of work, or why an offer was let pass.
    TheCode(WorkCodeId) => WorkCode, |tx, ids| Box::pin(async move {
        Ok(codes::many(tx, &ids).await?.into_iter().map(|c| (c.id, c)).collect())
    });
    /// Loads of an agent.
    LoadsOf(AgentId) => Vec<agents::Load>, |tx, ids| Box::pin(async move {
        Ok(grouped(agents::loads(tx, &ids).await?, |load| load.agent))
    });
    /// Skills of an agent.
    SkillsOf(AgentId) => Vec<agents::HeldSkill>, |tx, ids| Box::pin(async move {
        Ok(grouped(agents::skills(tx, &ids).await?, |held| held.agent))
    });
    /// Languages of an agent.
    LanguagesOf(AgentId) => Vec<String>, |tx, ids| Box::pin(async move { agents::languages(tx, &ids).await });
    /// Members of a queue.
    MembersOf(QueueId) => Vec<AgentId>, |tx, ids| Box::pin(async move {
        let groups = grouped(setup::members(tx, &ids).await?, |member| member.0);
        Ok(groups.into_iter().map(|(queue, all)| (queue, all.into_iter().map(|member| member.1).collect())).collect())
    });
    /// Sessions of a conversation.
    SessionsOf(ConversationId) => Vec<conversations::Session>, |tx, ids| Box::pin(async move {
        Ok(grouped(conversations::sessions(tx, &ids).await?, |session| session.conversation))
    });
    /// Work items of a conversation.
    WorkOf(ConversationId) => Vec<work::WorkItem>, |tx, ids| Box::pin(async move {
        Ok(grouped(work::of_conversations(tx, &ids).await?, |item| item.conversation))
    });
    /// Colleagues asked about a conversation.
    ConsultsOf(ConversationId) => Vec<consults::Consult>, |tx, ids| Box::pin(async move {
        Ok(grouped(consults::of_conversations(tx, &ids).await?, |consult| consult.conversation))
    });
    /// Hand-offs of a conversation.
    HandoffsOf(ConversationId) => Vec<handoffs::Handoff>, |tx, ids| Box::pin(async move {
        Ok(grouped(handoffs::of_conversations(tx, &ids).await?, |handoff| handoff.conversation))
    });
    /// The newest draft of a reply in a conversation.
    DraftOf(ConversationId) => reply_drafts::ReplyDraft, |tx, ids| Box::pin(async move {
        Ok(reply_drafts::newest(tx, &ids).await?.into_iter().map(|draft| (draft.conversation, draft)).collect())
    });
    /// What decides the next steps of a conversation.
    StepsOf(ConversationId) => checklists::Told, |tx, ids| Box::pin(async move {
        Ok(checklists::told(tx, &ids).await?.into_iter().map(|told| (told.conversation, told)).collect())
    });
    /// What became of a checklist.
    ChecklistCounts(ChecklistId) => checklists::Counts, |tx, ids| Box::pin(async move {
        checklists::counts(tx, &ids).await
    });
    /// When a snoozed conversation comes back.
    SnoozedUntil(ConversationId) => meridian_domain::time::Instant, |tx, ids| Box::pin(async move {
        aside::snoozed_until(tx, &ids).await
    });
    /// Files of a message.
    AttachmentsOf(ItemId) => Vec<attachments::Attachment>, |tx, ids| Box::pin(async move {
        let files = attachments::of_items(tx, &ids).await?;
        Ok(grouped(files, |file| file.item).into_iter().filter_map(|(item, files)| Some((item?, files))).collect())
    });
    /// Identifiers of a customer.
    IdentitiesOf(CustomerId) => Vec<identity::Identity>, |tx, ids| Box::pin(async move {
        Ok(grouped(identity::of_customers(tx, &ids).await?, |found| found.customer))
    });
    /// Why a party is with its customer.
    ReasonOf(PartyId) => String, |tx, ids| Box::pin(async move { identity::reasons(tx, &ids).await });
    /// A check by an outside verifier, while it is kept.
    TheCheck(SignalId) => signals::Check, |tx, ids| Box::pin(async move {
        Ok(signals::many(tx, &ids).await?.into_iter().map(|check| (check.signal.id, check)).collect())
    });
    /// Checks of a customer's addresses, and those that claim to be that customer; newest first.
    ChecksOf(CustomerId) => Vec<signals::Check>, |tx, ids| Box::pin(async move {
        let found = signals::of_customers(tx, &ids).await?;
        let of = |id: Uuid| {
            let theirs = found.iter().filter(|check| check.subject.0 == id || check.claimed.0 == id);
            (CustomerId(id), theirs.cloned().collect::<Vec<_>>())
        };
        Ok(ids.iter().copied().map(of).collect())
    });
    /// Open pairs of a customer, best first.
    CandidatesOf(CustomerId) => Vec<candidates::Candidate>, |tx, ids| Box::pin(async move {
        let found = candidates::of_customers(tx, &ids).await?;
        let of = |id: Uuid| {
            let theirs = found.iter().filter(|c| c.customer.0 == id || c.other.0 == id);
            (CustomerId(id), theirs.cloned().collect::<Vec<_>>())
        };
        Ok(ids.iter().copied().map(of).collect())
    });
}
