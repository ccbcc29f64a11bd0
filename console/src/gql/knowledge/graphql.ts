/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type KnowledgeArticleArchiveInput = {
  /** The article. */
  knowledgeArticleId: string | number;
};

export type KnowledgeArticleSaveInput = {
  /** Who may read it, one at least. */
  audience: Array<KnowledgeAudience>;
  /** The article to change; a new one when left out. */
  knowledgeArticleId?: string | number | null | undefined;
  /** Its space. */
  knowledgeSpaceId: string | number;
  /** The next draft of a language; left out, the texts stay. */
  text?: KnowledgeTextInput | null | undefined;
};

/** Who may read an article. */
export type KnowledgeAudience =
  /** The tenant's own people. */
  | 'AGENT'
  /** Bots. */
  | 'BOT'
  /** Customers, in a help centre. */
  | 'CUSTOMER'
  /** People of outsourced partners. */
  | 'PARTNER';

export type KnowledgeLearnInput = {
  /** The revision that was read, as `knowledgeRevision` tells it. */
  revision: number;
};

export type KnowledgeRevisionInput = {
  /** The article. */
  knowledgeArticleId: string | number;
  /** The language of the revision. */
  language: string;
  /** Its number. */
  revision: number;
};

export type KnowledgeSpaceSaveInput = {
  /** The space to rename; a new one when left out. */
  knowledgeSpaceId?: string | number | null | undefined;
  /** Name, 1 to 100 characters. */
  name: string;
};

/** Where a revision stands. */
export type KnowledgeState =
  /** It is written. */
  | 'DRAFT'
  /** It is what readers find. */
  | 'PUBLISHED'
  /** It was handed in. */
  | 'REVIEW'
  /** A later one took its place. */
  | 'SUPERSEDED';

export type KnowledgeSuggestionAnswerInput = {
  /** Whether it was taken. */
  accepted: boolean;
  /** The message it was suggested for. */
  itemId: string | number;
  /** The article. */
  knowledgeArticleId: string | number;
  /** The language of the text. */
  language: string;
};

export type KnowledgeTextInput = {
  /** Text, 1 to 50,000 characters. */
  body: string;
  /** BCP 47, like en or zh-Hans. */
  language: string;
  /** What changed, at most 1,000 characters. */
  note?: string;
  /** Title, 1 to 200 characters. */
  title: string;
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

export type OutlineFragment = { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, authorId: string | null, createdAt: string }> };

export type WrittenFragment = { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, acceptedCount: number, ignoredCount: number, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, note: string, authorId: string | null, reviewerId: string | null, createdAt: string, publishedAt: string | null }> };

export type KnowledgeSpacesQueryVariables = Exact<{ [key: string]: never; }>;


export type KnowledgeSpacesQuery = { knowledgeSpaces: Array<{ id: string, name: string }> };

export type KnowledgeArticlesQueryVariables = Exact<{
  space: string | number;
  after?: string | null | undefined;
}>;


