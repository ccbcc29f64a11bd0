import { expect, test } from 'vitest';
import { inputOf, most, policyOf } from '../src/admin/capacity';

const usual = { total: 0, finishingPercent: 0, weights: [], interrupts: [] };

test('a policy that says nothing stays silent', () => {
  expect(inputOf(policyOf(usual))).toEqual(usual);
  expect(most(policyOf(usual), 'VOICE')).toBeNull();
});

test('what is said comes back as it was', () => {
  const told = { total: 8, finishingPercent: 50, weights: [{ class: 'VOICE' as const, weight: 4 }], interrupts: [{ class: 'CHAT' as const, over: ['MAIL' as const] }, { class: 'MAIL' as const, over: [] }] };
  const policy = policyOf(told);
  expect(policy.over).toEqual({ VOICE: ['CHAT', 'MESSAGING', 'MAIL'], CHAT: ['MAIL'], MESSAGING: ['VOICE', 'CHAT', 'MAIL'], MAIL: [] });
  expect(inputOf(policy)).toEqual(told);
});

test('how many of a kind fit, and one that never would', () => {
  const policy = policyOf({ ...usual, total: 3, weights: [{ class: 'VOICE', weight: 4 }, { class: 'CHAT', weight: 2 }] });
  expect([most(policy, 'VOICE'), most(policy, 'CHAT'), most(policy, 'MAIL')]).toEqual([0, 1, 3]);
});

test('an emptied number says what holds anyway', () => {
  const policy = policyOf(usual);
  policy.weights.CHAT = null;
  policy.total = null;
  expect(inputOf(policy)).toEqual(usual);
});
