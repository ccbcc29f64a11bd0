//! What was said is found by its words.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    ids::{ConversationId, ItemId, TenantId},
    people::Permission,
    search::{self as rules, Piece, Unsearchable},
    time::Instant,
};
use meridian_store::{
    StoreError, WriteTx,
    items::{self, Item},
    search::{self as store, Filter, Hit, Keyed},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Items of the past that are put into the index at once.
const AT_ONCE: i64 = 500;
/// Items looked at in one statement, and in one search.
const LOOK: i32 = 200;
const LOOKS: usize = 25;

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The question says too little or too much.
    #[error(transparent)]
    Question(#[from] Unsearchable),
    /// More hits than can be looked through.
    #[error("these words are in too many messages: add another one")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A message or note in which it was said.
#[derive(Debug, Clone)]
pub struct Found {
    /// The item.
    pub item: Item,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The passage with the hits marked.
    pub passage: Vec<Piece>,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What was found.
    pub found: Vec<Found>,
    /// Where to go on, when there may be more.
    pub next: Option<(Instant, ItemId)>,
}

/// Messages and notes that hold all words of a question, newest first. Whoever may read conversations may read all of
/// the tenant's, so nothing is found that the asker could not open.
pub async fn messages(
    app: &App,
    subject: &Subject,
    question: &str,
    filter: Filter,
    before: Option<(Instant, ItemId)>,
    most: usize,
) -> Result<Page, SearchRefused> {
    subject.require(Permission::ReadConversations)?;
    let asked = rules::asked(question)?;
    let tenant = subject.scope().tenant();
    let keys: Vec<i64> = asked.iter().map(|term| rules::key(tenant, term)).collect();
    let mut tx = app.db.read(subject.scope()).await?;
    store::bound(&mut tx).await?;
    let mut page = Page { found: Vec::new(), next: before };
    for _ in 0..LOOKS {
        let hits = match store::find(&mut tx, &keys, filter, page.next, LOOK).await {
            Ok(hits) => hits,
            Err(error) if error.timed_out() => return Err(SearchRefused::TooMany),
            Err(error) => return Err(error.into()),
        };
        let all = hits.len() < LOOK as usize;
        let ids: Vec<Uuid> = hits.iter().filter(|hit| hit.shown).map(|hit| hit.item.0).collect();
        let mut said: HashMap<ItemId, String> =
            store::texts(&mut tx, &ids).await?.into_iter().map(|said| (said.item, said.text)).collect();
        let mut passages: Vec<(Hit, Vec<Piece>)> = Vec::new();
        for hit in &hits {
            page.next = Some((hit.placed_at, hit.item));
            // It may have been changed or withdrawn since it was put into the index.
            if let Some(passage) = said.remove(&hit.item).and_then(|text| rules::passage(&text, &asked)) {
                passages.push((*hit, passage));
            }
            if page.found.len() + passages.len() == most {
                break;
            }
        }
        let full = page.found.len() + passages.len() == most;
        page.found.extend(with_items(&mut tx, passages).await?);
        if full {
            return Ok(page);
        }
        if all {
            return Ok(Page { next: None, ..page });
        }
    }
    if page.found.is_empty() { Err(SearchRefused::TooMany) } else { Ok(page) }
}

async fn with_items(
    tx: &mut meridian_store::ReadTx,
    passages: Vec<(Hit, Vec<Piece>)>,
) -> Result<Vec<Found>, StoreError> {
    let ids: Vec<Uuid> = passages.iter().map(|(hit, _)| hit.item.0).collect();
    let mut items: HashMap<ItemId, Item> =
        items::many(tx, &ids).await?.into_iter().map(|item| (item.id, item)).collect();
    let found = |(hit, passage): (Hit, Vec<Piece>)| {
        Some(Found { item: items.remove(&hit.item)?, conversation: hit.conversation, passage })
    };
    Ok(passages.into_iter().filter_map(found).collect())
}

/// Puts items into the index as they are now.
pub async fn index(app: &App, tenant: TenantId, ids: &[Uuid]) -> Result<(), StoreError> {
    let mut tx = app.db.write_again(Subject::system(tenant).scope(), 0).await?;
    put(&mut tx, tenant, ids).await?;
    tx.commit().await
}

/// Puts the next items of a tenant's past into the index; false when there are none any more.
pub async fn index_past(app: &App, tenant: TenantId) -> Result<bool, StoreError> {
    let mut tx = app.db.write_again(Subject::system(tenant).scope(), 0).await?;
    let ids = store::past(&mut tx, AT_ONCE).await?;
    put(&mut tx, tenant, &ids).await?;
    tx.commit().await?;
    Ok(!ids.is_empty())
}

/// Walks a tenant's past once more.
pub async fn index_again(app: &App, tenant: TenantId) -> Result<(), StoreError> {
    let mut tx = app.db.write_again(Subject::system(tenant).scope(), 0).await?;
    store::again(&mut tx).await?;
    tx.commit().await
}

async fn put(tx: &mut WriteTx, tenant: TenantId, ids: &[Uuid]) -> Result<(), StoreError> {
    let said = store::texts(tx, ids).await?;
    let keyed: Vec<Keyed> = said
        .into_iter()
        .map(|said| Keyed {
            keys: rules::keys(tenant, said.placed_at, &said.text),
            item: said.item,
            placed_at: said.placed_at,
        })
        .collect();
    if keyed.is_empty() {
        return Ok(());
    }
    store::keep(tx, &keyed).await
}
