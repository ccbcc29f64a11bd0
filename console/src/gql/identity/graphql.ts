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

export type CustomerUnmergeInput = {
  /** `actId` of the merge. */
  actId: string | number;
  /** Take later merges that rest on it back as well. */
  andLater?: boolean | null | undefined;
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


export type CandidatesQuery = { customer: { id: string, candidates: Array<{ id: string, score: number, evidence: Array<{ field: string, agreement: EvidenceAgreement, weight: number }>, customers: Array<{ id: string, name: string, identities: Array<{ id: string, scheme: string, value: string }> }> }> } | null };

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


export type IdentityReviewQuery = { identityReview: { nodes: Array<{ id: string, score: number, createdAt: string, evidence: Array<{ field: string, agreement: EvidenceAgreement, weight: number }>, customers: Array<{ id: string, name: string, tier: string, tags: Array<string>, birthDate: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, lastSeen: string }>, conversations: { nodes: Array<{ id: string, number: number, subject: string, lastActivityAt: string }> } }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ReviewUnmergeMutationVariables = Exact<{
  input: CustomerUnmergeInput;
}>;


export type ReviewUnmergeMutation = { customerUnmerge: { actId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const CandidatesDocument = new TypedDocumentString(`
    query Candidates($id: ID!) {
  customer(id: $id) {
    id
    candidates {
      id
      score
      evidence {
        field
        agreement
        weight
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
      createdAt
      evidence {
        field
        agreement
        weight
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
export const ReviewUnmergeDocument = new TypedDocumentString(`
    mutation ReviewUnmerge($input: CustomerUnmergeInput!) {
  customerUnmerge(input: $input) {
    actId
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<ReviewUnmergeMutation, ReviewUnmergeMutationVariables>;