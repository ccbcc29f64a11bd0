/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AgentCreateInput = {
  /** What routing plans may ask for. */
  attributes?: Array<AttributeInput> | null | undefined;
  /** Branch they are counted in; the tenant's first when left out. */
  branchId?: string | number | null | undefined;
  /** Pieces of work at once; channel classes left out have 1 call, 3 chats, 5 messaging threads, 10 mails. */
  capacity?: Array<CapacityInput> | null | undefined;
  /** Sign-in address. */
  email: string;
  /** Languages spoken, BCP 47. */
  languages?: Array<string> | null | undefined;
  /** Name shown to colleagues and customers. */
  name: string;
  /** First password, 12 characters or more. */
  password: string;
  /** Role. */
  role: Role;
  /** Site they work at. */
  siteId?: string | number | null | undefined;
  /** Skills with levels. */
  skills?: Array<HeldInput> | null | undefined;
  /** IANA time zone. */
  timeZone?: string | null | undefined;
};

export type AgentPartnerSetInput = {
  /** The person. */
  agentId: string | number;
  /** The revision of the knowledge they have learned, from 0. */
  knowledgeRevision?: number | null | undefined;
  /** Whether they work for an outsourced partner. */
  outsourced?: boolean | null | undefined;
};

export type AgentSetActiveInput = {
  /** Whether they may sign in. */
  active: boolean;
  /** The person. */
  agentId: string | number;
};

export type AgentUpdateInput = {
  /** The person. */
  agentId: string | number;
  /** What routing plans may ask for: the whole list. */
  attributes?: Array<AttributeInput> | null | undefined;
  /** Branch they are counted in. */
  branchId?: string | number | null | undefined;
  /** Pieces of work at once, of the channel classes named. Who holds more keeps it, and gets nothing new until it fits. */
  capacity?: Array<CapacityInput> | null | undefined;
  /** Sign-in address. */
  email?: string | null | undefined;
  /** Languages spoken, BCP 47. */
  languages?: Array<string> | null | undefined;
  /** Name shown to colleagues and customers. */
  name?: string | null | undefined;
  /** A new password; ends every sign-in of theirs. */
  password?: string | null | undefined;
  /** Role; a new one ends every sign-in of theirs. */
  role?: Role | null | undefined;
  /** Site they work at. */
  siteId?: string | number | null | undefined;
  /** Skills with levels: the whole list. */
  skills?: Array<HeldInput> | null | undefined;
  /** IANA time zone. */
  timeZone?: string | null | undefined;
};

export type ApiKeyCreateInput = {
  /** The bot it acts as under `/v1/bot`; none for other keys. */
  botId?: string | number | null | undefined;
  /** When it ends by itself; never when left out. */
  expiresAt?: string | null | undefined;
  /** Name for people. */
  name: string;
  /** What it may do, like `conversations:read`; never more than its maker. `bot:read` and `bot:act` are for keys of bots. */
  scopes: Array<string>;
};

export type ApiKeyRevokeInput = {
  /** The key. */
  apiKeyId: string | number;
};

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

/** What a tenant says of a person, for routing plans. */
export type AttributeInput = {
  /** 1 to 40 lower-case letters, digits and underscores. */
  key: string;
  /** 1 to 100 characters; plans compare whole numbers by size. */
  value: string;
};

/** What becomes of work beyond the cap of its queue. */
export type BeyondCap =
  /** It waits, and the customer is told that they may take a callback instead. */
  | 'CALLBACK'
  /** It waits in another queue instead, with the place it has. */
  | 'OVERFLOW'
  /** The customer is told and the conversation ends; they may write again. */
  | 'REFUSE';

export type BotRotateSecretInput = {
  /** The bot. */
  botId: string | number;
};

export type BotSaveInput = {
  /** The bot to change; a new one when left out. */
  botId?: string | number | null | undefined;
  /** Where work goes when it fails or falls silent. */
  fallbackQueueId: string | number;
  /** Names of intents, actions, tags or contexts by which it asks for a person, beside the usual ones. */
  handoffNames?: Array<string>;
  /** What an assistant is to do, at most 8,000 characters. It may hand over to the queues that are named here. */
  instructions?: string;
  /** The name of an assistant's model, as its endpoint calls it. */
  model?: string;
  /** Name. */
  name: string;
  /**
   * Where it lives: `native`, or `dialogflow-es`, `dialogflow-cx`, `intercom`, `amazon-connect`, `amazon-lex`,
   * `chatwoot`, `rasa`, `botpress`, `sunshine`, `rocketchat`. Decides its URL `/bots/{bot}/{platform}`. `assistant` is run
   * by Meridian itself, over an endpoint that completes chats as OpenAI's does.
   */
  platform?: string;
  /**
   * The secret that the platform made, 16 to 512 characters; without one a secret is made, or the present one stays.
   * For an assistant the key of its endpoint: empty for an endpoint without, to be given anew with another host.
   */
  secret?: string | null | undefined;
  /** Seconds it has to act on a customer's message, 1 to 300. */
  silenceSeconds?: number;
  /**
   * Where its events go; empty for a bot that reads them from `/v1/bot/events`. For an assistant the base address of its
   * endpoint, like `https://api.example.com/v1`.
   */
  url: string;
};

export type BranchSaveInput = {
  /** The branch to rename; a new one when left out. */
  branchId?: string | number | null | undefined;
  /** Name. */
  name: string;
};

export type CannedReplyRemoveInput = {
  /** The reply. */
  cannedReplyId: string | number;
};

export type CannedReplySaveInput = {
  /** The reply to change; a new one when left out. */
  cannedReplyId?: string | number | null | undefined;
  /** BCP 47; empty for any. */
  language?: string;
  /** What is typed after the slash: 1 to 40 letters, digits, - or _. */
  shortcut: string;
  /** What is sent, 1 to 10,000 characters. */
  text: string;
  /** Title in lists, 1 to 100 characters. */
  title: string;
};

export type CapacityInput = {
  /** So many at once, 0 to 100. */
  cap: number;
  /** Of which kind of channel. */
  class: ChannelClass;
};

export type CapacityPolicySaveInput = {
  /** Share of their capacity that somebody who is finishing still takes, 0 to 100 percent. */
  finishingPercent?: number;
  /** On top of what new work of a class may come; a class that is not named may come on top of any. */
  interrupts?: Array<ClassInterruptsInput>;
  /** Most units in one person's hands, 0 to 100; 0 = no total. */
  total?: number;
  /** What a piece of a class takes of the total, 1 to 100; 1 where nothing is said. */
  weights?: Array<ClassWeightInput>;
};

export type ChannelAccountConnectInput = {
  /** Addresses (numbers, pages, mailboxes) that belong to it; any when left out. */
  addresses?: Array<string>;
  /** The bot that answers first. */
  botId?: string | number | null | undefined;
  /** Channel kind, like `whatsapp`; `channelKinds` lists them. */
  kind: string;
  /** Name for people. */
  name: string;
  /** Where its work waits. */
  queueId: string | number;
  /** Secrets, as the form of the kind says; those marked `generated` are made when left out. */
  secrets?: Array<ChannelSecretInput>;
  /** Settings, as the form of the kind says. */
  settings?: Array<ChannelSettingInput>;
};

export type ChannelAccountRotateSecretInput = {
  /** The account. */
  channelAccountId: string | number;
  /** Seconds the old value stays valid beside the new one, 0 to 2592000 (30 days). */
  overlapSeconds?: number;
  /** Which secret, as the form says. */
  secretName: string;
  /** The new value; left out, Meridian makes one where it may (`generated`). */
  value?: string | null | undefined;
};

export type ChannelAccountSetActiveInput = {
  /** Whether it takes and sends anything. */
  active: boolean;
  /** The account. */
  channelAccountId: string | number;
};

export type ChannelAccountTestInput = {
  /** The account. */
  channelAccountId: string | number;
  /** What it says. */
  text?: string;
  /** Where a test message goes (a number, an address, an id of the channel); none is sent when left out. */
  to?: string | null | undefined;
};

export type ChannelAccountUpdateInput = {
  /** Addresses that belong to it, all of them. */
  addresses?: Array<string> | null | undefined;
  /** The bot that answers first; null for none. */
  botId?: string | number | null | undefined;
  /** The account. */
  channelAccountId: string | number;
  /** Name for people. */
  name?: string | null | undefined;
  /** Where its work waits. */
  queueId?: string | number | null | undefined;
  /** Settings to set or take away; the others stay. */
  settings?: Array<ChannelSettingInput>;
};

