//! What speaks against asking somebody, in detail.

use super::{AttributeNeed, Exclusion, SkillNeed, StaffPool};
use crate::{
    capacity::NoRoom,
    channel::ChannelClass,
    ids::{AgentId, BranchId, QueueId, SiteId},
    time::Instant,
};

/// One thing that speaks against asking an agent for a piece of work. The filters that decide say these; decisions count
/// the first of each agent, by its [`Exclusion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// Serves other queues, or works here no more.
    NotInQueue,
    /// Lacks a skill or its level.
    SkillMissing {
        /// What is asked for under the step, after what it takes off.
        need: SkillNeed,
        /// Their level; 0 = none.
        held: u8,
    },
    /// Speaks none of the languages that would do, BCP 47 primary subtags.
    LanguageMissing(Vec<String>),
    /// The step names other people.
    NotNamed,
    /// The step names these sites, or the work goes to this one.
    OtherSite(Vec<SiteId>),
    /// The step names these branches.
    OtherBranch(Vec<BranchId>),
    /// The step asks for this attribute.
    OtherAttribute(AttributeNeed),
    /// The step asks own people alone, or partners alone.
    OtherPool(StaffPool),
    /// A partner who has not learned what the queue asks for.
    KnowledgeOutdated {
        /// Revision asked for.
        needed: i32,
        /// Revision learned.
        held: i32,
    },
    /// Partners and lent people are not asked at the moment.
    OverflowClosed,
    /// Their site is asleep, or has too little shift left.
    SiteClosed {
        /// The site.
        site: SiteId,
        /// Until when it is open; without it is closed.
        open_until: Option<Instant>,
        /// When it opens next, if it is closed and that is known.
        opens_at: Option<Instant>,
        /// Minutes of shift that the step asks for.
        minutes: u16,
    },
    /// Not available, or no live link.
    NotReady,
    /// No room for this class.
    NoCapacity {
        /// What the work costs.
        class: ChannelClass,
        /// Units in use.
        used: i16,
        /// Units there are.
        cap: i16,
        /// What of the capacity stands in the way.
        why: NoRoom,
    },
    /// Partners hold as much work as their contract allows.
    ContractFull {
        /// Most that they may hold.
        cap: u32,
    },
    /// Kept for somebody else.
    KeptFor {
        /// For whom.
        agent: AgentId,
        /// Until when.
        until: Option<Instant>,
    },
    /// They let it pass before, and others can take it.
    RefusedBefore,
    /// Kept free for work that is likely to come.
    Reserved {
        /// When the work will be worth their time, as things stand.
        until: Option<Instant>,
    },
    /// The queue is closed by an emergency plan.
    QueueClosed,
    /// This queue of theirs lends its people, and is busy itself.
    LenderBusy(QueueId),
}

impl Objection {
    /// What decisions count it as.
    pub fn exclusion(&self) -> Exclusion {
        match self {
            Self::NotInQueue => Exclusion::NotInQueue,
            Self::SkillMissing { .. } => Exclusion::SkillMissing,
            Self::LanguageMissing(_) => Exclusion::LanguageMissing,
            Self::NotNamed => Exclusion::NotNamed,
            Self::OtherSite(_) => Exclusion::OtherSite,
            Self::OtherBranch(_) => Exclusion::OtherBranch,
            Self::OtherAttribute(_) => Exclusion::OtherAttribute,
            Self::OtherPool(_) => Exclusion::OtherPool,
            Self::KnowledgeOutdated { .. } => Exclusion::KnowledgeOutdated,
            Self::OverflowClosed => Exclusion::OverflowClosed,
            Self::SiteClosed { .. } => Exclusion::SiteClosed,
            Self::NotReady => Exclusion::NotReady,
            Self::NoCapacity { .. } => Exclusion::NoCapacity,
            Self::ContractFull { .. } => Exclusion::ContractFull,
            Self::KeptFor { .. } => Exclusion::KeptForSticky,
            Self::RefusedBefore => Exclusion::RefusedBefore,
            Self::Reserved { .. } => Exclusion::Reserved,
            Self::QueueClosed => Exclusion::QueueClosed,
            Self::LenderBusy(_) => Exclusion::LenderBusy,
        }
    }
}
