import { expect, test } from 'vitest';
import { going, pairs, rows, type Figures, type WhatIf } from '../src/admin/whatif';

const figures = (queueId: string, more: Partial<Figures> = {}): Figures => ({ queueId, offered: 10, answered: 8, abandoned: 2, serviceLevel: 0.8, averageSpeedOfAnswer: 20, abandonment: 0.2, ...more });
const one = { id: 'w', queueId: 'b', from: '', to: '', targetSeconds: 30, state: 'done', done: 20, total: 20, createdAt: '' } as WhatIf;

test('more in time and less waiting are better, the same is neither', () => {
  const [level, wait, abandoned, answered, offered] = rows(figures('b'), figures('b', { serviceLevel: 0.9, averageSpeedOfAnswer: 30, abandoned: 1 }));
  expect([level, wait, abandoned, answered, offered].map((row) => row?.better)).toEqual([true, false, true, null, null]);
});

test('nothing to count is told as such', () => {
  expect(rows(figures('b', { serviceLevel: null }), undefined)[0]).toEqual({ figure: 'level', a: null, b: null, better: null });
});

test('the compared queue stands first, others only where work came', () => {
  const both = [figures('a'), figures('b'), figures('quiet', { offered: 0 })];
  expect(pairs({ ...one, planA: both, planB: both }).map(({ queueId }) => queueId)).toEqual(['b', 'a']);
  expect(pairs(one)).toEqual([{ queueId: 'b', a: undefined, b: undefined }]);
});

test('a comparison goes on until it is done, failed or cancelled', () => {
  expect(['waiting', 'running', 'done', 'failed', 'cancelled'].map((state) => going({ ...one, state }))).toEqual([true, true, false, false, false]);
});
