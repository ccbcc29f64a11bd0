//! Jobs: what the outbox hands to the broker. Small, ids only, never content.

use crate::ids::{
    AgentId, AttachmentId, BotEventId, ChannelAccountId, ConversationId, CursorId, CustomerId, DeliveryId,
    EmergencyActivationId, HandoffId, ItemId, OfferId, RawId, ReplyDraftId, RunId, ScheduledWorkId, SessionId,
    SignalId, SiteId, WhatIfId, WorkItemId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

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
    /// Tell the routing leader that a plan step of waiting work may have begun or a shift changed.
    RouteTick,
    /// An offer's time is over.
    OfferExpire {
        /// The offer.
        offer: OfferId,
    },
    /// The time for writing up is over.
    WrapUpEnd {
        /// The item.
        work: WorkItemId,
    },
    /// The site to which work was passed on closes: what still waits for its people goes to everybody.
    SiteWaitEnd {
        /// The item.
        work: WorkItemId,
    },
    /// A bot had its time to act on a customer's message.
    BotSilence {
        /// The session.
        session: SessionId,
    },
    /// A snoozed conversation's time has come.
    SnoozeEnd {
        /// The conversation.
        conversation: ConversationId,
    },
    /// A site closed, or others opened while it is closed: its open work goes to who is awake.
    ShiftEnd {
        /// The site.
        site: SiteId,
    },
    /// The time of an emergency plan is over.
    EmergencyEnd {
        /// The activation.
        activation: EmergencyActivationId,
    },
    /// A callback or a piece of work that is due later has come to its time, or to its end.
    ScheduledTurn {
        /// Which.
        scheduled: ScheduledWorkId,
    },
    /// The next part of a comparison of two plans.
    RunWhatIf {
        /// The comparison.
        what_if: WhatIfId,
    },
    /// Send a message to a customer.
    Deliver {
        /// The send.
        delivery: DeliveryId,
    },
    /// Change a message at the provider: edit it, take it back, react to it.
    Amend {
        /// The message.
        item: ItemId,
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
    /// Have a draft of a reply written.
    DraftReply {
        /// The draft.
        draft: ReplyDraftId,
    },
    /// Fetch a file that came with a message.
    FetchMedia {
        /// The file.
        attachment: AttachmentId,
    },
    /// Pull what waits at a provider that only says that something waits.
    Pull {
        /// Where the pull stands.
        cursor: CursorId,
    },
    /// Read the templates that the provider lists: it says that one changed.
    ReadTemplates {
        /// The account.
        account: ChannelAccountId,
    },
    /// Look again for the message that an event is about: it may have been stored at the same moment.
    AttachOrphan {
        /// The waiting event.
        orphan: Uuid,
    },
    /// Look who may be the same person as a customer that is new or about whom something was learned.
    Recognise {
        /// The customer.
        customer: CustomerId,
    },
    /// A check by an outside verifier counts no more: who was suggested because of it is looked at again.
    SignalEnd {
        /// The check.
        signal: SignalId,
    },
    /// Estimate the parameters of recognition from the tenant's customers.
    LearnIdentity,
    /// The next part of a de-duplication or an import.
    RunIdentity {
        /// The run.
        run: RunId,
    },
    /// Train and evaluate a version of the tenant's intent model.
    TrainIntents {
        /// The version.
        version: i32,
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
            Self::RouteTick => "route_tick",
            Self::OfferExpire { .. } => "offer_expire",
            Self::WrapUpEnd { .. } => "wrap_up_end",
            Self::SiteWaitEnd { .. } => "site_wait_end",
            Self::BotSilence { .. } => "bot_silence",
            Self::SnoozeEnd { .. } => "snooze_end",
            Self::ShiftEnd { .. } => "shift_end",
            Self::EmergencyEnd { .. } => "emergency_end",
            Self::ScheduledTurn { .. } => "scheduled_turn",
            Self::RunWhatIf { .. } => "run_what_if",
            Self::Deliver { .. } => "deliver",
            Self::Amend { .. } => "amend",
            Self::BotEvent { .. } => "bot_event",
            Self::Summarise { .. } => "summarise",
            Self::DraftReply { .. } => "draft_reply",
            Self::FetchMedia { .. } => "fetch_media",
            Self::Pull { .. } => "pull",
            Self::ReadTemplates { .. } => "read_templates",
            Self::AttachOrphan { .. } => "attach_orphan",
            Self::Recognise { .. } => "recognise",
            Self::SignalEnd { .. } => "signal_end",
            Self::LearnIdentity => "learn_identity",
            Self::RunIdentity { .. } => "run_identity",
            Self::TrainIntents { .. } => "train_intents",
        }
    }

    /// The family of queues that carries it.
    pub fn family(&self) -> Family {
        match self {
            Self::Ingest { .. } => Family::Ingest,
            Self::RouteWork { .. }
            | Self::RouteAgent { .. }
            | Self::RouteOfferEnded { .. }
            | Self::RouteReload
            | Self::RouteTick => Family::Route,
            Self::OfferExpire { .. }
            | Self::WrapUpEnd { .. }
            | Self::SiteWaitEnd { .. }
            | Self::BotSilence { .. }
            | Self::SnoozeEnd { .. }
            | Self::AttachOrphan { .. }
            | Self::ShiftEnd { .. }
            | Self::ScheduledTurn { .. }
            | Self::EmergencyEnd { .. } => Family::Timer,
            Self::Deliver { .. } | Self::Amend { .. } => Family::Deliver,
            Self::BotEvent { .. } => Family::Bot,
            Self::Summarise { .. } => Family::Summarise,
            Self::DraftReply { .. } => Family::Draft,
            Self::FetchMedia { .. } => Family::Media,
            Self::Pull { .. } | Self::ReadTemplates { .. } => Family::Pull,
            Self::Recognise { .. } | Self::SignalEnd { .. } => Family::Identity,
            Self::LearnIdentity | Self::RunIdentity { .. } | Self::RunWhatIf { .. } | Self::TrainIntents { .. } => {
                Family::Bulk
            }
        }
    }
}

