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
    "fragment Figures on WhatIfFigures {\n  queueId\n  offered\n  answered\n  abandoned\n  serviceLevel\n  averageSpeedOfAnswer\n  abandonment\n}\n\nfragment WhatIfBits on WhatIf {\n  id\n  queueId\n  from\n  to\n  targetSeconds\n  state\n  done\n  total\n  error\n  createdAt\n  finishedAt\n  planA {\n    ...Figures\n  }\n  planB {\n    ...Figures\n  }\n}\n\nquery WhatIfs {\n  whatIfs(first: 100) {\n    nodes {\n      ...WhatIfBits\n    }\n  }\n}\n\nquery WhatIfOne($id: ID!) {\n  whatIf(id: $id) {\n    ...WhatIfBits\n  }\n}\n\nquery WhatIfPlans {\n  queues {\n    id\n    plans(first: 50) {\n      version\n      note\n      active\n    }\n  }\n}\n\nmutation WhatIfStart($input: WhatIfStartInput!) {\n  whatIfStart(input: $input) {\n    whatIf {\n      ...WhatIfBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation WhatIfCancel($input: WhatIfCancelInput!) {\n  whatIfCancel(input: $input) {\n    whatIf {\n      ...WhatIfBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.FiguresFragmentDoc,
};
const documents: Documents = {
    "fragment Figures on WhatIfFigures {\n  queueId\n  offered\n  answered\n  abandoned\n  serviceLevel\n  averageSpeedOfAnswer\n  abandonment\n}\n\nfragment WhatIfBits on WhatIf {\n  id\n  queueId\n  from\n  to\n  targetSeconds\n  state\n  done\n  total\n  error\n  createdAt\n  finishedAt\n  planA {\n    ...Figures\n  }\n  planB {\n    ...Figures\n  }\n}\n\nquery WhatIfs {\n  whatIfs(first: 100) {\n    nodes {\n      ...WhatIfBits\n    }\n  }\n}\n\nquery WhatIfOne($id: ID!) {\n  whatIf(id: $id) {\n    ...WhatIfBits\n  }\n}\n\nquery WhatIfPlans {\n  queues {\n    id\n    plans(first: 50) {\n      version\n      note\n      active\n    }\n  }\n}\n\nmutation WhatIfStart($input: WhatIfStartInput!) {\n  whatIfStart(input: $input) {\n    whatIf {\n      ...WhatIfBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation WhatIfCancel($input: WhatIfCancelInput!) {\n  whatIfCancel(input: $input) {\n    whatIf {\n      ...WhatIfBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.FiguresFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Figures on WhatIfFigures {\n  queueId\n  offered\n  answered\n  abandoned\n  serviceLevel\n  averageSpeedOfAnswer\n  abandonment\n}\n\nfragment WhatIfBits on WhatIf {\n  id\n  queueId\n  from\n  to\n  targetSeconds\n  state\n  done\n  total\n  error\n  createdAt\n  finishedAt\n  planA {\n    ...Figures\n  }\n  planB {\n    ...Figures\n  }\n}\n\nquery WhatIfs {\n  whatIfs(first: 100) {\n    nodes {\n      ...WhatIfBits\n    }\n  }\n}\n\nquery WhatIfOne($id: ID!) {\n  whatIf(id: $id) {\n    ...WhatIfBits\n  }\n}\n\nquery WhatIfPlans {\n  queues {\n    id\n    plans(first: 50) {\n      version\n      note\n      active\n    }\n  }\n}\n\nmutation WhatIfStart($input: WhatIfStartInput!) {\n  whatIfStart(input: $input) {\n    whatIf {\n      ...WhatIfBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation WhatIfCancel($input: WhatIfCancelInput!) {\n  whatIfCancel(input: $input) {\n    whatIf {\n      ...WhatIfBits\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql').FiguresFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
