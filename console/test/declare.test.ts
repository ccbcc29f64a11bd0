import { expect, test } from 'vitest';
import { sayable } from '../src/lib/worth';
import { hexed, ruled } from '../src/admin/rules';

test('what may be said of an identifier depends on what was said, and by whom', () => {
  const mobile = { scheme: 'phone_e164', class: 'MOVABLE' };
  expect(sayable(mobile, false)).toEqual(['shared']);
  expect(sayable(mobile, true)).toEqual(['shared', 'block']);
  expect(sayable({ ...mobile, class: 'SHARED' }, false)).toEqual(['shared', 'personal']);
  expect(sayable({ ...mobile, class: 'SHARED', declared: 'shared' }, true)).toEqual(['personal', 'block', 'clear']);
  expect(sayable({ ...mobile, declared: 'personal' }, true)).toEqual(['shared', 'block', 'clear']);
  // Who may not block may not unblock by saying something else.
  expect(sayable({ ...mobile, class: 'BLOCKED', declared: 'blocked' }, false)).toEqual([]);
  expect(sayable({ ...mobile, class: 'BLOCKED', declared: 'blocked' }, true)).toEqual(['shared', 'personal', 'clear']);
  expect(sayable({ scheme: 'telegram_id', class: 'EXCLUSIVE' }, true)).toEqual([]);
});

test('a value stands in an address of the page, whatever letters it has', () => {
  expect(hexed('a/é%')).toBe('612fc3a925');
  const rule = ruled({ scheme: 'email', value: 'info@', declared: 'shared', reason: '', at: '' });
  expect([rule.id, rule.name]).toEqual([hexed('email info@'), 'info@']);
});
