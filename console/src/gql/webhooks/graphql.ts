/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

export type WebhookDeliveryResendInput = {
  /** The delivery. */
  webhookDeliveryId: string | number;
};

/** Where a delivery stands. */
export type WebhookDeliveryState =
  /** It was answered with 2xx. */
  | 'DELIVERED'
  /** It was given up after its last attempt. */
  | 'FAILED'
  /** It goes next, or is tried again. */
  | 'PENDING'
  /** An earlier one of the same conversation goes first. */
  | 'WAITING';

export type WebhookEndpointInput = {
  /** The endpoint. */
  webhookEndpointId: string | number;
};

export type WebhookEndpointRecoverInput = {
  /** What was given up since then is delivered again, in order; at most 30 days back and 10,000 at once. */
  since: string;
  /** The endpoint. */
  webhookEndpointId: string | number;
};

export type WebhookEndpointRotateSecretInput = {
  /** Hours for which the present secret signs along, 0 to 168. */
  overlapHours?: number;
  /** The endpoint. */
  webhookEndpointId: string | number;
};

export type WebhookEndpointSaveInput = {
  /** Whether what people wrote goes along, or only who and when. */
  content?: boolean;
  /** Hours it may take nothing before it is disabled, 1 to 240. */
  disableAfterHours?: number;
  /** Kinds of events it wants, by their codes; empty for all. */
  events?: Array<string>;
  /** Name for people, 1 to 100 characters. */
  name: string;
  /** Where events are posted: an http(s) address without user and password that resolves to nothing private. */
  url: string;
  /** The endpoint to change; a new one when left out. */
  webhookEndpointId?: string | number | null | undefined;
};

/** Whether an endpoint is told. */
export type WebhookStatus =
  /** It is told. */
  | 'ACTIVE'
  /** It took nothing for too long, or said that it is gone: what happens is kept for it until it is enabled. */
  | 'DISABLED'
  /** An admin put it aside: what happens is kept for it. */
  | 'PAUSED';

export type EndpointFragment = { id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number };

export type PostFragment = { id: string, eventId: string, kind: string, sequence: number, state: WebhookDeliveryState, attemptCount: number, dueAt: string | null, createdAt: string, finishedAt: string | null };

export type WholeFragment = { body: any, id: string, eventId: string, kind: string, sequence: number, state: WebhookDeliveryState, attemptCount: number, dueAt: string | null, createdAt: string, finishedAt: string | null, attempts: Array<{ number: number, at: string, durationMs: number, requestHeaders: any, status: number | null, response: string, error: string | null }> };

export type WebhookEndpointsQueryVariables = Exact<{ [key: string]: never; }>;


export type WebhookEndpointsQuery = { webhookEndpoints: { nodes: Array<{ id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number }> }, webhookEventKinds: Array<{ code: string, about: string }> };

export type WebhookLogQueryVariables = Exact<{
  id: string | number;
  state?: WebhookDeliveryState | null | undefined;
  after?: string | null | undefined;
}>;


