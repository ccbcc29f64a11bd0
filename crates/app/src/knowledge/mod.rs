//! The knowledge base: written, reviewed, published, found.

mod articles;
mod find;

pub use articles::{
    ArticleText, NewArticle, archive_article, learn, publish_revision, save_article, save_space, submit_revision,
};
pub(crate) use find::fitting;
pub use find::{Found, Suggested, answer_suggestion, readable, search, search_as_bot, suggest};

use crate::authz::Forbidden;
use meridian_store::StoreError;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such space, article, revision or message.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The value of one field breaks a rule, told in words.
    #[error("{1}")]
    Wrong(&'static str, String),
    /// The name is taken.
    #[error("this name is taken")]
    Taken,
    /// It stands otherwise.
    #[error("{0}")]
    State(&'static str),
    /// The database.
    #[error("{0}")]
    Store(StoreError),
}

impl KnowledgeRefused {
    /// The field of the input that is meant.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Wrong(field, _) => Some(field),
            Self::Taken => Some("name"),
            Self::NotFound("space") => Some("knowledgeSpaceId"),
            _ => None,
        }
    }
}

impl From<StoreError> for KnowledgeRefused {
    fn from(error: StoreError) -> Self {
        if error.violates("knowledge_space_name") { Self::Taken } else { Self::Store(error) }
    }
}
