import { expect, test } from 'vitest';
import { whereabouts, type Whereabouts } from '../src/lib/merged';

const ids = Array.from({ length: 23 }, (_, n) => `c${n}`);

test('every merge is asked about, and one that could not be read says nothing of the others', async () => {
  let known: Whereabouts = {};
  let [most, busy] = [0, 0];
  const read = async (id: string): Promise<{ mergedIntoId?: string | null } | null> => {
    most = Math.max(most, ++busy);
    await Promise.resolve();
    busy -= 1;
    if (id === 'c3') throw new Error('away');
    return id === 'c4' ? null : { mergedIntoId: id === 'c22' ? null : 'me' };
  };
  await whereabouts(ids, read, (found) => (known = { ...known, ...found }));
  expect(Object.keys(known)).toHaveLength(21);
  expect([known.c0, known.c3, known.c4, known.c21, known.c22]).toEqual(['me', undefined, undefined, 'me', null]);
  expect(most).toBe(10);
});

test('who looks away is not told any more', async () => {
  let [told, wanted] = [0, true];
  await whereabouts(ids, async () => ((wanted = false), { mergedIntoId: 'me' }), () => (told += 1), () => wanted);
  expect(told).toBe(0);
});
