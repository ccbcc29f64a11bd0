//! Typed identifiers: UUIDv7 (RFC 9562) inside, `prefix_<32 hex>` outside.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An identifier text that is not one of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id that starts with `{prefix}_`")]
pub struct WrongId {
    text: String,
    prefix: &'static str,
}

/// What all typed identifiers share.
pub trait Id: Copy + From<Uuid> + Into<Uuid> + fmt::Display {
    /// The printable prefix, without the underscore.
    const PREFIX: &'static str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
        impl FromStr for $name {
            type Err = WrongId;
            fn from_str(text: &str) -> Result<Self, WrongId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or_else(|| WrongId { text: text.chars().take(80).collect(), prefix: $prefix })
            }
        }
    )*

        /// Every id prefix with the name of its type, for the schema's `node` look-up and its tests.
        pub const PREFIXES: &[(&str, &str)] = &[$(($prefix, stringify!($name)),)*];
    };
}

ids! {
    /// A tenant: one customer organisation of the installation.
    TenantId = "tnt";
    /// A branch: report and permission scope inside a tenant.
    BranchId = "brn";
    /// A team of agents.
    TeamId = "tem";
    /// A human agent, supervisor, admin or auditor.
    AgentId = "agt";
    /// A registered chatbot.
    BotId = "bot";
    /// An API key.
    ApiKeyId = "key";
    /// One sign-in of an agent: the family of its refresh tokens.
    SignInId = "sgn";
    /// A connected number, page, mailbox or widget.
    ChannelAccountId = "cha";
    /// A person as the tenant sees them: a set of parties.
    CustomerId = "cus";
    /// The immutable leaf of identity: one address on one channel.
    PartyId = "pty";
    /// One identifier of a party.
    IdentityId = "idn";
    /// One event that ties or unties parties and customers.
    LinkId = "lnk";
    /// Two customers that may be one person.
    CandidateId = "cnt";
    /// Who checks for the tenant, outside, that somebody is who they say.
    VerifierId = "ver";
    /// What such a check found.
    SignalId = "sig";
    /// A de-duplication or an import of customers.
    RunId = "run";
    /// One issue, over any number of channels.
    ConversationId = "cnv";
    /// One engagement on one channel.
    SessionId = "ses";
    /// One entry of the timeline.
    ItemId = "itm";
    /// A place where work waits.
    QueueId = "que";
    /// A skill an agent may hold at level 1 to 5.
    SkillId = "skl";
    /// A site with a zone and shifts.
    SiteId = "sit";
    /// What is routed.
    WorkItemId = "wrk";
    /// Work shown to one agent.
    OfferId = "ofr";
    /// A code for what came of work, or for why an offer was let pass.
    WorkCodeId = "wcd";
    /// A colleague asked for advice.
    ConsultId = "cns";
    /// A checklist of next steps.
    ChecklistId = "chl";
    /// An answer that agents reuse.
    CannedReplyId = "cnd";
    /// The record of one routing decision.
    DecisionId = "dec";
    /// A hand-off from a bot.
    HandoffId = "hof";
    /// A raw inbound request as it was received.
    RawId = "raw";
    /// An outbound send and its outcome.
    DeliveryId = "dlv";
    /// An event sent to a bot.
    BotEventId = "bev";
    /// A file of a message.
    AttachmentId = "att";
    /// Where the pull of something at a provider stands.
    CursorId = "cur";
    /// A message that a provider approved, for outside of its reply window.
    TemplateId = "tpl";
    /// Something that needs somebody's eye.
    AlertId = "alr";
    /// What another system said about a customer.
    CustomerEventId = "cev";
    /// A named switch for emergencies.
    EmergencyPlanId = "emp";
    /// One time that such a plan was in force.
    EmergencyActivationId = "ema";
    /// Where a tenant has its events posted.
    WebhookEndpointId = "whe";
    /// Something that happened, as endpoints are told of it: the `webhook-id`.
    WebhookEventId = "evt";
    /// The post of an event to one endpoint.
    WebhookDeliveryId = "whd";
    /// A space of the knowledge base.
    KnowledgeSpaceId = "kns";
    /// An article of the knowledge base.
    KnowledgeArticleId = "kna";
    /// A callback, or work that is due later.
    ScheduledWorkId = "scw";
    /// A plan in shadow of a queue.
    ShadowPlanId = "shp";
    /// A comparison of two plans over past days.
    WhatIfId = "wif";
    /// A text whose intent is known.
    IntentExampleId = "iex";
    /// A draft of a reply.
    ReplyDraftId = "rpd";
    /// A dialogue that an administrator plays with a bot.
    BotTestId = "btt";
    /// An entry of the audit log.
    AuditId = "aud";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_and_refused_under_another_prefix() {
        let id = ConversationId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));
        let text = id.to_string();
        assert_eq!(text, "cnv_01920000000070008000000000000001");
        assert_eq!(text.parse::<ConversationId>(), Ok(id));
        assert!(text.parse::<CustomerId>().is_err());
        assert!("cnv_0192".parse::<ConversationId>().is_err());
        assert!("cnv_{01920000000070008000000000000001}".parse::<ConversationId>().is_err());
    }

    #[test]
    fn prefixes_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        assert!(PREFIXES.iter().all(|(prefix, _)| prefix.len() == 3 && seen.insert(prefix)));
    }
}
