/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment Done on ScheduledWorkPayload {\n  scheduledWork {\n    id\n    state\n  }\n  userErrors {\n    code\n    message\n    field\n  }\n}\n\nquery ScheduledWork($after: String) {\n  scheduledWork(first: 50, after: $after) {\n    nodes {\n      id\n      kind\n      state\n      dueAt\n      untilAt\n      timeZone\n      note\n      agentId\n      queueId\n      attempts {\n        number\n        at\n        outcome\n        note\n        agentId\n      }\n      conversation {\n        id\n        number\n        subject\n        lifecycle\n        customer {\n          id\n          name\n          tier\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CallbackRequest($input: CallbackRequestInput!) {\n  callbackRequest(input: $input) {\n    ...Done\n  }\n}\n\nmutation WorkSchedule($input: WorkScheduleInput!) {\n  workSchedule(input: $input) {\n    ...Done\n  }\n}\n\nmutation ScheduledWorkCancel($input: ScheduledWorkCancelInput!) {\n  scheduledWorkCancel(input: $input) {\n    ...Done\n  }\n}\n\nmutation CallbackAttempt($input: CallbackAttemptInput!) {\n  callbackAttemptRecord(input: $input) {\n    ...Done\n  }\n}": typeof types.DoneFragmentDoc,
};
const documents: Documents = {
    "fragment Done on ScheduledWorkPayload {\n  scheduledWork {\n    id\n    state\n  }\n  userErrors {\n    code\n    message\n    field\n  }\n}\n\nquery ScheduledWork($after: String) {\n  scheduledWork(first: 50, after: $after) {\n    nodes {\n      id\n      kind\n      state\n      dueAt\n      untilAt\n      timeZone\n      note\n      agentId\n      queueId\n      attempts {\n        number\n        at\n        outcome\n        note\n        agentId\n      }\n      conversation {\n        id\n        number\n        subject\n        lifecycle\n        customer {\n          id\n          name\n          tier\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CallbackRequest($input: CallbackRequestInput!) {\n  callbackRequest(input: $input) {\n    ...Done\n  }\n}\n\nmutation WorkSchedule($input: WorkScheduleInput!) {\n  workSchedule(input: $input) {\n    ...Done\n  }\n}\n\nmutation ScheduledWorkCancel($input: ScheduledWorkCancelInput!) {\n  scheduledWorkCancel(input: $input) {\n    ...Done\n  }\n}\n\nmutation CallbackAttempt($input: CallbackAttemptInput!) {\n  callbackAttemptRecord(input: $input) {\n    ...Done\n  }\n}": types.DoneFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Done on ScheduledWorkPayload {\n  scheduledWork {\n    id\n    state\n  }\n  userErrors {\n    code\n    message\n    field\n  }\n}\n\nquery ScheduledWork($after: String) {\n  scheduledWork(first: 50, after: $after) {\n    nodes {\n      id\n      kind\n      state\n      dueAt\n      untilAt\n      timeZone\n      note\n      agentId\n      queueId\n      attempts {\n        number\n        at\n        outcome\n        note\n        agentId\n      }\n      conversation {\n        id\n        number\n        subject\n        lifecycle\n        customer {\n          id\n          name\n          tier\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CallbackRequest($input: CallbackRequestInput!) {\n  callbackRequest(input: $input) {\n    ...Done\n  }\n}\n\nmutation WorkSchedule($input: WorkScheduleInput!) {\n  workSchedule(input: $input) {\n    ...Done\n  }\n}\n\nmutation ScheduledWorkCancel($input: ScheduledWorkCancelInput!) {\n  scheduledWorkCancel(input: $input) {\n    ...Done\n  }\n}\n\nmutation CallbackAttempt($input: CallbackAttemptInput!) {\n  callbackAttemptRecord(input: $input) {\n    ...Done\n  }\n}"): typeof import('./graphql').DoneFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