export type WebhookLogQuery = { webhookEndpoint: { id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number, deliveries: { nodes: Array<{ id: string, eventId: string, kind: string, sequence: number, state: WebhookDeliveryState, attemptCount: number, dueAt: string | null, createdAt: string, finishedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type WebhookPostQueryVariables = Exact<{
  id: string | number;
}>;


export type WebhookPostQuery = { webhookDelivery: { body: any, id: string, eventId: string, kind: string, sequence: number, state: WebhookDeliveryState, attemptCount: number, dueAt: string | null, createdAt: string, finishedAt: string | null, attempts: Array<{ number: number, at: string, durationMs: number, requestHeaders: any, status: number | null, response: string, error: string | null }> } | null };

export type WebhookSaveMutationVariables = Exact<{
  input: WebhookEndpointSaveInput;
}>;


export type WebhookSaveMutation = { webhookEndpointSave: { secret: string | null, endpoint: { id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookRemoveMutationVariables = Exact<{
  input: WebhookEndpointInput;
}>;


export type WebhookRemoveMutation = { webhookEndpointRemove: { webhookEndpointId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookRotateMutationVariables = Exact<{
  input: WebhookEndpointRotateSecretInput;
}>;


export type WebhookRotateMutation = { webhookEndpointRotateSecret: { secret: string | null, endpoint: { id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookEnableMutationVariables = Exact<{
  input: WebhookEndpointInput;
}>;


export type WebhookEnableMutation = { webhookEndpointEnable: { endpoint: { id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookPauseMutationVariables = Exact<{
  input: WebhookEndpointInput;
}>;


export type WebhookPauseMutation = { webhookEndpointPause: { endpoint: { id: string, name: string, url: string, events: Array<string>, content: boolean, status: WebhookStatus, disableAfterHours: number, failures: number, failingSince: string | null, openUntil: string | null, previousSecretUntil: string | null, createdAt: string, openUpTo: number } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookTestMutationVariables = Exact<{
  input: WebhookEndpointInput;
}>;


export type WebhookTestMutation = { webhookEndpointTest: { delivery: { body: any, id: string, eventId: string, kind: string, sequence: number, state: WebhookDeliveryState, attemptCount: number, dueAt: string | null, createdAt: string, finishedAt: string | null, attempts: Array<{ number: number, at: string, durationMs: number, requestHeaders: any, status: number | null, response: string, error: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookResendMutationVariables = Exact<{
  input: WebhookDeliveryResendInput;
}>;


export type WebhookResendMutation = { webhookDeliveryResend: { delivery: { body: any, id: string, eventId: string, kind: string, sequence: number, state: WebhookDeliveryState, attemptCount: number, dueAt: string | null, createdAt: string, finishedAt: string | null, attempts: Array<{ number: number, at: string, durationMs: number, requestHeaders: any, status: number | null, response: string, error: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WebhookRecoverMutationVariables = Exact<{
  input: WebhookEndpointRecoverInput;
}>;


export type WebhookRecoverMutation = { webhookEndpointRecover: { count: number | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const EndpointFragmentDoc = new TypedDocumentString(`
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}
    `, {"fragmentName":"Endpoint"}) as unknown as TypedDocumentString<EndpointFragment, unknown>;
export const PostFragmentDoc = new TypedDocumentString(`
    fragment Post on WebhookDelivery {
  id
  eventId
  kind
  sequence
  state
  attemptCount
  dueAt
  createdAt
  finishedAt
}
    `, {"fragmentName":"Post"}) as unknown as TypedDocumentString<PostFragment, unknown>;
export const WholeFragmentDoc = new TypedDocumentString(`
    fragment Whole on WebhookDelivery {
  ...Post
  body
  attempts {
    number
    at
    durationMs
    requestHeaders
    status
    response
    error
  }
}
    fragment Post on WebhookDelivery {
  id
  eventId
  kind
  sequence
  state
  attemptCount
  dueAt
  createdAt
  finishedAt
}`, {"fragmentName":"Whole"}) as unknown as TypedDocumentString<WholeFragment, unknown>;
export const WebhookEndpointsDocument = new TypedDocumentString(`
    query WebhookEndpoints {
  webhookEndpoints(first: 100) {
    nodes {
      ...Endpoint
    }
  }
  webhookEventKinds {
    code
    about
  }
}
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}`) as unknown as TypedDocumentString<WebhookEndpointsQuery, WebhookEndpointsQueryVariables>;
export const WebhookLogDocument = new TypedDocumentString(`
    query WebhookLog($id: ID!, $state: WebhookDeliveryState, $after: String) {
  webhookEndpoint(webhookEndpointId: $id) {
    ...Endpoint
    deliveries(first: 30, state: $state, after: $after) {
      nodes {
        ...Post
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}
fragment Post on WebhookDelivery {
  id
  eventId
  kind
  sequence
  state
  attemptCount
  dueAt
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<WebhookLogQuery, WebhookLogQueryVariables>;
export const WebhookPostDocument = new TypedDocumentString(`
    query WebhookPost($id: ID!) {
  webhookDelivery(webhookDeliveryId: $id) {
    ...Whole
  }
}
    fragment Post on WebhookDelivery {
  id
  eventId
  kind
  sequence
  state
  attemptCount
  dueAt
  createdAt
  finishedAt
}
fragment Whole on WebhookDelivery {
  ...Post
  body
  attempts {
    number
    at
    durationMs
    requestHeaders
    status
    response
    error
  }
}`) as unknown as TypedDocumentString<WebhookPostQuery, WebhookPostQueryVariables>;
export const WebhookSaveDocument = new TypedDocumentString(`
    mutation WebhookSave($input: WebhookEndpointSaveInput!) {
  webhookEndpointSave(input: $input) {
    endpoint {
      ...Endpoint
    }
    secret
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}`) as unknown as TypedDocumentString<WebhookSaveMutation, WebhookSaveMutationVariables>;
export const WebhookRemoveDocument = new TypedDocumentString(`
    mutation WebhookRemove($input: WebhookEndpointInput!) {
  webhookEndpointRemove(input: $input) {
    webhookEndpointId
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookRemoveMutation, WebhookRemoveMutationVariables>;
export const WebhookRotateDocument = new TypedDocumentString(`
    mutation WebhookRotate($input: WebhookEndpointRotateSecretInput!) {
  webhookEndpointRotateSecret(input: $input) {
    endpoint {
      ...Endpoint
    }
    secret
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}`) as unknown as TypedDocumentString<WebhookRotateMutation, WebhookRotateMutationVariables>;
export const WebhookEnableDocument = new TypedDocumentString(`
    mutation WebhookEnable($input: WebhookEndpointInput!) {
  webhookEndpointEnable(input: $input) {
    endpoint {
      ...Endpoint
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}`) as unknown as TypedDocumentString<WebhookEnableMutation, WebhookEnableMutationVariables>;
export const WebhookPauseDocument = new TypedDocumentString(`
    mutation WebhookPause($input: WebhookEndpointInput!) {
  webhookEndpointPause(input: $input) {
    endpoint {
      ...Endpoint
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Endpoint on WebhookEndpoint {
  id
  name
  url
  events
  content
  status
  disableAfterHours
  failures
  failingSince
  openUntil
  previousSecretUntil
  createdAt
  openUpTo
}`) as unknown as TypedDocumentString<WebhookPauseMutation, WebhookPauseMutationVariables>;
export const WebhookTestDocument = new TypedDocumentString(`
    mutation WebhookTest($input: WebhookEndpointInput!) {
  webhookEndpointTest(input: $input) {
    delivery {
      ...Whole
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Post on WebhookDelivery {
  id
  eventId
  kind
  sequence
  state
  attemptCount
  dueAt
  createdAt
  finishedAt
}
fragment Whole on WebhookDelivery {
  ...Post
  body
  attempts {
    number
    at
    durationMs
    requestHeaders
    status
    response
    error
  }
}`) as unknown as TypedDocumentString<WebhookTestMutation, WebhookTestMutationVariables>;
export const WebhookResendDocument = new TypedDocumentString(`
    mutation WebhookResend($input: WebhookDeliveryResendInput!) {
  webhookDeliveryResend(input: $input) {
    delivery {
      ...Whole
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Post on WebhookDelivery {
  id
  eventId
  kind
  sequence
  state
  attemptCount
  dueAt
  createdAt
  finishedAt
}
fragment Whole on WebhookDelivery {
  ...Post
  body
  attempts {
    number
    at
    durationMs
    requestHeaders
    status
    response
    error
  }
}`) as unknown as TypedDocumentString<WebhookResendMutation, WebhookResendMutationVariables>;
export const WebhookRecoverDocument = new TypedDocumentString(`
    mutation WebhookRecover($input: WebhookEndpointRecoverInput!) {
  webhookEndpointRecover(input: $input) {
    count
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookRecoverMutation, WebhookRecoverMutationVariables>;