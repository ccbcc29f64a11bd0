import { expect, test } from 'vitest';
import type { PresenceState } from '../src/gql/graphql';
import { countGroups, groupOf, rank } from '../src/floor/present';

const person = (state: PresenceState, live = true): { state: PresenceState; live: boolean } => ({ state, live });

test('who chose to be available and has gone counts as available nowhere', () => {
  const people = [person('AVAILABLE'), person('AVAILABLE', false), person('BREAK', false), person('OFFLINE', false), person('BREAK')];
  expect(countGroups(people)).toMatchObject({ AVAILABLE: 1, BREAK: 1, OFFLINE: 1, AWAY: 2 });
  expect(groupOf(person('NOT_RESPONDING', false))).toBe('AWAY');
});

test('who can get work stands first, who is away before who is offline', () => {
  const listed = [person('OFFLINE', false), person('AVAILABLE', false), person('BREAK'), person('AVAILABLE')].sort((a, b) => rank(a) - rank(b));
  expect(listed.map(groupOf)).toEqual(['AVAILABLE', 'BREAK', 'AWAY', 'OFFLINE']);
});
