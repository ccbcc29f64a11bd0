//! What the core is told and what it answers.

use super::{Overflow, Plan, Shadowed};
use crate::{
    calendar::Site,
    capacity::Capacity,
    channel::ChannelClass,
    ids::{AgentId, BranchId, QueueId, SiteId, SkillId, WorkItemId},
    time::Instant,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A skill with the level asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SkillNeed {
    /// The skill.
    pub skill: SkillId,
    /// Least level, 1 to 5.
    pub level: u8,
}

/// Work as routing sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Id.
    pub id: WorkItemId,
    /// Where it waits.
    pub queue: QueueId,
    /// What it costs an agent.
    pub class: ChannelClass,
    /// Fences: a decision is good for this epoch only.
    pub epoch: i64,
    /// Skills asked for.
    pub skills: Vec<SkillNeed>,
    /// Language asked for, BCP 47 primary subtag.
    pub language: Option<String>,
    /// Who had this customer last.
    pub sticky: Option<AgentId>,
    /// Kept for this person until then, whatever queues they serve: the red channel. Beats `sticky`.
    pub named: Option<(AgentId, Instant)>,
    /// When the place in line was taken; kept over refused offers.
    pub enqueued_at: Instant,
    /// When the present wait began: plan steps count from here. Offers that were not taken are part of it.
    pub queued_at: Instant,
    /// Head start of its priority, seconds: a minute is worth a minute of waiting, so nobody starves.
    pub head_start_seconds: i32,
    /// Who let it pass before: asked only when nobody else can.
    pub refused_by: BTreeSet<AgentId>,
    /// It goes to the people of this site alone.
    pub site: Option<SiteId>,
}

/// An agent as routing sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Id.
    pub id: AgentId,
    /// Chose to be available and has a live link.
    pub ready: bool,
    /// Where they work; without a site they are judged by readiness alone.
    pub site: Option<SiteId>,
    /// Queues they serve.
    pub queues: BTreeSet<QueueId>,
    /// Skills and levels.
    pub skills: BTreeMap<SkillId, u8>,
    /// Languages, BCP 47 primary subtags.
    pub languages: BTreeSet<String>,
    /// Units in use and units there are, by [`ChannelClass::index`].
    pub load: [(i16, i16); 4],
    /// Since when nothing new came to them.
    pub idle_since: Instant,
    /// Works for a partner: asked when that is worth their price.
    pub outsourced: bool,
    /// The revision of the knowledge they have learned.
    pub knowledge: i32,
    /// Where they are counted, if that is known.
    pub branch: Option<BranchId>,
    /// What else is known of them, by key: numbers as text.
    pub attributes: BTreeMap<String, String>,
    /// How work of the classes goes together in their hands at the moment.
    pub capacity: Capacity,
}

impl Agent {
    /// Whether one more piece of this class fits.
    pub fn fits(&self, class: ChannelClass) -> bool {
        self.capacity.fits(&self.load, class)
    }
}

/// A queue with its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Id.
    pub id: QueueId,
    /// Seconds an agent has to answer an offer.
    pub offer_seconds: i32,
    /// Seconds during which only the sticky agent is asked.
    pub sticky_seconds: i32,
    /// Its plan.
    pub plan: Plan,
    /// When partners are asked; without a rule always.
    pub overflow: Option<Overflow>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A queue was made or changed.
    Queue(Queue),
    /// A site or its calendar was made or changed.
    Site(Site),
    /// Work waits, or waits again, or changed.
    WorkWaits(Work),
    /// Work no longer waits (offered elsewhere, taken, cancelled).
    WorkGone(WorkItemId),
    /// An agent changed: state, link, skills, queues, load.
    Agent(Agent),
    /// An agent left for good.
    AgentGone(AgentId),
    /// Time went on: a step may have begun, a site may have opened.
    Tick,
}

/// What came of a look at one piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An offer should be made.
    Offered,
    /// Nobody can take it now.
    Waiting,
}

/// Why an agent was no candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Serves other queues.
    NotInQueue,
    /// Not available, or no live link.
    NotReady,
    /// No room for this class.
    NoCapacity,
    /// Lacks a skill or its level.
    SkillMissing,
    /// Does not speak the language.
    LanguageMissing,
    /// Their site is asleep, or has too little shift left.
    SiteClosed,
    /// The plan step names other sites.
    OtherSite,
    /// The work is kept for the agent who had the customer last.
    KeptForSticky,
    /// Let it pass before, and others can take it.
    RefusedBefore,
    /// Kept free for work that is likely to come: this work is beyond its target and not yet worth their time.
    Reserved,
    /// The plan step names other branches.
    OtherBranch,
    /// The plan step asks own people alone, or partners alone.
    OtherPool,
    /// The plan step asks for an attribute that they do not have.
    OtherAttribute,
    /// The plan step names other people.
    NotNamed,
    /// Partners are not asked at the moment.
    OverflowClosed,
    /// A partner who has not learned the revision of the knowledge that the queue asks for.
    KnowledgeOutdated,
    /// Partners hold as much work as their contract allows.
    ContractFull,
    /// The queue is closed by an emergency plan.
    QueueClosed,
    /// Serves a queue that lends its people, and that is busy itself.
    LenderBusy,
}

impl Exclusion {
    /// Whether time alone takes it away: a site opens, an agent frees up. All other reasons last until somebody
    /// changes the set-up.
    pub fn passes(self) -> bool {
        matches!(
            self,
            Self::NotReady
                | Self::SiteClosed
                | Self::KeptForSticky
                | Self::RefusedBefore
                | Self::Reserved
                | Self::OverflowClosed
                | Self::ContractFull
                | Self::QueueClosed
                | Self::LenderBusy
        )
    }
}

/// One candidate with what spoke for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The agent.
    pub agent: AgentId,
    /// Higher is better; comparable within one decision. Under [`super::Order::Scarcity`] minus the price of their time.
    pub score: f64,
    /// Seconds without new work.
    pub idle_seconds: i64,
    /// Sum of levels in the skills asked for.
    pub levels: u32,
    /// Share of the class's capacity in use, 0 to 1.
    pub occupancy: f64,
}

/// A decision about one piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The work.
    pub work: WorkItemId,
    /// Its epoch when it was decided.
    pub epoch: i64,
    /// Its queue.
    pub queue: QueueId,
    /// What should happen.
    pub outcome: Outcome,
    /// To whom to offer it.
    pub agent: Option<AgentId>,
    /// Seconds to answer.
    pub offer_seconds: i32,
    /// The plan step in force, from 0.
    pub step: u16,
    /// Version of the plan.
    pub plan_version: i32,
    /// The best few candidates, best first.
    pub candidates: Vec<Candidate>,
    /// Why the others were none: reason and how many.
    pub exclusions: BTreeMap<Exclusion, u32>,
    /// Waiting seconds plus head start when it was decided.
    pub rank_seconds: i64,
    /// What a plan in shadow would have done.
    pub shadow: Option<Shadowed>,
}

/// What one step of a plan would do with a piece of work now.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The step, from 0.
    pub step: u16,
    /// Seconds of waiting after which it begins.
    pub begins_seconds: i64,
    /// Seconds of waiting after which the next one begins; the last step lasts for ever.
    pub ends_seconds: Option<i64>,
    /// Whether it is passed over at once, because it names nobody at all.
    pub skipped: bool,
    /// How many could be asked now.
    pub free: u32,
    /// The best few of them, best first.
    pub candidates: Vec<Candidate>,
    /// Why the others were none: reason and how many.
    pub exclusions: BTreeMap<Exclusion, u32>,
}
