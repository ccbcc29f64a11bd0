import { code, knows, localised } from './i18n/index.svelte';

/** Why a provider did not take something: `class: its words`, the class in ours. */
export function trouble(text: string): string {
  const found = /^([a-z_]+): ?(.*)$/s.exec(text);
  if (!found || !knows(`trouble.${found[1]}`)) return localised(text);
  const [kind, detail] = [code('trouble', found[1]!), localised(found[2]!)];
  return detail ? `${kind} (${detail})` : kind;
}
