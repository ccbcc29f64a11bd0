//! What was said is found by its words.

use super::types::{Conversation, Lifecycle, TimelineItem};
use crate::{
    context::viewer,
    error::{AppError, Resolved},
    loaders::{TheConversation, load},
    page,
};
use async_graphql::{
    Context, ErrorExtensions, Object, ResultExt, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use meridian_app::search::{self as app, Found, SearchRefused};
use meridian_domain::{channel::ChannelKind, ids::ItemId, search::Piece};
use meridian_store::search::Filter;

/// A piece of a passage.
#[derive(SimpleObject)]
pub(crate) struct PassagePiece {
    /// Its text.
    text: String,
    /// Whether it was asked for.
    hit: bool,
}

impl From<Piece> for PassagePiece {
    fn from(piece: Piece) -> Self {
        Self { text: piece.text, hit: piece.hit }
    }
}

/// A message or note that holds what was asked for.
pub(crate) struct MessageHit(Found);

/// A message or note that holds what was asked for.
#[Object]
impl MessageHit {
    /// The message or note.
    async fn item(&self) -> TimelineItem {
        TimelineItem(self.0.item.clone())
    }
    /// Its conversation.
    async fn conversation(&self, ctx: &Context<'_>) -> Resolved<Option<Conversation>> {
        Ok(load(ctx, TheConversation(self.0.conversation)).await?.map(Conversation))
    }
    /// The passage that holds most of it, at most 160 characters, with the hits marked. Card, id and account numbers are
    /// masked.
    async fn passage(&self) -> Vec<PassagePiece> {
        self.0.passage.iter().cloned().map(PassagePiece::from).collect()
    }
}

impl From<SearchRefused> for AppError {
    fn from(refused: SearchRefused) -> Self {
        match refused {
            SearchRefused::Forbidden(forbidden) => Self::Forbidden(forbidden),
            SearchRefused::Store(error) => Self::Store(error),
            other @ (SearchRefused::Question(_) | SearchRefused::TooMany) => Self::BadInput(other.to_string()),
        }
    }
}

#[derive(Default)]
pub(crate) struct SearchQueries;

#[Object]
impl SearchQueries {
    /// Messages and notes that hold all words asked for, newest first: words without their English endings, and pairs of
    /// characters in scripts without spaces. What was said is found after about a quarter of a minute. A page may be
    /// shorter than asked for while there is more. Needs `conversations:read`.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn message_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to look for: at least 2 Chinese characters or a word of 3 letters, at most 200 characters"
        )]
        text: String,
        #[graphql(desc = "In conversations that stand so alone")] lifecycle: Option<Lifecycle>,
        #[graphql(desc = "On this channel alone, like `whatsapp`")] channel: Option<String>,
        #[graphql(desc = "How many, 1 to 100; 20 unless told")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, MessageHit, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        let limit = page::first(Some(first.unwrap_or(20))).extend()?;
        let from = after.as_deref().map(page::read_at::<ItemId>).transpose().extend()?;
        let unknown = || AppError::BadInput("no such channel".to_owned()).extend();
        let channel = channel.map(|kind| kind.parse::<ChannelKind>().map_err(|_| unknown())).transpose()?;
        let filter = Filter { lifecycle: lifecycle.map(Into::into), channel };
        let most = usize::try_from(limit).unwrap_or(20);
        let found = app::messages(&viewer.app, &viewer.subject, &text, filter, from, most).await;
        let found = found.map_err(AppError::from).extend()?;
        let mut connection = Connection::new(from.is_some(), found.next.is_some());
        connection.edges.extend(
            found
                .found
                .into_iter()
                .map(|one| Edge::new(page::at_cursor(one.item.placed_at, one.item.id), MessageHit(one))),
        );
        // What was looked at beyond the last hit is not looked at again.
        if let (Some(last), Some((at, id))) = (connection.edges.last_mut(), found.next) {
            last.cursor = page::at_cursor(at, id);
        }
        Ok(connection)
    }
}
