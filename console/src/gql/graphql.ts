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

export type ConversationReopenInput = {
  /** The conversation. */
  conversationId: string | number;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
};

export type ConversationResolveInput = {
  /** The conversation. */
  conversationId: string | number;
  /** How it ended, in a word; the name of the code when left out. */
  disposition?: string;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
  /** A note for colleagues, at most 10,000 characters. */
  note?: string;
  /** Why steps that must be done are left open, at most 500 characters; its holder is asked for it then. */
  openStepsReason?: string;
  /** What came of it, as a code of the queue: `wrapUpCodes` of the conversation. */
  workCodeId?: string | number | null | undefined;
};

export type ConversationSnoozeInput = {
  /** The conversation. */
  conversationId: string | number;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
  /** When it comes back, unless the customer writes before: half a minute to a year from now. */
  until: string;
};

export type ConversationTransferInput = {
  /** To this colleague first; a queue they work in takes it if they do not. */
  agentId?: string | number | null | undefined;
  /** The conversation. */
  conversationId: string | number;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
  /** A note for the next one. */
  note?: string;
  /** To whoever of this queue takes it. */
  queueId?: string | number | null | undefined;
  /** To the people of this site alone, while it is open; then to everybody. */
  siteId?: string | number | null | undefined;
  /** To wait for the people of the site while it sleeps and after it closed, instead of being refused. */
  waitForSite?: boolean;
};

export type ConversationUnsnoozeInput = {
  /** The conversation. */
  conversationId: string | number;
};

/** Which conversations a list shows. */
export type ConversationView =
  /** Open and owned by the agent named by `agentId`. Needs `floor:read`. */
  | 'AGENT'
  /** The viewer is asked for advice. */
  | 'CONSULTED'
  /** Open and owned by the viewer. */
  | 'MINE'
  /** All that are open. */
  | 'OPEN'
  /** Open, in the queue named by `queueId`. */
  | 'QUEUE'
  /** Resolved. */
  | 'RESOLVED'
  /** Snoozed. */
  | 'SNOOZED';

export type CustomerMergeInput = {
  /** The customer whose addresses move. */
  fromId: string | number;
  /** The customer who gets them. */
  intoId: string | number;
  /** Why. */
  reason: string;
};

export type CustomerUnmergeInput = {
  /** `actId` of the merge. */
  actId: string | number;
  /** Take later merges that rest on it back as well. */
  andLater?: boolean | null | undefined;
  /** Why. */
  reason: string;
};

