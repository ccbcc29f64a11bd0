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
    "fragment PlanBits on RoutingPlan {\n  version\n  active\n  note\n  createdAt\n  author {\n    id\n    name\n  }\n  targetSeconds\n  reserve\n  steps {\n    seconds\n    relaxLevels\n    anyLanguage\n    anyHours\n    shiftLeftMinutes\n    opensWithinMinutes\n    skipIfEmpty\n    order\n    pool\n    tells {\n      message\n      callback\n    }\n    siteIds\n    branchIds\n    agentIds\n    languages\n    skills {\n      skillId\n      level\n    }\n    attributes {\n      key\n      anyOf\n      atLeast\n    }\n  }\n}\n\nquery Plans {\n  queues {\n    id\n    plans(first: 50) {\n      ...PlanBits\n    }\n  }\n}\n\nquery PlanTry($input: RoutingPlanTryInput!) {\n  routingPlanTry(input: $input) {\n    at\n    steps {\n      step\n      beginsSeconds\n      endsSeconds\n      free\n      skipped\n      exclusions\n      candidates {\n        agent {\n          id\n          name\n        }\n        score\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation PlanPublish($input: RoutingPlanPublishInput!) {\n  routingPlanPublish(input: $input) {\n    queue {\n      id\n      plans(first: 50) {\n        ...PlanBits\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation PlanRevert($input: RoutingPlanRevertInput!) {\n  routingPlanRevert(input: $input) {\n    queue {\n      id\n      plans(first: 50) {\n        ...PlanBits\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.PlanBitsFragmentDoc,
};
const documents: Documents = {
    "fragment PlanBits on RoutingPlan {\n  version\n  active\n  note\n  createdAt\n  author {\n    id\n    name\n  }\n  targetSeconds\n  reserve\n  steps {\n    seconds\n    relaxLevels\n    anyLanguage\n    anyHours\n    shiftLeftMinutes\n    opensWithinMinutes\n    skipIfEmpty\n    order\n    pool\n    tells {\n      message\n      callback\n    }\n    siteIds\n    branchIds\n    agentIds\n    languages\n    skills {\n      skillId\n      level\n    }\n    attributes {\n      key\n      anyOf\n      atLeast\n    }\n  }\n}\n\nquery Plans {\n  queues {\n    id\n    plans(first: 50) {\n      ...PlanBits\n    }\n  }\n}\n\nquery PlanTry($input: RoutingPlanTryInput!) {\n  routingPlanTry(input: $input) {\n    at\n    steps {\n      step\n      beginsSeconds\n      endsSeconds\n      free\n      skipped\n      exclusions\n      candidates {\n        agent {\n          id\n          name\n        }\n        score\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation PlanPublish($input: RoutingPlanPublishInput!) {\n  routingPlanPublish(input: $input) {\n    queue {\n      id\n      plans(first: 50) {\n        ...PlanBits\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation PlanRevert($input: RoutingPlanRevertInput!) {\n  routingPlanRevert(input: $input) {\n    queue {\n      id\n      plans(first: 50) {\n        ...PlanBits\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.PlanBitsFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment PlanBits on RoutingPlan {\n  version\n  active\n  note\n  createdAt\n  author {\n    id\n    name\n  }\n  targetSeconds\n  reserve\n  steps {\n    seconds\n    relaxLevels\n    anyLanguage\n    anyHours\n    shiftLeftMinutes\n    opensWithinMinutes\n    skipIfEmpty\n    order\n    pool\n    tells {\n      message\n      callback\n    }\n    siteIds\n    branchIds\n    agentIds\n    languages\n    skills {\n      skillId\n      level\n    }\n    attributes {\n      key\n      anyOf\n      atLeast\n    }\n  }\n}\n\nquery Plans {\n  queues {\n    id\n    plans(first: 50) {\n      ...PlanBits\n    }\n  }\n}\n\nquery PlanTry($input: RoutingPlanTryInput!) {\n  routingPlanTry(input: $input) {\n    at\n    steps {\n      step\n      beginsSeconds\n      endsSeconds\n      free\n      skipped\n      exclusions\n      candidates {\n        agent {\n          id\n          name\n        }\n        score\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation PlanPublish($input: RoutingPlanPublishInput!) {\n  routingPlanPublish(input: $input) {\n    queue {\n      id\n      plans(first: 50) {\n        ...PlanBits\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation PlanRevert($input: RoutingPlanRevertInput!) {\n  routingPlanRevert(input: $input) {\n    queue {\n      id\n      plans(first: 50) {\n        ...PlanBits\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql').PlanBitsFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
