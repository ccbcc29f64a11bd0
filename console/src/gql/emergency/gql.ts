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
    "fragment EmergencyBits on EmergencyPlan {\n  id\n  name\n  minutes\n  allHands\n  closed\n  overflow\n  message\n  queueIds\n}\n\nfragment ActivationBits on EmergencyActivation {\n  id\n  planId\n  name\n  activatedAt\n  activatedById\n  expiresAt\n  endedAt\n  endedById\n}\n\nquery EmergencyPlans {\n  emergencyPlans {\n    ...EmergencyBits\n  }\n}\n\nquery Emergencies {\n  emergencyPlans {\n    ...EmergencyBits\n  }\n  emergencyActivations(first: 30) {\n    ...ActivationBits\n  }\n}\n\nmutation EmergencyPlanSave($input: EmergencyPlanSaveInput!) {\n  emergencyPlanSave(input: $input) {\n    emergencyPlanId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyPlanDelete($input: EmergencyPlanDeleteInput!) {\n  emergencyPlanDelete(input: $input) {\n    emergencyPlanId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyActivate($input: EmergencyActivateInput!) {\n  emergencyActivate(input: $input) {\n    activation {\n      ...ActivationBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyEnd($input: EmergencyEndInput!) {\n  emergencyEnd(input: $input) {\n    activation {\n      ...ActivationBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.EmergencyBitsFragmentDoc,
};
const documents: Documents = {
    "fragment EmergencyBits on EmergencyPlan {\n  id\n  name\n  minutes\n  allHands\n  closed\n  overflow\n  message\n  queueIds\n}\n\nfragment ActivationBits on EmergencyActivation {\n  id\n  planId\n  name\n  activatedAt\n  activatedById\n  expiresAt\n  endedAt\n  endedById\n}\n\nquery EmergencyPlans {\n  emergencyPlans {\n    ...EmergencyBits\n  }\n}\n\nquery Emergencies {\n  emergencyPlans {\n    ...EmergencyBits\n  }\n  emergencyActivations(first: 30) {\n    ...ActivationBits\n  }\n}\n\nmutation EmergencyPlanSave($input: EmergencyPlanSaveInput!) {\n  emergencyPlanSave(input: $input) {\n    emergencyPlanId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyPlanDelete($input: EmergencyPlanDeleteInput!) {\n  emergencyPlanDelete(input: $input) {\n    emergencyPlanId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyActivate($input: EmergencyActivateInput!) {\n  emergencyActivate(input: $input) {\n    activation {\n      ...ActivationBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyEnd($input: EmergencyEndInput!) {\n  emergencyEnd(input: $input) {\n    activation {\n      ...ActivationBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.EmergencyBitsFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment EmergencyBits on EmergencyPlan {\n  id\n  name\n  minutes\n  allHands\n  closed\n  overflow\n  message\n  queueIds\n}\n\nfragment ActivationBits on EmergencyActivation {\n  id\n  planId\n  name\n  activatedAt\n  activatedById\n  expiresAt\n  endedAt\n  endedById\n}\n\nquery EmergencyPlans {\n  emergencyPlans {\n    ...EmergencyBits\n  }\n}\n\nquery Emergencies {\n  emergencyPlans {\n    ...EmergencyBits\n  }\n  emergencyActivations(first: 30) {\n    ...ActivationBits\n  }\n}\n\nmutation EmergencyPlanSave($input: EmergencyPlanSaveInput!) {\n  emergencyPlanSave(input: $input) {\n    emergencyPlanId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyPlanDelete($input: EmergencyPlanDeleteInput!) {\n  emergencyPlanDelete(input: $input) {\n    emergencyPlanId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyActivate($input: EmergencyActivateInput!) {\n  emergencyActivate(input: $input) {\n    activation {\n      ...ActivationBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation EmergencyEnd($input: EmergencyEndInput!) {\n  emergencyEnd(input: $input) {\n    activation {\n      ...ActivationBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql').EmergencyBitsFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
