import { expect, test } from 'vitest';
import { pending } from '../src/lib/offers';
import type { Offer } from '../src/lib/types';

const offer = (id: string, createdAt: string, state = 'pending') => ({ id, createdAt, state }) as Offer;
const ids = (offers: Offer[]) => offers.map(({ id }) => id);

test('an offer that came while offers were read is kept', () => {
  const read = [offer('b', '2026-01-02'), offer('old', '2026-01-01', 'expired')];
  expect(ids(pending(read))).toEqual(['b']);
  expect(ids(pending(read, new Map([['a', offer('a', '2026-01-01')]])))).toEqual(['a', 'b']);
});

test('one that ended or was answered meanwhile does not come back', () => {
  const read = [offer('a', '2026-01-01'), offer('b', '2026-01-02')];
  const told = new Map([
    ['a', offer('a', '2026-01-01', 'rescinded')],
    ['b', null],
  ]);
  expect(pending(read, told)).toEqual([]);
});
