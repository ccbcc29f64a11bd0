import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const store = (values: Map<string, string>) => ({
  getItem: (name: string) => values.get(name) ?? null,
  setItem: (name: string, value: string) => void values.set(name, value),
  removeItem: (name: string) => void values.delete(name),
});
let [tab, browser] = [new Map<string, string>(), new Map<string, string>()];
const post = vi.fn<(path: string, init: { body: string }) => Promise<Response>>();
const old = { access: 'a', refresh: 'r', agent: 'agt_1', role: 'AGENT' };

/** A page that is loaded anew with what it kept. */
async function loaded(kept: object) {
  tab.set('meridian.session', JSON.stringify({ ...old, expires: Date.now() + 3_600_000, ...kept }));
  vi.resetModules();
  return (await import('../src/lib/session.svelte')).session;
}

beforeEach(() => {
  vi.useFakeTimers();
  [tab, browser] = [new Map(), new Map()];
  post.mockReset();
  vi.stubGlobal('sessionStorage', store(tab));
  vi.stubGlobal('localStorage', store(browser));
  vi.stubGlobal('fetch', post);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a sign-in that did not keep who it is takes what the browser knows, any other its own', async () => {
  browser.set('meridian.workspace', 'demo').set('meridian.email', 'ana@demo.example');
  const upgraded = await loaded({});
  expect(upgraded.tokens).toMatchObject({ workspace: 'demo', email: 'ana@demo.example', access: 'a' });
  post.mockResolvedValue(new Response(JSON.stringify({ access_token: 'b', expires_in: 3600, agent: 'agt_1' })));
  expect(await upgraded.changePassword('now', 'next')).toBeNull();
  expect(JSON.parse(post.mock.calls[0]![1].body)).toEqual({ workspace: 'demo', email: 'ana@demo.example', password: 'now', new_password: 'next' });
  expect((await loaded({ workspace: 'other', email: 'ben@other.example' })).tokens).toMatchObject({ workspace: 'other', email: 'ben@other.example' });
});

test('who is not known is to sign in first, and nothing is asked of the server', async () => {
  const session = await loaded({});
  expect(await session.changePassword('now', 'next')).toBe('sign_in');
  expect(post).not.toHaveBeenCalled();
});

test('only a wrong password is called wrong', async () => {
  const session = await loaded({ workspace: 'demo', email: 'ana@demo.example' });
  const told = async (status: number) => {
    post.mockResolvedValueOnce(new Response('{}', { status }));
    return session.changePassword('now', 'next');
  };
  expect([await told(400), await told(401), await told(429), await told(503)]).toEqual(['sign_in', 'credentials', 'too_many', 'unavailable']);
});

test('whoever signs out is not about to change a password', async () => {
  const session = await loaded({});
  session.changing = true;
  session.forget();
  expect([session.changing, session.tokens]).toEqual([false, null]);
});
