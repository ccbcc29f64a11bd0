//! What a provider tells about an account itself, apart from its customers: its templates and how it stands.

use crate::template::TemplateState;
use serde::{Deserialize, Serialize};

/// The detail of an account event under which an adapter writes [`TemplateNews`].
pub const TEMPLATE: &str = "template_news";
/// The detail of an account event under which an adapter writes [`StandingNews`].
pub const STANDING: &str = "standing_news";

/// Something about one template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateNews {
    /// Its name at the provider.
    pub name: String,
    /// Its language as the provider writes it.
    pub language: String,
    /// Where it stands now, if that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<TemplateState>,
    /// The provider has it no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// Its words changed: the provider's list is to be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reworded: bool,
    /// Its category, if that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How people take it, in the provider's word, if that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<String>,
    /// Why, in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an account may do, as its provider judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// It is restricted, disabled or not connected any more.
    Restricted,
    /// Too many people complain: fewer messages are taken, and a restriction may follow.
    Quality,
}

impl Judged {
    /// The code in an account's health.
    pub fn code(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Quality => "quality",
        }
    }
}

/// How an account stands at its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingNews {
    /// What is judged.
    pub judged: Judged,
    /// What the provider says; empty = it is over.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
