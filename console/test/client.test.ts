import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { protocol: 'http:', host: 'localhost', pathname: '/' });
const heard = { addEventListener: () => undefined, hidden: false };
vi.stubGlobal('window', heard);
vi.stubGlobal('document', heard);
vi.stubGlobal('addEventListener', heard.addEventListener);
vi.stubGlobal('WebSocket', class {
  static CLOSED = 3;
  static CLOSING = 2;
  static CONNECTING = 0;
  static OPEN = 1;
});

test('a question asked while an equal one is under way is asked anew', async () => {
  const answers: ((text: string) => void)[] = [];
  vi.stubGlobal('fetch', async () => {
    const body = await new Promise<string>((done) => answers.push(done));
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  });
  const { session } = await import('../src/lib/session.svelte');
  vi.spyOn(session, 'token').mockResolvedValue('token');
  const { ask } = await import('../src/lib/client');
  const count = '{ __typename count }' as never;
  const [early, late] = [ask<{ count: number }, {}>(count, {}), ask<{ count: number }, {}>(count, {})];
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]!(JSON.stringify({ data: { __typename: 'Query', count: 2 } }));
  answers[0]!(JSON.stringify({ data: { __typename: 'Query', count: 1 } }));
  expect((await late).count).toBe(2);
  await early;
});

test('a tab that asks for days keeps nothing of what was asked', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const sent: string[] = [];
  vi.stubGlobal('fetch', async (_: unknown, { body }: { body: string }) => {
    sent[0] = body;
    return new Response(JSON.stringify({ data: { __typename: 'Query', row: { __typename: 'Row', id: `r${Math.random()}` } } }), { headers: { 'content-type': 'application/json' } });
  });
  const { session } = await import('../src/lib/session.svelte');
  vi.spyOn(session, 'token').mockResolvedValue('token');
  const { ask } = await import('../src/lib/client');
  const row = 'query Row { row { id } }' as never;
  const heap = async (): Promise<number> => {
    for (let n = 0; n < 400; n++) await ask<{ row: { id: string } }, {}>(row, {});
    vi.mocked(session.token).mockClear();
    collect();
    return process.memoryUsage().heapUsed;
  };
  for (let n = 0; n < 3; n++) await heap();
  const before = await heap();
  for (let n = 0; n < 8; n++) await heap();
  const grown = (await heap()) - before;
  // A cache that knows every question it answered grows by three times as much.
  expect(grown).toBeLessThan(1_000_000);
  // What streams and lists tell apart by its type is asked for with it.
  expect(JSON.parse(sent[0]!).query).toMatch(/row \{\s+id\s+__typename\s+\}/);
}, 30_000);
