/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

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
    "query Candidates($id: ID!) {\n  customer(id: $id) {\n    id\n    candidates {\n      id\n      score\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        id\n        name\n        identities {\n          id\n          scheme\n          value\n        }\n      }\n    }\n  }\n}\n\nmutation CandidateConfirm($input: CandidateInput!) {\n  candidateConfirm(input: $input) {\n    actId\n    customer {\n      id\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation CandidateRefuse($input: CandidateInput!) {\n  candidateRefuse(input: $input) {\n    candidate {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.CandidatesDocument,
    "fragment Suspect on Customer {\n  id\n  name\n  tier\n  tags\n  birthDate\n  identities {\n    id\n    scheme\n    value\n    verified\n    lastSeen\n  }\n  conversations(first: 3) {\n    nodes {\n      id\n      number\n      subject\n      lastActivityAt\n    }\n  }\n}\n\nquery IdentityReview($after: String) {\n  identityReview(first: 30, after: $after) {\n    nodes {\n      id\n      score\n      createdAt\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        ...Suspect\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ReviewUnmerge($input: CustomerUnmergeInput!) {\n  customerUnmerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ReviewMerge($input: CustomerMergeInput!) {\n  customerMerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.SuspectFragmentDoc,
};
const documents: Documents = {
    "query Candidates($id: ID!) {\n  customer(id: $id) {\n    id\n    candidates {\n      id\n      score\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        id\n        name\n        identities {\n          id\n          scheme\n          value\n        }\n      }\n    }\n  }\n}\n\nmutation CandidateConfirm($input: CandidateInput!) {\n  candidateConfirm(input: $input) {\n    actId\n    customer {\n      id\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation CandidateRefuse($input: CandidateInput!) {\n  candidateRefuse(input: $input) {\n    candidate {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.CandidatesDocument,
    "fragment Suspect on Customer {\n  id\n  name\n  tier\n  tags\n  birthDate\n  identities {\n    id\n    scheme\n    value\n    verified\n    lastSeen\n  }\n  conversations(first: 3) {\n    nodes {\n      id\n      number\n      subject\n      lastActivityAt\n    }\n  }\n}\n\nquery IdentityReview($after: String) {\n  identityReview(first: 30, after: $after) {\n    nodes {\n      id\n      score\n      createdAt\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        ...Suspect\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ReviewUnmerge($input: CustomerUnmergeInput!) {\n  customerUnmerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ReviewMerge($input: CustomerMergeInput!) {\n  customerMerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.SuspectFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Candidates($id: ID!) {\n  customer(id: $id) {\n    id\n    candidates {\n      id\n      score\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        id\n        name\n        identities {\n          id\n          scheme\n          value\n        }\n      }\n    }\n  }\n}\n\nmutation CandidateConfirm($input: CandidateInput!) {\n  candidateConfirm(input: $input) {\n    actId\n    customer {\n      id\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation CandidateRefuse($input: CandidateInput!) {\n  candidateRefuse(input: $input) {\n    candidate {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): (typeof documents)["query Candidates($id: ID!) {\n  customer(id: $id) {\n    id\n    candidates {\n      id\n      score\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        id\n        name\n        identities {\n          id\n          scheme\n          value\n        }\n      }\n    }\n  }\n}\n\nmutation CandidateConfirm($input: CandidateInput!) {\n  candidateConfirm(input: $input) {\n    actId\n    customer {\n      id\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation CandidateRefuse($input: CandidateInput!) {\n  candidateRefuse(input: $input) {\n    candidate {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Suspect on Customer {\n  id\n  name\n  tier\n  tags\n  birthDate\n  identities {\n    id\n    scheme\n    value\n    verified\n    lastSeen\n  }\n  conversations(first: 3) {\n    nodes {\n      id\n      number\n      subject\n      lastActivityAt\n    }\n  }\n}\n\nquery IdentityReview($after: String) {\n  identityReview(first: 30, after: $after) {\n    nodes {\n      id\n      score\n      createdAt\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        ...Suspect\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ReviewUnmerge($input: CustomerUnmergeInput!) {\n  customerUnmerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ReviewMerge($input: CustomerMergeInput!) {\n  customerMerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): (typeof documents)["fragment Suspect on Customer {\n  id\n  name\n  tier\n  tags\n  birthDate\n  identities {\n    id\n    scheme\n    value\n    verified\n    lastSeen\n  }\n  conversations(first: 3) {\n    nodes {\n      id\n      number\n      subject\n      lastActivityAt\n    }\n  }\n}\n\nquery IdentityReview($after: String) {\n  identityReview(first: 30, after: $after) {\n    nodes {\n      id\n      score\n      createdAt\n      evidence {\n        field\n        agreement\n        weight\n      }\n      customers {\n        ...Suspect\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ReviewUnmerge($input: CustomerUnmergeInput!) {\n  customerUnmerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ReviewMerge($input: CustomerMergeInput!) {\n  customerMerge(input: $input) {\n    actId\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;