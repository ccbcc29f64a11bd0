import { expect, test } from 'vitest';
import { newStep, place, planOf } from '../src/admin/plan';

test('a refusal names its step and field', () => {
  expect(place('steps.1.siteIds')).toEqual({ step: 1, field: 'siteIds' });
  expect(place('plan.steps.0.seconds')).toEqual({ step: 0, field: 'seconds' });
  expect(place('steps.2')).toEqual({ step: 2, field: '' });
  expect(place('queueId')).toBeNull();
  expect(place(null)).toBeNull();
});

test('languages are written as people write them, and an emptied number is 0', () => {
  const step = { ...newStep(), languages: 'EN, zh；de', relaxLevels: null as unknown as number };
  const plan = planOf({ steps: [step], targetSeconds: null as unknown as number, reserve: false, note: '' });
  expect(plan.targetSeconds).toBe(0);
  expect(plan.steps).toMatchObject([{ languages: ['en', 'zh', 'de'], relaxLevels: 0 }]);
});
