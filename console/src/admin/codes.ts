import type { CodeBitsFragment } from '../gql/admin/graphql';
import { i18n } from '../lib/i18n/index.svelte';

type Code = CodeBitsFragment;

/** The name of a code in the language in force. */
export const codeName = ({ name, nameZh }: Pick<Code, 'name' | 'nameZh'>): string => (i18n.lang === 'zh' && nameZh) || name;

/** Outcomes first, then reasons; those out of use stand last among their kind. */
export function byUse(a: Code, b: Code): number {
  if (a.kind !== b.kind) return a.kind === 'WRAP_UP' ? -1 : 1;
  if (a.active !== b.active) return a.active ? -1 : 1;
  return a.name.localeCompare(b.name);
}
