import { expect, test } from 'vitest';
import { minuteOf, stands, windowOf } from '../src/desk/scheduled';

test('a time field says minutes of the day, and midnight ends one', () => {
  expect(minuteOf('09:30')).toBe(570);
  expect(minuteOf('00:00')).toBe(0);
  expect(minuteOf('00:00', true)).toBe(1440);
  expect(minuteOf('')).toBeNull();
});

test('a window has a day and ends after it begins', () => {
  expect(windowOf('2026-03-02', '09:00', '12:00')).toEqual({ day: '2026-03-02', fromMinute: 540, untilMinute: 720 });
  expect(windowOf('2026-03-02', '20:00', '00:00')?.untilMinute).toBe(1440);
  expect(windowOf('2026-03-02', '12:00', '12:00')).toBeNull();
  expect(windowOf('', '09:00', '12:00')).toBeNull();
});

test('what waits for its time or is due stands', () => {
  expect(['waiting', 'due', 'done', 'expired', 'cancelled'].map((state) => stands({ state }))).toEqual([true, true, false, false, false]);
});