export type CustomerUpdateInput = {
  /** The customer. */
  customerId: string | number;
  /** Refuse when it changed since this version. */
  expectedVersion?: number | null | undefined;
  /** Name, at most 200 characters. */
  name?: string | null | undefined;
  /** All tags, at most 30 of at most 50 characters. */
  tags?: Array<string> | null | undefined;
  /** standard, valued, vip or red_channel. */
  tier?: string | null | undefined;
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

export type IdentityConfirmInput = {
  /** The customer. */
  customerId: string | number;
  /** `phone_e164`, `email`, `crm_id` .. */
  scheme: string;
  /** The value, in any common notation. */
  value: string;
};

export type IntentCorrectInput = {
  /** What it is really about: an intent that has examples, or `oos`; left alone when null. */
  intent?: string | null | undefined;
  /** The customer's message. */
  itemId: string | number;
  /** Its language, like en; left alone when null. */
  language?: string | null | undefined;
};

/** Where a conversation stands. */
export type Lifecycle =
  /** Going on. */
  | 'OPEN'
  /** Finished. */
  | 'RESOLVED'
  /** Out of sight until a reply or a time. */
  | 'SNOOZED';

export type MessageSendInput = {
  /** Files to send after the text: ids that `POST /v1/uploads` answered, at most 10. */
  attachmentIds?: Array<string | number>;
  /** The conversation. */
  conversationId: string | number;
  /** The draft that went into the text, changed or not: how much of it is sent is kept with it. */
  replyDraftId?: string | number | null | undefined;
  /** The session to answer on; the one the customer used last when left out. */
  sessionId?: string | number | null | undefined;
  /** An approved message instead of a text: the way to answer when the reply window is closed. */
  template?: MessageTemplateInput | null | undefined;
  /** Plain text, at most 10,000 characters; may be empty when there are files or a template. */
  text?: string;
};

/** What stands above the text of a template. */
export type MessageTemplateHeader =
  /** A file, sent along as the first file. */
  | 'DOCUMENT'
  /** A picture, sent along as the first file. */
  | 'IMAGE'
  /** Nothing. */
  | 'NONE'
  /** A line. */
  | 'TEXT'
  /** A film, sent along as the first file. */
  | 'VIDEO';

export type MessageTemplateInput = {
  /** Values of its places, in the order of its `parameters`. */
  parameters?: Array<string>;
  /** The template; `messageTemplates` lists those of a session. */
  templateId: string | number;
};

export type NoteAddInput = {
  /** The conversation. */
  conversationId: string | number;
  /** Plain text, 1 to 10,000 characters. */
  text: string;
};

export type OfferAcceptInput = {
  /** The offer. */
  offerId: string | number;
};

export type OfferDeclineInput = {
  /** The offer. */
  offerId: string | number;
  /** Why, in at most 100 characters; the name of the code when left out. */
  reason?: string;
  /** Why, as a code of the queue. */
  workCodeId?: string | number | null | undefined;
};

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

export type PresenceSetInput = {
  /** Somebody else's state (supervisors); one's own when left out. */
  agentId?: string | number | null | undefined;
  /** Why, as a code of the tenant. */
  reason?: string;
  /** The state. */
  state: PresenceState;
};

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

/** What is due later. */
export type ScheduledKind =
  /** A customer took a callback instead of waiting; its work keeps its place in line. */
  | 'CALLBACK'
  /** Work for a queue or for somebody at a time. */
  | 'TASK';

export type TypingShowInput = {
  /** The conversation; a visitor leaves it out, and means their own. */
  conversationId?: string | number | null | undefined;
  /** The session; the one the customer used last when left out. */
  sessionId?: string | number | null | undefined;
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

/** What a code is for. */
export type WorkCodeKind =
  /** Why somebody let an offer pass. */
  | 'DECLINE'
  /** What came of work that is written up. */
  | 'WRAP_UP';

export type WrapUpEndInput = {
  /** The conversation that is written up. */
  conversationId: string | number;
  /** A note for colleagues, at most 10,000 characters. */
  note?: string;
  /** What came of it, as a code of the queue. */
  workCodeId?: string | number | null | undefined;
};

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

export type LiveFragment = { cursor: string, change:
    | { __typename: 'AgentChange', agent: { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> } }
    | { __typename: 'AlertChange' }
    | { __typename: 'ConversationChange', conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } }
    | { __typename: 'CustomerChange', customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } }
    | { __typename: 'ItemChange', item: { id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null } }
    | { __typename: 'OfferChange' }
    | { __typename: 'Ready', listener: string | null }
    | { __typename: 'ReplyDraftChange', replyDraft: { id: string, itemId: string, state: ReplyDraftState, stale: boolean, text: string, droppedCount: number, reason: string | null, outcome: ReplyDraftOutcome | null, createdAt: string, sentences: Array<{ text: string, sources: Array<number> }>, sources: Array<{ kind: ReplyDraftSourceKind, itemId: string | null, articleId: string | null, language: string | null, title: string | null }> } }
    | { __typename: 'Resync', reason: string }
    | { __typename: 'TypingChange', by: string, seconds: number }
    | { __typename: 'WorkChange' }
   };

export type InboxSubscriptionVariables = Exact<{
  resumeAfter?: string | null | undefined;
}>;


