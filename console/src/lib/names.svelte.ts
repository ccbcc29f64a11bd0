import { AgentsDocument, TransferTargetsDocument } from '../gql/graphql';
import { ask } from './client';
import { desk } from './desk.svelte';
import { t } from './i18n/index.svelte';
import { bare } from './ids';
import type { Agent } from './types';

/** Names of colleagues: those one has met, and all of them for who may see the floor. */
class Names {
  known = $state.raw<Record<string, string>>({});
  private reading: Promise<void> | null = null;

  learn(people: ({ id: string; name: string } | null | undefined)[]): void {
    const news = people.filter((p) => p && this.known[bare(p.id)] !== p.name) as { id: string; name: string }[];
    if (news.length > 0) this.known = { ...this.known, ...Object.fromEntries(news.map((p) => [bare(p.id), p.name])) };
  }

  /** Once; what failed is read when it is asked for again. */
  readAll(): Promise<void> {
    this.reading ??= this.read().catch((error: unknown) => {
      this.reading = null;
      throw error;
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    // Who may not see the floor knows those to whom work can be passed.
    if (!desk.may('floor:read')) return this.learn((await ask(TransferTargetsDocument, {})).transferTargets.agents);
    let after: string | null = null;
    for (let page = 0; page < 10; page++) {
      const { agents }: { agents: { nodes: Agent[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } } =
        await ask(AgentsDocument, { first: 100, after });
      this.learn(agents.nodes);
      if (!agents.pageInfo.hasNextPage) return;
      after = agents.pageInfo.endCursor ?? null;
    }
  }

  me(id: string | null | undefined): boolean {
    return !!id && !!desk.me && bare(desk.me.id) === bare(id);
  }

  agent(id: string | null | undefined): string {
    if (!id) return t('item.agent');
    if (this.me(id)) return t('item.you');
    return this.known[bare(id)] ?? t('item.agent');
  }
}

export const names = new Names();
