/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a step asks of an attribute of people: one of several values, or a number that is high enough. */
export type AttributeNeedInput = {
  /** Its value is one of these. */
  anyOf?: Array<string>;
  /** Its value is a whole number and no less than this. */
  atLeast?: number | null | undefined;
  /** The attribute. */
  key: string;
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

/** How candidates are ordered. */
export type RoutingOrder =
  /** Best levels in the skills asked for first. */
  | 'BEST_LEVEL'
  /** Least share of capacity in use first. */
  | 'LEAST_OCCUPIED'
  /** Longest without new work first. */
  | 'LONGEST_IDLE'
  /** Whose time costs other waiting customers least first, then who was less busy. */
  | 'SCARCITY';

export type RoutingPlanInput = {
  /** Whether work beyond its target leaves people free for work that is likely to come. */
  reserve?: boolean;
  /** Its steps in order, 1 to 20. */
  steps: Array<RoutingStepInput>;
  /** Within how many seconds work should be answered; 0 = strictly by place in line. */
  targetSeconds?: number;
};

export type RoutingPlanPublishInput = {
  /** Refuse when somebody published after this version. */
  expectedVersion?: number | null | undefined;
  /** Why, for those who look at the history. */
  note?: string;
  /** The plan. */
  plan: RoutingPlanInput;
  /** The queue. */
  queueId: string | number;
};

export type RoutingPlanRevertInput = {
  /** Why. */
  note?: string;
  /** The queue. */
  queueId: string | number;
  /** The version to publish again; 0 is the default plan. */
  version: number;
};

export type RoutingPlanTryInput = {
  /** What it would cost; messaging when left out. */
  class?: ChannelClass | null | undefined;
  /** Language it would ask for, BCP 47 primary subtag. */
  language?: string | null | undefined;
  /** The draft; the plan in force when left out. */
  plan?: RoutingPlanInput | null | undefined;
  /** Or on work that might come to this queue. */
  queueId?: string | number | null | undefined;
  /** Skills it would ask for. */
  skills?: Array<SkillNeedInput>;
  /** Who had the customer last. */
  stickyAgentId?: string | number | null | undefined;
  /** Try it on this piece of work, as it is now. */
  workItemId?: string | number | null | undefined;
};

export type RoutingStepInput = {
  /** Only these people, who must be members of the queue. */
  agentIds?: Array<string | number>;
  /** Whether people of sites that are asleep may be asked. */
  anyHours?: boolean;
  /** Whether the language of the work does not matter any more. */
  anyLanguage?: boolean;
  /** Only who has all of these attributes, at most 10. */
  attributes?: Array<AttributeNeedInput>;
  /** Only these branches. */
  branchIds?: Array<string | number>;
  /** Only who speaks one of these (BCP 47 primary subtags). */
  languages?: Array<string>;
  /** Sites that are asleep and open within so many minutes are asked as well, at most a week ahead; 0 = not. */
  opensWithinMinutes?: number;
  /** Order of candidates; scarcity when left out. */
  order?: RoutingOrder | null | undefined;
  /** Own people, partners, or both; any when left out. */
  pool?: StaffPool | null | undefined;
  /** Taken off every level the work asks for, 0 to 5. */
  relaxLevels?: number;
  /** How long it lasts, seconds; the last step lasts for ever whatever it says. */
  seconds?: number;
  /** Least minutes of shift left at the site. */
  shiftLeftMinutes?: number;
  /** Only these sites. */
  siteIds?: Array<string | number>;
  /** Asked for beside what the work asks for, never relaxed. */
  skills?: Array<SkillNeedInput>;
  /** Whether it is passed over at once when it names nobody at all. */
  skipIfEmpty?: boolean;
  /** What customers who wait are told when it begins, once; nothing when left out. */
  tells?: StepTellsInput | null | undefined;
};

export type ShadowPlanStartInput = {
  /** Or a draft. */
  plan?: RoutingPlanInput | null | undefined;
  /** The queue. */
  queueId: string | number;
  /** Share of the work whose decisions are made under it as well, 1 to 100 percent. */
  samplePercent?: number;
  /** A version of its plan; 0 is the default plan. */
  version?: number | null | undefined;
};

export type ShadowPlanStopInput = {
  /** The queue. */
  queueId: string | number;
};

/** A skill with the least level asked for. */
export type SkillNeedInput = {
  /** Least level, 1 to 5. */
  level: number;
  /** The skill. */
  skillId: string | number;
};

/** Whose people a step asks. */
export type StaffPool =
  /** Own people and partners. */
  | 'ANY'
  /** Outsourced partners alone. */
  | 'OUTSOURCED'
  /** Own people alone. */
  | 'OWN';

/** What customers who wait are told when a step begins. */
export type StepTellsInput = {
  /** Whether they may take a callback instead of waiting on. */
  callback: boolean;
  /** In their own conversation; 1 to 1,000 characters. */
  message: string;
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

export type PlanBitsFragment = { version: number, active: boolean, note: string, createdAt: string | null, targetSeconds: number, reserve: boolean, author: { id: string, name: string } | null, steps: Array<{ seconds: number, relaxLevels: number, anyLanguage: boolean, anyHours: boolean, shiftLeftMinutes: number, opensWithinMinutes: number, skipIfEmpty: boolean, order: RoutingOrder, pool: StaffPool, siteIds: Array<string>, branchIds: Array<string>, agentIds: Array<string>, languages: Array<string>, tells: { message: string, callback: boolean } | null, skills: Array<{ skillId: string, level: number }>, attributes: Array<{ key: string, anyOf: Array<string>, atLeast: number | null }> }> };

export type PlansQueryVariables = Exact<{ [key: string]: never; }>;


export type PlansQuery = { queues: Array<{ id: string, plans: Array<{ version: number, active: boolean, note: string, createdAt: string | null, targetSeconds: number, reserve: boolean, author: { id: string, name: string } | null, steps: Array<{ seconds: number, relaxLevels: number, anyLanguage: boolean, anyHours: boolean, shiftLeftMinutes: number, opensWithinMinutes: number, skipIfEmpty: boolean, order: RoutingOrder, pool: StaffPool, siteIds: Array<string>, branchIds: Array<string>, agentIds: Array<string>, languages: Array<string>, tells: { message: string, callback: boolean } | null, skills: Array<{ skillId: string, level: number }>, attributes: Array<{ key: string, anyOf: Array<string>, atLeast: number | null }> }> }> }> };

export type PlanTryQueryVariables = Exact<{
  input: RoutingPlanTryInput;
}>;


export type PlanTryQuery = { routingPlanTry: { at: string | null, steps: Array<{ step: number, beginsSeconds: number, endsSeconds: number | null, free: number, skipped: boolean, exclusions: any, candidates: Array<{ score: number, agent: { id: string, name: string } | null }> }>, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type PlanPublishMutationVariables = Exact<{
  input: RoutingPlanPublishInput;
}>;


export type PlanPublishMutation = { routingPlanPublish: { queue: { id: string, plans: Array<{ version: number, active: boolean, note: string, createdAt: string | null, targetSeconds: number, reserve: boolean, author: { id: string, name: string } | null, steps: Array<{ seconds: number, relaxLevels: number, anyLanguage: boolean, anyHours: boolean, shiftLeftMinutes: number, opensWithinMinutes: number, skipIfEmpty: boolean, order: RoutingOrder, pool: StaffPool, siteIds: Array<string>, branchIds: Array<string>, agentIds: Array<string>, languages: Array<string>, tells: { message: string, callback: boolean } | null, skills: Array<{ skillId: string, level: number }>, attributes: Array<{ key: string, anyOf: Array<string>, atLeast: number | null }> }> }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type PlanRevertMutationVariables = Exact<{
  input: RoutingPlanRevertInput;
}>;


export type PlanRevertMutation = { routingPlanRevert: { queue: { id: string, plans: Array<{ version: number, active: boolean, note: string, createdAt: string | null, targetSeconds: number, reserve: boolean, author: { id: string, name: string } | null, steps: Array<{ seconds: number, relaxLevels: number, anyLanguage: boolean, anyHours: boolean, shiftLeftMinutes: number, opensWithinMinutes: number, skipIfEmpty: boolean, order: RoutingOrder, pool: StaffPool, siteIds: Array<string>, branchIds: Array<string>, agentIds: Array<string>, languages: Array<string>, tells: { message: string, callback: boolean } | null, skills: Array<{ skillId: string, level: number }>, attributes: Array<{ key: string, anyOf: Array<string>, atLeast: number | null }> }> }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ShadowBitsFragment = { id: string, planVersion: number, samplePercent: number, startedAt: string, endedAt: string | null, decisions: number, agreement: number | null, otherAgent: number, sooner: number, later: number, waitsCompared: number, waitDifferenceSeconds: number | null, differences: Array<{ at: string, decisionId: string, workItemId: string, agentId: string | null, step: number, shadowAgentId: string | null, shadowStep: number }> };

export type ShadowQueryVariables = Exact<{
  queueId: string | number;
}>;


export type ShadowQuery = { shadowPlan: { id: string, planVersion: number, samplePercent: number, startedAt: string, endedAt: string | null, decisions: number, agreement: number | null, otherAgent: number, sooner: number, later: number, waitsCompared: number, waitDifferenceSeconds: number | null, differences: Array<{ at: string, decisionId: string, workItemId: string, agentId: string | null, step: number, shadowAgentId: string | null, shadowStep: number }> } | null };

export type ShadowStartMutationVariables = Exact<{
  input: ShadowPlanStartInput;
}>;


export type ShadowStartMutation = { shadowPlanStart: { shadowPlan: { id: string, planVersion: number, samplePercent: number, startedAt: string, endedAt: string | null, decisions: number, agreement: number | null, otherAgent: number, sooner: number, later: number, waitsCompared: number, waitDifferenceSeconds: number | null, differences: Array<{ at: string, decisionId: string, workItemId: string, agentId: string | null, step: number, shadowAgentId: string | null, shadowStep: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type ShadowStopMutationVariables = Exact<{
  input: ShadowPlanStopInput;
}>;


export type ShadowStopMutation = { shadowPlanStop: { shadowPlan: { id: string, planVersion: number, samplePercent: number, startedAt: string, endedAt: string | null, decisions: number, agreement: number | null, otherAgent: number, sooner: number, later: number, waitsCompared: number, waitDifferenceSeconds: number | null, differences: Array<{ at: string, decisionId: string, workItemId: string, agentId: string | null, step: number, shadowAgentId: string | null, shadowStep: number }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const PlanBitsFragmentDoc = new TypedDocumentString(`
    fragment PlanBits on RoutingPlan {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  targetSeconds
  reserve
  steps {
    seconds
    relaxLevels
    anyLanguage
    anyHours
    shiftLeftMinutes
    opensWithinMinutes
    skipIfEmpty
    order
    pool
    tells {
      message
      callback
    }
    siteIds
    branchIds
    agentIds
    languages
    skills {
      skillId
      level
    }
    attributes {
      key
      anyOf
      atLeast
    }
  }
}
    `, {"fragmentName":"PlanBits"}) as unknown as TypedDocumentString<PlanBitsFragment, unknown>;
export const ShadowBitsFragmentDoc = new TypedDocumentString(`
    fragment ShadowBits on ShadowPlan {
  id
  planVersion
  samplePercent
  startedAt
  endedAt
  decisions
  agreement
  otherAgent
  sooner
  later
  waitsCompared
  waitDifferenceSeconds
  differences {
    at
    decisionId
    workItemId
    agentId
    step
    shadowAgentId
    shadowStep
  }
}
    `, {"fragmentName":"ShadowBits"}) as unknown as TypedDocumentString<ShadowBitsFragment, unknown>;
export const PlansDocument = new TypedDocumentString(`
    query Plans {
  queues {
    id
    plans(first: 50) {
      ...PlanBits
    }
  }
}
    fragment PlanBits on RoutingPlan {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  targetSeconds
  reserve
  steps {
    seconds
    relaxLevels
    anyLanguage
    anyHours
    shiftLeftMinutes
    opensWithinMinutes
    skipIfEmpty
    order
    pool
    tells {
      message
      callback
    }
    siteIds
    branchIds
    agentIds
    languages
    skills {
      skillId
      level
    }
    attributes {
      key
      anyOf
      atLeast
    }
  }
}`) as unknown as TypedDocumentString<PlansQuery, PlansQueryVariables>;
export const PlanTryDocument = new TypedDocumentString(`
    query PlanTry($input: RoutingPlanTryInput!) {
  routingPlanTry(input: $input) {
    at
    steps {
      step
      beginsSeconds
      endsSeconds
      free
      skipped
      exclusions
      candidates {
        agent {
          id
          name
        }
        score
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<PlanTryQuery, PlanTryQueryVariables>;
export const PlanPublishDocument = new TypedDocumentString(`
    mutation PlanPublish($input: RoutingPlanPublishInput!) {
  routingPlanPublish(input: $input) {
    queue {
      id
      plans(first: 50) {
        ...PlanBits
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment PlanBits on RoutingPlan {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  targetSeconds
  reserve
  steps {
    seconds
    relaxLevels
    anyLanguage
    anyHours
    shiftLeftMinutes
    opensWithinMinutes
    skipIfEmpty
    order
    pool
    tells {
      message
      callback
    }
    siteIds
    branchIds
    agentIds
    languages
    skills {
      skillId
      level
    }
    attributes {
      key
      anyOf
      atLeast
    }
  }
}`) as unknown as TypedDocumentString<PlanPublishMutation, PlanPublishMutationVariables>;
export const PlanRevertDocument = new TypedDocumentString(`
    mutation PlanRevert($input: RoutingPlanRevertInput!) {
  routingPlanRevert(input: $input) {
    queue {
      id
      plans(first: 50) {
        ...PlanBits
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment PlanBits on RoutingPlan {
  version
  active
  note
  createdAt
  author {
    id
    name
  }
  targetSeconds
  reserve
  steps {
    seconds
    relaxLevels
    anyLanguage
    anyHours
    shiftLeftMinutes
    opensWithinMinutes
    skipIfEmpty
    order
    pool
    tells {
      message
      callback
    }
    siteIds
    branchIds
    agentIds
    languages
    skills {
      skillId
      level
    }
    attributes {
      key
      anyOf
      atLeast
    }
  }
}`) as unknown as TypedDocumentString<PlanRevertMutation, PlanRevertMutationVariables>;
export const ShadowDocument = new TypedDocumentString(`
    query Shadow($queueId: ID!) {
  shadowPlan(queueId: $queueId) {
    ...ShadowBits
  }
}
    fragment ShadowBits on ShadowPlan {
  id
  planVersion
  samplePercent
  startedAt
  endedAt
  decisions
  agreement
  otherAgent
  sooner
  later
  waitsCompared
  waitDifferenceSeconds
  differences {
    at
    decisionId
    workItemId
    agentId
    step
    shadowAgentId
    shadowStep
  }
}`) as unknown as TypedDocumentString<ShadowQuery, ShadowQueryVariables>;
export const ShadowStartDocument = new TypedDocumentString(`
    mutation ShadowStart($input: ShadowPlanStartInput!) {
  shadowPlanStart(input: $input) {
    shadowPlan {
      ...ShadowBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ShadowBits on ShadowPlan {
  id
  planVersion
  samplePercent
  startedAt
  endedAt
  decisions
  agreement
  otherAgent
  sooner
  later
  waitsCompared
  waitDifferenceSeconds
  differences {
    at
    decisionId
    workItemId
    agentId
    step
    shadowAgentId
    shadowStep
  }
}`) as unknown as TypedDocumentString<ShadowStartMutation, ShadowStartMutationVariables>;
export const ShadowStopDocument = new TypedDocumentString(`
    mutation ShadowStop($input: ShadowPlanStopInput!) {
  shadowPlanStop(input: $input) {
    shadowPlan {
      ...ShadowBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment ShadowBits on ShadowPlan {
  id
  planVersion
  samplePercent
  startedAt
  endedAt
  decisions
  agreement
  otherAgent
  sooner
  later
  waitsCompared
  waitDifferenceSeconds
  differences {
    at
    decisionId
    workItemId
    agentId
    step
    shadowAgentId
    shadowStep
  }
}`) as unknown as TypedDocumentString<ShadowStopMutation, ShadowStopMutationVariables>;