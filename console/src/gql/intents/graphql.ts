/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type IntentExampleInput = {
  /** Its intent: 1 to 64 lower-case letters, digits, dots, hyphens and underscores; `oos` for none of the intents. */
  intent: string;
  /** What was said, at most 1,000 characters. */
  text: string;
};

export type IntentExampleRemoveInput = {
  /** The example. */
  intentExampleId: string | number;
};

export type IntentExamplesAddInput = {
  /** At most 1,000; all of them are added or none. */
  examples: Array<IntentExampleInput>;
};

export type IntentModelActivateInput = {
  /** The version; an earlier one goes back to it. */
  version: number;
};

/** Why a mutation did not do what it was asked for. */
export type UserErrorCode =
  /** It stands in conflict with what is. */
  | 'CONFLICT'
  /** A value breaks a rule; the message says which. */
  | 'INVALID'
  /** No such thing in this tenant. */
  | 'NOT_FOUND'
  /** Somebody else holds it. */
  | 'NOT_HOLDER'
  /** The offer ended before. */
  | 'OFFER_GONE'
  /** It is resolved. */
  | 'RESOLVED'
  /** It changed meanwhile. */
  | 'STALE_VERSION'
  /** The provider takes no answer any more until the customer writes again. */
  | 'WINDOW_CLOSED';

export type ModelBitsFragment = { version: number, state: string, examples: number, progress: number, error: string | null, usable: boolean, requestedAt: string, trainedAt: string | null, activatedAt: string | null, activatedBy: { id: string, name: string } | null, trainedBy: { id: string, name: string } | null, evaluation: { accuracy: number, heldOut: number, outOfScopeRecall: number | null, intents: Array<{ intent: string, examples: number, heldOut: number, right: number, wronglySaid: number }> } | null };

export type ExampleBitsFragment = { id: string, intent: string, text: string, source: string, createdAt: string, author: { id: string, name: string } | null };

export type IntentNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type IntentNamesQuery = { intents: Array<{ name: string, examples: number, corrected: number }> };

export type IntentModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntentModelsQuery = { intentModels: Array<{ version: number, state: string, examples: number, progress: number, error: string | null, usable: boolean, requestedAt: string, trainedAt: string | null, activatedAt: string | null, activatedBy: { id: string, name: string } | null, trainedBy: { id: string, name: string } | null, evaluation: { accuracy: number, heldOut: number, outOfScopeRecall: number | null, intents: Array<{ intent: string, examples: number, heldOut: number, right: number, wronglySaid: number }> } | null }> };

