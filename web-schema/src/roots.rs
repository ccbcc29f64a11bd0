//! The roots: a tree of merged objects, one branch an area.

use crate::{
    admin::{AdminMutations, AdminQueries},
    bot_tests::{BotTestMutations, BotTestQueries},
    channels::{ChannelMutations, ChannelQueries, TemplateMutations, TemplateQueries},
    checklists::{ChecklistMutations, ChecklistQueries},
    conversations::{
        AmendMutations, CannedMutations, CannedQueries, ConsultMutations, ConversationMutations, ConversationQueries,
        DraftMutations, DraftQueries, SearchQueries, SteerMutations, SteerQueries,
    },
    customers::{CustomerMutations, CustomerQueries},
    identity::{IdentityMutations, IdentityQueries, RunMutations, RunQueries, VerifyMutations, VerifyQueries},
    knowledge::{KnowledgeMutations, KnowledgeQueries},
    lookup::{LookupMutations, LookupQueries},
    people::{PeopleMutations, PeopleQueries},
    red::{RedMutations, RedQueries},
    understanding::{UnderstandingMutations, UnderstandingQueries},
    webhooks::{BotEventMutations, BotEventQueries, WebhookMutations, WebhookQueries},
    work::{
        AlertMutations, AlertQueries, CapacityMutations, CapacityQueries, CodeMutations, CodeQueries,
        EmergencyMutations, EmergencyQueries, LineMutations, LineQueries, PlanMutations, PlanQueries, ReportQueries,
        ScheduledMutations, ScheduledQueries, ShadowMutations, ShadowQueries, WhatIfMutations, WhatIfQueries,
        WhyNotQueries, WorkMutations, WorkQueries,
    },
};
use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub(crate) struct Reading(
    ConversationQueries,
    CustomerQueries,
    IdentityQueries,
    RunQueries,
    VerifyQueries,
    CannedQueries,
    DraftQueries,
    SteerQueries,
    SearchQueries,
    KnowledgeQueries,
    ChecklistQueries,
    UnderstandingQueries,
);

#[derive(MergedObject, Default)]
pub(crate) struct Floor(
    PeopleQueries,
    WorkQueries,
    ChannelQueries,
    AdminQueries,
    TemplateQueries,
    WebhookQueries,
    BotEventQueries,
    BotTestQueries,
    LookupQueries,
);

#[derive(MergedObject, Default)]
pub(crate) struct Rules(
    PlanQueries,
    AlertQueries,
    RedQueries,
    EmergencyQueries,
    LineQueries,
    ScheduledQueries,
    ReportQueries,
    WhatIfQueries,
    WhyNotQueries,
    CodeQueries,
    CapacityQueries,
    ShadowQueries,
);

/// What can be asked.
#[derive(MergedObject, Default)]
pub(crate) struct Query(Reading, Floor, Rules);

#[derive(MergedObject, Default)]
pub(crate) struct Writing(
    ConversationMutations,
    AmendMutations,
    CustomerMutations,
    IdentityMutations,
    RunMutations,
    VerifyMutations,
    SteerMutations,
    ConsultMutations,
    CannedMutations,
    DraftMutations,
    KnowledgeMutations,
    ChecklistMutations,
    UnderstandingMutations,
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
    BotTestMutations,
    LookupMutations,
);

#[derive(MergedObject, Default)]
pub(crate) struct Routing(
    PlanMutations,
    AlertMutations,
    RedMutations,
    EmergencyMutations,
    LineMutations,
    ScheduledMutations,
    WhatIfMutations,
    CodeMutations,
    CapacityMutations,
    ShadowMutations,
);

/// What can be changed.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(Writing, Managing, Routing);
