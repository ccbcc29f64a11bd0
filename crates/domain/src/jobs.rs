//! Jobs: what the outbox hands to the broker. Small, ids only, never content.

use crate::ids::{AgentId, BotEventId, DeliveryId, HandoffId, OfferId, RawId, WorkItemId};
use serde::{Deserialize, Serialize};

/// A job. Old names stay readable: jobs of the previous release may still wait in the broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Parse a stored raw request and apply its events.
    Ingest {
        /// The stored request.
        raw: RawId,
    },
    /// Tell the routing leader that a work item waits or changed.
    RouteWork {
        /// The item.
        work: WorkItemId,
    },
    /// Tell the routing leader that an agent's state, skills or free capacity changed.
    RouteAgent {
        /// The agent.
        agent: AgentId,
    },
    /// Tell the routing leader that an offer ended without acceptance.
    RouteOfferEnded {
        /// The offer.
        offer: OfferId,
    },
    /// Tell the routing leader to read its whole tenant again (plans, sites, members changed).
    RouteReload,
    /// Send a message to a customer.
    Deliver {
        /// The send.
        delivery: DeliveryId,
    },
    /// Post an event to a bot.
    BotEvent {
        /// The ledger entry.
        event: BotEventId,
    },
    /// Build the brief of a hand-off.
    Summarise {
        /// The hand-off.
        handoff: HandoffId,
    },
}

impl Job {
    /// The name under which the job is documented and measured.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ingest { .. } => "ingest",
            Self::RouteWork { .. } => "route_work",
            Self::RouteAgent { .. } => "route_agent",
            Self::RouteOfferEnded { .. } => "route_offer_ended",
            Self::RouteReload => "route_reload",
            Self::Deliver { .. } => "deliver",
            Self::BotEvent { .. } => "bot_event",
            Self::Summarise { .. } => "summarise",
        }
    }

    /// The queue family that carries it.
    pub fn family(&self) -> &'static str {
        match self {
            Self::Ingest { .. } => "ingest",
            Self::RouteWork { .. } | Self::RouteAgent { .. } | Self::RouteOfferEnded { .. } | Self::RouteReload => {
                "route"
            }
            Self::Deliver { .. } => "deliver",
            Self::BotEvent { .. } => "bot",
            Self::Summarise { .. } => "summarise",
        }
    }
}