/** What a channel costs an agent. */
export type ChannelClass =
  /** Chats, where the customer waits at the screen. */
  | 'CHAT'
  /** E-mail. */
  | 'MAIL'
  /** Messages, which may wait a while. */
  | 'MESSAGING'
  /** Calls. */
  | 'VOICE';

/** What kind of value a field of the form takes. */
export type ChannelFieldInput =
  /** True or false. */
  | 'BOOLEAN'
  /** One of `choices`. */
  | 'CHOICE'
  /** A list of lines. */
  | 'LIST'
  /** A whole number. */
  | 'NUMBER'
  /** One line. */
  | 'TEXT'
  /** An http(s) address. */
  | 'URL';

/** Whether an account needs an admin. */
export type ChannelHealthState =
  /** It does not work, or not for long. */
  | 'NEEDS_ATTENTION'
  /** It works, as far as anybody knows. */
  | 'OK';

/** A secret by name. */
export type ChannelSecretInput = {
  /** Name, as the form says. */
  name: string;
  /** Its value, never empty. */
  value: string;
};

/** A setting by name. */
export type ChannelSettingInput = {
  /** Name, as the form says. */
  name: string;
  /** Its value: a text, a number, true or false, or a list of texts. Null takes it away. */
  value?: any;
};

/** On top of what new work of a class may come. */
export type ClassInterruptsInput = {
  /** The class of the new work. */
  class: ChannelClass;
  /** Classes of work that it may interrupt, beside its own. */
  over: Array<ChannelClass>;
};

/** What a piece of a class takes of the total. */
export type ClassWeightInput = {
  /** The class. */
  class: ChannelClass;
  /** Units, 1 to 100. */
  weight: number;
};

export type HeldInput = {
  /** 1 to 5. */
  level: number;
  /** The skill. */
  skillId: string | number;
};

/** What a day of a file changes. */
export type HolidayChange =
  /** The day followed the week. */
  | 'NEW'
  /** Something else was said of the day, which this replaces. */
  | 'REPLACES'
  /** The site knows it so already. */
  | 'SAME';

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

export type IdentityVerifierSaveInput = {
  /** From this score on a check passes, above 0 and at most 1. */
  acceptFrom: number;
  /** Whether its checks count. */
  enabled?: boolean;
  /**
   * For how long a check counts when it does not say, hours: a document at most 720, all others at most 24; as long as
   * may be when left out.
   */
  hours?: number | null | undefined;
  /** How it checks; of a registered one it stays. */
  kind: VerifierKind;
  /** Name, at most 100 characters. */
  name: string;
  /** Below this score it failed; at most `acceptFrom`. */
  rejectBelow?: number;
  /** The one to change; a new one when left out. */
  verifierId?: string | number | null | undefined;
};

/** Where a conversation stands. */
export type Lifecycle =
  /** Going on. */
  | 'OPEN'
  /** Finished. */
  | 'RESOLVED'
  /** Out of sight until a reply or a time. */
  | 'SNOOZED';

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

export type MessageTemplateRemoveInput = {
  /** The template. */
  templateId: string | number;
};

export type MessageTemplateSaveInput = {
  /** The text with its places, word for word as approved, 1 to 4096 characters. */
  body: string;
  /** Its category at the provider. */
  category?: string;
  /** The account. */
  channelAccountId: string | number;
  /** The line below the text, at most 200 characters. */
  footer?: string;
  /** What stands above the text. */
  header?: MessageTemplateHeader;
  /** The line above the text, for the header `TEXT` alone; at most 200 characters. */
  headerText?: string;
  /** Its language as the provider writes it (`en_US`, `zh_CN`). */
  language: string;
  /** Its name at the provider: letters, digits and underscores. */
  name: string;
};

/** Where a template stands at its provider. */
export type MessageTemplateState =
  /** It may be sent. */
  | 'APPROVED'
  /** The provider stopped it. */
  | 'PAUSED'
  /** The provider looks at it. */
  | 'PENDING'
  /** The provider refused it. */
  | 'REJECTED';

export type MessageTemplatesSyncInput = {
  /** The account. */
  channelAccountId: string | number;
};

export type OverflowInput = {
  /** .. and the first in line has waited no longer than this. */
  closeWaitSeconds?: number;
  /** Closes when no more than this waits .. */
  closeWaiting?: number;
  /** Most work in the hands of partners at once, over all queues; 0 = no cap. */
  contractCap?: number;
  /** It follows the knowledge base: each publication for partners raises the revision that is asked for. */
  currentRevision?: boolean;
  /** Queues that lend their people, at most 20; as they were when left out. */
  lenders?: Array<OverflowLenderInput> | null | undefined;
  /** Opens when the first in line has waited so long; 0 = not by the wait. */
  openWaitSeconds?: number;
  /** Opens when so much waits; 0 = not by load. */
  openWaiting?: number;
  /** Partners must have learned this revision of the knowledge. */
  requiredRevision?: number;
};

