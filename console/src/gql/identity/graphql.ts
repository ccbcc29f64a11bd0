/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CandidateInput = {
  /** The pair. */
  candidateId: string | number;
  /** Why; may be empty. */
  reason?: string | null | undefined;
};

/** How a suggested pair stands. */
export type CandidateState =
  /** One person. */
  | 'CONFIRMED'
  /** Nobody has decided. */
  | 'OPEN'
  /** Two: never suggested again. */
  | 'REFUSED';

export type CustomerEventRecordInput = {
  /** The customer. */
  customerId: string | number;
  /** For programs: an object of at most 4 KiB. */
  data?: any;
  /** Kind: 1 to 64 lower-case letters, digits, dots, hyphens and underscores. */
  kind: string;
  /** When it happened; now when left out. */
  occurredAt?: string | null | undefined;
  /** 1 to 5. */
  severity?: number;
  /** For people, at most 1,000 characters. */
  text?: string;
};

export type CustomerSplitInput = {
  /** The customer. */
  customerId: string | number;
  /** Identifiers that are somebody else's. */
  identityIds: Array<string | number>;
  /** Why. */
  reason: string;
};

/** How far two customers agree in one thing. */
export type EvidenceAgreement =
  /** A slip of the hand or another form away. */
  | 'CLOSE'
  /** Another value. */
  | 'OTHER'
  /** Some likeness. */
  | 'PARTLY'
  /** The same value. */
  | 'SAME';

export type IdentityValueInput = {
  /** Why. */
  reason?: string | null | undefined;
  /** `phone_e164`, `email` or `crm_id`. */
  scheme: string;
  /** The value in any common notation; of mail also `info@` (a role at any company) or `@example.org`. */
  value: string;
};

