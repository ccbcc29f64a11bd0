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
    "fragment RuleBits on RedRule {\n  name\n  tiers\n  tags\n  queueIds\n  event {\n    kinds\n    minSeverity\n    withinMinutes\n  }\n  sentimentBelow\n  intents\n  headStartMinutes\n  managerId\n  deputyId\n  holdSeconds\n  alert\n}\n\nfragment RulesBits on RedRules {\n  version\n  active\n  note\n  createdAt\n  author {\n    id\n    name\n  }\n  rules {\n    ...RuleBits\n  }\n}\n\nquery RedRules {\n  redRules(first: 50) {\n    ...RulesBits\n  }\n}\n\nquery RedRulesTry($input: RedRulesTryInput!) {\n  redRulesTry(input: $input) {\n    lookedAt\n    more\n    rules {\n      name\n      applied\n      workItemIds\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation RedRulesPublish($input: RedRulesPublishInput!) {\n  redRulesPublish(input: $input) {\n    redRules {\n      ...RulesBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation RedRulesRevert($input: RedRulesRevertInput!) {\n  redRulesRevert(input: $input) {\n    redRules {\n      ...RulesBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.RuleBitsFragmentDoc,
};
const documents: Documents = {
    "fragment RuleBits on RedRule {\n  name\n  tiers\n  tags\n  queueIds\n  event {\n    kinds\n    minSeverity\n    withinMinutes\n  }\n  sentimentBelow\n  intents\n  headStartMinutes\n  managerId\n  deputyId\n  holdSeconds\n  alert\n}\n\nfragment RulesBits on RedRules {\n  version\n  active\n  note\n  createdAt\n  author {\n    id\n    name\n  }\n  rules {\n    ...RuleBits\n  }\n}\n\nquery RedRules {\n  redRules(first: 50) {\n    ...RulesBits\n  }\n}\n\nquery RedRulesTry($input: RedRulesTryInput!) {\n  redRulesTry(input: $input) {\n    lookedAt\n    more\n    rules {\n      name\n      applied\n      workItemIds\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation RedRulesPublish($input: RedRulesPublishInput!) {\n  redRulesPublish(input: $input) {\n    redRules {\n      ...RulesBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation RedRulesRevert($input: RedRulesRevertInput!) {\n  redRulesRevert(input: $input) {\n    redRules {\n      ...RulesBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.RuleBitsFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment RuleBits on RedRule {\n  name\n  tiers\n  tags\n  queueIds\n  event {\n    kinds\n    minSeverity\n    withinMinutes\n  }\n  sentimentBelow\n  intents\n  headStartMinutes\n  managerId\n  deputyId\n  holdSeconds\n  alert\n}\n\nfragment RulesBits on RedRules {\n  version\n  active\n  note\n  createdAt\n  author {\n    id\n    name\n  }\n  rules {\n    ...RuleBits\n  }\n}\n\nquery RedRules {\n  redRules(first: 50) {\n    ...RulesBits\n  }\n}\n\nquery RedRulesTry($input: RedRulesTryInput!) {\n  redRulesTry(input: $input) {\n    lookedAt\n    more\n    rules {\n      name\n      applied\n      workItemIds\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation RedRulesPublish($input: RedRulesPublishInput!) {\n  redRulesPublish(input: $input) {\n    redRules {\n      ...RulesBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation RedRulesRevert($input: RedRulesRevertInput!) {\n  redRulesRevert(input: $input) {\n    redRules {\n      ...RulesBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql').RuleBitsFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
