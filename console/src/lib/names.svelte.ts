import { AgentsDocument, TransferTargetsDocument } from '../gql/graphql';
import { ask } from './client';
import { desk } from './desk.svelte';
import { t } from './i18n/index.svelte';
import { bare } from './ids';
import type { Agent } from './types';

/** Between two reads because of somebody unknown: colleagues join while a tab stands open, but seldom. */
const FRESH = 60_000;

/** Names of colleagues: those one has met, and all of them for who may see the floor. */
class Names {
  known = $state.raw<Record<string, string>>({});
  private reading: Promise<void> | null = null;
  /** When all were read last. */
  private at = -Infinity;
  private again: ReturnType<typeof setTimeout> | undefined;
  private readonly missing = new Set<string>();
  /** Counts sign-ins: what was asked for in an earlier one is not for this one. */
  private turn = 0;

  learn(people: ({ id: string; name: string } | null | undefined)[]): void {
    const news = people.filter((p) => p && this.known[bare(p.id)] !== p.name) as { id: string; name: string }[];
    if (news.length > 0) this.known = { ...this.known, ...Object.fromEntries(news.map((p) => [bare(p.id), p.name])) };
  }

  /** Once, and again when somebody unknown is met; what failed is read when it is asked for again. */
  readAll(): Promise<void> {
    this.reading ??= this.begin();
    return this.reading;
  }

  /** Somebody else signs in: names are those of a workspace. */
  stop(): void {
    clearTimeout(this.again);
    this.missing.clear();
    [this.known, this.reading, this.at, this.again, this.turn] = [{}, null, -Infinity, undefined, this.turn + 1];
  }

  private async begin(): Promise<void> {
    const mine = this.turn;
    this.at = Date.now();
    try {
      await this.read(mine);
    } catch (error) {
      if (mine === this.turn) this.reading = null;
      throw error;
    }
  }

  /** Somebody without a name is shown. Names are asked for while a page is drawn, so what has to be done is done later. */
  private miss(id: string): void {
    this.missing.add(bare(id));
    this.again ??= setTimeout(() => this.look(), Math.max(0, this.at + FRESH - Date.now()));
  }

  /** Reads all again when names are missing still, at most once a minute. */
  private look(): void {
    this.again = undefined;
    const missing = [...this.missing].filter((id) => this.known[id] === undefined);
    this.missing.clear();
    if (!desk.viewer || missing.length === 0) return;
    if (this.at + FRESH > Date.now()) return missing.forEach((id) => this.miss(id));
    this.reading = this.begin();
    this.reading.catch(() => undefined);
  }

  private async read(mine: number): Promise<void> {
    // Who may not see the floor knows those to whom work can be passed.
    if (!desk.may('floor:read')) {
      const { transferTargets } = await ask(TransferTargetsDocument, {});
      if (mine === this.turn) this.learn(transferTargets.agents);
      return;
    }
    let after: string | null = null;
    for (let page = 0; page < 10; page++) {
      const { agents }: { agents: { nodes: Agent[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } } =
        await ask(AgentsDocument, { first: 100, after });
      if (mine !== this.turn) return;
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
    const name = this.known[bare(id)];
    if (name === undefined) this.miss(id);
    return name ?? t('item.agent');
  }
}

export const names = new Names();
