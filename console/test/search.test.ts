import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const asked: { document: string; variables: Record<string, unknown>; answer: (data: unknown) => void; fail: (error: unknown) => void }[] = [];
vi.mock('../src/lib/client', () => ({
  ask: (document: unknown, variables: Record<string, unknown>) =>
    new Promise((answer, fail) => asked.push({ document: /query (\w+)/.exec(String(document))![1]!, variables, answer, fail })),
}));
const { enough, Find } = await import('../src/search/find.svelte');

const page = (ids: string[], cursor: string | null = null) => ({ messageSearch: { nodes: ids.map((id) => ({ item: { id } })), pageInfo: { hasNextPage: cursor !== null, endCursor: cursor } } });
const of = (name: string) => asked.filter(({ document }) => document === name);
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  asked.length = 0;
});

test('two Chinese characters or three letters are enough', () => {
  expect(['退款', 'abc', ' abc ', 'a退'].map(enough)).toEqual([true, true, true, true]);
  expect(['退', 'ab', '', '  a '].map(enough)).toEqual([false, false, false, false]);
});

test('too little is looked for among customers alone', async () => {
  const find = new Find();
  find.search('ab', null, null);
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.map(({ document }) => document)).toEqual(['PeopleSearch']);
});

test('the newest question wins, whatever comes last', async () => {
  const find = new Find();
  find.search('refund', 'OPEN', 'email');
  await vi.advanceTimersByTimeAsync(300);
  find.search('refunds', null, null);
  await vi.advanceTimersByTimeAsync(300);
  expect(of('MessageSearch').map(({ variables }) => variables)).toEqual([{ text: 'refund', lifecycle: 'OPEN', channel: 'email' }, { text: 'refunds', lifecycle: null, channel: null }]);
  of('MessageSearch')[1]!.answer(page(['b']));
  of('PeopleSearch')[1]!.answer({ customers: [] });
  await settle();
  of('MessageSearch')[0]!.answer(page(['a']));
  of('PeopleSearch')[0]!.answer({ customers: [{ id: 'x' }] });
  await settle();
  expect(find.hits.map(({ item }) => item.id)).toEqual(['b']);
  expect([find.people, find.answered]).toEqual([[], 'refunds']);
});

test('more goes on where the page ended; customers stand though messages were refused', async () => {
  const find = new Find();
  find.search('parcel', null, null);
  await vi.advanceTimersByTimeAsync(300);
  of('MessageSearch')[0]!.answer(page(['a'], 'c1'));
  of('PeopleSearch')[0]!.answer({ customers: [] });
  await settle();
  void find.more('parcel', null, null);
  await settle();
  expect(of('MessageSearch')[1]!.variables).toMatchObject({ after: 'c1' });
  of('MessageSearch')[1]!.answer(page(['b']));
  await settle();
  expect([find.hits.map(({ item }) => item.id), find.cursor]).toEqual([['a', 'b'], null]);
  find.search('the', null, null);
  await vi.advanceTimersByTimeAsync(300);
  of('MessageSearch')[2]!.fail(new Error('no'));
  of('PeopleSearch')[1]!.answer({ customers: [{ id: 'x' }] });
  await settle();
  expect([find.people.length, find.hits.length, find.trouble !== null]).toEqual([1, 0, true]);
});

test('more that is pressed twice goes on once, and what is there does not come again', async () => {
  const find = new Find();
  find.search('parcel', null, null);
  await vi.advanceTimersByTimeAsync(300);
  of('MessageSearch')[0]!.answer(page(['a', 'b'], 'c1'));
  of('PeopleSearch')[0]!.answer({ customers: [] });
  await settle();
  void find.more('parcel', null, null);
  void find.more('parcel', null, null);
  await settle();
  expect(of('MessageSearch')).toHaveLength(2);
  of('MessageSearch')[1]!.answer(page(['b', 'c'], 'c2'));
  await settle();
  expect([find.hits.map(({ item }) => item.id), find.cursor, find.busy]).toEqual([['a', 'b', 'c'], 'c2', false]);
  void find.more('parcel', null, null);
  await settle();
  // Another question asked meanwhile is not held up by a page of the last one.
  find.search('refund', null, null);
  await vi.advanceTimersByTimeAsync(300);
  of('MessageSearch')[3]!.answer(page(['x'], 'd1'));
  of('PeopleSearch')[1]!.answer({ customers: [] });
  await settle();
  void find.more('refund', null, null);
  await settle();
  expect(of('MessageSearch')[4]!.variables).toMatchObject({ text: 'refund', after: 'd1' });
  of('MessageSearch')[2]!.answer(page(['d']));
  of('MessageSearch')[4]!.answer(page(['y']));
  await settle();
  expect([find.hits.map(({ item }) => item.id), find.busy]).toEqual([['x', 'y'], false]);
});
