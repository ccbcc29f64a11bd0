import { describe, expect, test } from 'vitest';
import { bars, csv, span, stretches, type Line } from '../src/floor/report';

const line = (from: string, offered: number, answered: number, abandoned: number): Line =>
  ({ from, offered, answered, abandoned }) as Line;

describe('the time of a report', () => {
  const now = Date.parse('2026-03-29T10:30:00Z');

  test('a day begins at midnight of the zone, also when the clock was put forward in it', () => {
    const today = span('today', now, 'Europe/Berlin');
    expect(new Date(today.from).toISOString()).toBe('2026-03-28T23:00:00.000Z');
    expect([today.to, today.bucket]).toEqual([now, 'HOUR']);
    const after = span('yesterday', Date.parse('2026-03-30T10:30:00Z'), 'Europe/Berlin');
    expect([after.from, after.to].map((at) => new Date(at).toISOString())).toEqual(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  });

  test('seven days hold today and six before it', () => {
    const week = span('week', now, 'Asia/Kolkata');
    expect(new Date(week.from).toISOString()).toBe('2026-03-22T18:30:00.000Z');
    expect(week.bucket).toBe('DAY');
  });
});

test('stretches of several queues are one bar, oldest first, and what is neither answered nor given up is the rest', () => {
  const found = bars([line('2026-03-29T11:00:00Z', 2, 1, 0), line('2026-03-29T10:00:00Z', 5, 2, 1), line('2026-03-29T11:00:00Z', 1, 1, 0)]);
  expect(found).toEqual([
    { at: '2026-03-29T10:00:00Z', answered: 2, abandoned: 1, rest: 2 },
    { at: '2026-03-29T11:00:00Z', answered: 2, abandoned: 0, rest: 1 },
  ]);
});

test('stretches without work are shown as such, also over a day of 23 hours', () => {
  const from = Date.parse('2026-03-27T23:00:00Z');
  const days = stretches({ from, to: from + 3 * 86_400_000 - 3_600_000, bucket: 'DAY' }, 'Europe/Berlin');
  expect(days.map((at) => new Date(at).toISOString())).toEqual(['2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  expect(bars([line('2026-03-29T22:00:00+00:00', 1, 1, 0)], days).map((bar) => bar.answered)).toEqual([0, 0, 1]);
});

test('names cannot end a cell or become a formula', () => {
  expect(csv(['name', 'n'], [['=1+1', 2], ['Support, "first"', null]])).toBe('\u{feff}name,n\r\n\'=1+1,2\r\n"Support, ""first""",\r\n');
});
