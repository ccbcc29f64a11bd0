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
    "fragment Steps on NextSteps {\n  intent\n  suggested {\n    id\n    title\n    titleZh\n    steps {\n      required\n    }\n  }\n  followed {\n    checklistId\n    title\n    titleZh\n    openReason\n    steps {\n      place\n      done\n      byId\n      at\n      remark\n      step {\n        text\n        textZh\n        required\n        knowledgeArticleId\n      }\n    }\n  }\n}\n\nquery NextSteps($id: ID!) {\n  conversation(id: $id) {\n    id\n    nextSteps {\n      ...Steps\n    }\n  }\n}\n\nquery ChecklistChoices {\n  checklists {\n    id\n    title\n    titleZh\n    intents\n  }\n}\n\nmutation ChecklistAnswer($input: ChecklistAnswerInput!) {\n  checklistAnswer(input: $input) {\n    conversation {\n      id\n      nextSteps {\n        ...Steps\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ChecklistTick($input: ChecklistTickInput!) {\n  checklistTick(input: $input) {\n    conversation {\n      id\n      nextSteps {\n        ...Steps\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.StepsFragmentDoc,
    "fragment Kept on Checklist {\n  id\n  title\n  titleZh\n  intents\n  version\n  archivedAt\n  updatedAt\n  updatedById\n  acceptedCount\n  ignoredCount\n  completedCount\n  steps {\n    text\n    textZh\n    required\n    knowledgeArticleId\n  }\n}\n\nquery Checklists {\n  checklists(archived: true) {\n    ...Kept\n  }\n}\n\nmutation ChecklistSave($input: ChecklistSaveInput!) {\n  checklistSave(input: $input) {\n    checklist {\n      ...Kept\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ChecklistArchive($input: ChecklistArchiveInput!) {\n  checklistArchive(input: $input) {\n    checklist {\n      ...Kept\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.KeptFragmentDoc,
};
const documents: Documents = {
    "fragment Steps on NextSteps {\n  intent\n  suggested {\n    id\n    title\n    titleZh\n    steps {\n      required\n    }\n  }\n  followed {\n    checklistId\n    title\n    titleZh\n    openReason\n    steps {\n      place\n      done\n      byId\n      at\n      remark\n      step {\n        text\n        textZh\n        required\n        knowledgeArticleId\n      }\n    }\n  }\n}\n\nquery NextSteps($id: ID!) {\n  conversation(id: $id) {\n    id\n    nextSteps {\n      ...Steps\n    }\n  }\n}\n\nquery ChecklistChoices {\n  checklists {\n    id\n    title\n    titleZh\n    intents\n  }\n}\n\nmutation ChecklistAnswer($input: ChecklistAnswerInput!) {\n  checklistAnswer(input: $input) {\n    conversation {\n      id\n      nextSteps {\n        ...Steps\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ChecklistTick($input: ChecklistTickInput!) {\n  checklistTick(input: $input) {\n    conversation {\n      id\n      nextSteps {\n        ...Steps\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.StepsFragmentDoc,
    "fragment Kept on Checklist {\n  id\n  title\n  titleZh\n  intents\n  version\n  archivedAt\n  updatedAt\n  updatedById\n  acceptedCount\n  ignoredCount\n  completedCount\n  steps {\n    text\n    textZh\n    required\n    knowledgeArticleId\n  }\n}\n\nquery Checklists {\n  checklists(archived: true) {\n    ...Kept\n  }\n}\n\nmutation ChecklistSave($input: ChecklistSaveInput!) {\n  checklistSave(input: $input) {\n    checklist {\n      ...Kept\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ChecklistArchive($input: ChecklistArchiveInput!) {\n  checklistArchive(input: $input) {\n    checklist {\n      ...Kept\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}": types.KeptFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Steps on NextSteps {\n  intent\n  suggested {\n    id\n    title\n    titleZh\n    steps {\n      required\n    }\n  }\n  followed {\n    checklistId\n    title\n    titleZh\n    openReason\n    steps {\n      place\n      done\n      byId\n      at\n      remark\n      step {\n        text\n        textZh\n        required\n        knowledgeArticleId\n      }\n    }\n  }\n}\n\nquery NextSteps($id: ID!) {\n  conversation(id: $id) {\n    id\n    nextSteps {\n      ...Steps\n    }\n  }\n}\n\nquery ChecklistChoices {\n  checklists {\n    id\n    title\n    titleZh\n    intents\n  }\n}\n\nmutation ChecklistAnswer($input: ChecklistAnswerInput!) {\n  checklistAnswer(input: $input) {\n    conversation {\n      id\n      nextSteps {\n        ...Steps\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ChecklistTick($input: ChecklistTickInput!) {\n  checklistTick(input: $input) {\n    conversation {\n      id\n      nextSteps {\n        ...Steps\n      }\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql').StepsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Kept on Checklist {\n  id\n  title\n  titleZh\n  intents\n  version\n  archivedAt\n  updatedAt\n  updatedById\n  acceptedCount\n  ignoredCount\n  completedCount\n  steps {\n    text\n    textZh\n    required\n    knowledgeArticleId\n  }\n}\n\nquery Checklists {\n  checklists(archived: true) {\n    ...Kept\n  }\n}\n\nmutation ChecklistSave($input: ChecklistSaveInput!) {\n  checklistSave(input: $input) {\n    checklist {\n      ...Kept\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}\n\nmutation ChecklistArchive($input: ChecklistArchiveInput!) {\n  checklistArchive(input: $input) {\n    checklist {\n      ...Kept\n    }\n    userErrors {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql').KeptFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