export type InboxSubscription = { inbox: { cursor: string, change:
      | { __typename: 'AgentChange', agent: { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> } }
      | { __typename: 'AlertChange' }
      | { __typename: 'ConversationChange', conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } }
      | { __typename: 'CustomerChange', customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } }
      | { __typename: 'ItemChange', item: { id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null } }
      | { __typename: 'OfferChange', offer: { id: string, state: string, reason: string, createdAt: string, expiresAt: string, conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, handoffs: Array<{ id: string, brief: any, briefState: string }>, workItems: Array<{ id: string, state: string, enqueuedAt: string, decisions: Array<{ id: string, at: string, outcome: string, agentId: string | null, step: number, candidates: any, exclusions: any }> }>, timeline: { nodes: Array<{ id: string, seq: number, kind: string, placedAt: string, channel: string | null, text: string | null, summaryText: string, delivery: string | null, actor: { kind: string, id: string | null } }> }, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null } }
      | { __typename: 'Ready', listener: string | null }
      | { __typename: 'ReplyDraftChange', replyDraft: { id: string, itemId: string, state: ReplyDraftState, stale: boolean, text: string, droppedCount: number, reason: string | null, outcome: ReplyDraftOutcome | null, createdAt: string, sentences: Array<{ text: string, sources: Array<number> }>, sources: Array<{ kind: ReplyDraftSourceKind, itemId: string | null, articleId: string | null, language: string | null, title: string | null }> } }
      | { __typename: 'Resync', reason: string }
      | { __typename: 'TypingChange', by: string, seconds: number }
      | { __typename: 'WorkChange' }
     } };

export type ConversationLiveSubscriptionVariables = Exact<{
  id: string | number;
  resumeAfter?: string | null | undefined;
}>;


export type ConversationLiveSubscription = { conversation: { cursor: string, change:
      | { __typename: 'AgentChange', agent: { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> } }
      | { __typename: 'AlertChange' }
      | { __typename: 'ConversationChange', conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } }
      | { __typename: 'CustomerChange', customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } }
      | { __typename: 'ItemChange', item: { id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null } }
      | { __typename: 'OfferChange' }
      | { __typename: 'Ready', listener: string | null }
      | { __typename: 'ReplyDraftChange', replyDraft: { id: string, itemId: string, state: ReplyDraftState, stale: boolean, text: string, droppedCount: number, reason: string | null, outcome: ReplyDraftOutcome | null, createdAt: string, sentences: Array<{ text: string, sources: Array<number> }>, sources: Array<{ kind: ReplyDraftSourceKind, itemId: string | null, articleId: string | null, language: string | null, title: string | null }> } }
      | { __typename: 'Resync', reason: string }
      | { __typename: 'TypingChange', by: string, seconds: number }
      | { __typename: 'WorkChange' }
     } };

export type OfferAcceptMutationVariables = Exact<{
  input: OfferAcceptInput;
}>;


