import { expect, test } from 'vitest';
import { differs, flutters, lender, lenderFault, overflowForm, ruleOf } from '../src/admin/overflow';

const kept = { openWaiting: 10, openWaitSeconds: 0, closeWaiting: 2, closeWaitSeconds: 0, contractCap: 5, requiredRevision: 3, currentRevision: false, lenders: [], open: true, since: '2026-03-02T10:00:00Z' };

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

test('lenders are kept with the rule, and what the server says of them beside is no change', () => {
  const lends = { ...kept, lenders: [{ queueId: 'q1', busyWaiting: 4, busyWaitSeconds: 0, calmWaiting: 1, calmWaitSeconds: 0, busy: true }] };
  expect(differs(overflowForm(lends), lends)).toBe(false);
  expect(differs({ ...overflowForm(lends), lenders: [] }, lends)).toBe(true);
  expect(ruleOf({ ...overflowForm(kept), lenders: [{ ...lender('q1'), busyWaitSeconds: null, calmWaitSeconds: null }] })?.lenders).toEqual([{ queueId: 'q1', busyWaiting: 5, busyWaitSeconds: 0, calmWaiting: 1, calmWaitSeconds: 0 }]);
});

test('a lender is refused at its field', () => {
  const one = lender('q1');
  const at = (...all: Parameters<typeof lenderFault>[0]) => lenderFault(all, all.length - 1);
  expect(at(one)).toBeNull();
  expect(at(lender(''))).toEqual({ field: 'queueId', fault: 'wrong.lender' });
  expect(at(one, { ...one })).toEqual({ field: 'queueId', fault: 'wrong.twice' });
  expect(at({ ...one, busyWaiting: 0, busyWaitSeconds: null })).toEqual({ field: 'busyWaiting', fault: 'wrong.whatever' });
  expect(at({ ...one, calmWaiting: 5 })).toEqual({ field: 'calmWaiting', fault: 'wrong.keeps' });
  expect(at({ ...one, calmWaitSeconds: 60 })).toEqual({ field: 'calmWaitSeconds', fault: 'wrong.keeps' });
});
