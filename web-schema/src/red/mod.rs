//! The red channel: rules, trials, and what other systems say about customers.

use crate::{
    admin::outcome,
    context::viewer,
    customers::Customer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{TheAgent, load},
    page,
    people::Agent,
    work::outcome_of_read,
};
use async_graphql::{ComplexObject, Context, ErrorExtensions, ID, InputObject, Json, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::red as app;
use meridian_domain::{
    ids::{AgentId, CustomerId, QueueId},
    red::{EventMatch, Rule, Then, When},
};
use meridian_store::{customers, red as store};
use serde_json::Value;

/// Outside events a rule listens to.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "RedEventMatchInput")]
struct RedEventMatch {
    /// Kinds as the senders name them; empty = any.
    #[graphql(default)]
    kinds: Vec<String>,
    /// Least severity, 1 to 5.
    min_severity: i32,
    /// How long an event counts after it happened, minutes, at most 30 days.
    within_minutes: i32,
}

/// A rule: every part that is given must hold.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "RedRuleInput")]
struct RedRule {
    /// Its name, which alerts tell.
    name: String,
    /// Customers with any of these tags; empty = whatever tags.
    #[graphql(default)]
    tags: Vec<String>,
    /// Customers of any of these tiers; empty = whatever tier.
    #[graphql(default)]
    tiers: Vec<String>,
    /// Work of these queues; empty = of all.
    #[graphql(default)]
    queue_ids: Vec<ID>,
    /// An outside event; without one when null.
    event: Option<RedEventMatch>,
    /// The customer said something unhappier than this in the engagement, -0.95 to 0, like -0.5; null = whatever.
    sentiment_below: Option<f64>,
    /// The customer asked for any of these intents in the engagement; empty = for whatever.
    #[graphql(default)]
    intents: Vec<String>,
    /// Head start of the work, minutes, at most a week.
    #[graphql(default)]
    head_start_minutes: i32,
    /// To whom the work goes first, whatever queues they serve.
    manager_id: Option<ID>,
    /// To whom it goes when the manager's site is closed or they are away.
    deputy_id: Option<ID>,
    /// How long it is kept for them, seconds, at most an hour.
    #[graphql(default)]
    hold_seconds: i32,
    /// Whether the owner of the conversation, the manager and the floor are alarmed.
    #[graphql(default)]
    alert: bool,
}

impl From<&Rule> for RedRule {
    fn from(rule: &Rule) -> Self {
        let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        Self {
            name: rule.name.clone(),
            tags: rule.when.tags.clone(),
            tiers: rule.when.tiers.clone(),
            queue_ids: rule.when.queues.iter().map(|queue| id(*queue)).collect(),
            event: rule.when.event.as_ref().map(|event| RedEventMatch {
                kinds: event.kinds.clone(),
                min_severity: event.min_severity.into(),
                within_minutes: number(event.within_minutes),
            }),
            sentiment_below: rule.when.sentiment_below.map(|hundredths| f64::from(hundredths) / 100.0),
            intents: rule.when.intents.clone(),
            head_start_minutes: number(rule.then.head_start_minutes),
            manager_id: rule.then.manager.map(id),
            deputy_id: rule.then.deputy.map(id),
            hold_seconds: number(rule.then.hold_seconds),
            alert: rule.then.alert,
        }
    }
}

impl RedRule {
    /// What does not fit becomes a number that is refused with the place named.
    fn read(&self) -> Resolved<Rule> {
        let number = |value: i32| u32::try_from(value).unwrap_or(u32::MAX);
        let agent = |given: Option<&ID>| given.map(read::<AgentId>).transpose().extend();
        let queues = self.queue_ids.iter().map(read::<QueueId>).collect::<Result<_, _>>().extend()?;
        let event = self.event.as_ref().map(|event| EventMatch {
            kinds: event.kinds.clone(),
            min_severity: u8::try_from(event.min_severity).unwrap_or(0),
            within_minutes: number(event.within_minutes),
        });
        Ok(Rule {
            name: self.name.trim().to_owned(),
            when: When {
                tags: self.tags.clone(),
                tiers: self.tiers.clone(),
                queues,
                event,
                sentiment_below: self.sentiment_below.map(|below| (below * 100.0).round() as i16),
                intents: self.intents.iter().map(|intent| intent.trim().to_owned()).collect(),
            },
            then: Then {
                head_start_minutes: number(self.head_start_minutes),
                manager: agent(self.manager_id.as_ref())?,
                deputy: agent(self.deputy_id.as_ref())?,
                hold_seconds: number(self.hold_seconds),
                alert: self.alert,
            },
        })
    }
}

fn rules(input: &[RedRule]) -> Resolved<Vec<Rule>> {
    input.iter().map(RedRule::read).collect()
}

/// A version of the tenant's rules.
#[derive(SimpleObject)]
#[graphql(complex)]
struct RedRules {
    /// Its number.
    version: i32,
    /// The rules in the order in which they are looked at: the first that applies decides.
    rules: Vec<RedRule>,
    /// Whether they are in force.
    active: bool,
    /// Why they were made.
    note: String,
    /// When.
    created_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    author: Option<AgentId>,
}

#[ComplexObject]
impl RedRules {
    /// Who published them, when a person did.
    async fn author(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        let Some(author) = self.author else { return Ok(None) };
        Ok(load(ctx, TheAgent(author)).await?.map(Agent))
    }
}

impl From<store::RulesVersion> for RedRules {
    fn from(version: store::RulesVersion) -> Self {
        Self {
            version: version.version,
            rules: version.rules.iter().map(RedRule::from).collect(),
            active: version.active,
            note: version.note,
            created_at: version.created_at,
            author: version.author,
        }
    }
}

/// What one rule would have done.
#[derive(SimpleObject)]
struct RedRuleTrial {
    /// Its name.
    name: String,
    /// How many work items it would have applied to.
    applied: i32,
    /// Some of them, newest first.
    work_item_ids: Vec<ID>,
}

/// What rules would have done with the work of the last day. Nothing was stored.
#[derive(SimpleObject)]
struct RedRulesTrial {
    /// How many work items were looked at.
    looked_at: i32,
    /// Whether there were more, which were not.
    more: bool,
    /// Rule by rule.
    rules: Vec<RedRuleTrial>,
    /// Why it was not tried; `field` is a path like `rules.2.managerId`, counted from 0.
    user_errors: Vec<UserError>,
}

/// What another system said about a customer.
#[derive(SimpleObject)]
pub(crate) struct CustomerEvent {
    /// Opaque id.
    id: ID,
    /// Kind as the sender names it.
    kind: String,
    /// 1 to 5.
    severity: i32,
    /// For people.
    text: String,
    /// For programs.
    data: Json<Value>,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was told.
    received_at: DateTime<Utc>,
}

impl From<store::CustomerEvent> for CustomerEvent {
    fn from(event: store::CustomerEvent) -> Self {
        Self {
            id: id(event.id),
            kind: event.kind,
            severity: event.severity.into(),
            text: event.text,
            data: Json(event.data),
            occurred_at: event.occurred_at,
            received_at: event.received_at,
        }
    }
}

#[derive(InputObject)]
struct RedRulesTryInput {
    /// The draft.
    rules: Vec<RedRule>,
}

#[derive(Default)]
pub(crate) struct RedQueries;

#[Object]
impl RedQueries {
    /// Versions of the rules of the red channel, newest first. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn red_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Only those before this version")] before: Option<i32>,
    ) -> Resolved<Vec<RedRules>> {
        let viewer = viewer(ctx).extend()?;
        let most = page::first(first).extend()?;
        let found = app::rules_history(&viewer.app, &viewer.subject, before, most).await;
        Ok(outcome_of_read(found)?.0.into_iter().map(RedRules::from).collect())
    }

    /// Says what rules would have done with the work of the last day: tags and tiers as they are now, events as they were
    /// when the work came. Nothing is stored. Needs `setup:read`.
    async fn red_rules_try(&self, ctx: &Context<'_>, input: RedRulesTryInput) -> Resolved<RedRulesTrial> {
        let viewer = viewer(ctx).extend()?;
        let tried = app::try_rules(&viewer.app, &viewer.subject, &rules(&input.rules)?).await;
        let (trial, user_errors) = outcome_of_read(tried)?;
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let shown = |rule: app::RuleTrial| RedRuleTrial {
            name: rule.name,
            applied: number(rule.applied),
            work_item_ids: rule.examples.into_iter().map(id).collect(),
        };
        Ok(RedRulesTrial {
            looked_at: number(trial.looked_at),
            more: trial.more,
            rules: trial.rules.into_iter().map(shown).collect(),
            user_errors,
        })
    }
}

