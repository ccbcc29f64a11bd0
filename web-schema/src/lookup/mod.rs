//! What the tenant's own system knows of a customer, and how it is asked.

mod mutations;

pub(crate) use mutations::LookupMutations;

use crate::{
    admin::reading,
    context::viewer,
    error::{AppError, Resolved},
    ids::read,
};
use async_graphql::{Context, Enum, ID, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::lookup as app;
use meridian_domain::{
    ids::CustomerId,
    lookup as rules,
    people::Permission,
    time::{Clock, SystemClock},
};
use meridian_store::lookups as store;

/// How the answer of the tenant's own system stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "app::Standing")]
enum CustomerLookupStanding {
    /// There is one.
    Known,
    /// The system does not know the customer.
    Unknown,
    /// The system has not answered yet: `fault` says why.
    Unanswered,
    /// The customer has no verified identifier that may be sent: nothing is asked.
    Nameless,
}

/// Why a look-up has no newer answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rules::FaultKind")]
pub(crate) enum CustomerLookupFaultKind {
    /// No answer within a second.
    Slow,
    /// No connection, or the answer was cut off.
    Unreachable,
    /// The address may not be asked: it is private.
    Address,
    /// It answered with another status than a good one.
    Status,
    /// It pointed elsewhere: redirects are not followed.
    Redirect,
    /// The answer is larger than 64 KiB.
    TooLarge,
    /// The answer breaks a rule.
    Garbage,
    /// Too many look-ups are under way.
    Busy,
    /// It failed often, and is left alone for a while.
    Resting,
}

/// Why a look-up has no newer answer.
#[derive(SimpleObject)]
pub(crate) struct CustomerLookupFault {
    /// What kind of trouble.
    kind: CustomerLookupFaultKind,
    /// What exactly, for who mends it: null without `setup:read`.
    detail: Option<String>,
}

impl CustomerLookupFault {
    fn of(fault: &rules::Fault, in_full: bool) -> Self {
        let detail = Some(fault.detail.clone()).filter(|detail| in_full && !detail.is_empty());
        Self { kind: fault.kind.into(), detail }
    }
}

/// One thing that is so.
#[derive(SimpleObject)]
struct CustomerLookupFact {
    /// What it is.
    label: String,
    /// What it says.
    value: String,
    /// Where more of it stands: an http(s) address.
    link: Option<String>,
}

/// One thing that happened, or will.
#[derive(SimpleObject)]
struct CustomerLookupActivity {
    /// When.
    at: DateTime<Utc>,
    /// What.
    title: String,
    /// More of it.
    detail: Option<String>,
    /// Where more of it stands: an http(s) address.
    link: Option<String>,
    /// An amount as people read it.
    amount: Option<String>,
}

/// What the tenant's own system says of a customer.
#[derive(SimpleObject)]
pub(crate) struct CustomerLookupAnswer {
    /// The name there.
    name: Option<String>,
    /// What is so, in its order; at most 30.
    facts: Vec<CustomerLookupFact>,
    /// What happened, newest first; at most 30.
    activities: Vec<CustomerLookupActivity>,
    /// Tags there, at most 10.
    tags: Vec<String>,
}

impl From<rules::Answer> for CustomerLookupAnswer {
    fn from(answer: rules::Answer) -> Self {
        let fact = |fact: rules::Fact| CustomerLookupFact { label: fact.label, value: fact.value, link: fact.link };
        let activity = |one: rules::Activity| CustomerLookupActivity {
            at: one.at,
            title: one.title,
            detail: one.detail,
            link: one.link,
            amount: one.amount,
        };
        Self {
            name: answer.name,
            facts: answer.facts.into_iter().map(fact).collect(),
            activities: answer.activities.into_iter().map(activity).collect(),
            tags: answer.tags,
        }
    }
}

/// What the tenant's own system knows of a customer.
#[derive(SimpleObject)]
pub(crate) struct CustomerLookup {
    /// How it stands.
    standing: CustomerLookupStanding,
    /// The last answer; null unless the customer is known there.
    answer: Option<CustomerLookupAnswer>,
    /// When it was given.
    as_of: Option<DateTime<Utc>>,
    /// Whether it is as fresh as it should be.
    fresh: bool,
    /// Why there is no newer one.
    fault: Option<CustomerLookupFault>,
    /// Until when the system is left alone because it failed often.
    rests_until: Option<DateTime<Utc>>,
}

impl CustomerLookup {
    fn of(look: app::Look, in_full: bool) -> Self {
        let known = look.standing == app::Standing::Known;
        Self {
            standing: look.standing.into(),
            answer: known.then(|| look.answer.into()),
            as_of: look.as_of,
            fresh: look.fresh,
            fault: look.fault.as_ref().map(|fault| CustomerLookupFault::of(fault, in_full)),
            rests_until: look.rests_until,
        }
    }
}

/// How the tenant's own system is asked about customers, and how it fares.
pub(crate) struct CustomerLookupSetting(store::Setting);

/// How the tenant's own system is asked about customers, and how it fares.
#[Object]
impl CustomerLookupSetting {
    /// Where to: requests are signed after Standard Webhooks.
    async fn url(&self) -> &str {
        &self.0.url
    }
    /// Whether it is asked.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }
    /// Schemes of identifiers that may be sent, once they are verified.
    async fn schemes(&self) -> &[String] {
        &self.0.schemes
    }
    /// For how many seconds an answer is fresh.
    async fn fresh_seconds(&self) -> i32 {
        self.0.fresh_seconds
    }
    /// Until when the secret before the last rotation signs along.
    async fn previous_secret_until(&self) -> Option<DateTime<Utc>> {
        self.0.previous_until.filter(|until| *until > self.0.now)
    }
    /// Faults in a row.
    async fn faults(&self) -> i32 {
        self.0.faults
    }
    /// Until when it is left alone after faults in a row; then one look-up tries it.
    async fn rests_until(&self) -> Option<DateTime<Utc>> {
        self.0.rests_until.filter(|until| *until > self.0.now)
    }
    /// When it answered last, to within seconds.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }
    /// How long that took, in milliseconds.
    async fn answered_ms(&self) -> Option<i32> {
        self.0.answered_ms
    }
    /// When it failed last.
    async fn failed_at(&self) -> Option<DateTime<Utc>> {
        self.0.failed_at
    }
    /// How it failed then.
    async fn last_fault(&self) -> Option<CustomerLookupFault> {
        let kind = self.0.fault.as_deref().and_then(rules::FaultKind::from_code)?;
        let detail = self.0.fault_detail.clone().unwrap_or_default();
        Some(CustomerLookupFault::of(&rules::Fault { kind, detail }, true))
    }
}

/// The setting as it is now.
async fn setting(ctx: &Context<'_>) -> Resolved<Option<CustomerLookupSetting>> {
    let mut tx = reading(ctx, Permission::ReadSetup).await?;
    Ok(store::setting(&mut tx).await.map_err(AppError::from).extend()?.map(CustomerLookupSetting))
}

#[derive(Default)]
pub(crate) struct LookupQueries;

#[Object]
impl LookupQueries {
    /// What the tenant's own system knows of a customer: what is kept while it is fresh, else it is asked, within a second.
    /// Null when nobody set the look-up up, or it is off. Needs `conversations:read`.
    #[graphql(complexity = "500 + child_complexity")]
    async fn customer_lookup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer; of one that was merged, the other")] customer_id: ID,
        #[graphql(desc = "In which language the answer would be liked (BCP 47)", default = "en")] locale: String,
    ) -> Resolved<Option<CustomerLookup>> {
        let viewer = viewer(ctx).extend()?;
        let customer = read::<CustomerId>(&customer_id).extend()?;
        let in_full = viewer.subject.may(Permission::ReadSetup);
        match app::look(&viewer.app, &viewer.subject, customer, &locale, SystemClock.now()).await {
            Ok(look) => Ok(look.map(|look| CustomerLookup::of(look, in_full))),
            Err(app::LookupRefused::Forbidden(error)) => Err(AppError::from(error)).extend(),
            Err(app::LookupRefused::Store(error)) => Err(AppError::from(error)).extend(),
            Err(app::LookupRefused::NotFound(_) | app::LookupRefused::Soon) => Ok(None),
        }
    }

    /// How the tenant's own system is asked about customers; null when nobody set it up. Needs `setup:read`.
    async fn customer_lookup_setting(&self, ctx: &Context<'_>) -> Resolved<Option<CustomerLookupSetting>> {
        setting(ctx).await
    }
}
