import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toasts } from '../src/lib/toasts.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});
const texts = (): string[] => toasts.list.map(({ text }) => text);

test('nothing goes while somebody is at it, and what had longer keeps its time', () => {
  toasts.show('info', 'short');
  toasts.show('good', 'long', { label: 'Ready', run: () => undefined }, 60_000);
  toasts.hold(true);
  vi.advanceTimersByTime(20_000);
  expect(texts()).toEqual(['short', 'long']);
  toasts.hold(false);
  vi.advanceTimersByTime(5_000);
  expect(texts()).toEqual(['long']);
  vi.advanceTimersByTime(34_000);
  expect(texts()).toEqual(['long']);
  vi.advanceTimersByTime(2_000);
  expect(texts()).toEqual([]);
});

test('what is to last stays until it is closed, whatever comes after it', () => {
  const lasting = toasts.show('bad', 'not sent', { label: 'Open', run: () => undefined }, Infinity);
  for (const text of ['a', 'b', 'c', 'd', 'e']) toasts.show('info', text);
  expect(texts()).toEqual(['not sent', 'b', 'c', 'd', 'e']);
  toasts.hold(true);
  toasts.hold(false);
  vi.advanceTimersByTime(3_600_000);
  expect(texts()).toEqual(['not sent']);
  toasts.drop(lasting);
  expect(texts()).toEqual([]);
});
