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
