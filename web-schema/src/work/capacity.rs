//! How work of the channel classes goes together in one person's hands.

use super::ChannelClass;
use crate::{
    admin::{outcome, reading},
    context::viewer,
    error::{AppError, Resolved, UserError},
};
use async_graphql::{Context, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::setup as app;
use meridian_domain::{capacity::CapacityPolicy as Policy, channel::ChannelClass as DomainClass, people::Permission};
use meridian_store::capacity as store;

/// What a piece of a class takes of the total.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "ClassWeightInput")]
struct ClassWeight {
    /// The class.
    class: ChannelClass,
    /// Units, 1 to 100.
    weight: i32,
}

/// On top of what new work of a class may come.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "ClassInterruptsInput")]
struct ClassInterrupts {
    /// The class of the new work.
    class: ChannelClass,
    /// Classes of work that it may interrupt, beside its own.
    over: Vec<ChannelClass>,
}

/// How work of the channel classes goes together in one person's hands, over all queues.
#[derive(SimpleObject)]
struct CapacityPolicy {
    /// What a piece of a class takes of the total; 1 where nothing is said.
    weights: Vec<ClassWeight>,
    /// Most units in one person's hands; 0 = no total.
    total: i32,
    /// On top of what new work of a class may come; a class that is not named may come on top of any.
    interrupts: Vec<ClassInterrupts>,
    /// Share of their capacity that somebody who is finishing still takes, percent.
    finishing_percent: i32,
}

impl From<Policy> for CapacityPolicy {
    fn from(policy: Policy) -> Self {
        let weight = |(class, weight): (DomainClass, i16)| ClassWeight { class: class.into(), weight: weight.into() };
        Self {
            weights: policy.weights.into_iter().map(weight).collect(),
            total: policy.total.into(),
            interrupts: policy
                .interrupts
                .into_iter()
                .map(|(class, over)| ClassInterrupts {
                    class: class.into(),
                    over: over.into_iter().map(Into::into).collect(),
                })
                .collect(),
            finishing_percent: policy.finishing_percent.into(),
        }
    }
}

#[derive(InputObject)]
struct CapacityPolicySaveInput {
    /// What a piece of a class takes of the total, 1 to 100; 1 where nothing is said.
    #[graphql(default)]
    weights: Vec<ClassWeight>,
    /// Most units in one person's hands, 0 to 100; 0 = no total.
    #[graphql(default)]
    total: i32,
    /// On top of what new work of a class may come; a class that is not named may come on top of any.
    #[graphql(default)]
    interrupts: Vec<ClassInterrupts>,
    /// Share of their capacity that somebody who is finishing still takes, 0 to 100 percent.
    #[graphql(default)]
    finishing_percent: i32,
}

impl CapacityPolicySaveInput {
    /// Numbers that are far out are kept out of bounds, so that they are refused.
    fn read(self) -> Policy {
        let small = |n: i32| i16::try_from(n).unwrap_or(i16::MAX);
        Policy {
            weights: self.weights.into_iter().map(|one| (one.class.into(), small(one.weight))).collect(),
            total: small(self.total),
            interrupts: self
                .interrupts
                .into_iter()
                .map(|one| (one.class.into(), one.over.into_iter().map(Into::into).collect()))
                .collect(),
            finishing_percent: u8::try_from(self.finishing_percent).unwrap_or(u8::MAX),
        }
    }
}

/// Result of `capacityPolicySave`.
#[derive(SimpleObject)]
struct CapacityPolicyPayload {
    /// The policy in force.
    capacity_policy: Option<CapacityPolicy>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct CapacityQueries;

#[Object]
impl CapacityQueries {
    /// How work of the channel classes goes together in one person's hands. Needs `floor:read`.
    async fn capacity_policy(&self, ctx: &Context<'_>) -> Resolved<CapacityPolicy> {
        let mut tx = reading(ctx, Permission::ReadFloor).await?;
        Ok(store::policy(&mut tx).await.map_err(AppError::from).extend()?.into())
    }
}

#[derive(Default)]
pub(crate) struct CapacityMutations;

#[Object]
impl CapacityMutations {
    /// Says how work of the channel classes goes together in one person's hands: the whole of it. What people hold beyond it
    /// stays with them. Needs `setup:write`.
    async fn capacity_policy_save(
        &self,
        ctx: &Context<'_>,
        input: CapacityPolicySaveInput,
    ) -> Resolved<CapacityPolicyPayload> {
        let viewer = viewer(ctx).extend()?;
        let policy = input.read();
        let (saved, user_errors) = outcome(app::save_capacity(&viewer.app, &viewer.subject, &policy).await)?;
        Ok(CapacityPolicyPayload { capacity_policy: saved.map(|()| policy.into()), user_errors })
    }
}
