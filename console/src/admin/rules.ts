import type { RuleFragment } from '../gql/identity/graphql';

/** A rule as a list shows it. */
export type Rule = RuleFragment & { id: string; name: string };

/** Letters that stand in any path. */
export function hexed(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function ruled(rule: RuleFragment): Rule {
  return { ...rule, id: hexed(`${rule.scheme} ${rule.value}`), name: rule.value };
}
