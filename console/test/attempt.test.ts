import { expect, test } from 'vitest';
import { Attempt } from '../src/lib/attempt.svelte';
import { Failed } from '../src/lib/failed';

test('one at a time, busy until it is done', async () => {
  const attempt = new Attempt();
  let [count, finish] = [0, (): void => undefined];
  const work = (): Promise<void> => new Promise((done) => ((finish = done), count++));
  const [first, second] = [attempt.run(work), attempt.run(work)];
  expect([attempt.busy, await second, count]).toEqual([true, false, 1]);
  finish();
  expect([await first, attempt.busy, attempt.trouble]).toEqual([true, false, null]);
});

test('what the server refuses is said at the field it names, our own faults with their request, until the next try', async () => {
  const attempt = new Attempt();
  expect(await attempt.run(() => Promise.reject(new Failed('CONFLICT', 'this name is taken', 'name')))).toBe(false);
  expect([attempt.busy, attempt.at('name'), attempt.at('other'), attempt.code]).toEqual([false, attempt.trouble, null, 'CONFLICT']);
  expect(attempt.trouble).toMatch(/taken/i);
  await attempt.run(() => Promise.reject(new Failed('INTERNAL', 'something went wrong', null, '0199abc')));
  expect([attempt.field, attempt.trouble]).toEqual([null, expect.stringContaining('0199abc')]);
  await attempt.run(() => {
    throw new Error('broken');
  });
  expect([attempt.busy, attempt.code, attempt.trouble]).toEqual([false, null, expect.stringContaining('broken')]);
  expect([await attempt.run(async () => undefined), attempt.trouble]).toEqual([true, null]);
});

test('what is refused before it is sent stands until it is cleared', () => {
  const attempt = new Attempt();
  attempt.refuse('Not a day.', 'day');
  expect([attempt.at('day'), attempt.trouble, attempt.code]).toEqual(['Not a day.', 'Not a day.', null]);
  attempt.clear();
  expect([attempt.at('day'), attempt.trouble]).toEqual([null, null]);
});

test('what is told elsewhere is not shown here', async () => {
  const told: unknown[] = [];
  const attempt = new Attempt((error) => told.push(error));
  const error = new Failed('INVALID', 'no');
  expect(await attempt.run(() => Promise.reject(error))).toBe(false);
  expect([told, attempt.trouble, attempt.busy]).toEqual([[error], null, false]);
});

test('whoever turns away while it waits leaves it undone, and may ask anew', async () => {
  const attempt = new Attempt();
  const done: string[] = [];
  let ready = (): void => undefined;
  const first = (): Promise<void> => new Promise((go) => (ready = go));
  const left = attempt.run(async () => done.push('left'), first);
  const early = ready;
  expect(attempt.busy).toBe(true);
  attempt.leave();
  expect(attempt.busy).toBe(false);
  const stayed = attempt.run(async () => done.push('stayed'), first);
  early();
  expect([await left, attempt.busy]).toEqual([false, true]);
  ready();
  expect([await stayed, attempt.busy, done]).toEqual([true, false, ['stayed']]);
});

test('what has begun goes on, and what comes first may say no', async () => {
  const attempt = new Attempt();
  let finish = (): void => undefined;
  const running = attempt.run(() => new Promise<void>((end) => (finish = end)), async () => undefined);
  await Promise.resolve();
  attempt.leave();
  expect(attempt.busy).toBe(true);
  finish();
  expect([await running, attempt.busy]).toEqual([true, false]);
  let begun = false;
  expect(await attempt.run(async () => (begun = true), () => Promise.reject(new Failed('UNSENT', '')))).toBe(false);
  expect([begun, attempt.busy, attempt.trouble]).toEqual([false, false, expect.stringContaining('was not sent')]);
});
