/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type ChecklistAnswerInput = {
  /** True follows it; false ignores it for what the customer asks for, and puts it away where it is followed. */
  accepted: boolean;
  /** The checklist: suggested, or chosen by hand. */
  checklistId: string | number;
  /** The conversation. */
  conversationId: string | number;
};

export type ChecklistArchiveInput = {
  /** False takes it into use again. */
  archived?: boolean;
  /** The checklist. */
  checklistId: string | number;
};

export type ChecklistSaveInput = {
  /** The checklist to change; a new one when left out. */
  checklistId?: string | number | null | undefined;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
  /** Intents it is for, 1 to 50: the whole list. An intent has examples, and one checklist in use at most. */
  intents: Array<string>;
  /** What is to be done, in order, 1 to 30 steps: the whole list. */
  steps: Array<ChecklistStepInput>;
  /** Title, 1 to 100 characters. */
  title: string;
  /** Title in Chinese; empty = as `title`. */
  titleZh?: string;
};

export type ChecklistStepInput = {
  /** An article of the knowledge base that tells how. */
  knowledgeArticleId?: string | number | null | undefined;
  /** Whether it must be done before the conversation is resolved. */
  required?: boolean;
  /** What is to be done, 1 to 300 characters. */
  text: string;
  /** The same in Chinese; empty = as `text`. */
  textZh?: string;
};

