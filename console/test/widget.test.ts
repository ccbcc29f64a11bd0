import { expect, test } from 'vitest';
import { another, choices, identified, mark, merge, next, NOBODY, read, say, subject, together, type Kept, type Line, type Seen } from '../widget/src/model';

const seen = (id: string, seq: number, kind: string, text: string): Seen => ({
  id,
  seq,
  text,
  placedAt: '2026-03-01T10:00:00Z',
  deletedAt: null,
  actor: { kind },
});
const texts = (lines: Line[]): string => lines.map((line) => line.text).join(' ');

test('the outbox sends in order, one at a time', () => {
  let lines = say(say([], 'a', 'one', 'now'), 'b', 'two', 'now');
  expect(next(lines)?.id).toBe('a');
  lines = mark(lines, 'a', 'sent');
  expect(next(lines)?.id).toBe('b');
  lines = mark(lines, 'b', 'failed');
  expect(next(lines)).toBeUndefined();
});

test('after a reload, what was being sent is sent again', () => {
  const lines = mark(say([], 'a', 'one', 'now'), 'a', 'sending');
  expect(next(JSON.parse(JSON.stringify(lines)) as Line[])?.id).toBe('a');
});

test('our own words come back as one line', () => {
  let lines = say(say([], 'a', 'hello', 'now'), 'b', 'hello', 'now');
  lines = mark(lines, 'a', 'sent');
  lines = merge(lines, seen('itm_1', 1, 'customer', 'hello'));
  expect(lines.map((line) => line.id)).toEqual(['itm_1', 'b']);
  lines = merge(lines, seen('itm_1', 1, 'customer', 'hello'));
  expect(lines.length).toBe(2);
});

test('the order is the order of the conversation, and unsent words stand last', () => {
  let lines = say([], 'a', 'late', 'now');
  lines = merge(lines, seen('itm_3', 3, 'agent', 'third'));
  lines = merge(lines, seen('itm_1', 1, 'customer', 'first'));
  lines = merge(lines, seen('itm_2', 2, 'bot', 'second'));
  expect(texts(lines)).toBe('first second third late');
});

test('an edit and a withdrawal change the line in place', () => {
  let lines = merge([], seen('itm_1', 1, 'agent', 'helo'));
  lines = merge(lines, seen('itm_1', 1, 'agent', 'hello'));
  lines = merge(lines, { ...seen('itm_1', 1, 'agent', 'hello'), revision: 2, reactions: { us: '🙏' } });
  expect(lines).toMatchObject([{ edited: true, reaction: '🙏' }]);
  lines = merge(lines, { ...seen('itm_1', 1, 'agent', ''), deletedAt: '2026-03-01T10:01:00Z' });
  expect(lines).toMatchObject([{ id: 'itm_1', withdrawn: true }]);
});

test('an answer comes after the words it answers, even when those never came back', () => {
  let lines = mark(say([], 'a', 'question', 'now'), 'a', 'sent');
  lines = say(lines, 'b', 'more', 'now');
  lines = merge(lines, seen('itm_2', 2, 'agent', 'answer'));
  expect(texts(lines)).toBe('question answer more');
});

test('buttons can be chosen until the visitor says something', () => {
  const buttons = [{ title: 'Yes', payload: 'y' }];
  const asked = merge([], { ...seen('itm_1', 1, 'bot', 'Sure?'), buttons });
  expect(choices(asked)).toEqual(buttons);
  const chosen = say(asked, 'a', 'Yes', 'now', { choice: 'y' });
  expect(choices(chosen)).toEqual([]);
  expect(next(chosen)).toMatchObject({ text: 'Yes', choice: 'y' });
  expect(choices(merge(asked, { ...seen('itm_1', 1, 'bot', ''), buttons, deletedAt: 'now' }))).toEqual([]);
  expect(choices([])).toEqual([]);
});

const token = (sub: string, identity?: string): string => `h.${btoa(JSON.stringify({ sub, ...(identity && { identity: { sub: identity } }) }))}.s`;
const kept = (lines: Line[], more: Partial<Kept> = {}): Kept => ({ ...NOBODY, token: token('v1'), lines, ...more });
const ids = ({ lines }: Kept): string => lines.map((line) => line.id).join(' ');

test('what another tab kept is taken over, and own words that are not there stay, last', () => {
  const both = merge([], seen('itm_1', 1, 'agent', 'hello'));
  const mine = kept(say(both, 'a', 'mine', 'now'), { unread: 1, email: 'old@example.org' });
  const stored = kept(merge(say(both, 'b', 'theirs', 'now'), seen('itm_2', 2, 'agent', 'more')), { unread: 0, email: 'new@example.org', cursor: 'c2' });
  const one = together(mine, stored);
  expect(ids(one)).toBe('itm_1 itm_2 b a');
  expect(one).toMatchObject({ unread: 0, email: 'new@example.org', cursor: 'c2' });
  expect(ids(together(one, stored))).toBe('itm_1 itm_2 b a');
  const sending = { ...mine, lines: mark(mine.lines, 'a', 'sending') };
  expect(ids(together(sending, stored))).toBe('itm_1 itm_2 b a');
});

test('an answer that only this tab heard keeps its place', () => {
  const mine = kept(merge(merge([], seen('itm_1', 1, 'agent', 'one')), seen('itm_2', 2, 'agent', 'two')));
  const stored = kept(say(merge(merge([], seen('itm_1', 1, 'agent', 'one')), seen('itm_3', 3, 'bot', 'three')), 'b', 'wait', 'now'));
  expect(ids(together(mine, stored))).toBe('itm_1 itm_2 itm_3 b');
});

test('words that came back in another tab are not said twice, whichever tab knows it', () => {
  const out = mark(say([], 'a', 'hello', 'now'), 'a', 'sending');
  const back = merge(out, seen('itm_1', 1, 'customer', 'hello'));
  expect(back).toMatchObject([{ id: 'itm_1', said: 'a' }]);
  expect(ids(together(kept(out), kept(back)))).toBe('itm_1');
  expect(ids(together(kept(back), kept(out)))).toBe('itm_1');
  expect(merge(back, { ...seen('itm_1', 1, 'customer', 'hello'), revision: 2 })).toMatchObject([{ said: 'a', edited: true }]);
  // Sent by this tab, come back before the other knew that they were on their way.
  expect(ids(together(kept(mark(out, 'a', 'sent')), kept(merge([], seen('itm_1', 1, 'customer', 'hello')))))).toBe('itm_1');
});

test('who became nobody or somebody else in another tab leaves nothing in this one', () => {
  const mine = kept(say([], 'a', 'secret', 'now'));
  for (const stored of [NOBODY, kept([], { token: token('v2') })]) {
    expect(another(mine, stored)).toBe(true);
    expect(together(mine, stored)).toEqual(stored);
  }
  // Who only signs in, or whose token was renewed, is the same visitor.
  expect(another(mine, kept([], { token: token('v1', 'C-1'), known: 'C-1' }))).toBe(false);
  // Whoever had no session yet joins the one that the other tab opened.
  expect(ids(together({ ...mine, token: null }, kept([])))).toBe('a');
});

test('a token tells whose it is, and garbage tells nothing', () => {
  expect([subject(token('v1', 'C-1')), identified(token('v1', 'C-1'))]).toEqual(['v1', 'C-1']);
  expect([subject('x'), subject(null), identified(token('v1')), identified(null)]).toEqual(['', '', '', '']);
  for (const text of [null, 'garbage', '{"lines":1}', '4']) expect(read(text)).toEqual(NOBODY);
});
