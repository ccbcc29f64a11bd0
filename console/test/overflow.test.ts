import { expect, test } from 'vitest';
import { differs, flutters, overflowForm, ruleOf } from '../src/admin/overflow';

const kept = { openWaiting: 10, openWaitSeconds: 0, closeWaiting: 2, closeWaitSeconds: 0, contractCap: 5, requiredRevision: 3, currentRevision: false, open: true, since: '2026-03-02T10:00:00Z' };

test('a rule that was not touched is not saved again: that would close it', () => {
  expect(differs(overflowForm(kept), kept)).toBe(false);
  expect(differs({ ...overflowForm(kept), contractCap: 6 }, kept)).toBe(true);
  expect(differs({ ...overflowForm(kept), lends: false }, kept)).toBe(true);
  expect(differs(overflowForm(null), null)).toBe(false);
});

test('an emptied number is 0, and no rule is none', () => {
  expect(ruleOf({ ...overflowForm(kept), openWaitSeconds: null })).toMatchObject({ openWaitSeconds: 0, openWaiting: 10 });
  expect(ruleOf(overflowForm(null))).toBeNull();
});

test('what closes is less than what opens', () => {
  expect(flutters(10, 10)).toBe(true);
  expect(flutters(10, 9)).toBe(false);
  expect(flutters(0, 5)).toBe(false);
  expect(flutters(null, null)).toBe(false);
});
