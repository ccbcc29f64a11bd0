import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace, Writes } from '../src/lib/typing';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('who writes is told of at once, then every few seconds, and never for an empty draft', () => {
  const pace = new Pace();
  expect(pace.due('  ', 0)).toBe(false);
  expect(pace.due('H', 0)).toBe(true);
  const told = Array.from({ length: 100 }, (_, n) => (n + 1) * 100).filter((at) => pace.due('Hello', at));
  expect(told).toEqual([4200, 8400]);
  pace.sent();
  expect(pace.due('A', 9_000), 'the server would lose it').toBe(false);
  expect(pace.due('', 10_050)).toBe(false);
  expect(pace.due('A', 10_050)).toBe(true);
});

test('a sign lasts its time, the next one longer, and a message ends it', () => {
  const shown: boolean[] = [];
  const writes = new Writes((on) => shown.push(on));
  writes.sign(7);
  vi.advanceTimersByTime(4200);
  writes.sign(7);
  vi.advanceTimersByTime(6999);
  expect(shown.at(-1)).toBe(true);
  vi.advanceTimersByTime(1);
  expect(shown.at(-1)).toBe(false);
  writes.sign(7);
  writes.end();
  expect(shown.at(-1)).toBe(false);
  const before = shown.length;
  vi.advanceTimersByTime(20_000);
  expect(shown.length).toBe(before);
});
