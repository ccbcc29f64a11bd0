/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why a look-up has no newer answer. */
export type CustomerLookupFaultKind =
  /** The address may not be asked: it is private. */
  | 'ADDRESS'
  /** Too many look-ups are under way. */
  | 'BUSY'
  /** The answer breaks a rule. */
  | 'GARBAGE'
  /** It pointed elsewhere: redirects are not followed. */
  | 'REDIRECT'
  /** It failed often, and is left alone for a while. */
  | 'RESTING'
  /** No answer within a second. */
  | 'SLOW'
  /** It answered with another status than a good one. */
  | 'STATUS'
  /** The answer is larger than 64 KiB. */
  | 'TOO_LARGE'
  /** No connection, or the answer was cut off. */
  | 'UNREACHABLE';

export type CustomerLookupRefreshInput = {
  /** The customer. */
  customerId: string | number;
  /** In which language the answer would be liked (BCP 47). */
  locale?: string;
};

export type CustomerLookupRotateSecretInput = {
  /** Hours for which the present secret signs along, 0 to 168. */
  overlapHours?: number;
};

export type CustomerLookupSaveInput = {
  /** Whether it is asked. */
  enabled?: boolean;
  /** For how many seconds an answer is fresh, 10 to 86,400. */
  freshSeconds?: number;
  /** Schemes of identifiers that may be sent, once they are verified; by default phone, mail and customer number. */
  schemes?: Array<string> | null | undefined;
  /** Where requests are posted: an https address without user and password that resolves to nothing private. */
  url: string;
};

/** How the answer of the tenant's own system stands. */
export type CustomerLookupStanding =
  /** There is one. */
  | 'KNOWN'
  /** The customer has no verified identifier that may be sent: nothing is asked. */
  | 'NAMELESS'
  /** The system has not answered yet: `fault` says why. */
  | 'UNANSWERED'
  /** The system does not know the customer. */
  | 'UNKNOWN';

