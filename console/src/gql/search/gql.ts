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
    "query MessageSearch($text: String!, $lifecycle: Lifecycle, $channel: String, $after: String) {\n  messageSearch(\n    text: $text\n    lifecycle: $lifecycle\n    channel: $channel\n    first: 20\n    after: $after\n  ) {\n    nodes {\n      item {\n        id\n        kind\n        placedAt\n        channel\n        actor {\n          kind\n          id\n        }\n      }\n      conversation {\n        id\n        number\n        subject\n        lifecycle\n        customer {\n          id\n          name\n          tier\n        }\n      }\n      passage {\n        text\n        hit\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery PeopleSearch($search: String!) {\n  customers(search: $search, first: 4) {\n    id\n    name\n    tier\n    tags\n    identities {\n      id\n      scheme\n      value\n    }\n    conversations(first: 3) {\n      nodes {\n        id\n        number\n        subject\n        lifecycle\n        lastActivityAt\n      }\n    }\n  }\n}": typeof types.MessageSearchDocument,
};
const documents: Documents = {
    "query MessageSearch($text: String!, $lifecycle: Lifecycle, $channel: String, $after: String) {\n  messageSearch(\n    text: $text\n    lifecycle: $lifecycle\n    channel: $channel\n    first: 20\n    after: $after\n  ) {\n    nodes {\n      item {\n        id\n        kind\n        placedAt\n        channel\n        actor {\n          kind\n          id\n        }\n      }\n      conversation {\n        id\n        number\n        subject\n        lifecycle\n        customer {\n          id\n          name\n          tier\n        }\n      }\n      passage {\n        text\n        hit\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery PeopleSearch($search: String!) {\n  customers(search: $search, first: 4) {\n    id\n    name\n    tier\n    tags\n    identities {\n      id\n      scheme\n      value\n    }\n    conversations(first: 3) {\n      nodes {\n        id\n        number\n        subject\n        lifecycle\n        lastActivityAt\n      }\n    }\n  }\n}": types.MessageSearchDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MessageSearch($text: String!, $lifecycle: Lifecycle, $channel: String, $after: String) {\n  messageSearch(\n    text: $text\n    lifecycle: $lifecycle\n    channel: $channel\n    first: 20\n    after: $after\n  ) {\n    nodes {\n      item {\n        id\n        kind\n        placedAt\n        channel\n        actor {\n          kind\n          id\n        }\n      }\n      conversation {\n        id\n        number\n        subject\n        lifecycle\n        customer {\n          id\n          name\n          tier\n        }\n      }\n      passage {\n        text\n        hit\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nquery PeopleSearch($search: String!) {\n  customers(search: $search, first: 4) {\n    id\n    name\n    tier\n    tags\n    identities {\n      id\n      scheme\n      value\n    }\n    conversations(first: 3) {\n      nodes {\n        id\n        number\n        subject\n        lifecycle\n        lastActivityAt\n      }\n    }\n  }\n}"): typeof import('./graphql').MessageSearchDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
