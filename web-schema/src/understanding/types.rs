//! Understanding, intents, examples, models.

use crate::{
    error::Resolved,
    ids::id,
    loaders::{TheAgent, load},
    people::Agent,
};
use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_domain::{
    ids::AgentId,
    understanding::{intent::Evaluation, message::Understood},
};
use meridian_store::intents as store;

/// What a message is about.
#[derive(SimpleObject)]
pub(crate) struct UnderstoodIntent {
    /// Its name.
    name: String,
    /// Confidence, 0 to 1; 1 when a person says so.
    confidence: f64,
}

/// What is understood of a customer's message.
#[derive(SimpleObject)]
pub(crate) struct Understanding {
    /// Language, ISO 639-1, or 639-3 where there is none; null when it has no letters.
    language: Option<String>,
    /// How sure the language is, 0 to 1.
    language_confidence: Option<f64>,
    /// negative, neutral or positive; null in languages other than English and Chinese.
    sentiment: Option<&'static str>,
    /// From -1 (as unhappy as can be) to 1.
    sentiment_score: Option<f64>,
    /// What it is about; null when it is none of the tenant's intents, or no model was in use.
    intent: Option<UnderstoodIntent>,
    /// The version of the intent model that was asked; null when none was in use.
    model_version: Option<i32>,
    /// Whether a person has corrected it.
    corrected: bool,
}

impl From<&Understood> for Understanding {
    fn from(said: &Understood) -> Self {
        let confidence = said.score.unwrap_or(0.0);
        Self {
            language: said.lang.clone(),
            language_confidence: said.sure,
            sentiment: said.mood.map(meridian_domain::understanding::sentiment::Mood::name),
            sentiment_score: said.value,
            intent: said.intent.clone().map(|name| UnderstoodIntent { name, confidence }),
            model_version: said.model,
            corrected: said.corrected,
        }
    }
}

/// An intent of the tenant.
#[derive(SimpleObject)]
pub(crate) struct Intent {
    /// Its name; `oos` is none of the intents.
    name: String,
    /// How many examples it has.
    examples: i32,
    /// How many of them come from corrections.
    corrected: i32,
}

fn number(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

impl From<(String, i64, i64)> for Intent {
    fn from((name, examples, corrected): (String, i64, i64)) -> Self {
        Self { name, examples: number(examples), corrected: number(corrected) }
    }
}

/// A text whose intent is known.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct IntentExample {
    /// Opaque id.
    id: ID,
    /// Its intent; `oos` for none of the intents.
    intent: String,
    /// What was said.
    text: String,
    /// imported or corrected.
    source: String,
    /// Since when.
    created_at: DateTime<Utc>,
    #[graphql(skip)]
    by: Option<AgentId>,
}

#[ComplexObject]
impl IntentExample {
    /// Who added it, when a person did.
    async fn author(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        agent(ctx, self.by).await
    }
}

async fn agent(ctx: &Context<'_>, id: Option<AgentId>) -> Resolved<Option<Agent>> {
    let Some(id) = id else { return Ok(None) };
    Ok(load(ctx, TheAgent(id)).await?.map(Agent))
}

impl From<store::Example> for IntentExample {
    fn from(row: store::Example) -> Self {
        Self {
            id: id(row.id),
            intent: row.label,
            text: row.text,
            source: row.source,
            created_at: row.created_at,
            by: row.author,
        }
    }
}

/// What became of one intent in an evaluation.
#[derive(SimpleObject)]
pub(crate) struct IntentScore {
    /// Its name; `oos` is none of the intents.
    intent: String,
    /// How many examples it has.
    examples: i32,
    /// How many of them were held out.
    held_out: i32,
    /// How many of those were found.
    right: i32,
    /// How often it was said of examples of others.
    wrongly_said: i32,
}

/// How good a version is: trained on most of the examples and asked about the rest, which is always the same.
#[derive(SimpleObject)]
pub(crate) struct IntentEvaluation {
    /// Share of right answers, 0 to 1.
    accuracy: f64,
    /// How many examples were held out.
    held_out: i32,
    /// Share of requests out of scope that were told as such, 0 to 1; null when there are no examples of such.
    out_of_scope_recall: Option<f64>,
    /// Intent by intent.
    intents: Vec<IntentScore>,
}

impl From<Evaluation> for IntentEvaluation {
    fn from(shown: Evaluation) -> Self {
        Self {
            accuracy: shown.accuracy(),
            held_out: number(shown.held_out),
            out_of_scope_recall: shown.out_of_scope_recall(),
            intents: shown
                .intents
                .into_iter()
                .map(|score| IntentScore {
                    examples: number(score.examples),
                    held_out: number(score.held_out),
                    right: number(score.right),
                    wrongly_said: number(score.wrongly_said),
                    intent: score.intent,
                })
                .collect(),
        }
    }
}

/// A version of the tenant's intent model.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct IntentModel {
    /// Its number, from 1.
    version: i32,
    /// training, trained, active, retired or failed.
    state: String,
    /// How far its training is, percent.
    progress: i32,
    /// How many examples it learned from.
    examples: i32,
    /// How good it is; null until it is trained.
    evaluation: Option<IntentEvaluation>,
    /// Its size.
    bytes: i32,
    /// Whether this release can use it: if not, train again.
    usable: bool,
    /// Why its training failed.
    error: Option<String>,
    /// When its training was asked for.
    requested_at: DateTime<Utc>,
    /// When it was trained.
    trained_at: Option<DateTime<Utc>>,
    /// When it was last taken into use.
    activated_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    by: Option<AgentId>,
    #[graphql(skip)]
    activator: Option<AgentId>,
}

#[ComplexObject]
impl IntentModel {
    /// Who asked for it.
    async fn trained_by(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        agent(ctx, self.by).await
    }
    /// Who last took it into use.
    async fn activated_by(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        agent(ctx, self.activator).await
    }
}

impl From<store::ModelVersion> for IntentModel {
    fn from(row: store::ModelVersion) -> Self {
        Self {
            version: row.version,
            state: row.state,
            progress: row.progress.into(),
            examples: row.examples,
            evaluation: row.evaluation.map(IntentEvaluation::from),
            bytes: row.bytes,
            usable: row.readable,
            error: row.error,
            requested_at: row.requested_at,
            trained_at: row.trained_at,
            activated_at: row.activated_at,
            by: row.requested_by,
            activator: row.activated_by,
        }
    }
}