export type IntentExamplesQueryVariables = Exact<{
  intent?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type IntentExamplesQuery = { intentExamples: { nodes: Array<{ id: string, intent: string, text: string, source: string, createdAt: string, author: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type IntentExamplesAddMutationVariables = Exact<{
  input: IntentExamplesAddInput;
}>;


export type IntentExamplesAddMutation = { intentExamplesAdd: { examples: number | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IntentExampleRemoveMutationVariables = Exact<{
  input: IntentExampleRemoveInput;
}>;


export type IntentExampleRemoveMutation = { intentExampleRemove: { intentExampleId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IntentModelTrainMutationVariables = Exact<{ [key: string]: never; }>;


export type IntentModelTrainMutation = { intentModelTrain: { intentModel: { version: number, state: string, examples: number, progress: number, error: string | null, usable: boolean, requestedAt: string, trainedAt: string | null, activatedAt: string | null, activatedBy: { id: string, name: string } | null, trainedBy: { id: string, name: string } | null, evaluation: { accuracy: number, heldOut: number, outOfScopeRecall: number | null, intents: Array<{ intent: string, examples: number, heldOut: number, right: number, wronglySaid: number }> } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IntentModelActivateMutationVariables = Exact<{
  input: IntentModelActivateInput;
}>;


export type IntentModelActivateMutation = { intentModelActivate: { intentModel: { version: number, state: string, examples: number, progress: number, error: string | null, usable: boolean, requestedAt: string, trainedAt: string | null, activatedAt: string | null, activatedBy: { id: string, name: string } | null, trainedBy: { id: string, name: string } | null, evaluation: { accuracy: number, heldOut: number, outOfScopeRecall: number | null, intents: Array<{ intent: string, examples: number, heldOut: number, right: number, wronglySaid: number }> } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IntentModelRetireMutationVariables = Exact<{ [key: string]: never; }>;


export type IntentModelRetireMutation = { intentModelRetire: { intentModel: { version: number, state: string, examples: number, progress: number, error: string | null, usable: boolean, requestedAt: string, trainedAt: string | null, activatedAt: string | null, activatedBy: { id: string, name: string } | null, trainedBy: { id: string, name: string } | null, evaluation: { accuracy: number, heldOut: number, outOfScopeRecall: number | null, intents: Array<{ intent: string, examples: number, heldOut: number, right: number, wronglySaid: number }> } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ModelBitsFragmentDoc = new TypedDocumentString(`
    fragment ModelBits on IntentModel {
  version
  state
  examples
  progress
  error
  usable
  requestedAt
  trainedAt
  activatedAt
  activatedBy {
    id
    name
  }
  trainedBy {
    id
    name
  }
  evaluation {
    accuracy
    heldOut
    outOfScopeRecall
    intents {
      intent
      examples
      heldOut
      right
      wronglySaid
    }
  }
}
    `, {"fragmentName":"ModelBits"}) as unknown as TypedDocumentString<ModelBitsFragment, unknown>;
export const ExampleBitsFragmentDoc = new TypedDocumentString(`
    fragment ExampleBits on IntentExample {
  id
  intent
  text
  source
  createdAt
  author {
    id
    name
  }
}
    `, {"fragmentName":"ExampleBits"}) as unknown as TypedDocumentString<ExampleBitsFragment, unknown>;
export const IntentNamesDocument = new TypedDocumentString(`
    query IntentNames {
  intents {
    name
    examples
    corrected
  }
}
    `) as unknown as TypedDocumentString<IntentNamesQuery, IntentNamesQueryVariables>;
export const IntentModelsDocument = new TypedDocumentString(`
    query IntentModels {
  intentModels {
    ...ModelBits
  }
}
    fragment ModelBits on IntentModel {
  version
  state
  examples
  progress
  error
  usable
  requestedAt
  trainedAt
  activatedAt
  activatedBy {
    id
    name
  }
  trainedBy {
    id
    name
  }
  evaluation {
    accuracy
    heldOut
    outOfScopeRecall
    intents {
      intent
      examples
      heldOut
      right
      wronglySaid
    }
  }
}`) as unknown as TypedDocumentString<IntentModelsQuery, IntentModelsQueryVariables>;
export const IntentExamplesDocument = new TypedDocumentString(`
    query IntentExamples($intent: String, $after: String) {
  intentExamples(intent: $intent, first: 100, after: $after) {
    nodes {
      ...ExampleBits
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ExampleBits on IntentExample {
  id
  intent
  text
  source
  createdAt
  author {
    id
    name
  }
}`) as unknown as TypedDocumentString<IntentExamplesQuery, IntentExamplesQueryVariables>;
export const IntentExamplesAddDocument = new TypedDocumentString(`
    mutation IntentExamplesAdd($input: IntentExamplesAddInput!) {
  intentExamplesAdd(input: $input) {
    examples
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<IntentExamplesAddMutation, IntentExamplesAddMutationVariables>;
export const IntentExampleRemoveDocument = new TypedDocumentString(`
    mutation IntentExampleRemove($input: IntentExampleRemoveInput!) {
  intentExampleRemove(input: $input) {
    intentExampleId
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<IntentExampleRemoveMutation, IntentExampleRemoveMutationVariables>;
export const IntentModelTrainDocument = new TypedDocumentString(`
    mutation IntentModelTrain {
  intentModelTrain {
    intentModel {
      ...ModelBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ModelBits on IntentModel {
  version
  state
  examples
  progress
  error
  usable
  requestedAt
  trainedAt
  activatedAt
  activatedBy {
    id
    name
  }
  trainedBy {
    id
    name
  }
  evaluation {
    accuracy
    heldOut
    outOfScopeRecall
    intents {
      intent
      examples
      heldOut
      right
      wronglySaid
    }
  }
}`) as unknown as TypedDocumentString<IntentModelTrainMutation, IntentModelTrainMutationVariables>;
export const IntentModelActivateDocument = new TypedDocumentString(`
    mutation IntentModelActivate($input: IntentModelActivateInput!) {
  intentModelActivate(input: $input) {
    intentModel {
      ...ModelBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ModelBits on IntentModel {
  version
  state
  examples
  progress
  error
  usable
  requestedAt
  trainedAt
  activatedAt
  activatedBy {
    id
    name
  }
  trainedBy {
    id
    name
  }
  evaluation {
    accuracy
    heldOut
    outOfScopeRecall
    intents {
      intent
      examples
      heldOut
      right
      wronglySaid
    }
  }
}`) as unknown as TypedDocumentString<IntentModelActivateMutation, IntentModelActivateMutationVariables>;
export const IntentModelRetireDocument = new TypedDocumentString(`
    mutation IntentModelRetire {
  intentModelRetire {
    intentModel {
      ...ModelBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ModelBits on IntentModel {
  version
  state
  examples
  progress
  error
  usable
  requestedAt
  trainedAt
  activatedAt
  activatedBy {
    id
    name
  }
  trainedBy {
    id
    name
  }
  evaluation {
    accuracy
    heldOut
    outOfScopeRecall
    intents {
      intent
      examples
      heldOut
      right
      wronglySaid
    }
  }
}`) as unknown as TypedDocumentString<IntentModelRetireMutation, IntentModelRetireMutationVariables>;