//! Roles of the tenant's people and what each may do.

use serde::{Deserialize, Serialize};

/// Role of a person. Each includes what it says and nothing more: an auditor reads and never writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers customers.
    Agent,
    /// Also sees and steers the floor.
    Supervisor,
    /// Also sets the tenant up.
    Admin,
    /// Reads everything, the audit log included; changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Supervisor, Self::Admin, Self::Auditor];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Read back from the database or a token.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The permission matrix.
    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Admin => true,
            Self::Supervisor => !matches!(permission, P::Administer | P::ReadAudit | P::ReadAsBot | P::ActAsBot),
            Self::Agent => matches!(permission, P::ReadConversations | P::HandleWork | P::ManageIdentity),
            Self::Auditor => matches!(permission, P::ReadConversations | P::ReadFloor | P::ReadSetup | P::ReadAudit),
        }
    }
}

/// What a use case asks for before it does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See customers, conversations and timelines.
    ReadConversations,
    /// Take offers, reply, note, resolve, set one's own presence.
    HandleWork,
    /// Confirm, merge and unmerge identities.
    ManageIdentity,
    /// Import customers, look for twins among them, block values.
    ManageCustomers,
    /// See agents' states, queues, routing decisions.
    ReadFloor,
    /// Assign, pull, force states.
    SteerFloor,
    /// See channels, bots, sites, queues' set-up.
    ReadSetup,
    /// Change the set-up, people and keys.
    Administer,
    /// Read the audit log.
    ReadAudit,
    /// As a bot: read the sessions and events of that bot.
    ReadAsBot,
    /// As a bot: speak, hand off, pass back, resolve.
    ActAsBot,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 11] = [
        Self::ReadConversations,
        Self::HandleWork,
        Self::ManageIdentity,
        Self::ManageCustomers,
        Self::ReadFloor,
        Self::SteerFloor,
        Self::ReadSetup,
        Self::Administer,
        Self::ReadAudit,
        Self::ReadAsBot,
        Self::ActAsBot,
    ];

    /// Whether it is for the keys of bots alone.
    pub fn of_bots(self) -> bool {
        matches!(self, Self::ReadAsBot | Self::ActAsBot)
    }

    /// The text shown to clients, also a scope of an API key.
    pub fn code(self) -> &'static str {
        match self {
            Self::ReadConversations => "conversations:read",
            Self::HandleWork => "work:handle",
            Self::ManageIdentity => "identity:manage",
            Self::ManageCustomers => "customers:manage",
            Self::ReadFloor => "floor:read",
            Self::SteerFloor => "floor:steer",
            Self::ReadSetup => "setup:read",
            Self::Administer => "setup:write",
            Self::ReadAudit => "audit:read",
            Self::ReadAsBot => "bot:read",
            Self::ActAsBot => "bot:act",
        }
    }

    /// Read back from an API key's scopes.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.code() == code)
    }
}

/// What an agent says of themselves; liveness of the link and derived load are separate things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenState {
    /// Ready for work.
    Available,
    /// About to go: takes a share of the usual work.
    Finishing,
    /// At work on something else.
    Busy,
    /// On a break.
    Break,
    /// Did not answer an offer in time; set by Meridian.
    NotResponding,
    /// Signed out.
    Offline,
}

impl ChosenState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Available, Self::Finishing, Self::Busy, Self::Break, Self::NotResponding, Self::Offline];

    /// Whether work is offered in this state.
    pub fn takes_work(self) -> bool {
        matches!(self, Self::Available | Self::Finishing)
    }

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Finishing => "finishing",
            Self::Busy => "busy",
            Self::Break => "break",
            Self::NotResponding => "not_responding",
            Self::Offline => "offline",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}
