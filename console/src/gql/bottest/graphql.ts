/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why a turn was. */
export type BotTestCause =
  /** An agent gave it back. */
  | 'AGENT_RETURNED'
  /** An agent took the conversation. */
  | 'AGENT_TOOK'
  /** The customer sent a picture without words. */
  | 'ATTACHED'
  /** The conversation ended. */
  | 'ENDED'
  /** The customer pressed a button. */
  | 'PRESSED'
  /** A recorded dialogue says so. */
  | 'REPLAYED'
  /** People took over because the bot did not act. */
  | 'TAKEN_OVER'
  /** The customer wrote. */
  | 'WROTE';

/** Who may speak to the customer of a test. */
export type BotTestControl =
  /** An agent. */
  | 'AGENT'
  /** The bot. */
  | 'BOT'
  /** Nobody any more: it is over. */
  | 'ENDED'
  /** Nobody yet: it waits for an agent. */
  | 'QUEUE';

export type BotTestHappenInput = {
  /** The test. */
  botTestId: string | number;
  /** What happens. */
  happening: BotTestHappening;
  /** What the agent tells the bot who gives the conversation back, at most 4,000 characters. */
  note?: string;
};

/** What happens in a test beside the customer's words. */
export type BotTestHappening =
  /** An agent gives it back to the bot, with a note. */
  | 'AGENT_RETURNS'
  /** An agent takes the conversation. */
  | 'AGENT_TAKES'
  /** The conversation is resolved. */
  | 'CONVERSATION_ENDS'
  /** The customer sends a picture without words. */
  | 'PICTURE_SENT';

export type BotTestReplayContinueInput = {
  /** The test. */
  botTestId: string | number;
};

export type BotTestReplayInput = {
  /** The bot. */
  botId: string | number;
  /** A test whose dialogue is played again, when none is given. */
  botTestId?: string | number | null | undefined;
  /** A recorded dialogue: JSON lines, at most 100 events and 256 KB. */
  dialogue?: string | null | undefined;
};

export type BotTestSayInput = {
  /** The test. */
  botTestId: string | number;
  /** The payload of the button that the customer presses instead. */
  payload?: string | null | undefined;
  /** What the customer writes, 1 to 4,000 characters. */
  text?: string;
};