export type KnowledgeArticlesQuery = { knowledgeArticles: { nodes: Array<{ id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, authorId: string | null, createdAt: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type KnowledgeWrittenQueryVariables = Exact<{
  id: string | number;
}>;


export type KnowledgeWrittenQuery = { knowledgeArticle: { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, acceptedCount: number, ignoredCount: number, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, note: string, authorId: string | null, reviewerId: string | null, createdAt: string, publishedAt: string | null }> } | null };

export type KnowledgeSpaceSaveMutationVariables = Exact<{
  input: KnowledgeSpaceSaveInput;
}>;


export type KnowledgeSpaceSaveMutation = { knowledgeSpaceSave: { space: { id: string, name: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type KnowledgeArticleSaveMutationVariables = Exact<{
  input: KnowledgeArticleSaveInput;
}>;


export type KnowledgeArticleSaveMutation = { knowledgeArticleSave: { revision: number | null, article: { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, acceptedCount: number, ignoredCount: number, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, note: string, authorId: string | null, reviewerId: string | null, createdAt: string, publishedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type KnowledgeSubmitMutationVariables = Exact<{
  input: KnowledgeRevisionInput;
}>;


export type KnowledgeSubmitMutation = { knowledgeRevisionSubmit: { article: { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, acceptedCount: number, ignoredCount: number, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, note: string, authorId: string | null, reviewerId: string | null, createdAt: string, publishedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type KnowledgePublishMutationVariables = Exact<{
  input: KnowledgeRevisionInput;
}>;


export type KnowledgePublishMutation = { knowledgeRevisionPublish: { article: { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, acceptedCount: number, ignoredCount: number, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, note: string, authorId: string | null, reviewerId: string | null, createdAt: string, publishedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type KnowledgeArchiveMutationVariables = Exact<{
  input: KnowledgeArticleArchiveInput;
}>;


export type KnowledgeArchiveMutation = { knowledgeArticleArchive: { article: { id: string, spaceId: string, audience: Array<KnowledgeAudience>, archivedAt: string | null, createdAt: string, acceptedCount: number, ignoredCount: number, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, note: string, authorId: string | null, reviewerId: string | null, createdAt: string, publishedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ReplyDraftCountsQueryVariables = Exact<{ [key: string]: never; }>;


export type ReplyDraftCountsQuery = { replyDraftCounts: { askedCount: number, failedCount: number, acceptedCount: number, editedCount: number, ignoredCount: number, keptShare: number } };

export type KnowledgeSearchQueryVariables = Exact<{
  query: string;
  language?: string | null | undefined;
}>;


export type KnowledgeSearchQuery = { knowledgeSearch: Array<{ articleId: string, language: string, revision: number, title: string, excerpt: string }> };

export type KnowledgeArticleQueryVariables = Exact<{
  id: string | number;
}>;


export type KnowledgeArticleQuery = { knowledgeArticle: { id: string, revisions: Array<{ language: string, revision: number, state: KnowledgeState, title: string, body: string, publishedAt: string | null }> } | null };

export type KnowledgeStandingQueryVariables = Exact<{ [key: string]: never; }>;


export type KnowledgeStandingQuery = { knowledgeRevision: number, viewer: { agent: { id: string, outsourced: boolean, knowledgeRevision: number } | null } };

export type KnowledgeLearnMutationVariables = Exact<{
  input: KnowledgeLearnInput;
}>;


export type KnowledgeLearnMutation = { knowledgeLearn: { revision: number | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type KnowledgeSuggestionsQueryVariables = Exact<{
  id: string | number;
}>;


export type KnowledgeSuggestionsQuery = { knowledgeSuggestions: { itemId: string, hits: Array<{ articleId: string, language: string, revision: number, title: string, excerpt: string, body: string }> } | null };

export type KnowledgeSuggestionAnswerMutationVariables = Exact<{
  input: KnowledgeSuggestionAnswerInput;
}>;


export type KnowledgeSuggestionAnswerMutation = { knowledgeSuggestionAnswer: { userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const OutlineFragmentDoc = new TypedDocumentString(`
    fragment Outline on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  revisions {
    language
    revision
    state
    title
    authorId
    createdAt
  }
}
    `, {"fragmentName":"Outline"}) as unknown as TypedDocumentString<OutlineFragment, unknown>;
export const WrittenFragmentDoc = new TypedDocumentString(`
    fragment Written on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  acceptedCount
  ignoredCount
  revisions {
    language
    revision
    state
    title
    body
    note
    authorId
    reviewerId
    createdAt
    publishedAt
  }
}
    `, {"fragmentName":"Written"}) as unknown as TypedDocumentString<WrittenFragment, unknown>;
export const KnowledgeSpacesDocument = new TypedDocumentString(`
    query KnowledgeSpaces {
  knowledgeSpaces {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<KnowledgeSpacesQuery, KnowledgeSpacesQueryVariables>;
export const KnowledgeArticlesDocument = new TypedDocumentString(`
    query KnowledgeArticles($space: ID!, $after: String) {
  knowledgeArticles(knowledgeSpaceId: $space, first: 100, after: $after) {
    nodes {
      ...Outline
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Outline on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  revisions {
    language
    revision
    state
    title
    authorId
    createdAt
  }
}`) as unknown as TypedDocumentString<KnowledgeArticlesQuery, KnowledgeArticlesQueryVariables>;
export const KnowledgeWrittenDocument = new TypedDocumentString(`
    query KnowledgeWritten($id: ID!) {
  knowledgeArticle(knowledgeArticleId: $id) {
    ...Written
  }
}
    fragment Written on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  acceptedCount
  ignoredCount
  revisions {
    language
    revision
    state
    title
    body
    note
    authorId
    reviewerId
    createdAt
    publishedAt
  }
}`) as unknown as TypedDocumentString<KnowledgeWrittenQuery, KnowledgeWrittenQueryVariables>;
export const KnowledgeSpaceSaveDocument = new TypedDocumentString(`
    mutation KnowledgeSpaceSave($input: KnowledgeSpaceSaveInput!) {
  knowledgeSpaceSave(input: $input) {
    space {
      id
      name
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<KnowledgeSpaceSaveMutation, KnowledgeSpaceSaveMutationVariables>;
export const KnowledgeArticleSaveDocument = new TypedDocumentString(`
    mutation KnowledgeArticleSave($input: KnowledgeArticleSaveInput!) {
  knowledgeArticleSave(input: $input) {
    article {
      ...Written
    }
    revision
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Written on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  acceptedCount
  ignoredCount
  revisions {
    language
    revision
    state
    title
    body
    note
    authorId
    reviewerId
    createdAt
    publishedAt
  }
}`) as unknown as TypedDocumentString<KnowledgeArticleSaveMutation, KnowledgeArticleSaveMutationVariables>;
export const KnowledgeSubmitDocument = new TypedDocumentString(`
    mutation KnowledgeSubmit($input: KnowledgeRevisionInput!) {
  knowledgeRevisionSubmit(input: $input) {
    article {
      ...Written
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Written on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  acceptedCount
  ignoredCount
  revisions {
    language
    revision
    state
    title
    body
    note
    authorId
    reviewerId
    createdAt
    publishedAt
  }
}`) as unknown as TypedDocumentString<KnowledgeSubmitMutation, KnowledgeSubmitMutationVariables>;
export const KnowledgePublishDocument = new TypedDocumentString(`
    mutation KnowledgePublish($input: KnowledgeRevisionInput!) {
  knowledgeRevisionPublish(input: $input) {
    article {
      ...Written
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Written on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  acceptedCount
  ignoredCount
  revisions {
    language
    revision
    state
    title
    body
    note
    authorId
    reviewerId
    createdAt
    publishedAt
  }
}`) as unknown as TypedDocumentString<KnowledgePublishMutation, KnowledgePublishMutationVariables>;
export const KnowledgeArchiveDocument = new TypedDocumentString(`
    mutation KnowledgeArchive($input: KnowledgeArticleArchiveInput!) {
  knowledgeArticleArchive(input: $input) {
    article {
      ...Written
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Written on KnowledgeArticle {
  id
  spaceId
  audience
  archivedAt
  createdAt
  acceptedCount
  ignoredCount
  revisions {
    language
    revision
    state
    title
    body
    note
    authorId
    reviewerId
    createdAt
    publishedAt
  }
}`) as unknown as TypedDocumentString<KnowledgeArchiveMutation, KnowledgeArchiveMutationVariables>;
export const ReplyDraftCountsDocument = new TypedDocumentString(`
    query ReplyDraftCounts {
  replyDraftCounts(days: 30) {
    askedCount
    failedCount
    acceptedCount
    editedCount
    ignoredCount
    keptShare
  }
}
    `) as unknown as TypedDocumentString<ReplyDraftCountsQuery, ReplyDraftCountsQueryVariables>;
export const KnowledgeSearchDocument = new TypedDocumentString(`
    query KnowledgeSearch($query: String!, $language: String) {
  knowledgeSearch(query: $query, language: $language, first: 30) {
    articleId
    language
    revision
    title
    excerpt
  }
}
    `) as unknown as TypedDocumentString<KnowledgeSearchQuery, KnowledgeSearchQueryVariables>;
export const KnowledgeArticleDocument = new TypedDocumentString(`
    query KnowledgeArticle($id: ID!) {
  knowledgeArticle(knowledgeArticleId: $id) {
    id
    revisions {
      language
      revision
      state
      title
      body
      publishedAt
    }
  }
}
    `) as unknown as TypedDocumentString<KnowledgeArticleQuery, KnowledgeArticleQueryVariables>;
export const KnowledgeStandingDocument = new TypedDocumentString(`
    query KnowledgeStanding {
  knowledgeRevision
  viewer {
    agent {
      id
      outsourced
      knowledgeRevision
    }
  }
}
    `) as unknown as TypedDocumentString<KnowledgeStandingQuery, KnowledgeStandingQueryVariables>;
export const KnowledgeLearnDocument = new TypedDocumentString(`
    mutation KnowledgeLearn($input: KnowledgeLearnInput!) {
  knowledgeLearn(input: $input) {
    revision
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<KnowledgeLearnMutation, KnowledgeLearnMutationVariables>;
export const KnowledgeSuggestionsDocument = new TypedDocumentString(`
    query KnowledgeSuggestions($id: ID!) {
  knowledgeSuggestions(conversationId: $id) {
    itemId
    hits {
      articleId
      language
      revision
      title
      excerpt
      body
    }
  }
}
    `) as unknown as TypedDocumentString<KnowledgeSuggestionsQuery, KnowledgeSuggestionsQueryVariables>;
export const KnowledgeSuggestionAnswerDocument = new TypedDocumentString(`
    mutation KnowledgeSuggestionAnswer($input: KnowledgeSuggestionAnswerInput!) {
  knowledgeSuggestionAnswer(input: $input) {
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<KnowledgeSuggestionAnswerMutation, KnowledgeSuggestionAnswerMutationVariables>;