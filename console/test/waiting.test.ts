import { expect, test } from 'vitest';
import { collision } from '../src/lib/collision';
import type { Draft } from '../src/lib/drafts';
import type { Item, Preview, Row } from '../src/lib/types';
import { waitOf, waitsSince } from '../src/lib/waiting';

const at = (minute: number): string => `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`;
const said = (seq: number, actor: string, kind = 'MESSAGE', id: string | null = null): Item =>
  ({ id: `i${seq}`, seq, kind, actor: { kind: actor, id }, placedAt: at(seq), text: `words ${seq}` }) as unknown as Item;
const row = (owner: string, lifecycle = 'OPEN'): Pick<Row, 'lifecycle' | 'owner'> => ({ owner, lifecycle }) as Row;
const since = (owner: string, ...items: Item[]): string | null => waitsSince(row(owner), items as Preview[]);

test('a customer waits since the first words that nobody has answered', () => {
  expect(since('AGENT', said(1, 'customer'), said(2, 'agent'), said(3, 'customer'), said(4, 'customer'))).toBe(at(3));
  expect(since('AGENT', said(4, 'customer'), said(3, 'customer'), said(2, 'agent'))).toBe(at(3));
  expect(since('AGENT', said(1, 'customer'), said(2, 'agent'))).toBeNull();
  expect(since('AGENT', said(1, 'agent'))).toBeNull();
});

test('what a bot said before it handed over is no answer, and a note is none either', () => {
  expect(since('QUEUE', said(1, 'customer'), said(2, 'bot'))).toBe(at(1));
  expect(since('BOT', said(1, 'customer'))).toBeNull();
  expect(since('AGENT', said(1, 'customer'), said(2, 'agent', 'NOTE'))).toBe(at(1));
});

test('nobody waits in what is put aside or done', () => {
  for (const lifecycle of ['SNOOZED', 'RESOLVED']) expect(waitsSince(row('AGENT', lifecycle), [said(1, 'customer')] as Preview[])).toBeNull();
});

test('a wait stands to the promise of its queue', () => {
  const after = (seconds: number, promise: number): string | undefined => waitOf(at(0), promise, Date.parse(at(0)) + seconds * 1000)?.state;
  expect([after(10, 60), after(45, 60), after(60, 60), after(61, 60)]).toEqual(['open', 'near', 'near', 'over']);
  expect(after(9999, 0)).toBe('open');
  expect(waitOf(null, 60, 0)).toBeNull();
  expect(waitOf(at(1), 60, Date.parse(at(0)))?.seconds).toBe(0);
});

test('a colleague who speaks while one writes is told, oneself and what was there before are not', () => {
  const draft: Draft = { text: 'Half a', mode: 'reply', key: 'k', begun: 2 };
  const me = (id: string | null | undefined): boolean => id === 'me';
  const items = [said(1, 'agent', 'MESSAGE', 'ben'), said(3, 'agent', 'MESSAGE', 'me'), said(4, 'customer'), said(5, 'agent', 'STATE', 'ben')];
  expect(collision(draft, items, me)).toBeNull();
  const late = said(6, 'agent', 'NOTE', 'ben');
  expect(collision(draft, [...items, late], me)).toBe(late);
  expect(collision({ ...draft, begun: 6 }, [...items, late], me)).toBeNull();
  expect(collision({ ...draft, text: '  ' }, [...items, late], me)).toBeNull();
  expect(collision({ ...draft, begun: undefined }, [...items, late], me)).toBeNull();
});