export type BotTestStartInput = {
  /** The bot. */
  botId: string | number;
  /** The customer's language (BCP 47). */
  language?: string;
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

export type TestHandoffFragment = { queueId: string, queueName: string, brief: any, request: any };

export type PlayedFragment = { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> };

export type BotTestQueryVariables = Exact<{
  id: string | number;
}>;


export type BotTestQuery = { botTest: { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> } | null };

export type BotTestDialogueQueryVariables = Exact<{
  id: string | number;
}>;


export type BotTestDialogueQuery = { botTest: { id: string, dialogue: string } | null };

export type BotTestStartMutationVariables = Exact<{
  input: BotTestStartInput;
}>;


export type BotTestStartMutation = { botTestStart: { botTest: { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotTestSayMutationVariables = Exact<{
  input: BotTestSayInput;
}>;


export type BotTestSayMutation = { botTestSay: { botTest: { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotTestHappenMutationVariables = Exact<{
  input: BotTestHappenInput;
}>;


export type BotTestHappenMutation = { botTestHappen: { botTest: { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotTestReplayMutationVariables = Exact<{
  input: BotTestReplayInput;
}>;


export type BotTestReplayMutation = { botTestReplay: { botTest: { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

export type BotTestReplayContinueMutationVariables = Exact<{
  input: BotTestReplayContinueInput;
}>;


export type BotTestReplayContinueMutation = { botTestReplayContinue: { botTest: { id: string, botId: string, language: string, control: BotTestControl, busy: boolean, buttons: Array<{ title: string, payload: string }>, replay: { eventCount: number, playedCount: number, differingCount: number, done: boolean } | null, turns: Array<{ number: number, cause: BotTestCause, at: string, text: string | null, unread: string | null, control: BotTestControl, expected: any, differs: boolean | null, event: { webhookId: string | null, kind: string, body: string } | null, response: { status: number | null, durationMs: number, body: string, error: string | null } | null, calls: Array<{ status: number | null, durationMs: number, problem: string | null, tools: Array<{ name: string, outcome: string }> }>, actions: Array<{ action: any, performed: boolean, problem: string | null, text: string | null, buttons: Array<{ title: string, payload: string }>, handoff: { queueId: string, queueName: string, brief: any, request: any } | null }>, takeover: { reason: string, afterSeconds: number, handoff: { queueId: string, queueName: string, brief: any, request: any } } | null }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, field: string | null }> } };

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
export const TestHandoffFragmentDoc = new TypedDocumentString(`
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
    `, {"fragmentName":"TestHandoff"}) as unknown as TypedDocumentString<TestHandoffFragment, unknown>;
export const PlayedFragmentDoc = new TypedDocumentString(`
    fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}`, {"fragmentName":"Played"}) as unknown as TypedDocumentString<PlayedFragment, unknown>;
export const BotTestDocument = new TypedDocumentString(`
    query BotTest($id: ID!) {
  botTest(botTestId: $id) {
    ...Played
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}`) as unknown as TypedDocumentString<BotTestQuery, BotTestQueryVariables>;
export const BotTestDialogueDocument = new TypedDocumentString(`
    query BotTestDialogue($id: ID!) {
  botTest(botTestId: $id) {
    id
    dialogue
  }
}
    `) as unknown as TypedDocumentString<BotTestDialogueQuery, BotTestDialogueQueryVariables>;
export const BotTestStartDocument = new TypedDocumentString(`
    mutation BotTestStart($input: BotTestStartInput!) {
  botTestStart(input: $input) {
    botTest {
      ...Played
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}`) as unknown as TypedDocumentString<BotTestStartMutation, BotTestStartMutationVariables>;
export const BotTestSayDocument = new TypedDocumentString(`
    mutation BotTestSay($input: BotTestSayInput!) {
  botTestSay(input: $input) {
    botTest {
      ...Played
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}`) as unknown as TypedDocumentString<BotTestSayMutation, BotTestSayMutationVariables>;
export const BotTestHappenDocument = new TypedDocumentString(`
    mutation BotTestHappen($input: BotTestHappenInput!) {
  botTestHappen(input: $input) {
    botTest {
      ...Played
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}`) as unknown as TypedDocumentString<BotTestHappenMutation, BotTestHappenMutationVariables>;
export const BotTestReplayDocument = new TypedDocumentString(`
    mutation BotTestReplay($input: BotTestReplayInput!) {
  botTestReplay(input: $input) {
    botTest {
      ...Played
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}`) as unknown as TypedDocumentString<BotTestReplayMutation, BotTestReplayMutationVariables>;
export const BotTestReplayContinueDocument = new TypedDocumentString(`
    mutation BotTestReplayContinue($input: BotTestReplayContinueInput!) {
  botTestReplayContinue(input: $input) {
    botTest {
      ...Played
    }
    userErrors {
      code
      message
      field
    }
  }
}
    fragment TestHandoff on BotTestHandoff {
  queueId
  queueName
  brief
  request
}
fragment Played on BotTest {
  id
  botId
  language
  control
  busy
  buttons {
    title
    payload
  }
  replay {
    eventCount
    playedCount
    differingCount
    done
  }
  turns {
    number
    cause
    at
    text
    event {
      webhookId
      kind
      body
    }
    response {
      status
      durationMs
      body
      error
    }
    calls {
      status
      durationMs
      problem
      tools {
        name
        outcome
      }
    }
    actions {
      action
      performed
      problem
      text
      buttons {
        title
        payload
      }
      handoff {
        ...TestHandoff
      }
    }
    unread
    takeover {
      reason
      afterSeconds
      handoff {
        ...TestHandoff
      }
    }
    control
    expected
    differs
  }
}`) as unknown as TypedDocumentString<BotTestReplayContinueMutation, BotTestReplayContinueMutationVariables>;