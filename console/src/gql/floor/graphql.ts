/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AlertAcknowledgeInput = {
  /** The alert. */
  alertId: string | number;
  /** Whether it is over. */
  end?: boolean;
};

/** What an alert is about. */
export type AlertKind =
  /** An emergency plan is in force. */
  | 'EMERGENCY'
  /** Overflow to partners opened or closed. */
  | 'OVERFLOW'
  /** A rule of the red channel applies. */
  | 'RED_CHANNEL'
  /** A shift ended with open work. */
  | 'SHIFT'
  /** Work that nobody can serve until the set-up changes. */
  | 'UNSERVABLE'
  /** A webhook endpoint took nothing for too long and is disabled. */
  | 'WEBHOOK';

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

/** How long a row of a report is. */
export type ReportBucket =
  /** A day of the given zone. */
  | 'DAY'
  /** An hour of the given zone; at most a week of them. */
  | 'HOUR'
  /** The whole time. */
  | 'WHOLE';

/** By what the rows of a report are made. */
export type ReportBy =
  /** People: the work they took first, they themselves. */
  | 'AGENT'
  /** Queues: their work, their members. */
  | 'QUEUE'
  /** Skills: the work that asked for them, those who hold them. */
  | 'SKILL';

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

export type WorkAssignInput = {
  /** To whom; to oneself (pull) when left out. */
  agentId?: string | number | null | undefined;
  /** To give it although they have no room; the audit log says so. */
  beyondCapacity?: boolean;
  /** The work: waiting, offered, or in an agent's hands. */
  workItemId: string | number;
};

export type AlertBitsFragment = { id: string, kind: AlertKind, severity: number, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedById: string | null, endedAt: string | null, queueId: string | null, agentId: string | null, customer: { id: string, name: string, tier: string } | null, conversation: { id: string, number: number, lifecycle: Lifecycle } | null, workItem: { id: string, state: string, agentId: string | null } | null };

export type WorkBitsFragment = { id: string, state: string, agentId: string | null, queueId: string, enqueuedAt: string };

export type FloorSubscriptionVariables = Exact<{
  resumeAfter?: string | null | undefined;
}>;


export type FloorSubscription = { floor: { cursor: string, change:
      | { __typename: 'AgentChange', agent: { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> } }
      | { __typename: 'AlertChange', alert: { id: string, kind: AlertKind, severity: number, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedById: string | null, endedAt: string | null, queueId: string | null, agentId: string | null, customer: { id: string, name: string, tier: string } | null, conversation: { id: string, number: number, lifecycle: Lifecycle } | null, workItem: { id: string, state: string, agentId: string | null } | null } }
      | { __typename: 'ConversationChange' }
      | { __typename: 'CustomerChange' }
      | { __typename: 'ItemChange' }
      | { __typename: 'OfferChange' }
      | { __typename: 'Ready', listener: string | null }
      | { __typename: 'ReplyDraftChange' }
      | { __typename: 'Resync', reason: string }
      | { __typename: 'TypingChange' }
      | { __typename: 'WorkChange', workItem: { id: string, state: string, agentId: string | null, queueId: string, enqueuedAt: string } }
     } };

export type AlertsQueryVariables = Exact<{ [key: string]: never; }>;


export type AlertsQuery = { alerts: Array<{ id: string, kind: AlertKind, severity: number, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedById: string | null, endedAt: string | null, queueId: string | null, agentId: string | null, customer: { id: string, name: string, tier: string } | null, conversation: { id: string, number: number, lifecycle: Lifecycle } | null, workItem: { id: string, state: string, agentId: string | null } | null }> };

export type FloorSitesQueryVariables = Exact<{ [key: string]: never; }>;


export type FloorSitesQuery = { sites: Array<{ id: string, name: string, timeZone: string, ring: number, open: boolean, nextChange: string | null, shifts: Array<{ weekday: number, startsMinute: number, endsMinute: number }>, exceptions: Array<{ day: string, startsMinute: number | null, endsMinute: number | null, reason: string }> }> };

export type FollowTheSunQueryVariables = Exact<{ [key: string]: never; }>;


export type FollowTheSunQuery = { followTheSun: Array<{ from: string, to: string, awakeSiteIds: Array<string>, takesOverSiteId: string | null }> };

export type QueueWorkQueryVariables = Exact<{
  queueId: string | number;
}>;


export type QueueWorkQuery = { conversations: { nodes: Array<{ id: string, number: number, subject: string, customer: { id: string, name: string, tier: string } | null, assignee: { id: string, name: string } | null, workItems: Array<{ id: string, state: string, agentId: string | null, queueId: string, enqueuedAt: string }> }> } };

