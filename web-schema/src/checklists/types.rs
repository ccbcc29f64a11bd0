//! A checklist, and the next steps of a conversation.

use crate::{
    context::viewer,
    error::Resolved,
    ids::id,
    loaders::{ChecklistCounts, StepsOf, load},
};
use async_graphql::{Context, ID, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::checklists::shown;
use meridian_domain::{
    checklist::{Answer, Mark, Step, done_count},
    ids::ConversationId,
    people::Permission,
};
use meridian_store::checklists as store;

fn short(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A step of a checklist.
#[derive(SimpleObject)]
pub(crate) struct ChecklistStep {
    /// What is to be done.
    text: String,
    /// The same in Chinese; empty = as `text`.
    text_zh: String,
    /// An article of the knowledge base that tells how.
    knowledge_article_id: Option<ID>,
    /// Whether it must be done before the conversation is resolved.
    required: bool,
}

impl From<&Step> for ChecklistStep {
    fn from(step: &Step) -> Self {
        Self {
            text: step.text.clone(),
            text_zh: step.text_zh.clone(),
            knowledge_article_id: step.article.map(id),
            required: step.required,
        }
    }
}

/// What is done, in order, when a customer asks for one of its intents.
pub(crate) struct Checklist(pub store::Checklist);

/// What is done, in order, when a customer asks for one of its intents.
#[Object]
impl Checklist {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Title in Chinese; empty = as `title`.
    async fn title_zh(&self) -> &str {
        &self.0.title_zh
    }
    /// Intents it is for.
    async fn intents(&self) -> &[String] {
        &self.0.intents
    }
    /// What is to be done, in order.
    async fn steps(&self) -> Vec<ChecklistStep> {
        self.0.steps.iter().map(Into::into).collect()
    }
    /// Rises with every change.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// When it was taken out of use.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    /// Who changed it last.
    async fn updated_by_id(&self) -> Option<ID> {
        self.0.updated_by.map(id)
    }
    /// In how many conversations it is or was followed; null without `floor:steer`.
    async fn accepted_count(&self, ctx: &Context<'_>) -> Resolved<Option<i32>> {
        Ok(self.counts(ctx).await?.map(|counts| short(counts.accepted)))
    }
    /// In how many it was ignored or put away; null without `floor:steer`.
    async fn ignored_count(&self, ctx: &Context<'_>) -> Resolved<Option<i32>> {
        Ok(self.counts(ctx).await?.map(|counts| short(counts.ignored)))
    }
    /// In how many of those that followed it every step is done; null without `floor:steer`.
    async fn completed_count(&self, ctx: &Context<'_>) -> Resolved<Option<i32>> {
        Ok(self.counts(ctx).await?.map(|counts| short(counts.completed)))
    }
}

impl Checklist {
    async fn counts(&self, ctx: &Context<'_>) -> Resolved<Option<store::Counts>> {
        if !viewer(ctx).extend()?.subject.may(Permission::SteerFloor) {
            return Ok(None);
        }
        Ok(Some(load(ctx, ChecklistCounts(self.0.id)).await?.unwrap_or_default()))
    }
}

/// A step of a checklist that is followed.
pub(crate) struct FollowedStep {
    place: usize,
    step: Step,
    mark: Option<Mark>,
}

/// A step of a checklist that is followed.
#[Object]
impl FollowedStep {
    /// Its place, from 1.
    async fn place(&self) -> i32 {
        i32::try_from(self.place).unwrap_or(i32::MAX)
    }
    /// What is to be done.
    async fn step(&self) -> ChecklistStep {
        (&self.step).into()
    }
    /// Whether it is done.
    async fn done(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.done)
    }
    /// Who ticked it, or took the tick back, or left the remark.
    async fn by_id(&self) -> Option<ID> {
        self.mark.as_ref().and_then(|mark| mark.by).map(id)
    }
    /// When.
    async fn at(&self) -> Option<DateTime<Utc>> {
        self.mark.as_ref().map(|mark| mark.at)
    }
    /// For colleagues; empty = none.
    async fn remark(&self) -> &str {
        self.mark.as_ref().map_or("", |mark| mark.remark.as_str())
    }
}

/// A checklist that is followed in a conversation, as it was when it was accepted.
pub(crate) struct FollowedChecklist(store::Use);

/// A checklist that is followed in a conversation, as it was when it was accepted.
#[Object]
impl FollowedChecklist {
    /// The checklist.
    async fn checklist_id(&self) -> ID {
        id(self.0.checklist)
    }
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Title in Chinese; empty = as `title`.
    async fn title_zh(&self) -> &str {
        &self.0.title_zh
    }
    /// Version of the checklist that is followed.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The intent it was suggested for; null = it was chosen by hand.
    async fn intent(&self) -> Option<&str> {
        self.0.intent.as_deref()
    }
    /// What is to be done, in order.
    async fn steps(&self) -> Vec<FollowedStep> {
        let at = |(place, step): (usize, &Step)| FollowedStep {
            place,
            step: step.clone(),
            mark: self.0.marks.get(&place).cloned(),
        };
        (1..).zip(&self.0.steps).map(at).collect()
    }
    /// How many steps are done.
    async fn done_count(&self) -> i32 {
        i32::try_from(done_count(&self.0.steps, &self.0.marks)).unwrap_or(i32::MAX)
    }
    /// Who accepted it.
    async fn accepted_by_id(&self) -> Option<ID> {
        self.0.agent.map(id)
    }
    /// When.
    async fn accepted_at(&self) -> DateTime<Utc> {
        self.0.answered_at
    }
    /// When every step was done.
    async fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.0.completed_at
    }
    /// Why steps that must be done were left open when the conversation was resolved; empty = they were not.
    async fn open_reason(&self) -> &str {
        &self.0.open_reason
    }
}

/// The next steps of a conversation.
#[derive(SimpleObject)]
pub(crate) struct NextSteps {
    /// What the customer asks for now: the intent of the newest message that has one, corrections included, else what the
    /// brief says.
    intent: Option<String>,
    /// The checklist for it; null when there is none, it is followed, or it was ignored for this intent.
    suggested: Option<Checklist>,
    /// Checklists that are followed, oldest first.
    followed: Vec<FollowedChecklist>,
}

impl NextSteps {
    /// Of a conversation.
    pub(crate) async fn of(ctx: &Context<'_>, conversation: ConversationId) -> Resolved<Self> {
        let Some(told) = load(ctx, StepsOf(conversation)).await? else {
            return Ok(Self { intent: None, suggested: None, followed: Vec::new() });
        };
        let shown = shown(told);
        let followed = shown.uses.into_iter().filter(|one| one.answer == Answer::Followed);
        Ok(Self {
            intent: shown.intent,
            suggested: shown.suggested.map(Checklist),
            followed: followed.map(FollowedChecklist).collect(),
        })
    }
}
