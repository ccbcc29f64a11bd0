/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type EmergencyActivateInput = {
  /** Its name, typed to confirm. */
  confirm: string;
  /** The plan. */
  emergencyPlanId: string | number;
  /** For how long; its own time when left out. */
  minutes?: number | null | undefined;
};

export type EmergencyEndInput = {
  /** The activation. */
  emergencyActivationId: string | number;
};

export type EmergencyPlanDeleteInput = {
  /** The plan. */
  emergencyPlanId: string | number;
};

export type EmergencyPlanSaveInput = {
  /** Everybody is asked, members or not, at whatever hour. */
  allHands?: boolean;
  /** Nothing is offered: work waits until the plan ends. */
  closed?: boolean;
  /** The plan to change; a new one when left out. */
  emergencyPlanId?: string | number | null | undefined;
  /** Told to customers whose work comes to the queues, 1 to 1,000 characters. */
  message?: string | null | undefined;
  /** How long it is in force unless told otherwise, 1 to 10,080. */
  minutes?: number;
  /** Name, which is typed to confirm. */
  name: string;
  /** Partners may be asked, whatever the rules of overflow say. */
  overflow?: boolean;
  /** The queues it is about; all when left out. */
  queueIds?: Array<string | number>;
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

export type EmergencyBitsFragment = { id: string, name: string, minutes: number, allHands: boolean, closed: boolean, overflow: boolean, message: string | null, queueIds: Array<string> };

export type ActivationBitsFragment = { id: string, planId: string, name: string, activatedAt: string, activatedById: string | null, expiresAt: string, endedAt: string | null, endedById: string | null };

export type EmergencyPlansQueryVariables = Exact<{ [key: string]: never; }>;


export type EmergencyPlansQuery = { emergencyPlans: Array<{ id: string, name: string, minutes: number, allHands: boolean, closed: boolean, overflow: boolean, message: string | null, queueIds: Array<string> }> };

export type EmergenciesQueryVariables = Exact<{ [key: string]: never; }>;


export type EmergenciesQuery = { emergencyPlans: Array<{ id: string, name: string, minutes: number, allHands: boolean, closed: boolean, overflow: boolean, message: string | null, queueIds: Array<string> }>, emergencyActivations: Array<{ id: string, planId: string, name: string, activatedAt: string, activatedById: string | null, expiresAt: string, endedAt: string | null, endedById: string | null }> };

export type EmergencyPlanSaveMutationVariables = Exact<{
  input: EmergencyPlanSaveInput;
}>;


export type EmergencyPlanSaveMutation = { emergencyPlanSave: { emergencyPlanId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type EmergencyPlanDeleteMutationVariables = Exact<{
  input: EmergencyPlanDeleteInput;
}>;


export type EmergencyPlanDeleteMutation = { emergencyPlanDelete: { emergencyPlanId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type EmergencyActivateMutationVariables = Exact<{
  input: EmergencyActivateInput;
}>;


export type EmergencyActivateMutation = { emergencyActivate: { activation: { id: string, planId: string, name: string, activatedAt: string, activatedById: string | null, expiresAt: string, endedAt: string | null, endedById: string | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type EmergencyEndMutationVariables = Exact<{
  input: EmergencyEndInput;
}>;


export type EmergencyEndMutation = { emergencyEnd: { activation: { id: string, planId: string, name: string, activatedAt: string, activatedById: string | null, expiresAt: string, endedAt: string | null, endedById: string | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const EmergencyBitsFragmentDoc = new TypedDocumentString(`
    fragment EmergencyBits on EmergencyPlan {
  id
  name
  minutes
  allHands
  closed
  overflow
  message
  queueIds
}
    `, {"fragmentName":"EmergencyBits"}) as unknown as TypedDocumentString<EmergencyBitsFragment, unknown>;
export const ActivationBitsFragmentDoc = new TypedDocumentString(`
    fragment ActivationBits on EmergencyActivation {
  id
  planId
  name
  activatedAt
  activatedById
  expiresAt
  endedAt
  endedById
}
    `, {"fragmentName":"ActivationBits"}) as unknown as TypedDocumentString<ActivationBitsFragment, unknown>;
export const EmergencyPlansDocument = new TypedDocumentString(`
    query EmergencyPlans {
  emergencyPlans {
    ...EmergencyBits
  }
}
    fragment EmergencyBits on EmergencyPlan {
  id
  name
  minutes
  allHands
  closed
  overflow
  message
  queueIds
}`) as unknown as TypedDocumentString<EmergencyPlansQuery, EmergencyPlansQueryVariables>;
export const EmergenciesDocument = new TypedDocumentString(`
    query Emergencies {
  emergencyPlans {
    ...EmergencyBits
  }
  emergencyActivations(first: 30) {
    ...ActivationBits
  }
}
    fragment EmergencyBits on EmergencyPlan {
  id
  name
  minutes
  allHands
  closed
  overflow
  message
  queueIds
}
fragment ActivationBits on EmergencyActivation {
  id
  planId
  name
  activatedAt
  activatedById
  expiresAt
  endedAt
  endedById
}`) as unknown as TypedDocumentString<EmergenciesQuery, EmergenciesQueryVariables>;
export const EmergencyPlanSaveDocument = new TypedDocumentString(`
    mutation EmergencyPlanSave($input: EmergencyPlanSaveInput!) {
  emergencyPlanSave(input: $input) {
    emergencyPlanId
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<EmergencyPlanSaveMutation, EmergencyPlanSaveMutationVariables>;
export const EmergencyPlanDeleteDocument = new TypedDocumentString(`
    mutation EmergencyPlanDelete($input: EmergencyPlanDeleteInput!) {
  emergencyPlanDelete(input: $input) {
    emergencyPlanId
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<EmergencyPlanDeleteMutation, EmergencyPlanDeleteMutationVariables>;
export const EmergencyActivateDocument = new TypedDocumentString(`
    mutation EmergencyActivate($input: EmergencyActivateInput!) {
  emergencyActivate(input: $input) {
    activation {
      ...ActivationBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ActivationBits on EmergencyActivation {
  id
  planId
  name
  activatedAt
  activatedById
  expiresAt
  endedAt
  endedById
}`) as unknown as TypedDocumentString<EmergencyActivateMutation, EmergencyActivateMutationVariables>;
export const EmergencyEndDocument = new TypedDocumentString(`
    mutation EmergencyEnd($input: EmergencyEndInput!) {
  emergencyEnd(input: $input) {
    activation {
      ...ActivationBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ActivationBits on EmergencyActivation {
  id
  planId
  name
  activatedAt
  activatedById
  expiresAt
  endedAt
  endedById
}`) as unknown as TypedDocumentString<EmergencyEndMutation, EmergencyEndMutationVariables>;