import { expect, test } from 'vitest';
import { tone } from '../src/floor/tone';

test('a queue is judged by what it promises', () => {
  expect([100, 3000, 3600].map((oldest) => tone(1, oldest, 3600))).toEqual(['calm', 'warn', 'bad']);
  expect([10, 15, 20].map((oldest) => tone(1, oldest, 20))).toEqual(['calm', 'warn', 'bad']);
});

test('without a promise a minute is a warning, three are an alarm', () => {
  expect([59, 60, 180].map((oldest) => tone(1, oldest, 0))).toEqual(['calm', 'warn', 'bad']);
});

test('where nobody waits all is calm', () => {
  expect(tone(0, 9999, 20)).toBe('calm');
});
