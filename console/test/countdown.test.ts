import { expect, test } from 'vitest';
import { left, Skew } from '../src/lib/countdown';

const made = '2026-03-01T10:00:00Z';
const ends = '2026-03-01T10:00:20Z';
const at = Date.parse(made);

test('counts on the clock of the server', () => {
  expect(left(made, ends, at + 5000, 0)).toEqual({ seconds: 15, share: 0.75, over: false });
  // Our clock is an hour behind: the server says so, and the offer still has 15 s.
  expect(left(made, ends, at + 5000 - 3_600_000, 3_600_000).seconds).toBe(15);
});

test('never shows more than there was, nor less than nothing', () => {
  expect(left(made, ends, at - 4000, 0)).toEqual({ seconds: 20, share: 1, over: false });
  expect(left(made, ends, at + 60_000, 0)).toEqual({ seconds: 0, share: 0, over: true });
});

test('a short trip tells the skew better than a long one', () => {
  const skew = new Skew();
  skew.note(new Date(105_000).toISOString(), 96_000, 104_000);
  expect(skew.value).toBe(5000);
  skew.note(new Date(108_050).toISOString(), 105_000, 105_100);
  expect(skew.value).toBe(3000);
  skew.note(new Date(120_000).toISOString(), 106_000, 112_000);
  expect(skew.value).toBe(3000);
});

test('an old estimate gives way in time, and nonsense never does', () => {
  const skew = new Skew();
  skew.note(new Date(1000).toISOString(), 0, 20);
  skew.note(new Date(3_600_000).toISOString(), 3_599_000, 3_601_000);
  expect(skew.value).toBe(0);
  skew.note('soon', 3_700_000, 3_700_001);
  expect(skew.value).toBe(0);
});