export type OfferAcceptMutation = { offerAccept: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type OfferDeclineMutationVariables = Exact<{
  input: OfferDeclineInput;
}>;


export type OfferDeclineMutation = { offerDecline: { userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type PresenceSetMutationVariables = Exact<{
  input: PresenceSetInput;
}>;


export type PresenceSetMutation = { presenceSet: { agent: { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type MessageSendMutationVariables = Exact<{
  input: MessageSendInput;
}>;


export type MessageSendMutation = { messageSend: { item: { id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IntentCorrectMutationVariables = Exact<{
  input: IntentCorrectInput;
}>;


export type IntentCorrectMutation = { intentCorrect: { item: { id: string, understanding: { intent: { name: string } | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type NoteAddMutationVariables = Exact<{
  input: NoteAddInput;
}>;


export type NoteAddMutation = { noteAdd: { item: { id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationResolveMutationVariables = Exact<{
  input: ConversationResolveInput;
}>;


export type ConversationResolveMutation = { conversationResolve: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, workItems: Array<{ id: string, agentId: string | null, wrapUntil: string | null }>, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WrapUpEndMutationVariables = Exact<{
  input: WrapUpEndInput;
}>;


export type WrapUpEndMutation = { wrapUpEnd: { conversation: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationTransferMutationVariables = Exact<{
  input: ConversationTransferInput;
}>;


export type ConversationTransferMutation = { conversationTransfer: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationSnoozeMutationVariables = Exact<{
  input: ConversationSnoozeInput;
}>;


export type ConversationSnoozeMutation = { conversationSnooze: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationUnsnoozeMutationVariables = Exact<{
  input: ConversationUnsnoozeInput;
}>;


export type ConversationUnsnoozeMutation = { conversationUnsnooze: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ConversationReopenMutationVariables = Exact<{
  input: ConversationReopenInput;
}>;


export type ConversationReopenMutation = { conversationReopen: { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerUpdateMutationVariables = Exact<{
  input: CustomerUpdateInput;
}>;


export type CustomerUpdateMutation = { customerUpdate: { customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type IdentityConfirmMutationVariables = Exact<{
  input: IdentityConfirmInput;
}>;


export type IdentityConfirmMutation = { identityConfirm: { actId: string | null, customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerMergeMutationVariables = Exact<{
  input: CustomerMergeInput;
}>;


export type CustomerMergeMutation = { customerMerge: { actId: string | null, customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerUnmergeMutationVariables = Exact<{
  input: CustomerUnmergeInput;
}>;


export type CustomerUnmergeMutation = { customerUnmerge: { actId: string | null, customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } | null, laterMerges: Array<{ actId: string, at: string, reason: string, fromId: string }>, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: boolean };

export type TypingShowMutationVariables = Exact<{
  input: TypingShowInput;
}>;


export type TypingShowMutation = { typingShow: { shown: boolean } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { workspace: string, permissions: Array<string>, agent: { id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> } | null, offers: Array<{ id: string, state: string, reason: string, createdAt: string, expiresAt: string, conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, handoffs: Array<{ id: string, brief: any, briefState: string }>, workItems: Array<{ id: string, state: string, enqueuedAt: string, decisions: Array<{ id: string, at: string, outcome: string, agentId: string | null, step: number, candidates: any, exclusions: any }> }>, timeline: { nodes: Array<{ id: string, seq: number, kind: string, placedAt: string, channel: string | null, text: string | null, summaryText: string, delivery: string | null, actor: { kind: string, id: string | null } }> }, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> } | null }> } };

export type QueuesQueryVariables = Exact<{ [key: string]: never; }>;


export type QueuesQuery = { queues: Array<{ id: string, name: string, declineCodeRequired: boolean, depth: { waiting: number, oldestWaitSeconds: number } }>, workCodes: Array<{ id: string, kind: WorkCodeKind, name: string, nameZh: string, queueIds: Array<string> }> };

export type ConversationsQueryVariables = Exact<{
  view: ConversationView;
  queueId?: string | number | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ConversationsQuery = { conversations: { nodes: Array<{ id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, timeline: { nodes: Array<{ id: string, seq: number, kind: string, placedAt: string, channel: string | null, text: string | null, summaryText: string, delivery: string | null, actor: { kind: string, id: string | null } }> }, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ConversationQueryVariables = Exact<{
  id: string | number;
}>;


export type ConversationQuery = { conversation: { id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, handoffs: Array<{ id: string, brief: any, briefState: string, createdAt: string, request: any }>, workItems: Array<{ id: string, state: string, agentId: string | null, queueId: string, enqueuedAt: string, redRule: string | null, decisions: Array<{ id: string, at: string, trigger: string, outcome: string, agentId: string | null, step: number, planVersion: number, candidates: any, exclusions: any }>, events: Array<{ at: string, from: string | null, to: string, reason: string, agentId: string | null }> }>, consults: Array<{ id: string, agentId: string, askedById: string, note: string, beganAt: string, endedAt: string | null }>, scheduledWork: Array<{ id: string, kind: ScheduledKind, state: string, dueAt: string, untilAt: string | null, timeZone: string, note: string, agentId: string | null, queueId: string, attempts: Array<{ number: number, at: string, outcome: string, note: string, agentId: string | null }> }>, sessions: Array<{ id: string, replyUntil: string | null, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null, channelCapabilities: { media: Array<string>, mediaMaxBytes: number, templates: boolean, textMax: number, typing: boolean } }>, customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } | null, assignee: { id: string, name: string } | null } | null };

export type MessageTemplatesQueryVariables = Exact<{
  sessionId: string | number;
}>;


export type MessageTemplatesQuery = { messageTemplates: Array<{ id: string, name: string, language: string, header: MessageTemplateHeader, headerText: string, body: string, footer: string, parameters: Array<string> }> };

export type TransferTargetsQueryVariables = Exact<{ [key: string]: never; }>;


export type TransferTargetsQuery = { transferTargets: { queues: Array<{ id: string, name: string }>, agents: Array<{ id: string, name: string, available: boolean }> } };

export type CannedRepliesQueryVariables = Exact<{ [key: string]: never; }>;


export type CannedRepliesQuery = { cannedReplies: Array<{ id: string, shortcut: string, language: string, title: string, text: string, updatedAt: string }> };

export type CustomerSearchQueryVariables = Exact<{
  search: string;
  first?: number | null | undefined;
}>;


export type CustomerSearchQuery = { customers: Array<{ id: string, name: string, tier: string, tags: Array<string>, identities: Array<{ id: string, scheme: string, value: string }> }> };

export type TimelineQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TimelineQuery = { conversation: { id: string, timeline: { nodes: Array<{ id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type CustomerQueryVariables = Exact<{
  id: string | number;
}>;


export type CustomerQuery = { customer: { id: string, name: string, tier: string, tags: Array<string>, version: number, mergedIntoId: string | null, identities: Array<{ id: string, scheme: string, value: string, verified: string, source: string, firstSeen: string, lastSeen: string, validTo: string | null, class: IdentityClass, declared: string | null }>, links: Array<{ id: string, kind: string, reason: string, evidence: any, at: string, actId: string, fromCustomerId: string | null }> } | null };

export type CustomerHistoryQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomerHistoryQuery = { customer: { id: string, timeline: { nodes: Array<{ id: string, seq: number, kind: string, conversationId: string, placedAt: string, providerAt: string | null, channel: string | null, text: string | null, summaryText: string, body: any, delivery: string | null, deliveryError: string | null, reactions: any, revision: number, deletedAt: string | null, buttons: Array<{ title: string, payload: string }>, actor: { kind: string, id: string | null }, change: { kind: string, state: string, error: string | null } | null, attachments: Array<{ id: string, kind: string, name: string, contentType: string, sizeBytes: number, state: AttachmentState, reason: string, url: string | null }>, understanding: { language: string | null, languageConfidence: number | null, sentiment: string | null, modelVersion: number | null, intent: { name: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type CustomerConversationsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
}>;


export type CustomerConversationsQuery = { customer: { id: string, events: Array<{ id: string, kind: string, severity: number, text: string, occurredAt: string }>, conversations: { nodes: Array<{ id: string, number: number, subject: string, lifecycle: Lifecycle, owner: OwnerKind, version: number, seq: number, queueId: string | null, createdAt: string, lastActivityAt: string, snoozedUntil: string | null, customer: { id: string, name: string, tier: string, tags: Array<string> } | null, assignee: { id: string, name: string } | null, sessions: Array<{ id: string, channel: string, thread: string | null, control: OwnerKind, openedAt: string, closedAt: string | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type AgentsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AgentsQuery = { agents: { nodes: Array<{ id: string, name: string, role: Role, live: boolean, state: PresenceState, stateReason: string, stateForcedById: string | null, stateSince: string, active: boolean, siteId: string | null, timeZone: string, load: Array<{ class: string, used: number, cap: number }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PromisesQueryVariables = Exact<{ [key: string]: never; }>;


export type PromisesQuery = { queues: Array<{ id: string, answerWithinSeconds: number }> };

export type IntentsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntentsQuery = { intents: Array<{ name: string }> };

export type ConsultedQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsultedQuery = { conversations: { nodes: Array<{ id: string, customer: { id: string, name: string } | null, consults: Array<{ id: string, agentId: string, askedById: string, endedAt: string | null }> }> } };

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
export const LiveFragmentDoc = new TypedDocumentString(`
    fragment Live on LiveEvent {
  cursor
  change {
    __typename
    ... on ConversationChange {
      conversation {
        ...Row
      }
    }
    ... on ItemChange {
      item {
        ...Item
      }
    }
    ... on CustomerChange {
      customer {
        ...Person
      }
    }
    ... on AgentChange {
      agent {
        ...AgentBits
      }
    }
    ... on ReplyDraftChange {
      replyDraft {
        ...Drafted
      }
    }
    ... on TypingChange {
      by
      seconds
    }
    ... on Resync {
      reason
    }
    ... on Ready {
      listener
    }
  }
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
}
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
}
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
}`, {"fragmentName":"Live"}) as unknown as TypedDocumentString<LiveFragment, unknown>;
export const InboxDocument = new TypedDocumentString(`
    subscription Inbox($resumeAfter: String) {
  inbox(resumeAfter: $resumeAfter) {
    ...Live
    change {
      ... on OfferChange {
        offer {
          ...OfferBits
        }
      }
    }
  }
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
}
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
}
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
}
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
fragment Live on LiveEvent {
  cursor
  change {
    __typename
    ... on ConversationChange {
      conversation {
        ...Row
      }
    }
    ... on ItemChange {
      item {
        ...Item
      }
    }
    ... on CustomerChange {
      customer {
        ...Person
      }
    }
    ... on AgentChange {
      agent {
        ...AgentBits
      }
    }
    ... on ReplyDraftChange {
      replyDraft {
        ...Drafted
      }
    }
    ... on TypingChange {
      by
      seconds
    }
    ... on Resync {
      reason
    }
    ... on Ready {
      listener
    }
  }
}`) as unknown as TypedDocumentString<InboxSubscription, InboxSubscriptionVariables>;
export const ConversationLiveDocument = new TypedDocumentString(`
    subscription ConversationLive($id: ID!, $resumeAfter: String) {
  conversation(id: $id, resumeAfter: $resumeAfter) {
    ...Live
  }
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
}
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
}
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
fragment Live on LiveEvent {
  cursor
  change {
    __typename
    ... on ConversationChange {
      conversation {
        ...Row
      }
    }
    ... on ItemChange {
      item {
        ...Item
      }
    }
    ... on CustomerChange {
      customer {
        ...Person
      }
    }
    ... on AgentChange {
      agent {
        ...AgentBits
      }
    }
    ... on ReplyDraftChange {
      replyDraft {
        ...Drafted
      }
    }
    ... on TypingChange {
      by
      seconds
    }
    ... on Resync {
      reason
    }
    ... on Ready {
      listener
    }
  }
}`) as unknown as TypedDocumentString<ConversationLiveSubscription, ConversationLiveSubscriptionVariables>;
export const OfferAcceptDocument = new TypedDocumentString(`
    mutation OfferAccept($input: OfferAcceptInput!) {
  offerAccept(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      ...Err
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<OfferAcceptMutation, OfferAcceptMutationVariables>;
export const OfferDeclineDocument = new TypedDocumentString(`
    mutation OfferDecline($input: OfferDeclineInput!) {
  offerDecline(input: $input) {
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<OfferDeclineMutation, OfferDeclineMutationVariables>;
export const PresenceSetDocument = new TypedDocumentString(`
    mutation PresenceSet($input: PresenceSetInput!) {
  presenceSet(input: $input) {
    agent {
      ...AgentBits
    }
    userErrors {
      ...Err
    }
  }
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<PresenceSetMutation, PresenceSetMutationVariables>;
export const MessageSendDocument = new TypedDocumentString(`
    mutation MessageSend($input: MessageSendInput!) {
  messageSend(input: $input) {
    item {
      ...Item
    }
    userErrors {
      ...Err
    }
  }
}
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<MessageSendMutation, MessageSendMutationVariables>;
export const IntentCorrectDocument = new TypedDocumentString(`
    mutation IntentCorrect($input: IntentCorrectInput!) {
  intentCorrect(input: $input) {
    item {
      id
      understanding {
        intent {
          name
        }
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
}`) as unknown as TypedDocumentString<IntentCorrectMutation, IntentCorrectMutationVariables>;
export const NoteAddDocument = new TypedDocumentString(`
    mutation NoteAdd($input: NoteAddInput!) {
  noteAdd(input: $input) {
    item {
      ...Item
    }
    userErrors {
      ...Err
    }
  }
}
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<NoteAddMutation, NoteAddMutationVariables>;
export const ConversationResolveDocument = new TypedDocumentString(`
    mutation ConversationResolve($input: ConversationResolveInput!) {
  conversationResolve(input: $input) {
    conversation {
      ...Row
      workItems {
        id
        agentId
        wrapUntil
      }
    }
    userErrors {
      ...Err
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ConversationResolveMutation, ConversationResolveMutationVariables>;
export const WrapUpEndDocument = new TypedDocumentString(`
    mutation WrapUpEnd($input: WrapUpEndInput!) {
  wrapUpEnd(input: $input) {
    conversation {
      id
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
}`) as unknown as TypedDocumentString<WrapUpEndMutation, WrapUpEndMutationVariables>;
export const ConversationTransferDocument = new TypedDocumentString(`
    mutation ConversationTransfer($input: ConversationTransferInput!) {
  conversationTransfer(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      ...Err
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ConversationTransferMutation, ConversationTransferMutationVariables>;
export const ConversationSnoozeDocument = new TypedDocumentString(`
    mutation ConversationSnooze($input: ConversationSnoozeInput!) {
  conversationSnooze(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      ...Err
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ConversationSnoozeMutation, ConversationSnoozeMutationVariables>;
export const ConversationUnsnoozeDocument = new TypedDocumentString(`
    mutation ConversationUnsnooze($input: ConversationUnsnoozeInput!) {
  conversationUnsnooze(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      ...Err
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ConversationUnsnoozeMutation, ConversationUnsnoozeMutationVariables>;
export const ConversationReopenDocument = new TypedDocumentString(`
    mutation ConversationReopen($input: ConversationReopenInput!) {
  conversationReopen(input: $input) {
    conversation {
      ...Row
    }
    userErrors {
      ...Err
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
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ConversationReopenMutation, ConversationReopenMutationVariables>;
export const CustomerUpdateDocument = new TypedDocumentString(`
    mutation CustomerUpdate($input: CustomerUpdateInput!) {
  customerUpdate(input: $input) {
    customer {
      ...Person
    }
    userErrors {
      ...Err
    }
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
}
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<CustomerUpdateMutation, CustomerUpdateMutationVariables>;
export const IdentityConfirmDocument = new TypedDocumentString(`
    mutation IdentityConfirm($input: IdentityConfirmInput!) {
  identityConfirm(input: $input) {
    actId
    customer {
      ...Person
    }
    userErrors {
      ...Err
    }
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
}
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<IdentityConfirmMutation, IdentityConfirmMutationVariables>;
export const CustomerMergeDocument = new TypedDocumentString(`
    mutation CustomerMerge($input: CustomerMergeInput!) {
  customerMerge(input: $input) {
    actId
    customer {
      ...Person
    }
    userErrors {
      ...Err
    }
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
}
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<CustomerMergeMutation, CustomerMergeMutationVariables>;
export const CustomerUnmergeDocument = new TypedDocumentString(`
    mutation CustomerUnmerge($input: CustomerUnmergeInput!) {
  customerUnmerge(input: $input) {
    actId
    customer {
      ...Person
    }
    laterMerges {
      actId
      at
      reason
      fromId
    }
    userErrors {
      ...Err
    }
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
}
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<CustomerUnmergeMutation, CustomerUnmergeMutationVariables>;
export const SignOutDocument = new TypedDocumentString(`
    mutation SignOut {
  signOut
}
    `) as unknown as TypedDocumentString<SignOutMutation, SignOutMutationVariables>;
export const TypingShowDocument = new TypedDocumentString(`
    mutation TypingShow($input: TypingShowInput!) {
  typingShow(input: $input) {
    shown
  }
}
    `) as unknown as TypedDocumentString<TypingShowMutation, TypingShowMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    workspace
    permissions
    agent {
      ...AgentBits
    }
    offers {
      ...OfferBits
    }
  }
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
}
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
}`) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const QueuesDocument = new TypedDocumentString(`
    query Queues {
  queues {
    id
    name
    declineCodeRequired
    depth {
      waiting
      oldestWaitSeconds
    }
  }
  workCodes {
    id
    kind
    name
    nameZh
    queueIds
  }
}
    `) as unknown as TypedDocumentString<QueuesQuery, QueuesQueryVariables>;
export const ConversationsDocument = new TypedDocumentString(`
    query Conversations($view: ConversationView!, $queueId: ID, $first: Int, $after: String) {
  conversations(view: $view, queueId: $queueId, first: $first, after: $after) {
    nodes {
      ...Row
      timeline(first: 8) {
        nodes {
          ...Preview
        }
      }
    }
    pageInfo {
      ...Page
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<ConversationsQuery, ConversationsQueryVariables>;
export const ConversationDocument = new TypedDocumentString(`
    query Conversation($id: ID!) {
  conversation(id: $id) {
    ...Row
    handoffs {
      id
      brief
      briefState
      createdAt
      request
    }
    workItems {
      id
      state
      agentId
      queueId
      enqueuedAt
      redRule
      decisions {
        ...Decision
      }
      events {
        at
        from
        to
        reason
        agentId
      }
    }
    consults {
      id
      agentId
      askedById
      note
      beganAt
      endedAt
    }
    scheduledWork {
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
    }
    sessions {
      id
      replyUntil
      channelCapabilities {
        media
        mediaMaxBytes
        templates
        textMax
        typing
      }
    }
    customer {
      ...Person
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
}
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
}
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
}`) as unknown as TypedDocumentString<ConversationQuery, ConversationQueryVariables>;
export const MessageTemplatesDocument = new TypedDocumentString(`
    query MessageTemplates($sessionId: ID!) {
  messageTemplates(sessionId: $sessionId) {
    id
    name
    language
    header
    headerText
    body
    footer
    parameters
  }
}
    `) as unknown as TypedDocumentString<MessageTemplatesQuery, MessageTemplatesQueryVariables>;
export const TransferTargetsDocument = new TypedDocumentString(`
    query TransferTargets {
  transferTargets {
    queues {
      id
      name
    }
    agents {
      id
      name
      available
    }
  }
}
    `) as unknown as TypedDocumentString<TransferTargetsQuery, TransferTargetsQueryVariables>;
export const CannedRepliesDocument = new TypedDocumentString(`
    query CannedReplies {
  cannedReplies {
    ...Canned
  }
}
    fragment Canned on CannedReply {
  id
  shortcut
  language
  title
  text
  updatedAt
}`) as unknown as TypedDocumentString<CannedRepliesQuery, CannedRepliesQueryVariables>;
export const CustomerSearchDocument = new TypedDocumentString(`
    query CustomerSearch($search: String!, $first: Int) {
  customers(search: $search, first: $first) {
    id
    name
    tier
    tags
    identities {
      id
      scheme
      value
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerSearchQuery, CustomerSearchQueryVariables>;
export const TimelineDocument = new TypedDocumentString(`
    query Timeline($id: ID!, $first: Int, $after: String) {
  conversation(id: $id) {
    id
    timeline(first: $first, after: $after) {
      nodes {
        ...Item
      }
      pageInfo {
        ...Page
      }
    }
  }
}
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<TimelineQuery, TimelineQueryVariables>;
export const CustomerDocument = new TypedDocumentString(`
    query Customer($id: ID!) {
  customer(id: $id) {
    ...Person
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
}
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
}`) as unknown as TypedDocumentString<CustomerQuery, CustomerQueryVariables>;
export const CustomerHistoryDocument = new TypedDocumentString(`
    query CustomerHistory($id: ID!, $first: Int, $after: String) {
  customer(id: $id) {
    id
    timeline(first: $first, after: $after) {
      nodes {
        ...Item
      }
      pageInfo {
        ...Page
      }
    }
  }
}
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<CustomerHistoryQuery, CustomerHistoryQueryVariables>;
export const CustomerConversationsDocument = new TypedDocumentString(`
    query CustomerConversations($id: ID!, $first: Int) {
  customer(id: $id) {
    id
    events(first: 4) {
      id
      kind
      severity
      text
      occurredAt
    }
    conversations(first: $first) {
      nodes {
        ...Row
      }
      pageInfo {
        ...Page
      }
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<CustomerConversationsQuery, CustomerConversationsQueryVariables>;
export const AgentsDocument = new TypedDocumentString(`
    query Agents($first: Int, $after: String) {
  agents(first: $first, after: $after) {
    nodes {
      ...AgentBits
    }
    pageInfo {
      ...Page
    }
  }
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<AgentsQuery, AgentsQueryVariables>;
export const PromisesDocument = new TypedDocumentString(`
    query Promises {
  queues {
    id
    answerWithinSeconds
  }
}
    `) as unknown as TypedDocumentString<PromisesQuery, PromisesQueryVariables>;
export const IntentsDocument = new TypedDocumentString(`
    query Intents {
  intents {
    name
  }
}
    `) as unknown as TypedDocumentString<IntentsQuery, IntentsQueryVariables>;
export const ConsultedDocument = new TypedDocumentString(`
    query Consulted {
  conversations(view: CONSULTED, first: 20) {
    nodes {
      id
      customer {
        id
        name
      }
      consults {
        id
        agentId
        askedById
        endedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ConsultedQuery, ConsultedQueryVariables>;