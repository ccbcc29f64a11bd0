/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where a conversation stands. */
export type Lifecycle =
  /** Going on. */
  | 'OPEN'
  /** Finished. */
  | 'RESOLVED'
  /** Out of sight until a reply or a time. */
  | 'SNOOZED';

export type MessageSearchQueryVariables = Exact<{
  text: string;
  lifecycle?: Lifecycle | null | undefined;
  channel?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type MessageSearchQuery = { messageSearch: { nodes: Array<{ item: { id: string, kind: string, placedAt: string, channel: string | null, actor: { kind: string, id: string | null } }, conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, customer: { id: string, name: string, tier: string } | null } | null, passage: Array<{ text: string, hit: boolean }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PeopleSearchQueryVariables = Exact<{
  search: string;
}>;


export type PeopleSearchQuery = { customers: Array<{ id: string, name: string, tier: string, tags: Array<string>, identities: Array<{ id: string, scheme: string, value: string }>, conversations: { nodes: Array<{ id: string, number: number, subject: string, lifecycle: Lifecycle, lastActivityAt: string }> } }> };

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

export const MessageSearchDocument = new TypedDocumentString(`
    query MessageSearch($text: String!, $lifecycle: Lifecycle, $channel: String, $after: String) {
  messageSearch(
    text: $text
    lifecycle: $lifecycle
    channel: $channel
    first: 20
    after: $after
  ) {
    nodes {
      item {
        id
        kind
        placedAt
        channel
        actor {
          kind
          id
        }
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
      passage {
        text
        hit
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<MessageSearchQuery, MessageSearchQueryVariables>;
export const PeopleSearchDocument = new TypedDocumentString(`
    query PeopleSearch($search: String!) {
  customers(search: $search, first: 4) {
    id
    name
    tier
    tags
    identities {
      id
      scheme
      value
    }
    conversations(first: 3) {
      nodes {
        id
        number
        subject
        lifecycle
        lastActivityAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleSearchQuery, PeopleSearchQueryVariables>;