export type CustomerLookupTestInput = {
  /** In which language the answer would be liked (BCP 47). */
  locale?: string;
  /** Scheme of the identifier to ask about, one of those that may be sent. */
  scheme: string;
  /** The identifier, in any common notation. */
  value: string;
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

export type LookedFragment = { standing: CustomerLookupStanding, asOf: string | null, fresh: boolean, restsUntil: string | null, answer: { name: string | null, tags: Array<string>, facts: Array<{ label: string, value: string, link: string | null }>, activities: Array<{ at: string, title: string, detail: string | null, link: string | null, amount: string | null }> } | null, fault: { kind: CustomerLookupFaultKind, detail: string | null } | null };

export type LookupSettingFragment = { url: string, enabled: boolean, schemes: Array<string>, freshSeconds: number, previousSecretUntil: string | null, faults: number, restsUntil: string | null, answeredAt: string | null, answeredMs: number | null, failedAt: string | null, lastFault: { kind: CustomerLookupFaultKind, detail: string | null } | null };

export type CustomerLookupQueryVariables = Exact<{
  id: string | number;
  locale: string;
}>;


export type CustomerLookupQuery = { customerLookup: { standing: CustomerLookupStanding, asOf: string | null, fresh: boolean, restsUntil: string | null, answer: { name: string | null, tags: Array<string>, facts: Array<{ label: string, value: string, link: string | null }>, activities: Array<{ at: string, title: string, detail: string | null, link: string | null, amount: string | null }> } | null, fault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null };

export type CustomerLookupRefreshMutationVariables = Exact<{
  input: CustomerLookupRefreshInput;
}>;


export type CustomerLookupRefreshMutation = { customerLookupRefresh: { lookup: { standing: CustomerLookupStanding, asOf: string | null, fresh: boolean, restsUntil: string | null, answer: { name: string | null, tags: Array<string>, facts: Array<{ label: string, value: string, link: string | null }>, activities: Array<{ at: string, title: string, detail: string | null, link: string | null, amount: string | null }> } | null, fault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerLookupSettingQueryVariables = Exact<{ [key: string]: never; }>;


export type CustomerLookupSettingQuery = { customerLookupSetting: { url: string, enabled: boolean, schemes: Array<string>, freshSeconds: number, previousSecretUntil: string | null, faults: number, restsUntil: string | null, answeredAt: string | null, answeredMs: number | null, failedAt: string | null, lastFault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null };

export type CustomerLookupSaveMutationVariables = Exact<{
  input: CustomerLookupSaveInput;
}>;


export type CustomerLookupSaveMutation = { customerLookupSave: { secret: string | null, setting: { url: string, enabled: boolean, schemes: Array<string>, freshSeconds: number, previousSecretUntil: string | null, faults: number, restsUntil: string | null, answeredAt: string | null, answeredMs: number | null, failedAt: string | null, lastFault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerLookupRotateMutationVariables = Exact<{
  input: CustomerLookupRotateSecretInput;
}>;


export type CustomerLookupRotateMutation = { customerLookupRotateSecret: { secret: string | null, setting: { url: string, enabled: boolean, schemes: Array<string>, freshSeconds: number, previousSecretUntil: string | null, faults: number, restsUntil: string | null, answeredAt: string | null, answeredMs: number | null, failedAt: string | null, lastFault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type CustomerLookupTestMutationVariables = Exact<{
  input: CustomerLookupTestInput;
}>;


export type CustomerLookupTestMutation = { customerLookupTest: { trial: { requestHeaders: any, requestBody: any, status: number | null, response: string, durationMs: number, answer: { name: string | null, facts: Array<{ label: string }>, activities: Array<{ at: string }> } | null, fault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null, setting: { url: string, enabled: boolean, schemes: Array<string>, freshSeconds: number, previousSecretUntil: string | null, faults: number, restsUntil: string | null, answeredAt: string | null, answeredMs: number | null, failedAt: string | null, lastFault: { kind: CustomerLookupFaultKind, detail: string | null } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const LookedFragmentDoc = new TypedDocumentString(`
    fragment Looked on CustomerLookup {
  standing
  answer {
    name
    tags
    facts {
      label
      value
      link
    }
    activities {
      at
      title
      detail
      link
      amount
    }
  }
  asOf
  fresh
  fault {
    kind
    detail
  }
  restsUntil
}
    `, {"fragmentName":"Looked"}) as unknown as TypedDocumentString<LookedFragment, unknown>;
export const LookupSettingFragmentDoc = new TypedDocumentString(`
    fragment LookupSetting on CustomerLookupSetting {
  url
  enabled
  schemes
  freshSeconds
  previousSecretUntil
  faults
  restsUntil
  answeredAt
  answeredMs
  failedAt
  lastFault {
    kind
    detail
  }
}
    `, {"fragmentName":"LookupSetting"}) as unknown as TypedDocumentString<LookupSettingFragment, unknown>;
export const CustomerLookupDocument = new TypedDocumentString(`
    query CustomerLookup($id: ID!, $locale: String!) {
  customerLookup(customerId: $id, locale: $locale) {
    ...Looked
  }
}
    fragment Looked on CustomerLookup {
  standing
  answer {
    name
    tags
    facts {
      label
      value
      link
    }
    activities {
      at
      title
      detail
      link
      amount
    }
  }
  asOf
  fresh
  fault {
    kind
    detail
  }
  restsUntil
}`) as unknown as TypedDocumentString<CustomerLookupQuery, CustomerLookupQueryVariables>;
export const CustomerLookupRefreshDocument = new TypedDocumentString(`
    mutation CustomerLookupRefresh($input: CustomerLookupRefreshInput!) {
  customerLookupRefresh(input: $input) {
    lookup {
      ...Looked
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment Looked on CustomerLookup {
  standing
  answer {
    name
    tags
    facts {
      label
      value
      link
    }
    activities {
      at
      title
      detail
      link
      amount
    }
  }
  asOf
  fresh
  fault {
    kind
    detail
  }
  restsUntil
}`) as unknown as TypedDocumentString<CustomerLookupRefreshMutation, CustomerLookupRefreshMutationVariables>;
export const CustomerLookupSettingDocument = new TypedDocumentString(`
    query CustomerLookupSetting {
  customerLookupSetting {
    ...LookupSetting
  }
}
    fragment LookupSetting on CustomerLookupSetting {
  url
  enabled
  schemes
  freshSeconds
  previousSecretUntil
  faults
  restsUntil
  answeredAt
  answeredMs
  failedAt
  lastFault {
    kind
    detail
  }
}`) as unknown as TypedDocumentString<CustomerLookupSettingQuery, CustomerLookupSettingQueryVariables>;
export const CustomerLookupSaveDocument = new TypedDocumentString(`
    mutation CustomerLookupSave($input: CustomerLookupSaveInput!) {
  customerLookupSave(input: $input) {
    setting {
      ...LookupSetting
    }
    secret
    userErrors {
      code
      message
      field
    }
  }
}
    fragment LookupSetting on CustomerLookupSetting {
  url
  enabled
  schemes
  freshSeconds
  previousSecretUntil
  faults
  restsUntil
  answeredAt
  answeredMs
  failedAt
  lastFault {
    kind
    detail
  }
}`) as unknown as TypedDocumentString<CustomerLookupSaveMutation, CustomerLookupSaveMutationVariables>;
export const CustomerLookupRotateDocument = new TypedDocumentString(`
    mutation CustomerLookupRotate($input: CustomerLookupRotateSecretInput!) {
  customerLookupRotateSecret(input: $input) {
    setting {
      ...LookupSetting
    }
    secret
    userErrors {
      code
      message
      field
    }
  }
}
    fragment LookupSetting on CustomerLookupSetting {
  url
  enabled
  schemes
  freshSeconds
  previousSecretUntil
  faults
  restsUntil
  answeredAt
  answeredMs
  failedAt
  lastFault {
    kind
    detail
  }
}`) as unknown as TypedDocumentString<CustomerLookupRotateMutation, CustomerLookupRotateMutationVariables>;
export const CustomerLookupTestDocument = new TypedDocumentString(`
    mutation CustomerLookupTest($input: CustomerLookupTestInput!) {
  customerLookupTest(input: $input) {
    trial {
      requestHeaders
      requestBody
      status
      response
      durationMs
      answer {
        name
        facts {
          label
        }
        activities {
          at
        }
      }
      fault {
        kind
        detail
      }
    }
    setting {
      ...LookupSetting
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment LookupSetting on CustomerLookupSetting {
  url
  enabled
  schemes
  freshSeconds
  previousSecretUntil
  faults
  restsUntil
  answeredAt
  answeredMs
  failedAt
  lastFault {
    kind
    detail
  }
}`) as unknown as TypedDocumentString<CustomerLookupTestMutation, CustomerLookupTestMutationVariables>;