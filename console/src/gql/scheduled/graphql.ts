/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CallbackAttemptInput = {
  /** In words, at most 1,000 characters. */
  note?: string;
  /** What came of it. */
  outcome: CallbackOutcome;
  /** The callback. */
  scheduledWorkId: string | number;
};

/** What came of an attempt to reach a customer. */
export type CallbackOutcome =
  /** The customer was busy, or asked for a moment: tried again after five minutes. */
  | 'BUSY'
  /** Nobody answered: tried again after 20 minutes. */
  | 'NO_ANSWER'
  /** The customer was reached. */
  | 'REACHED'
  /** The address is wrong, or the customer wants no callback any more: it ends. */
  | 'UNREACHABLE';

export type CallbackRequestInput = {
  /** The conversation whose work waits; a visitor leaves it out, and means their own. */
  conversationId?: string | number | null | undefined;
  /**
   * The day in the customer's zone, with both minutes. When left out the rest of their day from eight to eight, or the
   * next one.
   */
  day?: string | null | undefined;
  /** From so many minutes after midnight. */
  fromMinute?: number | null | undefined;
  /** What it is about, at most 1,000 characters. */
  note?: string;
  /** The customer's IANA zone; the one known of them, else the workspace's, when left out. */
  timeZone?: string | null | undefined;
  /** Until so many, at most 1440. */
  untilMinute?: number | null | undefined;
};

/** Where a conversation stands. */
export type Lifecycle =
  /** Going on. */
  | 'OPEN'
  /** Finished. */
  | 'RESOLVED'
  /** Out of sight until a reply or a time. */
  | 'SNOOZED';

/** What is due later. */
export type ScheduledKind =
  /** A customer took a callback instead of waiting; its work keeps its place in line. */
  | 'CALLBACK'
  /** Work for a queue or for somebody at a time. */
  | 'TASK';

export type ScheduledWorkCancelInput = {
  /** The callback or later work. */
  scheduledWorkId: string | number;
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

export type WorkScheduleInput = {
  /** Who is asked first. */
  agentId?: string | number | null | undefined;
  /** The conversation it is about. */
  conversationId: string | number;
  /** When, from now to a year from now. */
  dueAt: string;
  /** What it is about, at most 1,000 characters. */
  note?: string;
  /** Where it waits then; when left out where the conversation waits, or a queue of the person. */
  queueId?: string | number | null | undefined;
};

export type DoneFragment = { scheduledWork: { id: string, state: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> };

export type ScheduledWorkQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ScheduledWorkQuery = { scheduledWork: { nodes: Array<{ id: string, kind: ScheduledKind, state: string, dueAt: string, untilAt: string | null, timeZone: string, note: string, agentId: string | null, queueId: string, attempts: Array<{ number: number, at: string, outcome: string, note: string, agentId: string | null }>, conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, customer: { id: string, name: string, tier: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CallbackRequestMutationVariables = Exact<{
  input: CallbackRequestInput;
}>;


export type CallbackRequestMutation = { callbackRequest: { scheduledWork: { id: string, state: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WorkScheduleMutationVariables = Exact<{
  input: WorkScheduleInput;
}>;


export type WorkScheduleMutation = { workSchedule: { scheduledWork: { id: string, state: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ScheduledWorkCancelMutationVariables = Exact<{
  input: ScheduledWorkCancelInput;
}>;


export type ScheduledWorkCancelMutation = { scheduledWorkCancel: { scheduledWork: { id: string, state: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CallbackAttemptMutationVariables = Exact<{
  input: CallbackAttemptInput;
}>;


export type CallbackAttemptMutation = { callbackAttemptRecord: { scheduledWork: { id: string, state: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const DoneFragmentDoc = new TypedDocumentString(`
    fragment Done on ScheduledWorkPayload {
  scheduledWork {
    id
    state
  }
  userErrors {
    code
    message
    field
  }
}
    `, {"fragmentName":"Done"}) as unknown as TypedDocumentString<DoneFragment, unknown>;
export const ScheduledWorkDocument = new TypedDocumentString(`
    query ScheduledWork($after: String) {
  scheduledWork(first: 50, after: $after) {
    nodes {
      id
      kind
      state
      dueAt
      untilAt
      timeZone
      note
      agentId
      queueId
      attempts {
        number
        at
        outcome
        note
        agentId
      }
      conversation {
        id
        number
        subject
        lifecycle
        customer {
          id
          name
          tier
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ScheduledWorkQuery, ScheduledWorkQueryVariables>;
export const CallbackRequestDocument = new TypedDocumentString(`
    mutation CallbackRequest($input: CallbackRequestInput!) {
  callbackRequest(input: $input) {
    ...Done
  }
}
    fragment Done on ScheduledWorkPayload {
  scheduledWork {
    id
    state
  }
  userErrors {
    code
    message
    field
  }
}`) as unknown as TypedDocumentString<CallbackRequestMutation, CallbackRequestMutationVariables>;
export const WorkScheduleDocument = new TypedDocumentString(`
    mutation WorkSchedule($input: WorkScheduleInput!) {
  workSchedule(input: $input) {
    ...Done
  }
}
    fragment Done on ScheduledWorkPayload {
  scheduledWork {
    id
    state
  }
  userErrors {
    code
    message
    field
  }
}`) as unknown as TypedDocumentString<WorkScheduleMutation, WorkScheduleMutationVariables>;
export const ScheduledWorkCancelDocument = new TypedDocumentString(`
    mutation ScheduledWorkCancel($input: ScheduledWorkCancelInput!) {
  scheduledWorkCancel(input: $input) {
    ...Done
  }
}
    fragment Done on ScheduledWorkPayload {
  scheduledWork {
    id
    state
  }
  userErrors {
    code
    message
    field
  }
}`) as unknown as TypedDocumentString<ScheduledWorkCancelMutation, ScheduledWorkCancelMutationVariables>;
export const CallbackAttemptDocument = new TypedDocumentString(`
    mutation CallbackAttempt($input: CallbackAttemptInput!) {
  callbackAttemptRecord(input: $input) {
    ...Done
  }
}
    fragment Done on ScheduledWorkPayload {
  scheduledWork {
    id
    state
  }
  userErrors {
    code
    message
    field
  }
}`) as unknown as TypedDocumentString<CallbackAttemptMutation, CallbackAttemptMutationVariables>;