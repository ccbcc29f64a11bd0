//! Who did something.

use crate::ids::{AgentId, ApiKeyId, BotId, PartyId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who acts or acted. The timeline never says "user".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A person of the tenant.
    Agent(AgentId),
    /// A chatbot.
    Bot(BotId),
    /// The customer, as the party that wrote.
    Customer(PartyId),
    /// An integration by API key.
    ApiKey(ApiKeyId),
    /// Meridian itself.
    System,
}

impl Actor {
    /// The kind as stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Bot(_) => "bot",
            Self::Customer(_) => "customer",
            Self::ApiKey(_) => "api_key",
            Self::System => "system",
        }
    }

    /// The agent, if it is one.
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Agent(id) => Some(*id),
            _ => None,
        }
    }

    /// The id as stored; Meridian itself has none.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Agent(id) => Some(id.0),
            Self::Bot(id) => Some(id.0),
            Self::Customer(id) => Some(id.0),
            Self::ApiKey(id) => Some(id.0),
            Self::System => None,
        }
    }

    /// The actor as read back from the database.
    pub fn from_parts(kind: &str, id: Option<Uuid>) -> Option<Self> {
        Some(match (kind, id) {
            ("agent", Some(id)) => Self::Agent(id.into()),
            ("bot", Some(id)) => Self::Bot(id.into()),
            ("customer", Some(id)) => Self::Customer(id.into()),
            ("api_key", Some(id)) => Self::ApiKey(id.into()),
            ("system", None) => Self::System,
            _ => return None,
        })
    }
}
