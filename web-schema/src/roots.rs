//! The roots: a tree of merged objects, one branch an area.

use crate::{
    admin::{AdminMutations, AdminQueries},
    channels::{ChannelMutations, ChannelQueries},
    conversations::{
        CannedMutations, CannedQueries, ConversationMutations, ConversationQueries, SteerMutations, SteerQueries,
    },
    customers::{CustomerMutations, CustomerQueries},
    people::{PeopleMutations, PeopleQueries},
    red::{RedMutations, RedQueries},
    work::{
        AlertMutations, AlertQueries, EmergencyMutations, EmergencyQueries, PlanMutations, PlanQueries, WorkMutations,
        WorkQueries,
    },
};
use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub(crate) struct Reading(ConversationQueries, CustomerQueries, CannedQueries, SteerQueries);

#[derive(MergedObject, Default)]
pub(crate) struct Floor(PeopleQueries, WorkQueries, ChannelQueries, AdminQueries);

#[derive(MergedObject, Default)]
pub(crate) struct Steering(PlanQueries, AlertQueries, RedQueries, EmergencyQueries);

/// What can be asked.
#[derive(MergedObject, Default)]
pub(crate) struct Query(Reading, Floor, Steering);

#[derive(MergedObject, Default)]
pub(crate) struct Writing(ConversationMutations, CustomerMutations, SteerMutations, CannedMutations);

#[derive(MergedObject, Default)]
pub(crate) struct Managing(PeopleMutations, WorkMutations, AdminMutations, ChannelMutations);

#[derive(MergedObject, Default)]
pub(crate) struct Routing(PlanMutations, AlertMutations, RedMutations, EmergencyMutations);

/// What can be changed.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(Writing, Managing, Routing);
