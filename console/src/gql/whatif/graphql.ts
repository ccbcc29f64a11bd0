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

export type WhatIfCancelInput = {
  /** The comparison. */
  whatIfId: string | number;
};

export type WhatIfStartInput = {
  /** Plan B as a draft .. */
  draftB?: RoutingPlanInput | null | undefined;
  /** From when. */
  from: string;
  /** The queue whose plans are compared. */
  queueId: string | number;
  /** Seconds within which work should be answered. */
  targetSeconds?: number;
  /** Until when: over by now, at most 31 days later. */
  to: string;
  /** Plan A by its version, 0 for the default plan; the one in force when left out. */
  versionA?: number | null | undefined;
  /** .. or by its version; the one in force when both are left out. */
  versionB?: number | null | undefined;
};

export type FiguresFragment = { queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null };

export type WhatIfBitsFragment = { id: string, queueId: string, from: string, to: string, targetSeconds: number, state: string, done: number, total: number, error: string | null, createdAt: string, finishedAt: string | null, planA: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null, planB: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null };

export type WhatIfsQueryVariables = Exact<{ [key: string]: never; }>;


export type WhatIfsQuery = { whatIfs: { nodes: Array<{ id: string, queueId: string, from: string, to: string, targetSeconds: number, state: string, done: number, total: number, error: string | null, createdAt: string, finishedAt: string | null, planA: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null, planB: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null }> } };

export type WhatIfOneQueryVariables = Exact<{
  id: string | number;
}>;


export type WhatIfOneQuery = { whatIf: { id: string, queueId: string, from: string, to: string, targetSeconds: number, state: string, done: number, total: number, error: string | null, createdAt: string, finishedAt: string | null, planA: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null, planB: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null } | null };

export type WhatIfPlansQueryVariables = Exact<{ [key: string]: never; }>;


export type WhatIfPlansQuery = { queues: Array<{ id: string, plans: Array<{ version: number, note: string, active: boolean }> }> };

export type WhatIfStartMutationVariables = Exact<{
  input: WhatIfStartInput;
}>;


export type WhatIfStartMutation = { whatIfStart: { whatIf: { id: string, queueId: string, from: string, to: string, targetSeconds: number, state: string, done: number, total: number, error: string | null, createdAt: string, finishedAt: string | null, planA: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null, planB: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type WhatIfCancelMutationVariables = Exact<{
  input: WhatIfCancelInput;
}>;


export type WhatIfCancelMutation = { whatIfCancel: { whatIf: { id: string, queueId: string, from: string, to: string, targetSeconds: number, state: string, done: number, total: number, error: string | null, createdAt: string, finishedAt: string | null, planA: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null, planB: Array<{ queueId: string, offered: number, answered: number, abandoned: number, serviceLevel: number | null, averageSpeedOfAnswer: number | null, abandonment: number | null }> | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const FiguresFragmentDoc = new TypedDocumentString(`
    fragment Figures on WhatIfFigures {
  queueId
  offered
  answered
  abandoned
  serviceLevel
  averageSpeedOfAnswer
  abandonment
}
    `, {"fragmentName":"Figures"}) as unknown as TypedDocumentString<FiguresFragment, unknown>;
export const WhatIfBitsFragmentDoc = new TypedDocumentString(`
    fragment WhatIfBits on WhatIf {
  id
  queueId
  from
  to
  targetSeconds
  state
  done
  total
  error
  createdAt
  finishedAt
  planA {
    ...Figures
  }
  planB {
    ...Figures
  }
}
    fragment Figures on WhatIfFigures {
  queueId
  offered
  answered
  abandoned
  serviceLevel
  averageSpeedOfAnswer
  abandonment
}`, {"fragmentName":"WhatIfBits"}) as unknown as TypedDocumentString<WhatIfBitsFragment, unknown>;
export const WhatIfsDocument = new TypedDocumentString(`
    query WhatIfs {
  whatIfs(first: 100) {
    nodes {
      ...WhatIfBits
    }
  }
}
    fragment Figures on WhatIfFigures {
  queueId
  offered
  answered
  abandoned
  serviceLevel
  averageSpeedOfAnswer
  abandonment
}
fragment WhatIfBits on WhatIf {
  id
  queueId
  from
  to
  targetSeconds
  state
  done
  total
  error
  createdAt
  finishedAt
  planA {
    ...Figures
  }
  planB {
    ...Figures
  }
}`) as unknown as TypedDocumentString<WhatIfsQuery, WhatIfsQueryVariables>;
export const WhatIfOneDocument = new TypedDocumentString(`
    query WhatIfOne($id: ID!) {
  whatIf(id: $id) {
    ...WhatIfBits
  }
}
    fragment Figures on WhatIfFigures {
  queueId
  offered
  answered
  abandoned
  serviceLevel
  averageSpeedOfAnswer
  abandonment
}
fragment WhatIfBits on WhatIf {
  id
  queueId
  from
  to
  targetSeconds
  state
  done
  total
  error
  createdAt
  finishedAt
  planA {
    ...Figures
  }
  planB {
    ...Figures
  }
}`) as unknown as TypedDocumentString<WhatIfOneQuery, WhatIfOneQueryVariables>;
export const WhatIfPlansDocument = new TypedDocumentString(`
    query WhatIfPlans {
  queues {
    id
    plans(first: 50) {
      version
      note
      active
    }
  }
}
    `) as unknown as TypedDocumentString<WhatIfPlansQuery, WhatIfPlansQueryVariables>;
export const WhatIfStartDocument = new TypedDocumentString(`
    mutation WhatIfStart($input: WhatIfStartInput!) {
  whatIfStart(input: $input) {
    whatIf {
      ...WhatIfBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Figures on WhatIfFigures {
  queueId
  offered
  answered
  abandoned
  serviceLevel
  averageSpeedOfAnswer
  abandonment
}
fragment WhatIfBits on WhatIf {
  id
  queueId
  from
  to
  targetSeconds
  state
  done
  total
  error
  createdAt
  finishedAt
  planA {
    ...Figures
  }
  planB {
    ...Figures
  }
}`) as unknown as TypedDocumentString<WhatIfStartMutation, WhatIfStartMutationVariables>;
export const WhatIfCancelDocument = new TypedDocumentString(`
    mutation WhatIfCancel($input: WhatIfCancelInput!) {
  whatIfCancel(input: $input) {
    whatIf {
      ...WhatIfBits
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Figures on WhatIfFigures {
  queueId
  offered
  answered
  abandoned
  serviceLevel
  averageSpeedOfAnswer
  abandonment
}
fragment WhatIfBits on WhatIf {
  id
  queueId
  from
  to
  targetSeconds
  state
  done
  total
  error
  createdAt
  finishedAt
  planA {
    ...Figures
  }
  planB {
    ...Figures
  }
}`) as unknown as TypedDocumentString<WhatIfCancelMutation, WhatIfCancelMutationVariables>;