/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Outside events a rule listens to. */
export type RedEventMatchInput = {
  /** Kinds as the senders name them; empty = any. */
  kinds?: Array<string>;
  /** Least severity, 1 to 5. */
  minSeverity: number;
  /** How long an event counts after it happened, minutes, at most 30 days. */
  withinMinutes: number;
};

/** A rule: every part that is given must hold. */
export type RedRuleInput = {
  /** Whether the owner of the conversation, the manager and the floor are alarmed. */
  alert?: boolean;
  /** To whom it goes when the manager's site is closed or they are away. */
  deputyId?: string | number | null | undefined;
  /** An outside event; without one when null. */
  event?: RedEventMatchInput | null | undefined;
  /** Head start of the work, minutes, at most a week. */
  headStartMinutes?: number;
  /** How long it is kept for them, seconds, at most an hour. */
  holdSeconds?: number;
  /** The customer asked for any of these intents in the engagement; empty = for whatever. */
  intents?: Array<string>;
  /** To whom the work goes first, whatever queues they serve. */
  managerId?: string | number | null | undefined;
  /** Its name, which alerts tell. */
  name: string;
  /** Work of these queues; empty = of all. */
  queueIds?: Array<string | number>;
  /** The customer said something unhappier than this in the engagement, -0.95 to 0, like -0.5; null = whatever. */
  sentimentBelow?: number | null | undefined;
  /** Customers with any of these tags; empty = whatever tags. */
  tags?: Array<string>;
  /** Customers of any of these tiers; empty = whatever tier. */
  tiers?: Array<string>;
};

export type RedRulesPublishInput = {
  /** Refuse when somebody published after this version. */
  expectedVersion?: number | null | undefined;
  /** Why, for those who look at the history. */
  note?: string;
  /** The rules in the order in which they are looked at: they replace those there were. */
  rules: Array<RedRuleInput>;
};

export type RedRulesRevertInput = {
  /** Why. */
  note?: string;
  /** The version to publish again; 0 is no rules. */
  version: number;
};

