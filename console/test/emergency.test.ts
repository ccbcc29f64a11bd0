import { expect, test } from 'vitest';
import { inForce, wrong, type Activation } from '../src/floor/emergency';

const none = { closed: false, allHands: false, overflow: false, message: '' };

test('a plan switches something, and a closed queue says so', () => {
  expect(wrong(none)).toBe('nothing');
  expect(wrong({ ...none, message: '  ' })).toBe('nothing');
  expect(wrong({ ...none, message: 'We are back at noon.' })).toBeNull();
  expect(wrong({ ...none, allHands: true })).toBeNull();
  expect(wrong({ ...none, closed: true })).toBe('closed');
  expect(wrong({ ...none, closed: true, message: 'Closed today.' })).toBeNull();
  expect(wrong({ ...none, message: 'x'.repeat(1001) })).toBe('long');
});

test('in force is what neither ended nor ran out, oldest first', () => {
  const now = Date.parse('2026-03-02T12:00:00Z');
  const one = (id: string, activatedAt: string, expiresAt: string, endedAt: string | null = null): Activation => ({ id, planId: `p${id}`, name: id, activatedAt, expiresAt, endedAt, activatedById: null, endedById: null });
  const all = [
    one('new', '2026-03-02T11:50:00Z', '2026-03-02T12:50:00Z'),
    one('old', '2026-03-02T11:00:00Z', '2026-03-02T13:00:00Z'),
    one('ended', '2026-03-02T11:00:00Z', '2026-03-02T13:00:00Z', '2026-03-02T11:30:00Z'),
    one('over', '2026-03-02T10:00:00Z', '2026-03-02T11:00:00Z'),
  ];
  expect(inForce(all, now).map(({ id }) => id)).toEqual(['old', 'new']);
});
