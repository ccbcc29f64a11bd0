//! The roots: a tree of merged objects, one branch an area.

use crate::{
    admin::{AdminMutations, AdminQueries},
    channels::{ChannelMutations, ChannelQueries, TemplateMutations, TemplateQueries},
    conversations::{
        CannedMutations, CannedQueries, ConversationMutations, ConversationQueries, SteerMutations, SteerQueries,
    },
    customers::{CustomerMutations, CustomerQueries},
    knowledge::{KnowledgeMutations, KnowledgeQueries},
    identity::{IdentityMutations, IdentityQueries, RunMutations, RunQueries},
    people::{PeopleMutations, PeopleQueries},
    red::{RedMutations, RedQueries},
    webhooks::{BotEventMutations, BotEventQueries, WebhookMutations, WebhookQueries},
    work::{
        AlertMutations, AlertQueries, EmergencyMutations, EmergencyQueries, PlanMutations, PlanQueries, WorkMutations,
        WorkQueries,
    },
};
use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub(crate) struct Reading(
    ConversationQueries,
    CustomerQueries,
    IdentityQueries,
    RunQueries,
    CannedQueries,
    SteerQueries,
    KnowledgeQueries,
);

#[derive(MergedObject, Default)]
pub(crate) struct Floor(PeopleQueries, WorkQueries, ChannelQueries, AdminQueries, TemplateQueries, WebhookQueries, BotEventQueries);

#[derive(MergedObject, Default)]
pub(crate) struct Rules(PlanQueries, AlertQueries, RedQueries, EmergencyQueries);

/// What can be asked.
#[derive(MergedObject, Default)]
pub(crate) struct Query(Reading, Floor, Rules);

#[derive(MergedObject, Default)]
pub(crate) struct Writing(
    ConversationMutations,
    CustomerMutations,
    IdentityMutations,
    RunMutations,
    SteerMutations,
    CannedMutations,
    KnowledgeMutations,
);

#[derive(MergedObject, Default)]
pub(crate) struct Managing(
    PeopleMutations,
    WorkMutations,
    AdminMutations,
    ChannelMutations,
    TemplateMutations,
    WebhookMutations,
    BotEventMutations,
);

#[derive(MergedObject, Default)]
pub(crate) struct Routing(PlanMutations, AlertMutations, RedMutations, EmergencyMutations);

/// What can be changed.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(Writing, Managing, Routing);
