import type { Draft } from './drafts';
import type { Item } from './types';

/** What a colleague said to the customer or noted while somebody was writing; null when nothing was. */
export function collision(draft: Draft, items: readonly Item[], me: (id: string | null | undefined) => boolean): Item | null {
  const begun = draft.begun;
  if (begun === undefined || draft.text.trim() === '') return null;
  const others = items.filter((item) => item.seq > begun && item.actor.kind === 'agent' && !me(item.actor.id));
  return others.filter((item) => ['message', 'note'].includes(item.kind.toLowerCase())).at(-1) ?? null;
}
