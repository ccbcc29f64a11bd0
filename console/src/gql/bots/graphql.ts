/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where a file stands. */
export type AttachmentState =
  /** The provider does not give it. */
  | 'FAILED'
  /** Being fetched from the provider. */
  | 'PENDING'
  /** Not kept: too large, empty or dangerous. */
  | 'REFUSED'
  /** Kept: it can be opened. */
  | 'STORED';

export type BotEventResendInput = {
  /** The event. */
  botEventId: string | number;
};

/** Where an event of a bot stands. */
export type BotEventState =
  /** The bot took it. */
  | 'DELIVERED'
  /** It was given up. */
  | 'FAILED'
  /** It is told, or waits to be read from the stream. */
  | 'PENDING';

export type BotEventsRecoverInput = {
  /** The bot. */
  botId: string | number;
  /** What it did not take since then is told again, in order; at most 30 days back and 10,000 at once. */
  since: string;
};

export type ConversationReturnToBotInput = {
  /** The bot; when left out, the one that handed it over, else the one of its channel account. */
  botId?: string | number | null | undefined;
  /** The conversation. */
  conversationId: string | number;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
  /** A note for the bot, at most 10,000 characters. */
  note?: string;
};

export type ConversationTakeFromBotInput = {
  /** The conversation. */
  conversationId: string | number;
};

/** What an identifier is worth. */
export type IdentityClass =
  /** Never a key: people blocked it. */
  | 'BLOCKED'
  /** One person, always: an account, a platform's user id. */
  | 'EXCLUSIVE'
  /** Personal, but it may pass to somebody else: a mobile, a mailbox. */
  | 'MOVABLE'
  /** Several people use it: a landline, a role mailbox. It proves nothing by itself. */
  | 'SHARED';

/** Where a conversation stands. */
export type Lifecycle =
  /** Going on. */
  | 'OPEN'
  /** Finished. */
  | 'RESOLVED'
  /** Out of sight until a reply or a time. */
  | 'SNOOZED';

/** Who owns a conversation. */
export type OwnerKind =
  /** An agent has it. */
  | 'AGENT'
  /** The tenant's bot talks. */
  | 'BOT'
  /** Nobody. */
  | 'NONE'
  /** It waits for people. */
  | 'QUEUE';

/** What an agent says of themselves. */
export type PresenceState =
  /** Ready for work. */
  | 'AVAILABLE'
  /** On a break. */
  | 'BREAK'
  /** At work on something else. */
  | 'BUSY'
  /** About to go: takes the share of the usual work that the capacity policy says. */
  | 'FINISHING'
  /** Let an offer pass unanswered; set by Meridian. */
  | 'NOT_RESPONDING'
  /** Signed out. */
  | 'OFFLINE';

/** What became of a draft. */
export type ReplyDraftOutcome =
  /** It was put aside. */
  | 'DISMISSED'
  /** It was sent with changes. */
  | 'EDITED'
  /** It was sent as it is. */
  | 'SENT';

/** What a source of a draft is. */
export type ReplyDraftSourceKind =
  /** A published text of an article: `articleId`, `language`, `revision` and `title`. */
  | 'ARTICLE'
  /** What a bot told at the hand-off: `title`. */
  | 'BRIEF'
  /** The instruction of who asked. */
  | 'INSTRUCTION'
  /** A message of the conversation: `itemId`. */
  | 'MESSAGE';

/** Where a draft stands. */
export type ReplyDraftState =
  /** It was given up before it came. */
  | 'CANCELLED'
  /** There is none; `reason` says why. */
  | 'FAILED'
  /** It is being written. */
  | 'PENDING'
  /** It is there. */
  | 'READY';

/** Role of a person. */
export type Role =
  /** Also sets the tenant up. */
  | 'ADMIN'
  /** Answers customers. */
  | 'AGENT'
  /** Reads everything, changes nothing. */
  | 'AUDITOR'
  /** Also sees and steers the floor. */
  | 'SUPERVISOR';

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

export type ToldFragment = { id: string, sessionId: string, sequence: number, kind: string, data: any, state: BotEventState, attemptCount: number, lastError: string | null, createdAt: string, deliveredAt: string | null, calls: Array<{ status: number | null, durationMs: number, promptTokens: number | null, completionTokens: number | null, problem: string | null, tools: Array<{ name: string, outcome: string }> }> };