/// Name of what keeps a job in order, beside its own fields.
const KEY: &str = "key";

/// A job as it is handed to the broker. Where jobs run beside each other it names its key, so that those of one key
/// follow one another.
pub fn payload(job: &Job, key: Uuid) -> Value {
    // Serialising a job cannot fail: it holds ids only.
    let mut payload = serde_json::to_value(job).unwrap_or_default();
    if job.family().at_once() > 1
        && let Some(fields) = payload.as_object_mut()
    {
        fields.insert(KEY.to_owned(), key.to_string().into());
    }
    payload
}

/// What keeps a job in order among those that run beside each other.
pub fn key(payload: &Value) -> Option<Uuid> {
    payload.get(KEY)?.as_str()?.parse().ok()
}

/// A family of the broker's queues: jobs of a kind, in ordered lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Requests of providers.
    Ingest,
    /// What the routing leaders hear of; a tenant is always in one lane.
    Route,
    /// Messages and changes for providers.
    Deliver,
    /// Events for bots.
    Bot,
    /// Briefs of hand-offs.
    Summarise,
    /// Drafts of replies.
    Draft,
    /// What is due at a time.
    Timer,
    /// Files to fetch.
    Media,
    /// What providers are asked for.
    Pull,
    /// Who is who.
    Identity,
    /// Long work over much of a tenant.
    Bulk,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 11] = [
        Self::Ingest,
        Self::Route,
        Self::Deliver,
        Self::Bot,
        Self::Summarise,
        Self::Draft,
        Self::Timer,
        Self::Media,
        Self::Pull,
        Self::Identity,
        Self::Bulk,
    ];

    /// Its name in names of queues and in metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Route => "route",
            Self::Deliver => "deliver",
            Self::Bot => "bot",
            Self::Summarise => "summarise",
            Self::Draft => "draft",
            Self::Timer => "timer",
            Self::Media => "media",
            Self::Pull => "pull",
            Self::Identity => "identity",
            Self::Bulk => "bulk",
        }
    }

    /// How many ordered lanes it has.
    pub fn lanes(self) -> u16 {
        match self {
            Self::Ingest | Self::Route | Self::Deliver => 4,
            Self::Bot | Self::Timer | Self::Media | Self::Pull | Self::Identity => 2,
            Self::Summarise | Self::Draft | Self::Bulk => 1,
        }
    }

    /// How many jobs of a lane run beside each other. More than one where each waits for somebody outside: a provider, a
    /// bot, a model. The others work for the database, in order.
    pub fn at_once(self) -> usize {
        match self {
            Self::Deliver | Self::Bot => 16,
            // Of the largest files so many are in memory at most.
            Self::Summarise | Self::Draft | Self::Pull | Self::Media => 4,
            Self::Ingest | Self::Route | Self::Timer | Self::Identity | Self::Bulk => 1,
        }
    }

    /// Its queues, without prefix.
    pub fn queues(self) -> impl Iterator<Item = String> {
        (0..self.lanes()).map(move |lane| format!("{}.{lane}", self.code()))
    }

    /// The queue, without prefix, that keeps everything of `key` in order.
    pub fn queue(self, key: &[u8]) -> String {
        format!("{}.{}", self.code(), stable_hash(key) % u64::from(self.lanes()))
    }
}

/// Lanes of the outbox relay; a tenant is always in one lane, so its events keep their order.
pub const RELAY_LANES: u16 = 8;

/// The roads out of the outbox; here, those on which something waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roads {
    /// Jobs, for the broker.
    pub jobs: bool,
    /// Changes, for the sockets.
    pub changes: bool,
}

/// FNV-1a, 64 bit: a hash that is the same in every process and release.
pub fn stable_hash(key: &[u8]) -> u64 {
    key.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The relay lane of a tenant.
pub fn relay_lane(tenant: crate::ids::TenantId) -> i16 {
    (stable_hash(tenant.0.as_bytes()) % u64::from(RELAY_LANES)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_never_move_between_releases() {
        assert_eq!(stable_hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(stable_hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Family::Ingest.queue(b"a"), "ingest.0");
        assert_eq!(Family::Summarise.queue(b"anything"), "summarise.0");
    }

    #[test]
    fn a_job_that_runs_beside_others_names_its_key_and_reads_as_before() {
        let (key, send) = (Uuid::from_u128(7), Job::Deliver { delivery: DeliveryId(Uuid::from_u128(9)) });
        let said = payload(&send, key);
        assert_eq!(super::key(&said), Some(key));
        assert_eq!(serde_json::from_value::<Job>(said).unwrap(), send);
        assert_eq!(super::key(&payload(&Job::RouteTick, key)), None);
    }
}
