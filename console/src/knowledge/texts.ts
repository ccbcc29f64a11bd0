import type { KnowledgeState } from '../gql/knowledge/graphql';
import { bare } from '../lib/ids';

/** What a revision says of itself, whoever reads it. */
export interface Head {
  language: string;
  revision: number;
  state: KnowledgeState;
  title: string;
}

/** An article in one language: what is newest (replaced ones aside, where there is another), and what readers find. */
export interface Tongue<R extends Head> {
  language: string;
  newest: R;
  published: R | null;
}

const base = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

/** The languages of an article; that of the person first, the others by name. */
export function tongues<R extends Head>(revisions: readonly R[], lang: string): Tongue<R>[] {
  const found = new Map<string, R[]>();
  for (const one of revisions) found.set(one.language, [...(found.get(one.language) ?? []), one]);
  const far = (language: string): number => (base(language) === base(lang) ? 0 : 1);
  return [...found]
    .map(([language, all]) => {
      const sorted = [...all].sort((a, b) => b.revision - a.revision);
      return { language, newest: sorted.find((one) => one.state !== 'SUPERSEDED') ?? sorted[0]!, published: sorted.find((one) => one.state === 'PUBLISHED') ?? null };
    })
    .sort((a, b) => far(a.language) - far(b.language) || a.language.localeCompare(b.language));
}

/** What stands for the whole article in a list. */
export function titled(revisions: readonly Head[], lang: string): string {
  return tongues(revisions, lang)[0]?.newest.title ?? '';
}

/** What may be done next with a revision, and by whom. */
export type Next = 'submit' | 'publish' | 'again' | 'other' | null;

/** `other`: somebody else publishes what one wrote, unless one is an admin. */
export function next(one: { state: KnowledgeState; authorId?: string | null }, me: string | null, admin: boolean): Next {
  if (one.state === 'DRAFT') return 'submit';
  if (one.state === 'SUPERSEDED') return 'again';
  if (one.state === 'PUBLISHED') return null;
  const own = !!me && !!one.authorId && bare(one.authorId) === bare(me);
  return own && !admin ? 'other' : 'publish';
}