export type ChecklistTickInput = {
  /** The checklist that is followed. */
  checklistId: string | number;
  /** The conversation. */
  conversationId: string | number;
  /** Whether it is done; false takes the tick back. */
  done: boolean;
  /** The step, by its place from 1. */
  place: number;
  /** For colleagues, at most 500 characters; empty removes it, null leaves it. */
  remark?: string | null | undefined;
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

export type StepsFragment = { intent: string | null, suggested: { id: string, title: string, titleZh: string, steps: Array<{ required: boolean }> } | null, followed: Array<{ checklistId: string, title: string, titleZh: string, openReason: string, steps: Array<{ place: number, done: boolean, byId: string | null, at: string | null, remark: string, step: { text: string, textZh: string, required: boolean, knowledgeArticleId: string | null } }> }> };

export type NextStepsQueryVariables = Exact<{
  id: string | number;
}>;


export type NextStepsQuery = { conversation: { id: string, nextSteps: { intent: string | null, suggested: { id: string, title: string, titleZh: string, steps: Array<{ required: boolean }> } | null, followed: Array<{ checklistId: string, title: string, titleZh: string, openReason: string, steps: Array<{ place: number, done: boolean, byId: string | null, at: string | null, remark: string, step: { text: string, textZh: string, required: boolean, knowledgeArticleId: string | null } }> }> } } | null };

export type ChecklistChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type ChecklistChoicesQuery = { checklists: Array<{ id: string, title: string, titleZh: string, intents: Array<string> }> };

export type ChecklistAnswerMutationVariables = Exact<{
  input: ChecklistAnswerInput;
}>;


export type ChecklistAnswerMutation = { checklistAnswer: { conversation: { id: string, nextSteps: { intent: string | null, suggested: { id: string, title: string, titleZh: string, steps: Array<{ required: boolean }> } | null, followed: Array<{ checklistId: string, title: string, titleZh: string, openReason: string, steps: Array<{ place: number, done: boolean, byId: string | null, at: string | null, remark: string, step: { text: string, textZh: string, required: boolean, knowledgeArticleId: string | null } }> }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChecklistTickMutationVariables = Exact<{
  input: ChecklistTickInput;
}>;


export type ChecklistTickMutation = { checklistTick: { conversation: { id: string, nextSteps: { intent: string | null, suggested: { id: string, title: string, titleZh: string, steps: Array<{ required: boolean }> } | null, followed: Array<{ checklistId: string, title: string, titleZh: string, openReason: string, steps: Array<{ place: number, done: boolean, byId: string | null, at: string | null, remark: string, step: { text: string, textZh: string, required: boolean, knowledgeArticleId: string | null } }> }> } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type KeptFragment = { id: string, title: string, titleZh: string, intents: Array<string>, version: number, archivedAt: string | null, updatedAt: string, updatedById: string | null, acceptedCount: number | null, ignoredCount: number | null, completedCount: number | null, steps: Array<{ text: string, textZh: string, required: boolean, knowledgeArticleId: string | null }> };

export type ChecklistsQueryVariables = Exact<{ [key: string]: never; }>;


export type ChecklistsQuery = { checklists: Array<{ id: string, title: string, titleZh: string, intents: Array<string>, version: number, archivedAt: string | null, updatedAt: string, updatedById: string | null, acceptedCount: number | null, ignoredCount: number | null, completedCount: number | null, steps: Array<{ text: string, textZh: string, required: boolean, knowledgeArticleId: string | null }> }> };

export type ChecklistSaveMutationVariables = Exact<{
  input: ChecklistSaveInput;
}>;


export type ChecklistSaveMutation = { checklistSave: { checklist: { id: string, title: string, titleZh: string, intents: Array<string>, version: number, archivedAt: string | null, updatedAt: string, updatedById: string | null, acceptedCount: number | null, ignoredCount: number | null, completedCount: number | null, steps: Array<{ text: string, textZh: string, required: boolean, knowledgeArticleId: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChecklistArchiveMutationVariables = Exact<{
  input: ChecklistArchiveInput;
}>;


export type ChecklistArchiveMutation = { checklistArchive: { checklist: { id: string, title: string, titleZh: string, intents: Array<string>, version: number, archivedAt: string | null, updatedAt: string, updatedById: string | null, acceptedCount: number | null, ignoredCount: number | null, completedCount: number | null, steps: Array<{ text: string, textZh: string, required: boolean, knowledgeArticleId: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const StepsFragmentDoc = new TypedDocumentString(`
    fragment Steps on NextSteps {
  intent
  suggested {
    id
    title
    titleZh
    steps {
      required
    }
  }
  followed {
    checklistId
    title
    titleZh
    openReason
    steps {
      place
      done
      byId
      at
      remark
      step {
        text
        textZh
        required
        knowledgeArticleId
      }
    }
  }
}
    `, {"fragmentName":"Steps"}) as unknown as TypedDocumentString<StepsFragment, unknown>;
export const KeptFragmentDoc = new TypedDocumentString(`
    fragment Kept on Checklist {
  id
  title
  titleZh
  intents
  version
  archivedAt
  updatedAt
  updatedById
  acceptedCount
  ignoredCount
  completedCount
  steps {
    text
    textZh
    required
    knowledgeArticleId
  }
}
    `, {"fragmentName":"Kept"}) as unknown as TypedDocumentString<KeptFragment, unknown>;
export const NextStepsDocument = new TypedDocumentString(`
    query NextSteps($id: ID!) {
  conversation(id: $id) {
    id
    nextSteps {
      ...Steps
    }
  }
}
    fragment Steps on NextSteps {
  intent
  suggested {
    id
    title
    titleZh
    steps {
      required
    }
  }
  followed {
    checklistId
    title
    titleZh
    openReason
    steps {
      place
      done
      byId
      at
      remark
      step {
        text
        textZh
        required
        knowledgeArticleId
      }
    }
  }
}`) as unknown as TypedDocumentString<NextStepsQuery, NextStepsQueryVariables>;
export const ChecklistChoicesDocument = new TypedDocumentString(`
    query ChecklistChoices {
  checklists {
    id
    title
    titleZh
    intents
  }
}
    `) as unknown as TypedDocumentString<ChecklistChoicesQuery, ChecklistChoicesQueryVariables>;
export const ChecklistAnswerDocument = new TypedDocumentString(`
    mutation ChecklistAnswer($input: ChecklistAnswerInput!) {
  checklistAnswer(input: $input) {
    conversation {
      id
      nextSteps {
        ...Steps
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Steps on NextSteps {
  intent
  suggested {
    id
    title
    titleZh
    steps {
      required
    }
  }
  followed {
    checklistId
    title
    titleZh
    openReason
    steps {
      place
      done
      byId
      at
      remark
      step {
        text
        textZh
        required
        knowledgeArticleId
      }
    }
  }
}`) as unknown as TypedDocumentString<ChecklistAnswerMutation, ChecklistAnswerMutationVariables>;
export const ChecklistTickDocument = new TypedDocumentString(`
    mutation ChecklistTick($input: ChecklistTickInput!) {
  checklistTick(input: $input) {
    conversation {
      id
      nextSteps {
        ...Steps
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Steps on NextSteps {
  intent
  suggested {
    id
    title
    titleZh
    steps {
      required
    }
  }
  followed {
    checklistId
    title
    titleZh
    openReason
    steps {
      place
      done
      byId
      at
      remark
      step {
        text
        textZh
        required
        knowledgeArticleId
      }
    }
  }
}`) as unknown as TypedDocumentString<ChecklistTickMutation, ChecklistTickMutationVariables>;
export const ChecklistsDocument = new TypedDocumentString(`
    query Checklists {
  checklists(archived: true) {
    ...Kept
  }
}
    fragment Kept on Checklist {
  id
  title
  titleZh
  intents
  version
  archivedAt
  updatedAt
  updatedById
  acceptedCount
  ignoredCount
  completedCount
  steps {
    text
    textZh
    required
    knowledgeArticleId
  }
}`) as unknown as TypedDocumentString<ChecklistsQuery, ChecklistsQueryVariables>;
export const ChecklistSaveDocument = new TypedDocumentString(`
    mutation ChecklistSave($input: ChecklistSaveInput!) {
  checklistSave(input: $input) {
    checklist {
      ...Kept
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Kept on Checklist {
  id
  title
  titleZh
  intents
  version
  archivedAt
  updatedAt
  updatedById
  acceptedCount
  ignoredCount
  completedCount
  steps {
    text
    textZh
    required
    knowledgeArticleId
  }
}`) as unknown as TypedDocumentString<ChecklistSaveMutation, ChecklistSaveMutationVariables>;
export const ChecklistArchiveDocument = new TypedDocumentString(`
    mutation ChecklistArchive($input: ChecklistArchiveInput!) {
  checklistArchive(input: $input) {
    checklist {
      ...Kept
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Kept on Checklist {
  id
  title
  titleZh
  intents
  version
  archivedAt
  updatedAt
  updatedById
  acceptedCount
  ignoredCount
  completedCount
  steps {
    text
    textZh
    required
    knowledgeArticleId
  }
}`) as unknown as TypedDocumentString<ChecklistArchiveMutation, ChecklistArchiveMutationVariables>;