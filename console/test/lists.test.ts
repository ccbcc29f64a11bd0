import { expect, test } from 'vitest';
import { belongs, byActivity, conversationList, newer, preview, withItem, withPreview } from '../src/lib/lists';
import type { Item, Listed, Row } from '../src/lib/types';
import { windowOf } from '../src/lib/window';

const row = (id: string, at: string, more: Partial<Row> = {}): Row =>
  ({ id, lastActivityAt: at, lifecycle: 'OPEN', version: 1, seq: 1, assignee: null, queueId: null, sessions: [], ...more }) as unknown as Row;
const item = (id: string, seq: number, kind: string, actor: string, more: Partial<Item> = {}): Item =>
  ({ id, seq, kind, actor: { kind: actor, id: null }, placedAt: '2026-03-01T10:00:00Z', conversationId: 'c', text: id, revision: 1, delivery: null, ...more }) as unknown as Item;
const listed = (base: Row, items: Item[] = []): Listed => withPreview(base, undefined, items);

test('views take what belongs to them', () => {
  const mine = row('a', '1', { assignee: { id: 'me', name: 'Me' } as Row['assignee'] });
  expect(belongs(mine, 'MINE', 'me', null)).toBe(true);
  expect(belongs(mine, 'MINE', 'other', null)).toBe(false);
  expect(belongs({ ...mine, lifecycle: 'RESOLVED' }, 'MINE', 'me', null)).toBe(false);
  expect(belongs({ ...mine, lifecycle: 'RESOLVED' }, 'RESOLVED', 'me', null)).toBe(true);
  expect(belongs({ ...mine, queueId: 'q' }, 'QUEUE', 'me', 'q')).toBe(true);
  expect(belongs(mine, 'QUEUE', 'me', 'q')).toBe(false);
});

test('newest activity first, ties by id', () => {
  const rows = [row('a', '1'), row('b', '2'), row('c', '2')];
  expect(rows.sort(byActivity).map((r) => r.id)).toEqual(['c', 'b', 'a']);
});

test('a message moves its conversation up and becomes its line; a routing item does neither', () => {
  const list = conversationList();
  list.reset({ nodes: [listed(row('a', '2026-03-01T09:00:00Z')), listed(row('b', '2026-03-01T08:00:00Z'))], pageInfo: { hasNextPage: false } });
  list.patch('b', (r) => withItem(r, item('hello', 5, 'message', 'customer')));
  expect(list.rows[0]?.id).toBe('b');
  expect(preview(list.rows[0]!)?.text).toBe('hello');
  list.patch('b', (r) => withItem(r, item('offered', 6, 'routing', 'system', { placedAt: '2026-03-01T11:00:00Z' })));
  expect(preview(list.rows[0]!)?.text).toBe('hello');
  expect(list.rows[0]?.lastActivityAt).toBe('2026-03-01T10:00:00Z');
  list.patch('b', (r) => withItem(r, item('answer', 7, 'message', 'agent')));
  expect(preview(list.rows[0]!)?.text).toBe('answer');
});

test('a note is no answer', () => {
  const r = listed(row('a', '1'), [item('note', 3, 'note', 'agent'), item('help', 2, 'message', 'customer')]);
  expect(preview(r)?.text).toBe('note');
});

test('a row that comes without its timeline keeps the line it had', () => {
  const known = listed(row('a', '1'), [item('hello', 2, 'message', 'customer')]);
  expect(preview(withPreview(row('a', '2', { version: 2 }), known))?.text).toBe('hello');
});

test('deliveries and revisions only go forward', () => {
  const sent = item('m', 1, 'message', 'agent', { delivery: 'sent' });
  expect(newer({ ...sent, delivery: 'delivered' }, sent)).toBe(true);
  expect(newer({ ...sent, delivery: 'queued' }, sent)).toBe(false);
  expect(newer({ ...sent, revision: 2, delivery: 'queued' }, sent)).toBe(true);
});

test('only rows in sight are drawn', () => {
  expect(windowOf(0, 600, 76, 10_000)).toEqual({ from: 0, to: 14 });
  const far = windowOf(380_000, 600, 76, 10_000);
  expect(far.to - far.from).toBeLessThan(24);
  expect(windowOf(760_000, 600, 76, 3)).toEqual({ from: 3, to: 3 });
});
