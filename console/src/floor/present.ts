import type { PresenceState } from '../gql/graphql';

/** In the order in which people are listed: who can get work first. */
export const states: PresenceState[] = ['AVAILABLE', 'FINISHING', 'BUSY', 'BREAK', 'NOT_RESPONDING', 'OFFLINE'];
/** `AWAY`: whose page is no longer open. They get no work, whatever state they chose. */
export type Group = PresenceState | 'AWAY';
export const groups: Group[] = [...states, 'AWAY'];

interface Person {
  state: PresenceState;
  live: boolean;
}

export function groupOf({ live, state }: Person): Group {
  return live || state === 'OFFLINE' ? state : 'AWAY';
}

/** Where a person is listed; those who are away stand before those who are offline. */
export function rank(person: Person): number {
  return groupOf(person) === 'AWAY' ? states.indexOf('OFFLINE') - 0.5 : states.indexOf(person.state);
}

/** How many are in each group. */
export function countGroups(people: readonly Person[]): Record<Group, number> {
  const counts = Object.fromEntries(groups.map((group) => [group, 0])) as Record<Group, number>;
  for (const person of people) counts[groupOf(person)] += 1;
  return counts;
}
