import { expect, test } from 'vitest';
import { choices, mark, merge, next, say, type Line, type Seen } from '../widget/src/model';

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