#[derive(InputObject)]
struct RedRulesPublishInput {
    /// The rules in the order in which they are looked at: they replace those there were.
    rules: Vec<RedRule>,
    /// Why, for those who look at the history.
    #[graphql(default)]
    note: String,
    /// Refuse when somebody published after this version.
    expected_version: Option<i32>,
}

#[derive(InputObject)]
struct RedRulesRevertInput {
    /// The version to publish again; 0 is no rules.
    version: i32,
    /// Why.
    #[graphql(default)]
    note: String,
}

/// Result of publishing rules.
#[derive(SimpleObject)]
struct RedRulesPayload {
    /// The rules in force.
    red_rules: Option<RedRules>,
    /// Why it was not done; `field` is a path like `rules.2.managerId`, counted from 0.
    user_errors: Vec<UserError>,
}

async fn payload(ctx: &Context<'_>, done: Result<i32, meridian_app::setup::SetupRefused>) -> Resolved<RedRulesPayload> {
    let (saved, user_errors) = outcome(done)?;
    if saved.is_none() {
        return Ok(RedRulesPayload { red_rules: None, user_errors });
    }
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = store::rules(&mut tx).await.map_err(AppError::from).extend()?;
    Ok(RedRulesPayload { red_rules: Some(found.into()), user_errors })
}