export type OverflowLenderInput = {
  /** It keeps its people for itself when the first in line has waited so long; 0 = not by the wait. */
  busyWaitSeconds?: number;
  /** It keeps its people for itself when so much waits in it; 0 = not by load. */
  busyWaiting?: number;
  /** .. and the first in line has waited no longer than this. */
  calmWaitSeconds?: number;
  /** It lends them again when no more than this waits .. */
  calmWaiting?: number;
  /** The queue that lends. */
  queueId: string | number;
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

export type QueueCapInput = {
  /** What happens beyond. */
  beyond: BeyondCap;
  /** What the customer is told, 1 to 1,000 characters; needed unless the work goes to another queue. */
  message?: string | null | undefined;
  /** Longest expected wait of new work, to 86,400 seconds; 0 = no cap by wait. */
  mostWaitSeconds?: number;
  /** Most work that waits, to 100,000; 0 = no cap by length. */
  mostWaiting?: number;
  /** The other queue, for work that overflows. */
  overflowQueueId?: string | number | null | undefined;
};

export type QueueCapSaveInput = {
  /** The cap; without one everything may wait. */
  cap?: QueueCapInput | null | undefined;
  /** The queue. */
  queueId: string | number;
};

export type QueueDeleteInput = {
  /** The queue. */
  queueId: string | number;
};

export type QueueOverflowSaveInput = {
  /** The queue. */
  queueId: string | number;
  /** The rule; without one partners are asked like everybody else. */
  rule?: OverflowInput | null | undefined;
};

export type QueueSaveInput = {
  /** Who takes its work: the whole list. Unchanged when left out. */
  agentIds?: Array<string | number> | null | undefined;
  /** Branch it is counted in; when left out the one it has, or the tenant's first. */
  branchId?: string | number | null | undefined;
  /** Whether a code must be chosen to let an offer pass. Unchanged when left out. */
  declineCodeRequired?: boolean | null | undefined;
  /** Name. */
  name: string;
  /** Seconds to answer an offer, 1 to 600. */
  offerSeconds?: number;
  /** Head start of its work, minutes. */
  priorityMinutes?: number;
  /** The queue to change; a new one when left out. */
  queueId?: string | number | null | undefined;
  /** Seconds during which only the agent who knows the customer is asked, 0 to 3600. */
  stickySeconds?: number;
  /** Whether a code for what came of the work must be chosen. Unchanged when left out. */
  wrapUpCodeRequired?: boolean | null | undefined;
  /** Seconds to write up, 0 to 3600. */
  wrapUpSeconds?: number;
};

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

export type ShiftInput = {
  /** Minutes after the same midnight, at most a day later. */
  endsMinute: number;
  /** Minutes after midnight, 0 to 1439. */
  startsMinute: number;
  /** 1 Monday to 7 Sunday. */
  weekday: number;
};

export type SiteDeleteInput = {
  /** The site. */
  siteId: string | number;
};

export type SiteExceptInput = {
  /** The local day. */
  day: string;
  /** Closes then. */
  endsMinute?: number | null | undefined;
  /** Why. */
  reason?: string;
  /** The site. */
  siteId: string | number;
  /** Opens then; closed all day when both are left out. */
  startsMinute?: number | null | undefined;
};

export type SiteHolidaysImportInput = {
  /** Whether its days are kept; else they are only shown. */
  apply?: boolean;
  /** The file, iCalendar (RFC 5545), at most 512 KiB: the site is closed while an event lasts. */
  ics: string;
  /** The site. */
  siteId: string | number;
  /** How far ahead it is read; two years when left out, ten at most. */
  until?: string | null | undefined;
};

export type SiteSaveInput = {
  /** Whether its open work goes to who is awake when a shift ends; unchanged when left out. */
  handsOver?: boolean | null | undefined;
  /** Name. */
  name: string;
  /** Place in the dispatch ring, 0 asked first. */
  ring?: number;
  /** Weekly hours: they replace those there were. */
  shifts: Array<ShiftInput>;
  /** The site to change; a new one when left out. */
  siteId?: string | number | null | undefined;
  /** IANA time zone. */
  timeZone: string;
};

export type SiteUnexceptInput = {
  /** The local day. */
  day: string;
  /** The site. */
  siteId: string | number;
};

export type SkillDeleteInput = {
  /** The skill. */
  skillId: string | number;
};

export type SkillSaveInput = {
  /** Name. */
  name: string;
  /** The skill to rename; a new one when left out. */
  skillId?: string | number | null | undefined;
};

export type TeamSaveInput = {
  /** Its branch. */
  branchId: string | number;
  /** Name. */
  name: string;
  /** The team to change; a new one when left out. */
  teamId?: string | number | null | undefined;
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

/** How an outside verifier checks that somebody is who they say. */
export type VerifierKind =
  /** A passport or identity card, looked at live. */
  | 'DOCUMENT'
  /** Questions that only the customer can answer. */
  | 'KNOWLEDGE'
  /** A login at a bank or another provider of identities. */
  | 'LOGIN'
  /** Anything else. */
  | 'OTHER'
  /** A voice against one that was enrolled. */
  | 'VOICEPRINT';

/** What a code is for. */
export type WorkCodeKind =
  /** Why somebody let an offer pass. */
  | 'DECLINE'
  /** What came of work that is written up. */
  | 'WRAP_UP';

export type WorkCodeSaveInput = {
  /** Whether it can be chosen from now on; at most 100 of a kind can. */
  active?: boolean;
  /** What it is for; a code keeps its kind. */
  kind: WorkCodeKind;
  /** Name, 1 to 100 characters. */
  name: string;
  /** Name in Chinese; empty = as `name`. */
  nameZh?: string;
  /** Queues that offer it: the whole list; empty = all. */
  queueIds?: Array<string | number>;
  /** The code to change; a new one when left out. */
  workCodeId?: string | number | null | undefined;
};

export type SiteBitsFragment = { id: string, name: string, timeZone: string, ring: number, handsOver: boolean, open: boolean, nextChange: string | null, shifts: Array<{ weekday: number, startsMinute: number, endsMinute: number }>, exceptions: Array<{ day: string, startsMinute: number | null, endsMinute: number | null, reason: string }> };

export type BranchBitsFragment = { id: string, name: string, teams: Array<{ id: string, name: string }> };

export type QueueBitsFragment = { id: string, name: string, branchId: string, priorityMinutes: number, offerSeconds: number, wrapUpSeconds: number, stickySeconds: number, wrapUpCodeRequired: boolean, declineCodeRequired: boolean, agentIds: Array<string> | null, overflow: { openWaiting: number, openWaitSeconds: number, closeWaiting: number, closeWaitSeconds: number, contractCap: number, requiredRevision: number, currentRevision: boolean, open: boolean, since: string | null, lenders: Array<{ queueId: string, busyWaiting: number, busyWaitSeconds: number, calmWaiting: number, calmWaitSeconds: number, busy: boolean }> } | null, line: { cap: { mostWaiting: number, mostWaitSeconds: number, beyond: BeyondCap, message: string | null, overflowQueueId: string | null } | null } };

export type MemberBitsFragment = { id: string, name: string, email: string | null, role: Role, active: boolean, live: boolean, state: PresenceState, timeZone: string, branchId: string, siteId: string | null, languages: Array<string> | null, outsourced: boolean, knowledgeRevision: number, skills: Array<{ skillId: string, name: string, level: number }>, attributes: Array<{ key: string, value: string }>, load: Array<{ class: string, cap: number }> };

export type KeyBitsFragment = { id: string, name: string, scopes: Array<string>, botId: string | null, createdAt: string, expiresAt: string | null, revokedAt: string | null };

export type AccountFragment = { id: string, kind: string, name: string, status: string, statusReason: string, webhookUrl: string, queueId: string, botId: string | null, addresses: Array<string>, settings: any, health: { state: ChannelHealthState, code: string, reason: string, since: string | null, lastInboundAt: string | null, lastAcceptedAt: string | null, lastAuthFailureAt: string | null, consecutiveFailures: number } };

export type TemplateFragment = { id: string, name: string, language: string, state: MessageTemplateState, body: string, byHand: boolean };

export type ChannelTemplatesQueryVariables = Exact<{
  channelAccountId: string | number;
}>;


export type ChannelTemplatesQuery = { channelTemplates: Array<{ id: string, name: string, language: string, state: MessageTemplateState, body: string, byHand: boolean }> };

export type MessageTemplateSaveMutationVariables = Exact<{
  input: MessageTemplateSaveInput;
}>;


export type MessageTemplateSaveMutation = { messageTemplateSave: { template: { id: string, name: string, language: string, state: MessageTemplateState, body: string, byHand: boolean } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type MessageTemplateRemoveMutationVariables = Exact<{
  input: MessageTemplateRemoveInput;
}>;


export type MessageTemplateRemoveMutation = { messageTemplateRemove: { templateId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type MessageTemplatesSyncMutationVariables = Exact<{
  input: MessageTemplatesSyncInput;
}>;


export type MessageTemplatesSyncMutation = { messageTemplatesSync: { templates: Array<{ id: string, name: string, language: string, state: MessageTemplateState, body: string, byHand: boolean }>, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChannelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ChannelsQuery = { channelAccounts: Array<{ id: string, kind: string, name: string, status: string, statusReason: string, webhookUrl: string, queueId: string, botId: string | null, addresses: Array<string>, settings: any, health: { state: ChannelHealthState, code: string, reason: string, since: string | null, lastInboundAt: string | null, lastAcceptedAt: string | null, lastAuthFailureAt: string | null, consecutiveFailures: number } }> };

export type ChannelKindsQueryVariables = Exact<{
  locale: string;
}>;


export type ChannelKindsQuery = { channelKinds: Array<{ kind: string, capacityClass: string, capabilities: { templates: boolean }, fields: Array<{ name: string, label: string, help: string, example: string, input: ChannelFieldInput, choices: Array<string>, required: boolean, secret: boolean, generated: boolean }> }> };

export type BotsQueryVariables = Exact<{ [key: string]: never; }>;


export type BotsQuery = { bots: Array<{ id: string, name: string, platform: string, url: string, callUrl: string, handoffNames: Array<string>, status: string, silenceSeconds: number, fallbackQueueId: string, model: string, instructions: string }> };

export type SitesQueryVariables = Exact<{ [key: string]: never; }>;


export type SitesQuery = { sites: Array<{ id: string, name: string, timeZone: string, ring: number, handsOver: boolean, open: boolean, nextChange: string | null, shifts: Array<{ weekday: number, startsMinute: number, endsMinute: number }>, exceptions: Array<{ day: string, startsMinute: number | null, endsMinute: number | null, reason: string }> }> };

export type BranchesQueryVariables = Exact<{ [key: string]: never; }>;


export type BranchesQuery = { branches: Array<{ id: string, name: string, teams: Array<{ id: string, name: string }> }> };

export type SkillsQueryVariables = Exact<{ [key: string]: never; }>;


export type SkillsQuery = { skills: Array<{ id: string, name: string }> };

export type QueueSetupQueryVariables = Exact<{ [key: string]: never; }>;


export type QueueSetupQuery = { queues: Array<{ id: string, name: string, branchId: string, priorityMinutes: number, offerSeconds: number, wrapUpSeconds: number, stickySeconds: number, wrapUpCodeRequired: boolean, declineCodeRequired: boolean, agentIds: Array<string> | null, overflow: { openWaiting: number, openWaitSeconds: number, closeWaiting: number, closeWaitSeconds: number, contractCap: number, requiredRevision: number, currentRevision: boolean, open: boolean, since: string | null, lenders: Array<{ queueId: string, busyWaiting: number, busyWaitSeconds: number, calmWaiting: number, calmWaitSeconds: number, busy: boolean }> } | null, line: { cap: { mostWaiting: number, mostWaitSeconds: number, beyond: BeyondCap, message: string | null, overflowQueueId: string | null } | null } }> };

export type MembersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MembersQuery = { agents: { nodes: Array<{ id: string, name: string, email: string | null, role: Role, active: boolean, live: boolean, state: PresenceState, timeZone: string, branchId: string, siteId: string | null, languages: Array<string> | null, outsourced: boolean, knowledgeRevision: number, skills: Array<{ skillId: string, name: string, level: number }>, attributes: Array<{ key: string, value: string }>, load: Array<{ class: string, cap: number }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ApiKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type ApiKeysQuery = { apiKeys: Array<{ id: string, name: string, scopes: Array<string>, botId: string | null, createdAt: string, expiresAt: string | null, revokedAt: string | null }> };

export type AuditEntriesQueryVariables = Exact<{
  objectId?: string | null | undefined;
  actorId?: string | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditEntriesQuery = { auditEntries: { nodes: Array<{ id: string, at: string, action: string, objectKind: string, objectId: string | null, detail: any, actor: { kind: string, id: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SiteSaveMutationVariables = Exact<{
  input: SiteSaveInput;
}>;


export type SiteSaveMutation = { siteSave: { site: { id: string, name: string, timeZone: string, ring: number, handsOver: boolean, open: boolean, nextChange: string | null, shifts: Array<{ weekday: number, startsMinute: number, endsMinute: number }>, exceptions: Array<{ day: string, startsMinute: number | null, endsMinute: number | null, reason: string }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SiteExceptMutationVariables = Exact<{
  input: SiteExceptInput;
}>;


export type SiteExceptMutation = { siteExcept: { site: { id: string, name: string, timeZone: string, ring: number, handsOver: boolean, open: boolean, nextChange: string | null, shifts: Array<{ weekday: number, startsMinute: number, endsMinute: number }>, exceptions: Array<{ day: string, startsMinute: number | null, endsMinute: number | null, reason: string }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SiteUnexceptMutationVariables = Exact<{
  input: SiteUnexceptInput;
}>;


export type SiteUnexceptMutation = { siteUnexcept: { site: { id: string, name: string, timeZone: string, ring: number, handsOver: boolean, open: boolean, nextChange: string | null, shifts: Array<{ weekday: number, startsMinute: number, endsMinute: number }>, exceptions: Array<{ day: string, startsMinute: number | null, endsMinute: number | null, reason: string }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BranchSaveMutationVariables = Exact<{
  input: BranchSaveInput;
}>;


export type BranchSaveMutation = { branchSave: { branch: { id: string, name: string, teams: Array<{ id: string, name: string }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type TeamSaveMutationVariables = Exact<{
  input: TeamSaveInput;
}>;


export type TeamSaveMutation = { teamSave: { branch: { id: string, name: string, teams: Array<{ id: string, name: string }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SkillSaveMutationVariables = Exact<{
  input: SkillSaveInput;
}>;


export type SkillSaveMutation = { skillSave: { skill: { id: string, name: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type QueueCapSaveMutationVariables = Exact<{
  input: QueueCapSaveInput;
}>;


export type QueueCapSaveMutation = { queueCapSave: { queue: { id: string, name: string, branchId: string, priorityMinutes: number, offerSeconds: number, wrapUpSeconds: number, stickySeconds: number, wrapUpCodeRequired: boolean, declineCodeRequired: boolean, agentIds: Array<string> | null, overflow: { openWaiting: number, openWaitSeconds: number, closeWaiting: number, closeWaitSeconds: number, contractCap: number, requiredRevision: number, currentRevision: boolean, open: boolean, since: string | null, lenders: Array<{ queueId: string, busyWaiting: number, busyWaitSeconds: number, calmWaiting: number, calmWaitSeconds: number, busy: boolean }> } | null, line: { cap: { mostWaiting: number, mostWaitSeconds: number, beyond: BeyondCap, message: string | null, overflowQueueId: string | null } | null } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type QueueSaveMutationVariables = Exact<{
  input: QueueSaveInput;
}>;


export type QueueSaveMutation = { queueSave: { queue: { id: string, name: string, branchId: string, priorityMinutes: number, offerSeconds: number, wrapUpSeconds: number, stickySeconds: number, wrapUpCodeRequired: boolean, declineCodeRequired: boolean, agentIds: Array<string> | null, overflow: { openWaiting: number, openWaitSeconds: number, closeWaiting: number, closeWaitSeconds: number, contractCap: number, requiredRevision: number, currentRevision: boolean, open: boolean, since: string | null, lenders: Array<{ queueId: string, busyWaiting: number, busyWaitSeconds: number, calmWaiting: number, calmWaitSeconds: number, busy: boolean }> } | null, line: { cap: { mostWaiting: number, mostWaitSeconds: number, beyond: BeyondCap, message: string | null, overflowQueueId: string | null } | null } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type AgentCreateMutationVariables = Exact<{
  input: AgentCreateInput;
}>;


export type AgentCreateMutation = { agentCreate: { agent: { id: string, name: string, email: string | null, role: Role, active: boolean, live: boolean, state: PresenceState, timeZone: string, branchId: string, siteId: string | null, languages: Array<string> | null, outsourced: boolean, knowledgeRevision: number, skills: Array<{ skillId: string, name: string, level: number }>, attributes: Array<{ key: string, value: string }>, load: Array<{ class: string, cap: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type AgentUpdateMutationVariables = Exact<{
  input: AgentUpdateInput;
}>;


export type AgentUpdateMutation = { agentUpdate: { agent: { id: string, name: string, email: string | null, role: Role, active: boolean, live: boolean, state: PresenceState, timeZone: string, branchId: string, siteId: string | null, languages: Array<string> | null, outsourced: boolean, knowledgeRevision: number, skills: Array<{ skillId: string, name: string, level: number }>, attributes: Array<{ key: string, value: string }>, load: Array<{ class: string, cap: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type AgentSetActiveMutationVariables = Exact<{
  input: AgentSetActiveInput;
}>;


export type AgentSetActiveMutation = { agentSetActive: { agent: { id: string, name: string, email: string | null, role: Role, active: boolean, live: boolean, state: PresenceState, timeZone: string, branchId: string, siteId: string | null, languages: Array<string> | null, outsourced: boolean, knowledgeRevision: number, skills: Array<{ skillId: string, name: string, level: number }>, attributes: Array<{ key: string, value: string }>, load: Array<{ class: string, cap: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotSaveMutationVariables = Exact<{
  input: BotSaveInput;
}>;


export type BotSaveMutation = { botSave: { botId: string | null, secret: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotRotateSecretMutationVariables = Exact<{
  input: BotRotateSecretInput;
}>;


export type BotRotateSecretMutation = { botRotateSecret: { botId: string | null, secret: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ApiKeyCreateMutationVariables = Exact<{
  input: ApiKeyCreateInput;
}>;


export type ApiKeyCreateMutation = { apiKeyCreate: { secret: string | null, apiKey: { id: string, name: string, scopes: Array<string>, botId: string | null, createdAt: string, expiresAt: string | null, revokedAt: string | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ApiKeyRevokeMutationVariables = Exact<{
  input: ApiKeyRevokeInput;
}>;


export type ApiKeyRevokeMutation = { apiKeyRevoke: { userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChannelAccountConnectMutationVariables = Exact<{
  input: ChannelAccountConnectInput;
}>;


export type ChannelAccountConnectMutation = { channelAccountConnect: { channelAccount: { id: string, kind: string, name: string, status: string, statusReason: string, webhookUrl: string, queueId: string, botId: string | null, addresses: Array<string>, settings: any, health: { state: ChannelHealthState, code: string, reason: string, since: string | null, lastInboundAt: string | null, lastAcceptedAt: string | null, lastAuthFailureAt: string | null, consecutiveFailures: number } } | null, generatedSecrets: Array<{ name: string, value: string }>, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChannelAccountUpdateMutationVariables = Exact<{
  input: ChannelAccountUpdateInput;
}>;


export type ChannelAccountUpdateMutation = { channelAccountUpdate: { channelAccount: { id: string, kind: string, name: string, status: string, statusReason: string, webhookUrl: string, queueId: string, botId: string | null, addresses: Array<string>, settings: any, health: { state: ChannelHealthState, code: string, reason: string, since: string | null, lastInboundAt: string | null, lastAcceptedAt: string | null, lastAuthFailureAt: string | null, consecutiveFailures: number } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChannelAccountSetActiveMutationVariables = Exact<{
  input: ChannelAccountSetActiveInput;
}>;


export type ChannelAccountSetActiveMutation = { channelAccountSetActive: { channelAccount: { id: string, kind: string, name: string, status: string, statusReason: string, webhookUrl: string, queueId: string, botId: string | null, addresses: Array<string>, settings: any, health: { state: ChannelHealthState, code: string, reason: string, since: string | null, lastInboundAt: string | null, lastAcceptedAt: string | null, lastAuthFailureAt: string | null, consecutiveFailures: number } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChannelAccountTestMutationVariables = Exact<{
  input: ChannelAccountTestInput;
}>;


export type ChannelAccountTestMutation = { channelAccountTest: { ok: boolean, detail: string, externalId: string | null, channelAccount: { id: string, kind: string, name: string, status: string, statusReason: string, webhookUrl: string, queueId: string, botId: string | null, addresses: Array<string>, settings: any, health: { state: ChannelHealthState, code: string, reason: string, since: string | null, lastInboundAt: string | null, lastAcceptedAt: string | null, lastAuthFailureAt: string | null, consecutiveFailures: number } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ChannelAccountRotateSecretMutationVariables = Exact<{
  input: ChannelAccountRotateSecretInput;
}>;


export type ChannelAccountRotateSecretMutation = { channelAccountRotateSecret: { secret: string | null, oldValidUntil: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CannedReplySaveMutationVariables = Exact<{
  input: CannedReplySaveInput;
}>;


export type CannedReplySaveMutation = { cannedReplySave: { cannedReply: { id: string, shortcut: string, language: string, title: string, text: string, updatedAt: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CannedReplyRemoveMutationVariables = Exact<{
  input: CannedReplyRemoveInput;
}>;


export type CannedReplyRemoveMutation = { cannedReplyRemove: { cannedReplyId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type UnknownEventsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UnknownEventsQuery = { unknownEvents: { nodes: Array<{ accountId: string, at: string, reason: string, event: any }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, channelAccounts: Array<{ id: string, name: string, kind: string }> };

export type QueueOverflowSaveMutationVariables = Exact<{
  input: QueueOverflowSaveInput;
}>;


export type QueueOverflowSaveMutation = { queueOverflowSave: { queue: { id: string, name: string, branchId: string, priorityMinutes: number, offerSeconds: number, wrapUpSeconds: number, stickySeconds: number, wrapUpCodeRequired: boolean, declineCodeRequired: boolean, agentIds: Array<string> | null, overflow: { openWaiting: number, openWaitSeconds: number, closeWaiting: number, closeWaitSeconds: number, contractCap: number, requiredRevision: number, currentRevision: boolean, open: boolean, since: string | null, lenders: Array<{ queueId: string, busyWaiting: number, busyWaitSeconds: number, calmWaiting: number, calmWaitSeconds: number, busy: boolean }> } | null, line: { cap: { mostWaiting: number, mostWaitSeconds: number, beyond: BeyondCap, message: string | null, overflowQueueId: string | null } | null } } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type AgentPartnerSetMutationVariables = Exact<{
  input: AgentPartnerSetInput;
}>;


export type AgentPartnerSetMutation = { agentPartnerSet: { agent: { id: string, name: string, email: string | null, role: Role, active: boolean, live: boolean, state: PresenceState, timeZone: string, branchId: string, siteId: string | null, languages: Array<string> | null, outsourced: boolean, knowledgeRevision: number, skills: Array<{ skillId: string, name: string, level: number }>, attributes: Array<{ key: string, value: string }>, load: Array<{ class: string, cap: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type QueueDeleteMutationVariables = Exact<{
  input: QueueDeleteInput;
}>;


export type QueueDeleteMutation = { queueDelete: { queueId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SiteDeleteMutationVariables = Exact<{
  input: SiteDeleteInput;
}>;


export type SiteDeleteMutation = { siteDelete: { siteId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SkillDeleteMutationVariables = Exact<{
  input: SkillDeleteInput;
}>;


export type SkillDeleteMutation = { skillDelete: { skillId: string | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type SiteHolidaysImportMutationVariables = Exact<{
  input: SiteHolidaysImportInput;
}>;


export type SiteHolidaysImportMutation = { siteHolidaysImport: { applied: boolean, days: Array<{ change: HolidayChange, day: string, startsMinute: number | null, endsMinute: number | null, line: number, reason: string }>, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CodeBitsFragment = { id: string, kind: WorkCodeKind, name: string, nameZh: string, queueIds: Array<string>, active: boolean };

export type WorkCodesQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkCodesQuery = { workCodes: Array<{ id: string, kind: WorkCodeKind, name: string, nameZh: string, queueIds: Array<string>, active: boolean }> };

export type WorkCodeSaveMutationVariables = Exact<{
  input: WorkCodeSaveInput;
}>;


export type WorkCodeSaveMutation = { workCodeSave: { workCode: { id: string, kind: WorkCodeKind, name: string, nameZh: string, queueIds: Array<string>, active: boolean } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type PolicyBitsFragment = { total: number, finishingPercent: number, weights: Array<{ class: ChannelClass, weight: number }>, interrupts: Array<{ class: ChannelClass, over: Array<ChannelClass> }> };

export type CapacityPolicyQueryVariables = Exact<{ [key: string]: never; }>;


export type CapacityPolicyQuery = { capacityPolicy: { total: number, finishingPercent: number, weights: Array<{ class: ChannelClass, weight: number }>, interrupts: Array<{ class: ChannelClass, over: Array<ChannelClass> }> } };

export type CapacityPolicySaveMutationVariables = Exact<{
  input: CapacityPolicySaveInput;
}>;


export type CapacityPolicySaveMutation = { capacityPolicySave: { capacityPolicy: { total: number, finishingPercent: number, weights: Array<{ class: ChannelClass, weight: number }>, interrupts: Array<{ class: ChannelClass, over: Array<ChannelClass> }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type VerifierBitsFragment = { id: string, name: string, kind: VerifierKind, acceptFrom: number, rejectBelow: number, hours: number, enabled: boolean };

export type VerifiersQueryVariables = Exact<{ [key: string]: never; }>;


export type VerifiersQuery = { identityVerifiers: Array<{ id: string, name: string, kind: VerifierKind, acceptFrom: number, rejectBelow: number, hours: number, enabled: boolean }> };

export type VerifierSaveMutationVariables = Exact<{
  input: IdentityVerifierSaveInput;
}>;


export type VerifierSaveMutation = { identityVerifierSave: { verifier: { id: string, name: string, kind: VerifierKind, acceptFrom: number, rejectBelow: number, hours: number, enabled: boolean } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const SiteBitsFragmentDoc = new TypedDocumentString(`
    fragment SiteBits on Site {
  id
  name
  timeZone
  ring
  handsOver
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
    `, {"fragmentName":"SiteBits"}) as unknown as TypedDocumentString<SiteBitsFragment, unknown>;
export const BranchBitsFragmentDoc = new TypedDocumentString(`
    fragment BranchBits on Branch {
  id
  name
  teams {
    id
    name
  }
}
    `, {"fragmentName":"BranchBits"}) as unknown as TypedDocumentString<BranchBitsFragment, unknown>;
export const QueueBitsFragmentDoc = new TypedDocumentString(`
    fragment QueueBits on Queue {
  id
  name
  branchId
  priorityMinutes
  offerSeconds
  wrapUpSeconds
  stickySeconds
  wrapUpCodeRequired
  declineCodeRequired
  agentIds
  overflow {
    openWaiting
    openWaitSeconds
    closeWaiting
    closeWaitSeconds
    contractCap
    requiredRevision
    currentRevision
    open
    since
    lenders {
      queueId
      busyWaiting
      busyWaitSeconds
      calmWaiting
      calmWaitSeconds
      busy
    }
  }
  line {
    cap {
      mostWaiting
      mostWaitSeconds
      beyond
      message
      overflowQueueId
    }
  }
}
    `, {"fragmentName":"QueueBits"}) as unknown as TypedDocumentString<QueueBitsFragment, unknown>;
export const MemberBitsFragmentDoc = new TypedDocumentString(`
    fragment MemberBits on Agent {
  id
  name
  email
  role
  active
  live
  state
  timeZone
  branchId
  siteId
  languages
  skills {
    skillId
    name
    level
  }
  outsourced
  knowledgeRevision
  attributes {
    key
    value
  }
  load {
    class
    cap
  }
}
    `, {"fragmentName":"MemberBits"}) as unknown as TypedDocumentString<MemberBitsFragment, unknown>;
export const KeyBitsFragmentDoc = new TypedDocumentString(`
    fragment KeyBits on ApiKey {
  id
  name
  scopes
  botId
  createdAt
  expiresAt
  revokedAt
}
    `, {"fragmentName":"KeyBits"}) as unknown as TypedDocumentString<KeyBitsFragment, unknown>;
export const AccountFragmentDoc = new TypedDocumentString(`
    fragment Account on ChannelAccount {
  id
  kind
  name
  status
  statusReason
  webhookUrl
  queueId
  botId
  addresses
  settings
  health {
    state
    code
    reason
    since
    lastInboundAt
    lastAcceptedAt
    lastAuthFailureAt
    consecutiveFailures
  }
}
    `, {"fragmentName":"Account"}) as unknown as TypedDocumentString<AccountFragment, unknown>;
export const TemplateFragmentDoc = new TypedDocumentString(`
    fragment Template on MessageTemplate {
  id
  name
  language
  state
  body
  byHand
}
    `, {"fragmentName":"Template"}) as unknown as TypedDocumentString<TemplateFragment, unknown>;
export const CodeBitsFragmentDoc = new TypedDocumentString(`
    fragment CodeBits on WorkCode {
  id
  kind
  name
  nameZh
  queueIds
  active
}
    `, {"fragmentName":"CodeBits"}) as unknown as TypedDocumentString<CodeBitsFragment, unknown>;
export const PolicyBitsFragmentDoc = new TypedDocumentString(`
    fragment PolicyBits on CapacityPolicy {
  total
  finishingPercent
  weights {
    class
    weight
  }
  interrupts {
    class
    over
  }
}
    `, {"fragmentName":"PolicyBits"}) as unknown as TypedDocumentString<PolicyBitsFragment, unknown>;
export const VerifierBitsFragmentDoc = new TypedDocumentString(`
    fragment VerifierBits on IdentityVerifier {
  id
  name
  kind
  acceptFrom
  rejectBelow
  hours
  enabled
}
    `, {"fragmentName":"VerifierBits"}) as unknown as TypedDocumentString<VerifierBitsFragment, unknown>;
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
export const ChannelTemplatesDocument = new TypedDocumentString(`
    query ChannelTemplates($channelAccountId: ID!) {
  channelTemplates(channelAccountId: $channelAccountId) {
    ...Template
  }
}
    fragment Template on MessageTemplate {
  id
  name
  language
  state
  body
  byHand
}`) as unknown as TypedDocumentString<ChannelTemplatesQuery, ChannelTemplatesQueryVariables>;
export const MessageTemplateSaveDocument = new TypedDocumentString(`
    mutation MessageTemplateSave($input: MessageTemplateSaveInput!) {
  messageTemplateSave(input: $input) {
    template {
      ...Template
    }
    userErrors {
      ...Err
    }
  }
}
    fragment Template on MessageTemplate {
  id
  name
  language
  state
  body
  byHand
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<MessageTemplateSaveMutation, MessageTemplateSaveMutationVariables>;
export const MessageTemplateRemoveDocument = new TypedDocumentString(`
    mutation MessageTemplateRemove($input: MessageTemplateRemoveInput!) {
  messageTemplateRemove(input: $input) {
    templateId
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<MessageTemplateRemoveMutation, MessageTemplateRemoveMutationVariables>;
export const MessageTemplatesSyncDocument = new TypedDocumentString(`
    mutation MessageTemplatesSync($input: MessageTemplatesSyncInput!) {
  messageTemplatesSync(input: $input) {
    templates {
      ...Template
    }
    userErrors {
      ...Err
    }
  }
}
    fragment Template on MessageTemplate {
  id
  name
  language
  state
  body
  byHand
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<MessageTemplatesSyncMutation, MessageTemplatesSyncMutationVariables>;
export const ChannelsDocument = new TypedDocumentString(`
    query Channels {
  channelAccounts {
    ...Account
  }
}
    fragment Account on ChannelAccount {
  id
  kind
  name
  status
  statusReason
  webhookUrl
  queueId
  botId
  addresses
  settings
  health {
    state
    code
    reason
    since
    lastInboundAt
    lastAcceptedAt
    lastAuthFailureAt
    consecutiveFailures
  }
}`) as unknown as TypedDocumentString<ChannelsQuery, ChannelsQueryVariables>;
export const ChannelKindsDocument = new TypedDocumentString(`
    query ChannelKinds($locale: String!) {
  channelKinds(locale: $locale) {
    kind
    capacityClass
    capabilities {
      templates
    }
    fields {
      name
      label
      help
      example
      input
      choices
      required
      secret
      generated
    }
  }
}
    `) as unknown as TypedDocumentString<ChannelKindsQuery, ChannelKindsQueryVariables>;
export const BotsDocument = new TypedDocumentString(`
    query Bots {
  bots {
    id
    name
    platform
    url
    callUrl
    handoffNames
    status
    silenceSeconds
    fallbackQueueId
    model
    instructions
  }
}
    `) as unknown as TypedDocumentString<BotsQuery, BotsQueryVariables>;
export const SitesDocument = new TypedDocumentString(`
    query Sites {
  sites {
    ...SiteBits
  }
}
    fragment SiteBits on Site {
  id
  name
  timeZone
  ring
  handsOver
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
}`) as unknown as TypedDocumentString<SitesQuery, SitesQueryVariables>;
export const BranchesDocument = new TypedDocumentString(`
    query Branches {
  branches {
    ...BranchBits
  }
}
    fragment BranchBits on Branch {
  id
  name
  teams {
    id
    name
  }
}`) as unknown as TypedDocumentString<BranchesQuery, BranchesQueryVariables>;
export const SkillsDocument = new TypedDocumentString(`
    query Skills {
  skills {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<SkillsQuery, SkillsQueryVariables>;
export const QueueSetupDocument = new TypedDocumentString(`
    query QueueSetup {
  queues {
    ...QueueBits
  }
}
    fragment QueueBits on Queue {
  id
  name
  branchId
  priorityMinutes
  offerSeconds
  wrapUpSeconds
  stickySeconds
  wrapUpCodeRequired
  declineCodeRequired
  agentIds
  overflow {
    openWaiting
    openWaitSeconds
    closeWaiting
    closeWaitSeconds
    contractCap
    requiredRevision
    currentRevision
    open
    since
    lenders {
      queueId
      busyWaiting
      busyWaitSeconds
      calmWaiting
      calmWaitSeconds
      busy
    }
  }
  line {
    cap {
      mostWaiting
      mostWaitSeconds
      beyond
      message
      overflowQueueId
    }
  }
}`) as unknown as TypedDocumentString<QueueSetupQuery, QueueSetupQueryVariables>;
export const MembersDocument = new TypedDocumentString(`
    query Members($first: Int, $after: String) {
  agents(first: $first, after: $after) {
    nodes {
      ...MemberBits
    }
    pageInfo {
      ...Page
    }
  }
}
    fragment MemberBits on Agent {
  id
  name
  email
  role
  active
  live
  state
  timeZone
  branchId
  siteId
  languages
  skills {
    skillId
    name
    level
  }
  outsourced
  knowledgeRevision
  attributes {
    key
    value
  }
  load {
    class
    cap
  }
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<MembersQuery, MembersQueryVariables>;
export const ApiKeysDocument = new TypedDocumentString(`
    query ApiKeys {
  apiKeys {
    ...KeyBits
  }
}
    fragment KeyBits on ApiKey {
  id
  name
  scopes
  botId
  createdAt
  expiresAt
  revokedAt
}`) as unknown as TypedDocumentString<ApiKeysQuery, ApiKeysQueryVariables>;
export const AuditEntriesDocument = new TypedDocumentString(`
    query AuditEntries($objectId: String, $actorId: String, $since: DateTime, $until: DateTime, $first: Int, $after: String) {
  auditEntries(
    objectId: $objectId
    actorId: $actorId
    since: $since
    until: $until
    first: $first
    after: $after
  ) {
    nodes {
      id
      at
      action
      objectKind
      objectId
      detail
      actor {
        kind
        id
      }
    }
    pageInfo {
      ...Page
    }
  }
}
    fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<AuditEntriesQuery, AuditEntriesQueryVariables>;
export const SiteSaveDocument = new TypedDocumentString(`
    mutation SiteSave($input: SiteSaveInput!) {
  siteSave(input: $input) {
    site {
      ...SiteBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment SiteBits on Site {
  id
  name
  timeZone
  ring
  handsOver
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<SiteSaveMutation, SiteSaveMutationVariables>;
export const SiteExceptDocument = new TypedDocumentString(`
    mutation SiteExcept($input: SiteExceptInput!) {
  siteExcept(input: $input) {
    site {
      ...SiteBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment SiteBits on Site {
  id
  name
  timeZone
  ring
  handsOver
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<SiteExceptMutation, SiteExceptMutationVariables>;
export const SiteUnexceptDocument = new TypedDocumentString(`
    mutation SiteUnexcept($input: SiteUnexceptInput!) {
  siteUnexcept(input: $input) {
    site {
      ...SiteBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment SiteBits on Site {
  id
  name
  timeZone
  ring
  handsOver
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
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<SiteUnexceptMutation, SiteUnexceptMutationVariables>;
export const BranchSaveDocument = new TypedDocumentString(`
    mutation BranchSave($input: BranchSaveInput!) {
  branchSave(input: $input) {
    branch {
      ...BranchBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment BranchBits on Branch {
  id
  name
  teams {
    id
    name
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<BranchSaveMutation, BranchSaveMutationVariables>;
export const TeamSaveDocument = new TypedDocumentString(`
    mutation TeamSave($input: TeamSaveInput!) {
  teamSave(input: $input) {
    branch {
      ...BranchBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment BranchBits on Branch {
  id
  name
  teams {
    id
    name
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<TeamSaveMutation, TeamSaveMutationVariables>;
export const SkillSaveDocument = new TypedDocumentString(`
    mutation SkillSave($input: SkillSaveInput!) {
  skillSave(input: $input) {
    skill {
      id
      name
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
}`) as unknown as TypedDocumentString<SkillSaveMutation, SkillSaveMutationVariables>;
export const QueueCapSaveDocument = new TypedDocumentString(`
    mutation QueueCapSave($input: QueueCapSaveInput!) {
  queueCapSave(input: $input) {
    queue {
      ...QueueBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment QueueBits on Queue {
  id
  name
  branchId
  priorityMinutes
  offerSeconds
  wrapUpSeconds
  stickySeconds
  wrapUpCodeRequired
  declineCodeRequired
  agentIds
  overflow {
    openWaiting
    openWaitSeconds
    closeWaiting
    closeWaitSeconds
    contractCap
    requiredRevision
    currentRevision
    open
    since
    lenders {
      queueId
      busyWaiting
      busyWaitSeconds
      calmWaiting
      calmWaitSeconds
      busy
    }
  }
  line {
    cap {
      mostWaiting
      mostWaitSeconds
      beyond
      message
      overflowQueueId
    }
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<QueueCapSaveMutation, QueueCapSaveMutationVariables>;
export const QueueSaveDocument = new TypedDocumentString(`
    mutation QueueSave($input: QueueSaveInput!) {
  queueSave(input: $input) {
    queue {
      ...QueueBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment QueueBits on Queue {
  id
  name
  branchId
  priorityMinutes
  offerSeconds
  wrapUpSeconds
  stickySeconds
  wrapUpCodeRequired
  declineCodeRequired
  agentIds
  overflow {
    openWaiting
    openWaitSeconds
    closeWaiting
    closeWaitSeconds
    contractCap
    requiredRevision
    currentRevision
    open
    since
    lenders {
      queueId
      busyWaiting
      busyWaitSeconds
      calmWaiting
      calmWaitSeconds
      busy
    }
  }
  line {
    cap {
      mostWaiting
      mostWaitSeconds
      beyond
      message
      overflowQueueId
    }
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<QueueSaveMutation, QueueSaveMutationVariables>;
export const AgentCreateDocument = new TypedDocumentString(`
    mutation AgentCreate($input: AgentCreateInput!) {
  agentCreate(input: $input) {
    agent {
      ...MemberBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment MemberBits on Agent {
  id
  name
  email
  role
  active
  live
  state
  timeZone
  branchId
  siteId
  languages
  skills {
    skillId
    name
    level
  }
  outsourced
  knowledgeRevision
  attributes {
    key
    value
  }
  load {
    class
    cap
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<AgentCreateMutation, AgentCreateMutationVariables>;
export const AgentUpdateDocument = new TypedDocumentString(`
    mutation AgentUpdate($input: AgentUpdateInput!) {
  agentUpdate(input: $input) {
    agent {
      ...MemberBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment MemberBits on Agent {
  id
  name
  email
  role
  active
  live
  state
  timeZone
  branchId
  siteId
  languages
  skills {
    skillId
    name
    level
  }
  outsourced
  knowledgeRevision
  attributes {
    key
    value
  }
  load {
    class
    cap
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<AgentUpdateMutation, AgentUpdateMutationVariables>;
export const AgentSetActiveDocument = new TypedDocumentString(`
    mutation AgentSetActive($input: AgentSetActiveInput!) {
  agentSetActive(input: $input) {
    agent {
      ...MemberBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment MemberBits on Agent {
  id
  name
  email
  role
  active
  live
  state
  timeZone
  branchId
  siteId
  languages
  skills {
    skillId
    name
    level
  }
  outsourced
  knowledgeRevision
  attributes {
    key
    value
  }
  load {
    class
    cap
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<AgentSetActiveMutation, AgentSetActiveMutationVariables>;
export const BotSaveDocument = new TypedDocumentString(`
    mutation BotSave($input: BotSaveInput!) {
  botSave(input: $input) {
    botId
    secret
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<BotSaveMutation, BotSaveMutationVariables>;
export const BotRotateSecretDocument = new TypedDocumentString(`
    mutation BotRotateSecret($input: BotRotateSecretInput!) {
  botRotateSecret(input: $input) {
    botId
    secret
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<BotRotateSecretMutation, BotRotateSecretMutationVariables>;
export const ApiKeyCreateDocument = new TypedDocumentString(`
    mutation ApiKeyCreate($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) {
    apiKey {
      ...KeyBits
    }
    secret
    userErrors {
      ...Err
    }
  }
}
    fragment KeyBits on ApiKey {
  id
  name
  scopes
  botId
  createdAt
  expiresAt
  revokedAt
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ApiKeyCreateMutation, ApiKeyCreateMutationVariables>;
export const ApiKeyRevokeDocument = new TypedDocumentString(`
    mutation ApiKeyRevoke($input: ApiKeyRevokeInput!) {
  apiKeyRevoke(input: $input) {
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ApiKeyRevokeMutation, ApiKeyRevokeMutationVariables>;
export const ChannelAccountConnectDocument = new TypedDocumentString(`
    mutation ChannelAccountConnect($input: ChannelAccountConnectInput!) {
  channelAccountConnect(input: $input) {
    channelAccount {
      ...Account
    }
    generatedSecrets {
      name
      value
    }
    userErrors {
      ...Err
    }
  }
}
    fragment Account on ChannelAccount {
  id
  kind
  name
  status
  statusReason
  webhookUrl
  queueId
  botId
  addresses
  settings
  health {
    state
    code
    reason
    since
    lastInboundAt
    lastAcceptedAt
    lastAuthFailureAt
    consecutiveFailures
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ChannelAccountConnectMutation, ChannelAccountConnectMutationVariables>;
export const ChannelAccountUpdateDocument = new TypedDocumentString(`
    mutation ChannelAccountUpdate($input: ChannelAccountUpdateInput!) {
  channelAccountUpdate(input: $input) {
    channelAccount {
      ...Account
    }
    userErrors {
      ...Err
    }
  }
}
    fragment Account on ChannelAccount {
  id
  kind
  name
  status
  statusReason
  webhookUrl
  queueId
  botId
  addresses
  settings
  health {
    state
    code
    reason
    since
    lastInboundAt
    lastAcceptedAt
    lastAuthFailureAt
    consecutiveFailures
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ChannelAccountUpdateMutation, ChannelAccountUpdateMutationVariables>;
export const ChannelAccountSetActiveDocument = new TypedDocumentString(`
    mutation ChannelAccountSetActive($input: ChannelAccountSetActiveInput!) {
  channelAccountSetActive(input: $input) {
    channelAccount {
      ...Account
    }
    userErrors {
      ...Err
    }
  }
}
    fragment Account on ChannelAccount {
  id
  kind
  name
  status
  statusReason
  webhookUrl
  queueId
  botId
  addresses
  settings
  health {
    state
    code
    reason
    since
    lastInboundAt
    lastAcceptedAt
    lastAuthFailureAt
    consecutiveFailures
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ChannelAccountSetActiveMutation, ChannelAccountSetActiveMutationVariables>;
export const ChannelAccountTestDocument = new TypedDocumentString(`
    mutation ChannelAccountTest($input: ChannelAccountTestInput!) {
  channelAccountTest(input: $input) {
    channelAccount {
      ...Account
    }
    ok
    detail
    externalId
    userErrors {
      ...Err
    }
  }
}
    fragment Account on ChannelAccount {
  id
  kind
  name
  status
  statusReason
  webhookUrl
  queueId
  botId
  addresses
  settings
  health {
    state
    code
    reason
    since
    lastInboundAt
    lastAcceptedAt
    lastAuthFailureAt
    consecutiveFailures
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ChannelAccountTestMutation, ChannelAccountTestMutationVariables>;
export const ChannelAccountRotateSecretDocument = new TypedDocumentString(`
    mutation ChannelAccountRotateSecret($input: ChannelAccountRotateSecretInput!) {
  channelAccountRotateSecret(input: $input) {
    secret
    oldValidUntil
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<ChannelAccountRotateSecretMutation, ChannelAccountRotateSecretMutationVariables>;
export const CannedReplySaveDocument = new TypedDocumentString(`
    mutation CannedReplySave($input: CannedReplySaveInput!) {
  cannedReplySave(input: $input) {
    cannedReply {
      ...Canned
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
}
fragment Canned on CannedReply {
  id
  shortcut
  language
  title
  text
  updatedAt
}`) as unknown as TypedDocumentString<CannedReplySaveMutation, CannedReplySaveMutationVariables>;
export const CannedReplyRemoveDocument = new TypedDocumentString(`
    mutation CannedReplyRemove($input: CannedReplyRemoveInput!) {
  cannedReplyRemove(input: $input) {
    cannedReplyId
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<CannedReplyRemoveMutation, CannedReplyRemoveMutationVariables>;
export const UnknownEventsDocument = new TypedDocumentString(`
    query UnknownEvents($first: Int, $after: String) {
  unknownEvents(first: $first, after: $after) {
    nodes {
      accountId
      at
      reason
      event
    }
    pageInfo {
      ...Page
    }
  }
  channelAccounts {
    id
    name
    kind
  }
}
    fragment Page on PageInfo {
  hasNextPage
  endCursor
}`) as unknown as TypedDocumentString<UnknownEventsQuery, UnknownEventsQueryVariables>;
export const QueueOverflowSaveDocument = new TypedDocumentString(`
    mutation QueueOverflowSave($input: QueueOverflowSaveInput!) {
  queueOverflowSave(input: $input) {
    queue {
      ...QueueBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment QueueBits on Queue {
  id
  name
  branchId
  priorityMinutes
  offerSeconds
  wrapUpSeconds
  stickySeconds
  wrapUpCodeRequired
  declineCodeRequired
  agentIds
  overflow {
    openWaiting
    openWaitSeconds
    closeWaiting
    closeWaitSeconds
    contractCap
    requiredRevision
    currentRevision
    open
    since
    lenders {
      queueId
      busyWaiting
      busyWaitSeconds
      calmWaiting
      calmWaitSeconds
      busy
    }
  }
  line {
    cap {
      mostWaiting
      mostWaitSeconds
      beyond
      message
      overflowQueueId
    }
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<QueueOverflowSaveMutation, QueueOverflowSaveMutationVariables>;
export const AgentPartnerSetDocument = new TypedDocumentString(`
    mutation AgentPartnerSet($input: AgentPartnerSetInput!) {
  agentPartnerSet(input: $input) {
    agent {
      ...MemberBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment MemberBits on Agent {
  id
  name
  email
  role
  active
  live
  state
  timeZone
  branchId
  siteId
  languages
  skills {
    skillId
    name
    level
  }
  outsourced
  knowledgeRevision
  attributes {
    key
    value
  }
  load {
    class
    cap
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<AgentPartnerSetMutation, AgentPartnerSetMutationVariables>;
export const QueueDeleteDocument = new TypedDocumentString(`
    mutation QueueDelete($input: QueueDeleteInput!) {
  queueDelete(input: $input) {
    queueId
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<QueueDeleteMutation, QueueDeleteMutationVariables>;
export const SiteDeleteDocument = new TypedDocumentString(`
    mutation SiteDelete($input: SiteDeleteInput!) {
  siteDelete(input: $input) {
    siteId
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<SiteDeleteMutation, SiteDeleteMutationVariables>;
export const SkillDeleteDocument = new TypedDocumentString(`
    mutation SkillDelete($input: SkillDeleteInput!) {
  skillDelete(input: $input) {
    skillId
    userErrors {
      ...Err
    }
  }
}
    fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<SkillDeleteMutation, SkillDeleteMutationVariables>;
export const SiteHolidaysImportDocument = new TypedDocumentString(`
    mutation SiteHolidaysImport($input: SiteHolidaysImportInput!) {
  siteHolidaysImport(input: $input) {
    applied
    days {
      change
      day
      startsMinute
      endsMinute
      line
      reason
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
}`) as unknown as TypedDocumentString<SiteHolidaysImportMutation, SiteHolidaysImportMutationVariables>;
export const WorkCodesDocument = new TypedDocumentString(`
    query WorkCodes {
  workCodes(retired: true) {
    ...CodeBits
  }
}
    fragment CodeBits on WorkCode {
  id
  kind
  name
  nameZh
  queueIds
  active
}`) as unknown as TypedDocumentString<WorkCodesQuery, WorkCodesQueryVariables>;
export const WorkCodeSaveDocument = new TypedDocumentString(`
    mutation WorkCodeSave($input: WorkCodeSaveInput!) {
  workCodeSave(input: $input) {
    workCode {
      ...CodeBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment CodeBits on WorkCode {
  id
  kind
  name
  nameZh
  queueIds
  active
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<WorkCodeSaveMutation, WorkCodeSaveMutationVariables>;
export const CapacityPolicyDocument = new TypedDocumentString(`
    query CapacityPolicy {
  capacityPolicy {
    ...PolicyBits
  }
}
    fragment PolicyBits on CapacityPolicy {
  total
  finishingPercent
  weights {
    class
    weight
  }
  interrupts {
    class
    over
  }
}`) as unknown as TypedDocumentString<CapacityPolicyQuery, CapacityPolicyQueryVariables>;
export const CapacityPolicySaveDocument = new TypedDocumentString(`
    mutation CapacityPolicySave($input: CapacityPolicySaveInput!) {
  capacityPolicySave(input: $input) {
    capacityPolicy {
      ...PolicyBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment PolicyBits on CapacityPolicy {
  total
  finishingPercent
  weights {
    class
    weight
  }
  interrupts {
    class
    over
  }
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<CapacityPolicySaveMutation, CapacityPolicySaveMutationVariables>;
export const VerifiersDocument = new TypedDocumentString(`
    query Verifiers {
  identityVerifiers {
    ...VerifierBits
  }
}
    fragment VerifierBits on IdentityVerifier {
  id
  name
  kind
  acceptFrom
  rejectBelow
  hours
  enabled
}`) as unknown as TypedDocumentString<VerifiersQuery, VerifiersQueryVariables>;
export const VerifierSaveDocument = new TypedDocumentString(`
    mutation VerifierSave($input: IdentityVerifierSaveInput!) {
  identityVerifierSave(input: $input) {
    verifier {
      ...VerifierBits
    }
    userErrors {
      ...Err
    }
  }
}
    fragment VerifierBits on IdentityVerifier {
  id
  name
  kind
  acceptFrom
  rejectBelow
  hours
  enabled
}
fragment Err on UserError {
  code
  message
  field
}`) as unknown as TypedDocumentString<VerifierSaveMutation, VerifierSaveMutationVariables>;