export type RedRulesTryInput = {
  /** The draft. */
  rules: Array<RedRuleInput>;
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

export type RuleBitsFragment = { name: string, tiers: Array<string>, tags: Array<string>, queueIds: Array<string>, sentimentBelow: number | null, intents: Array<string>, headStartMinutes: number, managerId: string | null, deputyId: string | null, holdSeconds: number, alert: boolean, event: { kinds: Array<string>, minSeverity: number, withinMinutes: number } | null };

export type RulesBitsFragment = { version: number, active: boolean, note: string, createdAt: string | null, author: { id: string, name: string } | null, rules: Array<{ name: string, tiers: Array<string>, tags: Array<string>, queueIds: Array<string>, sentimentBelow: number | null, intents: Array<string>, headStartMinutes: number, managerId: string | null, deputyId: string | null, holdSeconds: number, alert: boolean, event: { kinds: Array<string>, minSeverity: number, withinMinutes: number } | null }> };

export type RedRulesQueryVariables = Exact<{ [key: string]: never; }>;


export type RedRulesQuery = { redRules: Array<{ version: number, active: boolean, note: string, createdAt: string | null, author: { id: string, name: string } | null, rules: Array<{ name: string, tiers: Array<string>, tags: Array<string>, queueIds: Array<string>, sentimentBelow: number | null, intents: Array<string>, headStartMinutes: number, managerId: string | null, deputyId: string | null, holdSeconds: number, alert: boolean, event: { kinds: Array<string>, minSeverity: number, withinMinutes: number } | null }> }> };

export type RedRulesTryQueryVariables = Exact<{
  input: RedRulesTryInput;
}>;


export type RedRulesTryQuery = { redRulesTry: { lookedAt: number, more: boolean, rules: Array<{ name: string, applied: number, workItemIds: Array<string> }>, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type RedRulesPublishMutationVariables = Exact<{
  input: RedRulesPublishInput;
}>;


export type RedRulesPublishMutation = { redRulesPublish: { redRules: { version: number, active: boolean, note: string, createdAt: string | null, author: { id: string, name: string } | null, rules: Array<{ name: string, tiers: Array<string>, tags: Array<string>, queueIds: Array<string>, sentimentBelow: number | null, intents: Array<string>, headStartMinutes: number, managerId: string | null, deputyId: string | null, holdSeconds: number, alert: boolean, event: { kinds: Array<string>, minSeverity: number, withinMinutes: number } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type RedRulesRevertMutationVariables = Exact<{
  input: RedRulesRevertInput;
}>;


export type RedRulesRevertMutation = { redRulesRevert: { redRules: { version: number, active: boolean, note: string, createdAt: string | null, author: { id: string, name: string } | null, rules: Array<{ name: string, tiers: Array<string>, tags: Array<string>, queueIds: Array<string>, sentimentBelow: number | null, intents: Array<string>, headStartMinutes: number, managerId: string | null, deputyId: string | null, holdSeconds: number, alert: boolean, event: { kinds: Array<string>, minSeverity: number, withinMinutes: number } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const RuleBitsFragmentDoc = new TypedDocumentString(`
    fragment RuleBits on RedRule {
  name
  tiers
  tags
  queueIds
  event {
    kinds
    minSeverity
    withinMinutes
  }
  sentimentBelow
  intents
  headStartMinutes
  managerId
  deputyId
  holdSeconds
  alert
}
    `, {"fragmentName":"RuleBits"}) as unknown as TypedDocumentString<RuleBitsFragment, unknown>;
export const RulesBitsFragmentDoc = new TypedDocumentString(`
    fragment RulesBits on RedRules {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  rules {
    ...RuleBits
  }
}
    fragment RuleBits on RedRule {
  name
  tiers
  tags
  queueIds
  event {
    kinds
    minSeverity
    withinMinutes
  }
  sentimentBelow
  intents
  headStartMinutes
  managerId
  deputyId
  holdSeconds
  alert
}`, {"fragmentName":"RulesBits"}) as unknown as TypedDocumentString<RulesBitsFragment, unknown>;
export const RedRulesDocument = new TypedDocumentString(`
    query RedRules {
  redRules(first: 50) {
    ...RulesBits
  }
}
    fragment RuleBits on RedRule {
  name
  tiers
  tags
  queueIds
  event {
    kinds
    minSeverity
    withinMinutes
  }
  sentimentBelow
  intents
  headStartMinutes
  managerId
  deputyId
  holdSeconds
  alert
}
fragment RulesBits on RedRules {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  rules {
    ...RuleBits
  }
}`) as unknown as TypedDocumentString<RedRulesQuery, RedRulesQueryVariables>;
export const RedRulesTryDocument = new TypedDocumentString(`
    query RedRulesTry($input: RedRulesTryInput!) {
  redRulesTry(input: $input) {
    lookedAt
    more
    rules {
      name
      applied
      workItemIds
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<RedRulesTryQuery, RedRulesTryQueryVariables>;
export const RedRulesPublishDocument = new TypedDocumentString(`
    mutation RedRulesPublish($input: RedRulesPublishInput!) {
  redRulesPublish(input: $input) {
    redRules {
      ...RulesBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment RuleBits on RedRule {
  name
  tiers
  tags
  queueIds
  event {
    kinds
    minSeverity
    withinMinutes
  }
  sentimentBelow
  intents
  headStartMinutes
  managerId
  deputyId
  holdSeconds
  alert
}
fragment RulesBits on RedRules {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  rules {
    ...RuleBits
  }
}`) as unknown as TypedDocumentString<RedRulesPublishMutation, RedRulesPublishMutationVariables>;
export const RedRulesRevertDocument = new TypedDocumentString(`
    mutation RedRulesRevert($input: RedRulesRevertInput!) {
  redRulesRevert(input: $input) {
    redRules {
      ...RulesBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment RuleBits on RedRule {
  name
  tiers
  tags
  queueIds
  event {
    kinds
    minSeverity
    withinMinutes
  }
  sentimentBelow
  intents
  headStartMinutes
  managerId
  deputyId
  holdSeconds
  alert
}
fragment RulesBits on RedRules {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  rules {
    ...RuleBits
  }
}`) as unknown as TypedDocumentString<RedRulesRevertMutation, RedRulesRevertMutationVariables>;