#[derive(InputObject)]
struct CustomerEventRecordInput {
    /// The customer.
    customer_id: ID,
    /// Kind: 1 to 64 lower-case letters, digits, dots, hyphens and underscores.
    kind: String,
    /// 1 to 5.
    #[graphql(default = 3)]
    severity: i32,
    /// For people, at most 1,000 characters.
    #[graphql(default)]
    text: String,
    /// For programs: an object of at most 4 KiB.
    data: Option<Json<Value>>,
    /// When it happened; now when left out.
    occurred_at: Option<DateTime<Utc>>,
}

/// Result of `customerEventRecord`.
#[derive(SimpleObject)]
struct CustomerEventRecordPayload {
    /// The customer.
    customer: Option<Customer>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct RedMutations;

#[Object]
impl RedMutations {
    /// Publishes the rules of the red channel as the newest version; work that waits is judged by them at once. Needs
    /// `setup:write`.
    async fn red_rules_publish(&self, ctx: &Context<'_>, input: RedRulesPublishInput) -> Resolved<RedRulesPayload> {
        let viewer = viewer(ctx).extend()?;
        let rules = rules(&input.rules)?;
        let expected = input.expected_version;
        payload(ctx, app::publish_rules(&viewer.app, &viewer.subject, &rules, &input.note, expected).await).await
    }

    /// Publishes an earlier version of the rules again, as a new one. Needs `setup:write`.
    async fn red_rules_revert(&self, ctx: &Context<'_>, input: RedRulesRevertInput) -> Resolved<RedRulesPayload> {
        let viewer = viewer(ctx).extend()?;
        payload(ctx, app::revert_rules(&viewer.app, &viewer.subject, input.version, &input.note).await).await
    }

    /// Tells of something that happened to a customer outside; rules of the red channel follow at once. Needs
    /// `work:handle`.
    async fn customer_event_record(
        &self,
        ctx: &Context<'_>,
        input: CustomerEventRecordInput,
    ) -> Resolved<CustomerEventRecordPayload> {
        let viewer = viewer(ctx).extend()?;
        let customer = read::<CustomerId>(&input.customer_id).extend()?;
        let event = app::NewCustomerEvent {
            kind: input.kind,
            severity: i16::try_from(input.severity).unwrap_or(0),
            text: input.text,
            data: input.data.map_or_else(|| serde_json::json!({}), |data| data.0),
            occurred_at: input.occurred_at,
        };
        if let Err(refused) = app::record_event(&viewer.app, &viewer.subject, customer, &event).await {
            return Ok(CustomerEventRecordPayload { customer: None, user_errors: vec![refused.split().extend()?] });
        }
        let mut tx = viewer.read().await.extend()?;
        let found = customers::find(&mut tx, customer).await.map_err(AppError::from).extend()?;
        Ok(CustomerEventRecordPayload { customer: found.map(Customer), user_errors: Vec::new() })
    }
}

/// What other systems said about a customer, newest first.
pub(crate) async fn events(
    ctx: &Context<'_>,
    customer: CustomerId,
    first: Option<i32>,
) -> Resolved<Vec<CustomerEvent>> {
    let viewer = viewer(ctx).extend()?;
    let most = page::first(first).extend()?;
    match app::events_of(&viewer.app, &viewer.subject, customer, most).await {
        Ok(found) => Ok(found.into_iter().map(CustomerEvent::from).collect()),
        Err(refused) => Err(AppError::BadInput(refused.split().extend()?.message).extend()),
    }
}
