import { expect, test } from 'vitest';
import type { AlertBitsFragment } from '../src/gql/floor/graphql';
import { counted, unseen } from '../src/floor/alerts';

const alert = (kind: AlertBitsFragment['kind'], more: { endedAt?: string; acknowledgedAt?: string } = {}) => ({ kind, endedAt: null, acknowledgedAt: null, ...more });

test('what is ended or was looked at waits for nobody, an emergency stands by itself', () => {
  const all = [alert('RED_CHANNEL'), alert('EMERGENCY'), alert('SHIFT', { acknowledgedAt: '2026-01-01' }), alert('OVERFLOW', { endedAt: '2026-01-01' })];
  expect(unseen(all).map(({ kind }) => kind)).toEqual(['RED_CHANNEL', 'EMERGENCY']);
  expect(counted(all)).toBe(1);
});
