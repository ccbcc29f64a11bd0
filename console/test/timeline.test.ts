import { afterEach, beforeEach, expect, test, vi } from 'vitest';

interface Asked {
  name: string;
  after?: string | null;
  answer: (data: unknown) => void;
  fail: (error: unknown) => void;
}
const server = vi.hoisted(() => ({ asked: [] as unknown[], resync: (): void => undefined }));
const asked = server.asked as Asked[];
vi.mock('../src/lib/client', () => ({
  ask: (document: unknown, { after }: { after?: string | null }) =>
    new Promise((answer, fail) => server.asked.push({ name: /query (\w+)/.exec(String(document))![1]!, after, answer, fail })),
  follow: (_: unknown, __: unknown, on: { resync(): void }) => ((server.resync = on.resync), { stop: () => undefined }),
}));
const { Timeline } = await import('../src/lib/timeline.svelte');
type Item = import('../src/lib/types').Item;

const item = (seq: number): Item => ({ id: `i${seq}`, seq, revision: 1, conversationId: 'c', kind: 'MESSAGE', actor: { kind: 'customer' } }) as unknown as Item;
/** A page from `seq` down; each holds two. */
const page = (seq: number) => ({ conversation: { timeline: { nodes: [item(seq), item(seq - 1)], pageInfo: { hasNextPage: seq > 2, endCursor: `i${seq - 1}` } } } });
const seen = (t: InstanceType<typeof Timeline>): string => t.items.map(({ seq }) => seq).join(' ');
const pages = () => asked.filter(({ name }) => name === 'Timeline');
const settle = () => vi.advanceTimersByTimeAsync(0);

async function begun(): Promise<InstanceType<typeof Timeline>> {
  const t = new Timeline('c');
  t.start();
  server.resync();
  asked.find(({ name }) => name === 'Conversation')!.answer({ conversation: { id: 'c', version: 1 } });
  pages()[0]!.answer(page(8));
  await settle();
  return t;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  asked.length = 0;
});

test('what is read anew has no hole, and stands on the screen until it is there', async () => {
  const t = await begun();
  void t.older();
  pages()[1]!.answer(page(6));
  await settle();
  expect(seen(t)).toBe('5 6 7 8');
  void t.older();
  server.resync();
  t.put(item(9));
  // The deep page that was asked for before comes late, and is no part of it.
  pages()[2]!.answer(page(4));
  await settle();
  expect([seen(t), t.more]).toEqual(['5 6 7 8 9', true]);
  pages()[3]!.answer(page(9));
  await settle();
  expect(seen(t)).toBe('8 9');
  void t.older();
  expect(pages()[4]!.after).toBe('i8');
  t.stop();
});

test('a first page from before all was forgotten is not shown', async () => {
  const t = new Timeline('c');
  t.start();
  server.resync();
  server.resync();
  pages()[0]!.answer(page(6));
  await settle();
  expect([t.loaded, seen(t)]).toEqual([false, '']);
  pages()[1]!.answer(page(8));
  await settle();
  expect([t.loaded, seen(t)]).toEqual([true, '7 8']);
  t.stop();
});

test('what could not be read anew is read again, and what stood stays', async () => {
  const t = await begun();
  server.resync();
  asked.filter(({ name }) => name === 'Conversation').at(-1)!.answer({ conversation: { id: 'c', version: 1 } });
  pages().at(-1)!.fail(new Error('away'));
  await settle();
  expect([seen(t), t.failed]).toEqual(['7 8', true]);
  const before = pages().length;
  await vi.advanceTimersByTimeAsync(4100);
  expect(pages().length).toBe(before + 1);
  pages().at(-1)!.answer(page(10));
  await settle();
  expect(seen(t)).toBe('9 10');
  t.stop();
});

test('a conversation that is gone shows nothing', async () => {
  const t = await begun();
  server.resync();
  for (const one of asked.slice(-2)) one.answer({ conversation: null });
  await settle();
  expect([t.missing, seen(t), t.more]).toEqual([true, '', false]);
  t.stop();
});
