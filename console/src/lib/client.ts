import {
  Client,
  type AnyVariables,
  type OperationContext,
  type OperationResult,
  createRequest,
  fetchExchange,
  formatDocument,
  makeOperation,
  mapExchange,
  subscriptionExchange,
} from '@urql/svelte';
import { createClient } from 'graphql-ws';
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { clock } from './clock.svelte';
import { Failed } from './failed';
import { session } from './session.svelte';
import { type Event, Stream, type Handlers } from './stream';

/** Adds the token, and tries once more with a new one when the server refuses it. */
async function authorised(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const send = (token: string): Promise<Response> => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  const token = await session.token();
  const answer = await send(token);
  if (answer.status !== 401) return answer;
  return send(await session.token(token));
}

let refused: string | undefined;
const socketUrl = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql/ws`;
/** One socket for all subscriptions. Coming back is the business of each `Stream`, which knows its cursor. */
const socket = createClient({
  url: socketUrl,
  lazy: true,
  retryAttempts: 0,
  keepAlive: 12_000,
  connectionAckWaitTimeout: 8_000,
  connectionParams: async () => {
    const token = await session.token(refused);
    return { authorization: `Bearer ${token}` };
  },
  on: {
    closed: (event) => {
      if ((event as CloseEvent).code === 4403) refused = session.tokens?.access;
    },
    connected: () => (refused = undefined),
  },
});

/** Nothing is kept of what was asked: whoever asks holds the answer. A cache here would grow with every question. */
const client = new Client({
  url: '/graphql',
  fetch: authorised,
  preferGetMethod: false,
  exchanges: [
    mapExchange({
      onOperation: (operation) => {
        const context = { ...operation.context, meta: { ...operation.context.meta, startTime: Date.now() } };
        // Asked for with the types of all objects: a change of a stream is known by its own.
        return operation.kind === 'teardown' ? operation : makeOperation(operation.kind, { ...operation, query: formatDocument(operation.query) }, context);
      },
      onResult: (result) => {
        const time: unknown = result.extensions?.serverTime;
        const sent = result.operation.context.meta?.startTime;
        if (typeof time === 'string' && sent && result.operation.kind !== 'subscription') clock.note(time, sent);
      },
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => {
          const payload = { query: request.query ?? '', variables: request.variables };
          return { unsubscribe: socket.subscribe(payload, sink as never) };
        },
      }),
    }),
  ],
});

/** Why an operation has no data, from what urql gives. */
function failure(result: Pick<OperationResult, 'error' | 'extensions'>): Failed {
  const first = result.error?.graphQLErrors[0];
  const request: unknown = result.extensions?.requestId;
  const code = String(first?.extensions.code ?? 'NETWORK');
  const text = first?.message ?? result.error?.message ?? '';
  return new Failed(code, text, null, typeof request === 'string' ? request : null);
}

/** A document as the code generator writes it: its text, with its types. */
type Document<D, V> = DocumentTypeDecoration<D, V> & { toString(): string };

let asked = 0;

/** Reads from the server; an error says whether trying again may help. */
export async function ask<D, V extends AnyVariables>(
  document: Document<D, V>,
  variables: V,
  context: Partial<OperationContext> = {},
): Promise<D> {
  const request = createRequest<D, V>(document.toString(), variables);
  // A question of its own each time: urql would answer it with what an equal one that is under way brings, which was
  // read before what has happened since.
  const own = { ...request, key: (request.key ^ Math.imul(++asked, 0x9e3779b1)) >>> 0 };
  const result = await client.executeQuery<D, V>(own, { requestPolicy: 'network-only', ...context }).toPromise();
  if (result.data) return result.data;
  throw failure(result);
}

/** Stores a file, by default one that goes out with a message later, and gives the id that was answered. */
export async function upload(file: File, stop?: AbortSignal, path = `/v1/uploads?name=${encodeURIComponent(file.name)}`): Promise<string> {
  const headers = { 'content-type': file.type || 'application/octet-stream' };
  const answer = await authorised(path, { method: 'POST', body: file, headers, signal: stop }).catch((error: unknown) => {
    throw new Failed('NETWORK', String(error));
  });
  const said = (await answer.json().catch(() => ({}))) as { id?: string; detail?: string };
  if (answer.ok && said.id) return said.id;
  const code = answer.status === 403 ? 'FORBIDDEN' : answer.status >= 500 ? 'UNAVAILABLE' : 'INVALID';
  throw new Failed(code, said.detail ?? '');
}

export interface UserError {
  code: string;
  message: string;
  field?: string | null;
}

/** Changes something. `key` makes the same act twice one act. The first user error is thrown. */
export async function act<D extends object, V extends AnyVariables>(
  document: Document<D, V>,
  variables: V,
  key?: string,
): Promise<D> {
  const fetchOptions = key ? { headers: { 'idempotency-key': key } } : undefined;
  const result = await client.mutation<D, V>(document.toString(), variables, { fetchOptions }).toPromise();
  if (!result.data) throw failure(result);
  for (const payload of Object.values(result.data)) {
    const errors = (payload as { userErrors?: UserError[] } | null)?.userErrors ?? [];
    if (errors[0]) throw new Failed(errors[0].code, errors[0].message, errors[0].field, null, payload);
  }
  return result.data;
}

const streams = new Set<Stream<never>>();
const hurry = (): void => streams.forEach((stream) => stream.hurry());
addEventListener('online', hurry);
document.addEventListener('visibilitychange', () => !document.hidden && hurry());

/** A page is not left empty for longer than this because the socket is slow. */
const PATIENCE = 300;

/**
 * Follows a subscription document whose one field is `{cursor, change}`. It asks to read (`resync`) as soon as the
 * stream stands; while the socket takes its time, once before as well.
 */
export function follow<C extends { __typename?: string }>(
  document: Document<Record<string, unknown>, never>,
  variables: Record<string, unknown>,
  handlers: Handlers<C>,
): Stream<C> {
  const early = setTimeout(() => handlers.resync(), PATIENCE);
  const resync = (): void => {
    clearTimeout(early);
    handlers.resync();
  };
  const stream = new Stream<C>(
    {
      open: (resumeAfter, on) => {
        const { unsubscribe } = client
          .subscription<Record<string, unknown>>(document.toString(), { ...variables, resumeAfter })
          .subscribe((result) => {
            const event = Object.values(result.data ?? {}).find((v) => typeof v === 'object') as Event<C> | undefined;
            if (event) on.event(event);
            if (result.error || !result.hasNext) on.end(result.error);
          });
        return unsubscribe;
      },
    },
    { ...handlers, resync },
  );
  const stop = stream.stop.bind(stream);
  stream.stop = () => {
    clearTimeout(early);
    streams.delete(stream as never);
    stop();
  };
  streams.add(stream as never);
  stream.start();
  return stream;
}
