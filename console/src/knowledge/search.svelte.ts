import { KnowledgeSearchDocument, type KnowledgeSearchQuery } from '../gql/knowledge/graphql';
import { ask } from '../lib/client';
import { words } from '../lib/errors';

export type Hit = KnowledgeSearchQuery['knowledgeSearch'][number];

/** Letters pause for this long before the server is asked. */
const PAUSE = 200;

/** What fits a question: the answer to the newest one stands, whatever order answers come in. */
export class Search {
  found = $state.raw<Hit[]>([]);
  /** What `found` answers; null while the newest question is under way. */
  answered = $state<string | null>('');
  trouble = $state<string | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticket = 0;

  search(text: string): void {
    clearTimeout(this.timer);
    const asked = text.trim().slice(0, 400);
    const mine = ++this.ticket;
    if (asked === '') return void ([this.found, this.answered, this.trouble] = [[], '', null]);
    this.answered = null;
    this.timer = setTimeout(() => void this.ask(asked, mine), PAUSE);
  }

  private async ask(query: string, mine: number): Promise<void> {
    try {
      const { knowledgeSearch } = await ask(KnowledgeSearchDocument, { query });
      if (mine === this.ticket) [this.found, this.answered, this.trouble] = [knowledgeSearch, query, null];
    } catch (error) {
      if (mine === this.ticket) [this.found, this.answered, this.trouble] = [[], query, words(error)];
    }
  }
}
