import { expect, test } from 'vitest';
import { draftOf, intentsOf, newRule, place, rulesOf, wrong } from '../src/admin/red';

test('a refusal names its rule and field', () => {
  expect(place('rules.2.managerId')).toEqual({ rule: 2, field: 'managerId' });
  expect(place('rules.0')).toEqual({ rule: 0, field: '' });
  expect(place('note')).toBeNull();
});

test('a draft goes to the server as rules, and comes back the same', () => {
  const rule = { ...newRule(), name: ' Press ', tags: 'press，radio; tv', event: true, kinds: 'large_transfer', headStartMinutes: null, holdSeconds: 45 };
  const sent = rulesOf({ rules: [rule], note: '' })[0]!;
  expect(sent).toMatchObject({ name: 'Press', tags: ['press', 'radio', 'tv'], event: { kinds: ['large_transfer'], minSeverity: 3, withinMinutes: 1440 }, headStartMinutes: 0, managerId: null, holdSeconds: 0 });
  const kept = { ...sent, tiers: [], tags: ['press'], queueIds: [], event: null, sentimentBelow: -0.5, intents: ['leave'], headStartMinutes: 5, managerId: 'm', deputyId: null, holdSeconds: 90, alert: false };
  const back = draftOf([kept]).rules[0]!;
  expect(back).toMatchObject({ name: 'Press', tags: 'press', event: false, managerId: 'm', deputyId: '', holdSeconds: 90 });
  expect(rulesOf({ rules: [back], note: '' })[0]).toEqual(kept);
});

test('what cannot work is found before the server has to', () => {
  const good = { ...newRule(), name: 'One', tiers: ['vip'] };
  expect(wrong([good])).toBeNull();
  expect(wrong([good, { ...good, name: ' ' }])).toEqual({ rule: 1, field: 'name', text: 'name' });
  expect(wrong([good, { ...good, name: 'one ' }])).toEqual({ rule: 1, field: 'name', text: 'twin' });
  expect(wrong([{ ...good, tiers: [], tags: ' , ' }])).toEqual({ rule: 0, field: 'when', text: 'when' });
  expect(wrong([{ ...good, headStartMinutes: null, alert: false }])).toEqual({ rule: 0, field: 'then', text: 'then' });
});

test('a mood or an intent is a condition as well', () => {
  expect(wrong([{ ...newRule(), name: 'Unhappy', sentimentBelow: -0.5 }])).toBeNull();
  expect(wrong([{ ...newRule(), name: 'Leaves', intents: ['leave'] }])).toBeNull();
  expect(wrong([{ ...newRule(), name: 'All' }])?.text).toBe('when');
});

test('intents that are gone can be taken out, and none of them is none', () => {
  expect(intentsOf(['track', 'oos', 'cancel_order'], ['gone']).map(({ id, name }) => [id, name])).toEqual([['cancel_order', 'cancel order'], ['gone', 'gone'], ['track', 'track']]);
});
