//! Setting the look-up up, trying it, and asking again.

use super::{CustomerLookup, CustomerLookupAnswer, CustomerLookupFault, CustomerLookupSetting, setting};
use crate::{
    admin::outcome,
    context::viewer,
    error::{Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Json, Object, ResultExt, SimpleObject};
use meridian_app::{
    lookup as app,
    setup::{LookupTrial, rotate_lookup_secret, save_lookup, test_lookup},
};
use meridian_domain::{
    ids::CustomerId,
    lookup as rules,
    people::Permission,
    time::{Clock, SystemClock},
};
use meridian_store::lookups as store;
use serde_json::Value;

/// Characters of an answer that are shown.
const SHOWN: usize = 4_096;

#[derive(InputObject)]
struct CustomerLookupSaveInput {
    /// Where requests are posted: an https address without user and password that resolves to nothing private.
    url: String,
    /// Whether it is asked.
    #[graphql(default = true)]
    enabled: bool,
    /// Schemes of identifiers that may be sent, once they are verified; by default phone, mail and customer number.
    schemes: Option<Vec<String>>,
    /// For how many seconds an answer is fresh, 10 to 86,400.
    #[graphql(default = 300)]
    fresh_seconds: i32,
}

#[derive(InputObject)]
struct CustomerLookupRotateSecretInput {
    /// Hours for which the present secret signs along, 0 to 168.
    #[graphql(default = 24)]
    overlap_hours: i32,
}

#[derive(InputObject)]
struct CustomerLookupTestInput {
    /// Scheme of the identifier to ask about, one of those that may be sent.
    scheme: String,
    /// The identifier, in any common notation.
    value: String,
    /// In which language the answer would be liked (BCP 47).
    #[graphql(default = "en")]
    locale: String,
}

#[derive(InputObject)]
struct CustomerLookupRefreshInput {
    /// The customer.
    customer_id: ID,
    /// In which language the answer would be liked (BCP 47).
    #[graphql(default = "en")]
    locale: String,
}

/// Result of what changes the look-up of customers.
#[derive(SimpleObject)]
struct CustomerLookupSettingPayload {
    /// How the system is asked now.
    setting: Option<CustomerLookupSetting>,
    /// Its new signing secret (Standard Webhooks), shown this once.
    secret: Option<String>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `customerLookupRefresh`.
#[derive(SimpleObject)]
struct CustomerLookupRefreshPayload {
    /// What the system says now.
    lookup: Option<CustomerLookup>,
    /// Why it was not asked.
    user_errors: Vec<UserError>,
}

/// A look-up that was tried.
#[derive(SimpleObject)]
struct CustomerLookupTrial {
    /// The headers that were sent.
    request_headers: Json<Value>,
    /// The body that was sent.
    request_body: Json<Value>,
    /// The answer's status; null when there was no answer.
    status: Option<i32>,
    /// The beginning of the answer, at most 4,096 characters.
    response: String,
    /// How long it took, in milliseconds.
    duration_ms: i32,
    /// What it says; null when the customer is not known there, or with a fault.
    answer: Option<CustomerLookupAnswer>,
    /// Why it cannot be shown.
    fault: Option<CustomerLookupFault>,
}

impl From<LookupTrial> for CustomerLookupTrial {
    fn from(trial: LookupTrial) -> Self {
        let text = String::from_utf8_lossy(&trial.exchange.body).chars().take(SHOWN).collect();
        let fault = trial.outcome.as_ref().err().map(|fault: &rules::Fault| CustomerLookupFault::of(fault, true));
        Self {
            request_headers: Json(trial.exchange.headers),
            request_body: Json(trial.body),
            status: trial.exchange.status.map(Into::into),
            response: text,
            duration_ms: i32::try_from(trial.exchange.took.as_millis()).unwrap_or(i32::MAX),
            answer: trial.outcome.ok().flatten().map(Into::into),
            fault,
        }
    }
}

/// Result of `customerLookupTest`.
#[derive(SimpleObject)]
struct CustomerLookupTestPayload {
    /// What was sent, and what came back.
    trial: Option<CustomerLookupTrial>,
    /// How the system fares now.
    setting: Option<CustomerLookupSetting>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct LookupMutations;

#[Object]
impl LookupMutations {
    /// Sets up how the tenant's own system is asked about customers, and tells the signing secret once; or changes it. Needs
    /// `setup:write`.
    async fn customer_lookup_save(
        &self,
        ctx: &Context<'_>,
        input: CustomerLookupSaveInput,
    ) -> Resolved<CustomerLookupSettingPayload> {
        let viewer = viewer(ctx).extend()?;
        let schemes = input.schemes.unwrap_or_else(|| rules::SCHEMES.map(str::to_owned).to_vec());
        let wanted = store::Wanted {
            url: &input.url,
            enabled: input.enabled,
            schemes: &schemes,
            fresh_seconds: input.fresh_seconds,
        };
        let (saved, user_errors) = outcome(save_lookup(&viewer.app, &viewer.subject, wanted).await)?;
        Ok(CustomerLookupSettingPayload { setting: setting(ctx).await?, secret: saved.flatten(), user_errors })
    }

    /// Gives the look-up a new secret, told once; for a while every request is signed with both. Needs `setup:write`.
    async fn customer_lookup_rotate_secret(
        &self,
        ctx: &Context<'_>,
        input: CustomerLookupRotateSecretInput,
    ) -> Resolved<CustomerLookupSettingPayload> {
        let viewer = viewer(ctx).extend()?;
        let made = rotate_lookup_secret(&viewer.app, &viewer.subject, input.overlap_hours).await;
        let (secret, user_errors) = outcome(made)?;
        Ok(CustomerLookupSettingPayload { setting: setting(ctx).await?, secret, user_errors })
    }

    /// Asks about an identifier, also while the look-up is off, and shows request and answer; nothing of it is kept. The
    /// customer in the request is `cus_` and zeros. Needs `setup:write`.
    async fn customer_lookup_test(
        &self,
        ctx: &Context<'_>,
        input: CustomerLookupTestInput,
    ) -> Resolved<CustomerLookupTestPayload> {
        let viewer = viewer(ctx).extend()?;
        let (scheme, value, locale) = (&input.scheme, &input.value, &input.locale);
        let tried = test_lookup(&viewer.app, &viewer.subject, scheme, value, locale, SystemClock.now()).await;
        let (trial, user_errors) = outcome(tried)?;
        Ok(CustomerLookupTestPayload { trial: trial.map(Into::into), setting: setting(ctx).await?, user_errors })
    }

    /// Asks the tenant's own system about a customer though its answer is fresh; not twice within five seconds. Needs
    /// `work:handle`.
    async fn customer_lookup_refresh(
        &self,
        ctx: &Context<'_>,
        input: CustomerLookupRefreshInput,
    ) -> Resolved<CustomerLookupRefreshPayload> {
        let viewer = viewer(ctx).extend()?;
        let customer = read::<CustomerId>(&input.customer_id).extend()?;
        let in_full = viewer.subject.may(Permission::ReadSetup);
        match app::again(&viewer.app, &viewer.subject, customer, &input.locale, SystemClock.now()).await {
            Ok(look) => Ok(CustomerLookupRefreshPayload {
                lookup: Some(CustomerLookup::of(look, in_full)),
                user_errors: Vec::new(),
            }),
            Err(refused) => {
                Ok(CustomerLookupRefreshPayload { lookup: None, user_errors: vec![refused.split().extend()?] })
            }
        }
    }
}