export type AgentWorkQueryVariables = Exact<{
  agentId: string | number;
}>;


export type AgentWorkQuery = { conversations: { nodes: Array<{ id: string, number: number, subject: string, lastActivityAt: string, sessions: Array<{ id: string, channel: string }>, customer: { id: string, name: string, tier: string } | null }> } };

export type WaitingWorkQueryVariables = Exact<{ [key: string]: never; }>;


export type WaitingWorkQuery = { conversations: { nodes: Array<{ id: string, number: number, subject: string, customer: { id: string, name: string } | null, workItems: Array<{ id: string, state: string, agentId: string | null, queueId: string, enqueuedAt: string }> }> } };

export type AlertAcknowledgeMutationVariables = Exact<{
  input: AlertAcknowledgeInput;
}>;


export type AlertAcknowledgeMutation = { alertAcknowledge: { alert: { id: string, kind: AlertKind, severity: number, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedById: string | null, endedAt: string | null, queueId: string | null, agentId: string | null, customer: { id: string, name: string, tier: string } | null, conversation: { id: string, number: number, lifecycle: Lifecycle } | null, workItem: { id: string, state: string, agentId: string | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WorkAssignMutationVariables = Exact<{
  input: WorkAssignInput;
}>;


export type WorkAssignMutation = { workAssign: { conversation: { id: string, assignee: { id: string, name: string } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type FloorLinesQueryVariables = Exact<{ [key: string]: never; }>;


export type FloorLinesQuery = { queues: Array<{ id: string, line: { expected: { fromMinutes: number, toMinutes: number | null } | null } }> };

export type ReportQueryVariables = Exact<{
  from: string;
  to: string;
  by: ReportBy;
  bucket: ReportBucket;
  target: number;
  zone: string;
}>;


export type ReportQuery = { routingReport: Array<{ from: string, to: string, queueId: string | null, agentId: string | null, skillId: string | null, offered: number, answered: number, abandoned: number, refused: number, callbacks: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null, occupancy: number | null, occupancyGini: number | null, peoplePresent: number, presentSeconds: number, handlingSeconds: number }> };

export type ReportSkillsQueryVariables = Exact<{ [key: string]: never; }>;


export type ReportSkillsQuery = { skills: Array<{ id: string, name: string }> };

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
export const AlertBitsFragmentDoc = new TypedDocumentString(`
    fragment AlertBits on Alert {
  id
  kind
  severity
  text
  raisedAt
  acknowledgedAt
  acknowledgedById
  endedAt
  queueId
  agentId
  customer {
    id
    name
    tier
  }
  conversation {
    id
    number
    lifecycle
  }
  workItem {
    id
    state
    agentId
  }
}
    `, {"fragmentName":"AlertBits"}) as unknown as TypedDocumentString<AlertBitsFragment, unknown>;
export const WorkBitsFragmentDoc = new TypedDocumentString(`
    fragment WorkBits on WorkItem {
  id
  state
  agentId
  queueId
  enqueuedAt
}
    `, {"fragmentName":"WorkBits"}) as unknown as TypedDocumentString<WorkBitsFragment, unknown>;
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
export const FloorDocument = new TypedDocumentString(`
    subscription Floor($resumeAfter: String) {
  floor(resumeAfter: $resumeAfter) {
    cursor
    change {
      __typename
      ... on AgentChange {
        agent {
          ...AgentBits
        }
      }
      ... on WorkChange {
        workItem {
          ...WorkBits
        }
      }
      ... on AlertChange {
        alert {
          ...AlertBits
        }
      }
      ... on Resync {
        reason
      }
      ... on Ready {
        listener
      }
    }
  }
}
    fragment AlertBits on Alert {
  id
  kind
  severity
  text
  raisedAt
  acknowledgedAt
  acknowledgedById
  endedAt
  queueId
  agentId
  customer {
    id
    name
    tier
  }
  conversation {
    id
    number
    lifecycle
  }
  workItem {
    id
    state
    agentId
  }
}
fragment WorkBits on WorkItem {
  id
  state
  agentId
  queueId
  enqueuedAt
}
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
}`) as unknown as TypedDocumentString<FloorSubscription, FloorSubscriptionVariables>;
export const AlertsDocument = new TypedDocumentString(`
    query Alerts {
  alerts(first: 100) {
    ...AlertBits
  }
}
    fragment AlertBits on Alert {
  id
  kind
  severity
  text
  raisedAt
  acknowledgedAt
  acknowledgedById
  endedAt
  queueId
  agentId
  customer {
    id
    name
    tier
  }
  conversation {
    id
    number
    lifecycle
  }
  workItem {
    id
    state
    agentId
  }
}`) as unknown as TypedDocumentString<AlertsQuery, AlertsQueryVariables>;
export const FloorSitesDocument = new TypedDocumentString(`
    query FloorSites {
  sites {
    id
    name
    timeZone
    ring
    open
    nextChange
    shifts {
      weekday
      startsMinute
      endsMinute
    }
    exceptions {
      day
      startsMinute
      endsMinute
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<FloorSitesQuery, FloorSitesQueryVariables>;
export const FollowTheSunDocument = new TypedDocumentString(`
    query FollowTheSun {
  followTheSun(hours: 24) {
    from
    to
    awakeSiteIds
    takesOverSiteId
  }
}
    `) as unknown as TypedDocumentString<FollowTheSunQuery, FollowTheSunQueryVariables>;
export const QueueWorkDocument = new TypedDocumentString(`
    query QueueWork($queueId: ID!) {
  conversations(view: QUEUE, queueId: $queueId, first: 100) {
    nodes {
      id
      number
      subject
      customer {
        id
        name
        tier
      }
      assignee {
        id
        name
      }
      workItems {
        ...WorkBits
      }
    }
  }
}
    fragment WorkBits on WorkItem {
  id
  state
  agentId
  queueId
  enqueuedAt
}`) as unknown as TypedDocumentString<QueueWorkQuery, QueueWorkQueryVariables>;
export const AgentWorkDocument = new TypedDocumentString(`
    query AgentWork($agentId: ID!) {
  conversations(view: AGENT, agentId: $agentId, first: 50) {
    nodes {
      id
      number
      subject
      lastActivityAt
      sessions {
        id
        channel
      }
      customer {
        id
        name
        tier
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AgentWorkQuery, AgentWorkQueryVariables>;
export const WaitingWorkDocument = new TypedDocumentString(`
    query WaitingWork {
  conversations(view: OPEN, first: 100) {
    nodes {
      id
      number
      subject
      customer {
        id
        name
      }
      workItems {
        ...WorkBits
      }
    }
  }
}
    fragment WorkBits on WorkItem {
  id
  state
  agentId
  queueId
  enqueuedAt
}`) as unknown as TypedDocumentString<WaitingWorkQuery, WaitingWorkQueryVariables>;
export const AlertAcknowledgeDocument = new TypedDocumentString(`
    mutation AlertAcknowledge($input: AlertAcknowledgeInput!) {
  alertAcknowledge(input: $input) {
    alert {
      ...AlertBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment AlertBits on Alert {
  id
  kind
  severity
  text
  raisedAt
  acknowledgedAt
  acknowledgedById
  endedAt
  queueId
  agentId
  customer {
    id
    name
    tier
  }
  conversation {
    id
    number
    lifecycle
  }
  workItem {
    id
    state
    agentId
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<AlertAcknowledgeMutation, AlertAcknowledgeMutationVariables>;
export const WorkAssignDocument = new TypedDocumentString(`
    mutation WorkAssign($input: WorkAssignInput!) {
  workAssign(input: $input) {
    conversation {
      id
      assignee {
        id
        name
      }
    }
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<WorkAssignMutation, WorkAssignMutationVariables>;
export const FloorLinesDocument = new TypedDocumentString(`
    query FloorLines {
  queues {
    id
    line {
      expected {
        fromMinutes
        toMinutes
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FloorLinesQuery, FloorLinesQueryVariables>;
export const ReportDocument = new TypedDocumentString(`
    query Report($from: DateTime!, $to: DateTime!, $by: ReportBy!, $bucket: ReportBucket!, $target: Int!, $zone: String!) {
  routingReport(
    from: $from
    to: $to
    by: $by
    bucket: $bucket
    targetSeconds: $target
    timeZone: $zone
  ) {
    from
    to
    queueId
    agentId
    skillId
    offered
    answered
    abandoned
    refused
    callbacks
    serviceLevel
    averageSpeedOfAnswer
    abandonment
    occupancy
    occupancyGini
    peoplePresent
    presentSeconds
    handlingSeconds
  }
}
    `) as unknown as TypedDocumentString<ReportQuery, ReportQueryVariables>;
export const ReportSkillsDocument = new TypedDocumentString(`
    query ReportSkills {
  skills {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<ReportSkillsQuery, ReportSkillsQueryVariables>;