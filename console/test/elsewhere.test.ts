import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const kept = new Map([['meridian.session', JSON.stringify({ access: 'a', agent: 'agt_1', expires: Date.now() + 3_600_000 })]]);
const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value), removeItem: (name: string) => void kept.delete(name) };
const page = { addEventListener: () => undefined, hidden: false, documentElement: { classList: { toggle: () => undefined }, style: {} } };
for (const [name, value] of Object.entries({ sessionStorage: storage, localStorage: storage, document: page, window: page, addEventListener: page.addEventListener, location: { pathname: '/inbox/mine' } })) vi.stubGlobal(name, value);

const server = vi.hoisted(() => ({ act: vi.fn(), ask: vi.fn(), upload: vi.fn(), follow: vi.fn(), resync: (): void => undefined }));
vi.mock('../src/lib/client', () => ({ ...server, follow: (_: unknown, __: unknown, on: { resync(): void }) => ((server.resync = on.resync), { stop: () => undefined }) }));
const { desk } = await import('../src/lib/desk.svelte');
const { names } = await import('../src/lib/names.svelte');
const { Failed } = await import('../src/lib/failed');
const { router } = await import('../src/lib/router.svelte');
const { toasts } = await import('../src/lib/toasts.svelte');

/** Answers by what is asked for; what is named is away. */
const away = new Set<string>();
const asked: string[] = [];
const answers: Record<string, unknown> = {
  Viewer: { viewer: { permissions: ['work:handle'], agent: { id: 'agt_1', timeZone: 'UTC' }, offers: [] } },
  Conversations: { conversations: { nodes: [], pageInfo: { hasNextPage: false } } },
  Queues: { queues: [], workCodes: [] },
  Promises: { queues: [] },
  TransferTargets: { transferTargets: { agents: [{ id: 'agt_2', name: 'Ben' }] } },
};
async function answer(document: unknown): Promise<unknown> {
  const name = /query (\w+)/.exec(String(document))![1]!;
  asked.push(name);
  if (away.has(name)) throw new Failed('NETWORK', '');
  return answers[name];
}
const send = (conversation: string, text: string): void => desk.outbox.send({ key: text, conversation, mode: 'reply', text, to: 'Nora', at: '2026-05-13T12:00:00Z' });
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const field = () => ({ edit: vi.fn(), attach: vi.fn() });

beforeEach(() => {
  vi.useFakeTimers();
  for (const one of [server.act, server.ask, server.upload]) one.mockReset();
  server.ask.mockImplementation(answer);
  kept.clear();
});
afterEach(() => {
  desk.stop();
  away.clear();
  for (const { id } of toasts.list) toasts.drop(id);
  for (const { key } of desk.outgoing) desk.outbox.take(key);
  vi.useRealTimers();
});

test('what was refused in a conversation that is not open is told until somebody looks there', async () => {
  server.act.mockRejectedValue(new Failed('NOT_HOLDER', 'no'));
  const off = desk.onedit('cnv_open', field());
  send('cnv_open', 'seen here');
  await settle();
  expect(toasts.list).toEqual([]);
  send('cnv_away', 'one');
  send('cnv_away', 'two');
  await settle();
  expect(toasts.list).toMatchObject([{ tone: 'bad', text: 'Nora: what you wrote was not sent. Somebody else holds it.', until: Infinity }]);
  const go = vi.spyOn(router, 'visit').mockResolvedValue(true);
  toasts.list[0]!.actions[0]!.run();
  expect(go).toHaveBeenCalledWith('/inbox/mine/cnv_away');
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(toasts.list).toHaveLength(1);
  desk.onedit('cnv_away', field())();
  expect(toasts.list).toEqual([]);
  off();
});

test('a conversation ends once the server has what was written in it, and not while something was refused', async () => {
  let agree = (_: unknown): void => undefined;
  server.act.mockReturnValue(new Promise((done) => (agree = done)));
  send('cnv_1', 'Bye');
  const ended = vi.fn();
  void desk.ready('cnv_1').then(ended);
  await settle();
  expect(ended).not.toHaveBeenCalled();
  agree({ messageSend: { item: null } });
  await settle();
  expect(ended).toHaveBeenCalledOnce();
  server.act.mockRejectedValue(new Failed('INVALID', 'no'));
  send('cnv_1', 'Not this');
  await expect(desk.ready('cnv_1')).rejects.toMatchObject({ code: 'UNSENT' });
  await expect(desk.ready('cnv_2')).resolves.toBeUndefined();
});

test('a file that is stored goes to the open field, else to the draft that waits; one that is lost is told', async () => {
  const [done, fail] = [[] as ((id: string) => void)[], [] as ((error: unknown) => void)[]];
  server.upload.mockImplementation(() => new Promise((yes, no) => (done.push(yes), fail.push(no))));
  const choose = (name: string): void => desk.uploads('cnv_1').take([new File(['words'], name)], 0, undefined, 'email');
  const here = field();
  const off = desk.onedit('cnv_1', here);
  for (const name of ['a.txt', 'b.txt', 'c.txt']) choose(name);
  await settle();
  done[0]!('att_a');
  await settle();
  expect(here.attach).toHaveBeenCalledWith(expect.objectContaining({ id: 'att_a', name: 'a.txt' }));
  desk.keep('cnv_1', { text: 'See the file', mode: 'reply', key: 'k' });
  off();
  done[1]!('att_b');
  await settle();
  expect(desk.drafts.read('cnv_1')).toMatchObject({ text: 'See the file', key: 'k', files: [{ id: 'att_b' }] });
  fail[2]!(new Failed('INVALID', 'no'));
  await settle();
  expect(toasts.list).toMatchObject([{ tone: 'bad', text: expect.stringContaining('c.txt could not be uploaded') }]);
  expect(desk.uploads('cnv_1').list.map(({ name }) => name)).toEqual(['c.txt']);
});

test('what could not be read after a Resync is read again, and then whoever listens as well', async () => {
  await desk.start();
  await settle();
  const heard: unknown[] = [];
  const unhear = desk.hear((change) => heard.push(change.__typename));
  away.add('Viewer').add('Conversations');
  asked.length = 0;
  server.resync();
  await settle();
  expect([asked.splice(0).sort(), desk.behind, heard.splice(0)]).toEqual([['Conversations', 'Promises', 'Viewer'], true, ['Resync']]);
  away.clear();
  await vi.advanceTimersByTimeAsync(5000);
  expect([asked.splice(0).sort(), desk.behind, heard]).toEqual([['Conversations', 'Viewer'], false, ['Resync']]);
  away.add('Viewer');
  server.resync();
  await settle();
  expect(desk.behind).toBe(true);
  desk.stop();
  asked.length = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([desk.behind, asked]).toEqual([false, []]);
  unhear();
});

test('names that could not be read are read when they are asked for again, and once', async () => {
  away.add('TransferTargets');
  await expect(names.readAll()).rejects.toMatchObject({ code: 'NETWORK' });
  expect(names.agent('agt_2')).toBe('Agent');
  away.clear();
  asked.length = 0;
  await Promise.all([names.readAll(), names.readAll()]);
  await names.readAll();
  expect([asked, names.agent('agt_2')]).toEqual([['TransferTargets'], 'Ben']);
});