export type BotEventsQueryVariables = Exact<{
  id: string | number;
  state?: BotEventState | null | undefined;
  after?: string | null | undefined;
}>;


export type BotEventsQuery = { botEvents: { nodes: Array<{ id: string, sessionId: string, sequence: number, kind: string, data: any, state: BotEventState, attemptCount: number, lastError: string | null, createdAt: string, deliveredAt: string | null, calls: Array<{ status: number | null, durationMs: number, promptTokens: number | null, completionTokens: number | null, problem: string | null, tools: Array<{ name: string, outcome: string }> }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type BotEventResendMutationVariables = Exact<{
  input: BotEventResendInput;
}>;


export type BotEventResendMutation = { botEventResend: { count: number | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotEventsRecoverMutationVariables = Exact<{
  input: BotEventsRecoverInput;
}>;


export type BotEventsRecoverMutation = { botEventsRecover: { count: number | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationTakeFromBotMutationVariables = Exact<{
  input: ConversationTakeFromBotInput;
}>;


export type ConversationTakeFromBotMutation = { conversationTakeFromBot: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationReturnToBotMutationVariables = Exact<{
  input: ConversationReturnToBotInput;
}>;


export type ConversationReturnToBotMutation = { conversationReturnToBot: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type BotNamesQuery = { bots: Array<{ id: string, name: string, status: string }> };

export type AgentBitsFragment = { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> };

export type ItemFragment = { id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null };

export type FileFragment = { id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null };

export type PreviewFragment = { id: string, seq: number, kind: string, placedAt: string, channel: string | null, text: string | null, summaryText: string, delivery: string | null, actor: { kind: string, id: string | null } };

export type RowFragment = { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> };

export type OfferBitsFragment = { id: string, state: string, reason: string, createdAt: string, expiresAt: string, conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, handoffs: Array<{ id: string, brief: any, briefState: string }>, workItems: Array<{ id: string, state: string, enqueuedAt: string, decisions: Array<{ id: string, at: string, outcome: string, agentId: string | null, step: number, candidates: any, exclusions: any }> }>, timeline: { nodes: Array<{ id: string, seq: number, kind: string, placedAt: string, channel: string | null, text: string | null, summaryText: string, delivery: string | null, actor: { kind: string, id: string | null } }> }, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null };

export type DecisionFragment = { id: string, at: string, trigger: string, outcome: string, agentId: string | null, step: number, planVersion: number, candidates: any, exclusions: any };

export type IdentityFragment = { id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null };

export type LinkFragment = { id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null };

export type PersonFragment = { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> };

export type PageFragment = { hasNextPage: boolean, endCursor: string | null };

export type ErrFragment = { code: UserErrorCode, message: string, field: string | null };

export type CannedFragment = { id: string, shortcut: string, language: string, title: string, text: string, updatedAt: string };

export type DraftedFragment = { id: string, itemId: string, state: ReplyDraftState, stale: boolean, text: string, droppedCount: number, reason: string | null, outcome: ReplyDraftOutcome | null, createdAt: string, sentences: Array<{ text: string, sources: Array<number> }>, sources: Array<{ kind: ReplyDraftSourceKind, itemId: string | null, articleId: string | null, language: string | null, title: string | null }> };

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
export const ToldFragmentDoc = new TypedDocumentString(`
    fragment Told on BotEvent {
  id
  sessionId
  sequence
  kind
  data
  state
  attemptCount
  lastError
  createdAt
  deliveredAt
  calls {
    status
    durationMs
    promptTokens
    completionTokens
    problem
    tools {
      name
      outcome
    }
  }
}
    `, {"fragmentName":"Told"}) as unknown as TypedDocumentString<ToldFragment, unknown>;
export const AgentBitsFragmentDoc = new TypedDocumentString(`
    fragment AgentBits on Agent {
  id
  name
  role
  live
  state
  stateReason
  stateForcedById
  stateSince
  active
  siteId
  timeZone
  load {
    class
    used
    cap
  }
}
    `, {"fragmentName":"AgentBits"}) as unknown as TypedDocumentString<AgentBitsFragment, unknown>;
export const FileFragmentDoc = new TypedDocumentString(`
    fragment File on Attachment {
  id
  kind
  name
  contentType
  sizeBytes
  state
  reason
  url
}
    `, {"fragmentName":"File"}) as unknown as TypedDocumentString<FileFragment, unknown>;
export const ItemFragmentDoc = new TypedDocumentString(`
    fragment Item on TimelineItem {
  id
  seq
  kind
  conversationId
  placedAt
  providerAt
  channel
  buttons {
    title
    payload
  }
  actor {
    kind
    id
  }
  text
  summaryText
  body
  delivery
  deliveryError
  reactions
  revision
  deletedAt
  change {
    kind
    state
    error
  }
  attachments {
    ...File
  }
  understanding {
    language
    languageConfidence
    sentiment
    intent {
      name
    }
    modelVersion
  }
}
    fragment File on Attachment {
  id
  kind
  name
  contentType
  sizeBytes
  state
  reason
  url
}`, {"fragmentName":"Item"}) as unknown as TypedDocumentString<ItemFragment, unknown>;
export const RowFragmentDoc = new TypedDocumentString(`
    fragment Row on Conversation {
  id
  number
  subject
  lifecycle
  owner
  version
  seq
  queueId
  createdAt
  lastActivityAt
  snoozedUntil
  customer {
    id
    name
    tier
    tags
  }
  assignee {
    id
    name
  }
  sessions {
    id
    channel
    thread
    control
    openedAt
    closedAt
  }
}
    `, {"fragmentName":"Row"}) as unknown as TypedDocumentString<RowFragment, unknown>;
export const PreviewFragmentDoc = new TypedDocumentString(`
    fragment Preview on TimelineItem {
  id
  seq
  kind
  placedAt
  channel
  actor {
    kind
    id
  }
  text
  summaryText
  delivery
}
    `, {"fragmentName":"Preview"}) as unknown as TypedDocumentString<PreviewFragment, unknown>;
export const OfferBitsFragmentDoc = new TypedDocumentString(`
    fragment OfferBits on Offer {
  id
  state
  reason
  createdAt
  expiresAt
  conversation {
    ...Row
    handoffs {
      id
      brief
      briefState
    }
    workItems {
      id
      state
      enqueuedAt
      decisions {
        id
        at
        outcome
        agentId
        step
        candidates
        exclusions
      }
    }
    timeline(first: 8) {
      nodes {
        ...Preview
      }
    }
  }
}
    fragment Preview on TimelineItem {
  id
  seq
  kind
  placedAt
  channel
  actor {
    kind
    id
  }
  text
  summaryText
  delivery
}
fragment Row on Conversation {
  id
  number
  subject
  lifecycle
  owner
  version
  seq
  queueId
  createdAt
  lastActivityAt
  snoozedUntil
  customer {
    id
    name
    tier
    tags
  }
  assignee {
    id
    name
  }
  sessions {
    id
    channel
    thread
    control
    openedAt
    closedAt
  }
}`, {"fragmentName":"OfferBits"}) as unknown as TypedDocumentString<OfferBitsFragment, unknown>;
export const DecisionFragmentDoc = new TypedDocumentString(`
    fragment Decision on RoutingDecision {
  id
  at
  trigger
  outcome
  agentId
  step
  planVersion
  candidates
  exclusions
}
    `, {"fragmentName":"Decision"}) as unknown as TypedDocumentString<DecisionFragment, unknown>;
export const IdentityFragmentDoc = new TypedDocumentString(`
    fragment Identity on CustomerIdentity {
  id
  scheme
  value
  verified
  source
  firstSeen
  lastSeen
  validTo
  class
  declared
}
    `, {"fragmentName":"Identity"}) as unknown as TypedDocumentString<IdentityFragment, unknown>;
export const LinkFragmentDoc = new TypedDocumentString(`
    fragment Link on IdentityLink {
  id
  kind
  reason
  evidence
  at
  actId
  fromCustomerId
}
    `, {"fragmentName":"Link"}) as unknown as TypedDocumentString<LinkFragment, unknown>;
export const PersonFragmentDoc = new TypedDocumentString(`
    fragment Person on Customer {
  id
  name
  tier
  tags
  version
  mergedIntoId
  identities {
    ...Identity
  }
  links {
    ...Link
  }
}
    fragment Identity on CustomerIdentity {
  id
  scheme
  value
  verified
  source
  firstSeen
  lastSeen
  validTo
  class
  declared
}
fragment Link on IdentityLink {
  id
  kind
  reason
  evidence
  at
  actId
  fromCustomerId
}`, {"fragmentName":"Person"}) as unknown as TypedDocumentString<PersonFragment, unknown>;
export const PageFragmentDoc = new TypedDocumentString(`
    fragment Page on PageInfo {
  hasNextPage
  endCursor
}
    `, {"fragmentName":"Page"}) as unknown as TypedDocumentString<PageFragment, unknown>;
export const ErrFragmentDoc = new TypedDocumentString(`
    fragment Err on UserError {
  code
  message
  field
}
    `, {"fragmentName":"Err"}) as unknown as TypedDocumentString<ErrFragment, unknown>;
export const CannedFragmentDoc = new TypedDocumentString(`
    fragment Canned on CannedReply {
  id
  shortcut
  language
  title
  text
  updatedAt
}
    `, {"fragmentName":"Canned"}) as unknown as TypedDocumentString<CannedFragment, unknown>;
export const DraftedFragmentDoc = new TypedDocumentString(`
    fragment Drafted on ReplyDraft {
  id
  itemId
  state
  stale
  text
  sentences {
    text
    sources
  }
  sources {
    kind
    itemId
    articleId
    language
    title
  }
  droppedCount
  reason
  outcome
  createdAt
}
    `, {"fragmentName":"Drafted"}) as unknown as TypedDocumentString<DraftedFragment, unknown>;
export const BotEventsDocument = new TypedDocumentString(`
    query BotEvents($id: ID!, $state: BotEventState, $after: String) {
  botEvents(botId: $id, first: 30, state: $state, after: $after) {
    nodes {
      ...Told
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Told on BotEvent {
  id
  sessionId
  sequence
  kind
  data
  state
  attemptCount
  lastError
  createdAt
  deliveredAt
  calls {
    status
    durationMs
    promptTokens
    completionTokens
    problem
    tools {
      name
      outcome
    }
  }
}`) as unknown as TypedDocumentString<BotEventsQuery, BotEventsQueryVariables>;
export const BotEventResendDocument = new TypedDocumentString(`
    mutation BotEventResend($input: BotEventResendInput!) {
  botEventResend(input: $input) {
    count
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<BotEventResendMutation, BotEventResendMutationVariables>;
export const BotEventsRecoverDocument = new TypedDocumentString(`
    mutation BotEventsRecover($input: BotEventsRecoverInput!) {
  botEventsRecover(input: $input) {
    count
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<BotEventsRecoverMutation, BotEventsRecoverMutationVariables>;
export const ConversationTakeFromBotDocument = new TypedDocumentString(`
    mutation ConversationTakeFromBot($input: ConversationTakeFromBotInput!) {
  conversationTakeFromBot(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Row on Conversation {
  id
  number
  subject
  lifecycle
  owner
  version
  seq
  queueId
  createdAt
  lastActivityAt
  snoozedUntil
  customer {
    id
    name
    tier
    tags
  }
  assignee {
    id
    name
  }
  sessions {
    id
    channel
    thread
    control
    openedAt
    closedAt
  }
}`) as unknown as TypedDocumentString<ConversationTakeFromBotMutation, ConversationTakeFromBotMutationVariables>;
export const ConversationReturnToBotDocument = new TypedDocumentString(`
    mutation ConversationReturnToBot($input: ConversationReturnToBotInput!) {
  conversationReturnToBot(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Row on Conversation {
  id
  number
  subject
  lifecycle
  owner
  version
  seq
  queueId
  createdAt
  lastActivityAt
  snoozedUntil
  customer {
    id
    name
    tier
    tags
  }
  assignee {
    id
    name
  }
  sessions {
    id
    channel
    thread
    control
    openedAt
    closedAt
  }
}`) as unknown as TypedDocumentString<ConversationReturnToBotMutation, ConversationReturnToBotMutationVariables>;
export const BotNamesDocument = new TypedDocumentString(`
    query BotNames {
  bots {
    id
    name
    status
  }
}
    `) as unknown as TypedDocumentString<BotNamesQuery, BotNamesQueryVariables>;