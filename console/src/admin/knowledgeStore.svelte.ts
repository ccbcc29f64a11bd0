import { KnowledgeArticlesDocument, KnowledgeSpacesDocument, KnowledgeWrittenDocument, type KnowledgeArticlesQuery, type OutlineFragment, type WrittenFragment } from '../gql/knowledge/graphql';
import { titled, tongues } from '../knowledge/texts';
import { ask } from '../lib/client';
import { words } from '../lib/errors';
import { i18n } from '../lib/i18n/index.svelte';

export type Written = WrittenFragment;
export type Row = OutlineFragment & { name: string };
export type Only = 'review' | 'draft' | 'archived';

/** Pages of articles of a space that are read at most: five thousand articles. */
const PAGES = 50;

/** Whether an article has a newest text that stands so; archived ones are only that. */
export function stands(row: OutlineFragment, only: Only): boolean {
  if (row.archivedAt || only === 'archived') return !!row.archivedAt && only === 'archived';
  return tongues(row.revisions, '').some(({ newest }) => newest.state === only.toUpperCase());
}

/** Spaces and articles as this page knows them: null until they were read. */
class Knowledge {
  spaces = $state.raw<{ id: string; name: string }[]>([]);
  rows = $state.raw<Row[] | null>(null);
  failed = $state<string | undefined>(undefined);
  /** The article that was begun a moment ago: what comes next with it has the focus. */
  begun: string | null = null;

  async read(): Promise<void> {
    try {
      const { knowledgeSpaces } = await ask(KnowledgeSpacesDocument, {});
      const all = await Promise.all(knowledgeSpaces.map(({ id }) => articles(id)));
      [this.spaces, this.failed] = [knowledgeSpaces, undefined];
      this.rows = sorted(all.flat().map(named));
    } catch (error) {
      this.failed = words(error);
    }
  }

  async whole(id: string): Promise<Written | null> {
    return (await ask(KnowledgeWrittenDocument, { id })).knowledgeArticle ?? null;
  }

  put(row: OutlineFragment): void {
    this.rows = sorted([...(this.rows ?? []).filter((other) => other.id !== row.id), named(row)]);
  }

  putSpace(space: { id: string; name: string }): void {
    this.spaces = [...this.spaces.filter((other) => other.id !== space.id), space].sort((a, b) => a.name.localeCompare(b.name));
  }

  space(id: string): string {
    return this.spaces.find((space) => space.id === id)?.name ?? '';
  }
}

const named = (row: OutlineFragment): Row => ({ ...row, name: titled(row.revisions, i18n.lang) });
const sorted = (rows: Row[]): Row[] => rows.sort((a, b) => a.name.localeCompare(b.name));

async function articles(space: string): Promise<OutlineFragment[]> {
  const all: OutlineFragment[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const found: KnowledgeArticlesQuery['knowledgeArticles'] = (await ask(KnowledgeArticlesDocument, { space, after })).knowledgeArticles;
    all.push(...found.nodes);
    if (!found.pageInfo.hasNextPage) break;
    after = found.pageInfo.endCursor ?? null;
  }
  return all;
}

export const knowledge = new Knowledge();