export type ImportStartInput = {
  /** The import that was looked at; `POST /v1/imports` answers its id. */
  runId: string | number;
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

export type CandidatesQueryVariables = Exact<{
  id: string | number;
}>;


export type CandidatesQuery = { customer: { id: string, candidates: Array<{ id: string, score: number, formerHolderId: string | null, silentDays: number | null, evidence: Array<{ field: string, agreement: EvidenceAgreement, weight: number, verifier: string | null, verification: { score: number | null, expiresAt: string, consent: string | null } | null }>, customers: Array<{ id: string, name: string, identities: Array<{ id: string, scheme: string, value: string }> }> }> } | null };

export type CandidateConfirmMutationVariables = Exact<{
  input: CandidateInput;
}>;


export type CandidateConfirmMutation = { candidateConfirm: { actId: string | null, customer: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CandidateReopenMutationVariables = Exact<{
  input: CandidateInput;
}>;


export type CandidateReopenMutation = { candidateReopen: { candidate: { id: string, state: CandidateState } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CandidateRefuseMutationVariables = Exact<{
  input: CandidateInput;
}>;


export type CandidateRefuseMutation = { candidateRefuse: { candidate: { id: string, state: CandidateState } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerEventsQueryVariables = Exact<{
  id: string | number;
}>;


export type CustomerEventsQuery = { customer: { id: string, events: Array<{ id: string, kind: string, severity: number, text: string, occurredAt: string }> } | null };

export type CustomerEventRecordMutationVariables = Exact<{
  input: CustomerEventRecordInput;
}>;


export type CustomerEventRecordMutation = { customerEventRecord: { customer: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type RunBitsFragment = { id: string, name: string, state: string, total: number, done: number, found: number, linked: number, refused: number, error: string | null, createdAt: string, finishedAt: string | null };

export type ImportRunQueryVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type ImportRunQuery = { identityRun: { id: string, name: string, state: string, total: number, done: number, found: number, linked: number, refused: number, error: string | null, createdAt: string, finishedAt: string | null, refusals: { nodes: Array<{ line: number, reason: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ImportRunsQueryVariables = Exact<{ [key: string]: never; }>;


export type ImportRunsQuery = { identityRuns: { nodes: Array<{ id: string, name: string, state: string, total: number, done: number, found: number, linked: number, refused: number, error: string | null, createdAt: string, finishedAt: string | null }> } };

export type CustomerImportMutationVariables = Exact<{
  input: ImportStartInput;
}>;


export type CustomerImportMutation = { customerImport: { run: { id: string, name: string, state: string, total: number, done: number, found: number, linked: number, refused: number, error: string | null, createdAt: string, finishedAt: string | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SuspectFragment = { id: string, name: string, tier: string, tags: Array<string>, birthDate: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, lastSeen: string }>, conversations: { nodes: Array<{ id: string, number: number, subject: string, lastActivityAt: string }> } };

export type IdentityReviewQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type IdentityReviewQuery = { identityReview: { nodes: Array<{ id: string, score: number, formerHolderId: string | null, silentDays: number | null, createdAt: string, evidence: Array<{ field: string, agreement: EvidenceAgreement, weight: number, verifier: string | null, verification: { score: number | null, expiresAt: string, consent: string | null } | null }>, customers: Array<{ id: string, name: string, tier: string, tags: Array<string>, birthDate: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, lastSeen: string }>, conversations: { nodes: Array<{ id: string, number: number, subject: string, lastActivityAt: string }> } }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type TwinRunsQueryVariables = Exact<{ [key: string]: never; }>;


export type TwinRunsQuery = { identityRuns: { nodes: Array<{ id: string, state: string, total: number, done: number, found: number, error: string | null }> } };

export type IdentityDedupeMutationVariables = Exact<{ [key: string]: never; }>;


export type IdentityDedupeMutation = { identityDedupe: { run: { id: string, state: string, total: number, done: number, found: number, error: string | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type RuleFragment = { scheme: string, value: string, declared: string, reason: string, at: string };

export type IdentityRulesQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type IdentityRulesQuery = { identityRules: { nodes: Array<{ scheme: string, value: string, declared: string, reason: string, at: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type IdentityDeclareSharedMutationVariables = Exact<{
  input: IdentityValueInput;
}>;


export type IdentityDeclareSharedMutation = { identityDeclareShared: { rule: { scheme: string, value: string, declared: string, reason: string, at: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IdentityDeclarePersonalMutationVariables = Exact<{
  input: IdentityValueInput;
}>;


export type IdentityDeclarePersonalMutation = { identityDeclarePersonal: { rule: { scheme: string, value: string, declared: string, reason: string, at: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IdentityValueBlockMutationVariables = Exact<{
  input: IdentityValueInput;
}>;


export type IdentityValueBlockMutation = { identityValueBlock: { rule: { scheme: string, value: string, declared: string, reason: string, at: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IdentityValueUnblockMutationVariables = Exact<{
  input: IdentityValueInput;
}>;


export type IdentityValueUnblockMutation = { identityValueUnblock: { rule: { scheme: string, value: string, declared: string, reason: string, at: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerSplitMutationVariables = Exact<{
  input: CustomerSplitInput;
}>;


export type CustomerSplitMutation = { customerSplit: { customer: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IdentityAuditQueryVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type IdentityAuditQuery = { identityAudit: { nodes: Array<{ id: string, kind: string, reason: string, at: string, actorKind: string, agentId: string | null, fromCustomerId: string | null, customerId: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

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
export const RunBitsFragmentDoc = new TypedDocumentString(`
    fragment RunBits on IdentityRun {
  id
  name
  state
  total
  done
  found
  linked
  refused
  error
  createdAt
  finishedAt
}
    `, {"fragmentName":"RunBits"}) as unknown as TypedDocumentString<RunBitsFragment, unknown>;
export const SuspectFragmentDoc = new TypedDocumentString(`
    fragment Suspect on Customer {
  id
  name
  tier
  tags
  birthDate
  identities {
    id
    scheme
    value
    verified
    lastSeen
  }
  conversations(first: 3) {
    nodes {
      id
      number
      subject
      lastActivityAt
    }
  }
}
    `, {"fragmentName":"Suspect"}) as unknown as TypedDocumentString<SuspectFragment, unknown>;
export const RuleFragmentDoc = new TypedDocumentString(`
    fragment Rule on IdentityRule {
  scheme
  value
  declared
  reason
  at
}
    `, {"fragmentName":"Rule"}) as unknown as TypedDocumentString<RuleFragment, unknown>;
export const CandidatesDocument = new TypedDocumentString(`
    query Candidates($id: ID!) {
  customer(id: $id) {
    id
    candidates {
      id
      score
      formerHolderId
      silentDays
      evidence {
        field
        agreement
        weight
        verifier
        verification {
          score
          expiresAt
          consent
        }
      }
      customers {
        id
        name
        identities {
          id
          scheme
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CandidatesQuery, CandidatesQueryVariables>;
export const CandidateConfirmDocument = new TypedDocumentString(`
    mutation CandidateConfirm($input: CandidateInput!) {
  candidateConfirm(input: $input) {
    actId
    customer {
      id
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<CandidateConfirmMutation, CandidateConfirmMutationVariables>;
export const CandidateReopenDocument = new TypedDocumentString(`
    mutation CandidateReopen($input: CandidateInput!) {
  candidateReopen(input: $input) {
    candidate {
      id
      state
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<CandidateReopenMutation, CandidateReopenMutationVariables>;
export const CandidateRefuseDocument = new TypedDocumentString(`
    mutation CandidateRefuse($input: CandidateInput!) {
  candidateRefuse(input: $input) {
    candidate {
      id
      state
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<CandidateRefuseMutation, CandidateRefuseMutationVariables>;
export const CustomerEventsDocument = new TypedDocumentString(`
    query CustomerEvents($id: ID!) {
  customer(id: $id) {
    id
    events(first: 100) {
      id
      kind
      severity
      text
      occurredAt
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerEventsQuery, CustomerEventsQueryVariables>;
export const CustomerEventRecordDocument = new TypedDocumentString(`
    mutation CustomerEventRecord($input: CustomerEventRecordInput!) {
  customerEventRecord(input: $input) {
    customer {
      id
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerEventRecordMutation, CustomerEventRecordMutationVariables>;
export const ImportRunDocument = new TypedDocumentString(`
    query ImportRun($id: ID!, $after: String) {
  identityRun(id: $id) {
    ...RunBits
    refusals(first: 50, after: $after) {
      nodes {
        line
        reason
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment RunBits on IdentityRun {
  id
  name
  state
  total
  done
  found
  linked
  refused
  error
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<ImportRunQuery, ImportRunQueryVariables>;
export const ImportRunsDocument = new TypedDocumentString(`
    query ImportRuns {
  identityRuns(kind: IMPORT, first: 20) {
    nodes {
      ...RunBits
    }
  }
}
    fragment RunBits on IdentityRun {
  id
  name
  state
  total
  done
  found
  linked
  refused
  error
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<ImportRunsQuery, ImportRunsQueryVariables>;
export const CustomerImportDocument = new TypedDocumentString(`
    mutation CustomerImport($input: ImportStartInput!) {
  customerImport(input: $input) {
    run {
      ...RunBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment RunBits on IdentityRun {
  id
  name
  state
  total
  done
  found
  linked
  refused
  error
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<CustomerImportMutation, CustomerImportMutationVariables>;
export const IdentityReviewDocument = new TypedDocumentString(`
    query IdentityReview($after: String) {
  identityReview(first: 30, after: $after) {
    nodes {
      id
      score
      formerHolderId
      silentDays
      createdAt
      evidence {
        field
        agreement
        weight
        verifier
        verification {
          score
          expiresAt
          consent
        }
      }
      customers {
        ...Suspect
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Suspect on Customer {
  id
  name
  tier
  tags
  birthDate
  identities {
    id
    scheme
    value
    verified
    lastSeen
  }
  conversations(first: 3) {
    nodes {
      id
      number
      subject
      lastActivityAt
    }
  }
}`) as unknown as TypedDocumentString<IdentityReviewQuery, IdentityReviewQueryVariables>;
export const TwinRunsDocument = new TypedDocumentString(`
    query TwinRuns {
  identityRuns(kind: DEDUPE, first: 1) {
    nodes {
      id
      state
      total
      done
      found
      error
    }
  }
}
    `) as unknown as TypedDocumentString<TwinRunsQuery, TwinRunsQueryVariables>;
export const IdentityDedupeDocument = new TypedDocumentString(`
    mutation IdentityDedupe {
  identityDedupe {
    run {
      id
      state
      total
      done
      found
      error
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<IdentityDedupeMutation, IdentityDedupeMutationVariables>;
export const IdentityRulesDocument = new TypedDocumentString(`
    query IdentityRules($after: String) {
  identityRules(first: 100, after: $after) {
    nodes {
      ...Rule
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Rule on IdentityRule {
  scheme
  value
  declared
  reason
  at
}`) as unknown as TypedDocumentString<IdentityRulesQuery, IdentityRulesQueryVariables>;
export const IdentityDeclareSharedDocument = new TypedDocumentString(`
    mutation IdentityDeclareShared($input: IdentityValueInput!) {
  identityDeclareShared(input: $input) {
    rule {
      ...Rule
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Rule on IdentityRule {
  scheme
  value
  declared
  reason
  at
}`) as unknown as TypedDocumentString<IdentityDeclareSharedMutation, IdentityDeclareSharedMutationVariables>;
export const IdentityDeclarePersonalDocument = new TypedDocumentString(`
    mutation IdentityDeclarePersonal($input: IdentityValueInput!) {
  identityDeclarePersonal(input: $input) {
    rule {
      ...Rule
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Rule on IdentityRule {
  scheme
  value
  declared
  reason
  at
}`) as unknown as TypedDocumentString<IdentityDeclarePersonalMutation, IdentityDeclarePersonalMutationVariables>;
export const IdentityValueBlockDocument = new TypedDocumentString(`
    mutation IdentityValueBlock($input: IdentityValueInput!) {
  identityValueBlock(input: $input) {
    rule {
      ...Rule
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Rule on IdentityRule {
  scheme
  value
  declared
  reason
  at
}`) as unknown as TypedDocumentString<IdentityValueBlockMutation, IdentityValueBlockMutationVariables>;
export const IdentityValueUnblockDocument = new TypedDocumentString(`
    mutation IdentityValueUnblock($input: IdentityValueInput!) {
  identityValueUnblock(input: $input) {
    rule {
      ...Rule
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Rule on IdentityRule {
  scheme
  value
  declared
  reason
  at
}`) as unknown as TypedDocumentString<IdentityValueUnblockMutation, IdentityValueUnblockMutationVariables>;
export const CustomerSplitDocument = new TypedDocumentString(`
    mutation CustomerSplit($input: CustomerSplitInput!) {
  customerSplit(input: $input) {
    customer {
      id
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerSplitMutation, CustomerSplitMutationVariables>;
export const IdentityAuditDocument = new TypedDocumentString(`
    query IdentityAudit($id: ID!, $after: String) {
  identityAudit(customerId: $id, first: 30, after: $after) {
    nodes {
      id
      kind
      reason
      at
      actorKind
      agentId
      fromCustomerId
      customerId
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<IdentityAuditQuery, IdentityAuditQueryVariables>;