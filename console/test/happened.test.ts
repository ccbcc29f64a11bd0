import { expect, test } from 'vitest';
import { kindOf, past } from '../src/desk/happened';

test('a kind is taken as it is typed by people, and refused as the server would', () => {
  expect([kindOf(' Payment  failed '), kindOf('press.complaint-2'), kindOf('x'.repeat(64))]).toEqual(['payment_failed', 'press.complaint-2', 'x'.repeat(64)]);
  expect([kindOf(''), kindOf('  '), kindOf('what?'), kindOf('投诉'), kindOf('x'.repeat(65))]).toEqual([null, null, null, null, null]);
});

test('what happened is over, the minute one is in as well', () => {
  const now = Date.parse('2026-03-02T12:00:30Z');
  expect(past('2026-03-02T11:00', 'UTC', now)).toBe(Date.parse('2026-03-02T11:00:00Z'));
  expect(past('2026-03-02T13:00', 'Europe/Berlin', now)).toBe(Date.parse('2026-03-02T12:00:00Z'));
  expect(past('2026-03-02T12:01', 'UTC', now)).toBe(now);
  expect([past('2026-03-02T12:05', 'UTC', now), past('', 'UTC', now)]).toEqual([null, null]);
});
