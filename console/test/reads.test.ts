import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failed } from '../src/lib/failed';
import { Reads } from '../src/lib/reads';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Two parts that answer as told. */
function world() {
  const wrong = new Map<string, unknown>();
  const asked: string[] = [];
  const told: boolean[] = [];
  const part = (name: string) => async (): Promise<void> => {
    asked.push(name);
    if (wrong.has(name)) throw wrong.get(name);
  };
  const reads = new Reads({ viewer: part('viewer'), list: part('list') }, (missing) => told.push(missing), (tries) => tries * 1000);
  return { reads, wrong, asked, told };
}

test('what failed alone is read again, ever less often, until it comes', async () => {
  const w = world();
  w.wrong.set('viewer', new Failed('NETWORK', ''));
  await w.reads.read('viewer', 'list');
  expect([w.asked.splice(0), w.told.at(-1)]).toEqual([['viewer', 'list'], true]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(w.asked.splice(0)).toEqual(['viewer']);
  await vi.advanceTimersByTimeAsync(1999);
  expect(w.asked).toEqual([]);
  w.wrong.clear();
  await vi.advanceTimersByTimeAsync(1);
  expect([w.asked.splice(0), w.told.at(-1)]).toEqual([['viewer'], false]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(w.asked).toEqual([]);
});

test('the first pause is of about four seconds, the longest of thirty', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.6);
  const at: number[] = [];
  const began = Date.now();
  const reads = new Reads({ list: () => (at.push(Date.now() - began), Promise.reject(new Failed('UNAVAILABLE', ''))) }, () => undefined);
  await reads.read('list');
  await vi.advanceTimersByTimeAsync(110_000);
  expect(at.slice(1).map((ms, index) => ms - at[index]!)).toEqual([4000, 8000, 16_000, 24_000, 24_000, 24_000]);
  reads.stop();
});

test('read meanwhile by somebody else, it is not read again; another part does not put it off', async () => {
  const w = world();
  w.wrong.set('viewer', new Error('broken'));
  await w.reads.read('viewer');
  await vi.advanceTimersByTimeAsync(900);
  await w.reads.read('list');
  await vi.advanceTimersByTimeAsync(100);
  expect(w.asked.splice(0)).toEqual(['viewer', 'list', 'viewer']);
  w.wrong.clear();
  await w.reads.read('viewer');
  expect(w.told.at(-1)).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(w.asked).toEqual(['viewer']);
});

test('nothing is read after it was stopped, nor what is refused for good', async () => {
  const w = world();
  w.wrong.set('list', new Failed('FORBIDDEN', ''));
  await w.reads.read('list');
  expect(w.told).toEqual([false]);
  w.wrong.set('viewer', new Failed('NETWORK', ''));
  const late = w.reads.read('viewer');
  w.reads.stop();
  await late;
  expect(w.told).toEqual([false]);
  await w.reads.read('viewer');
  w.reads.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(w.asked).toEqual(['list', 'viewer', 'viewer']);
});

test('an older answer says nothing of a newer one', async () => {
  const answers: ((error?: Error) => void)[] = [];
  const told: boolean[] = [];
  const part = (): Promise<void> => new Promise((done, failed) => answers.push((error) => (error ? failed(error) : done())));
  const reads = new Reads({ list: part }, (missing) => told.push(missing));
  const both = [reads.read('list'), reads.read('list')];
  answers[1]!(new Error('away'));
  answers[0]!();
  await Promise.all(both);
  expect(told).toEqual([true]);
  reads.stop();
});
