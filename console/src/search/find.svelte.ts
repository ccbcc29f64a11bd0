import { MessageSearchDocument, PeopleSearchDocument, type MessageSearchQuery, type PeopleSearchQuery } from '../gql/search/graphql';
import { ask } from '../lib/client';
import { words } from '../lib/errors';
import { unique } from '../lib/unique';

export type Hit = MessageSearchQuery['messageSearch']['nodes'][number];
export type Met = PeopleSearchQuery['customers'][number];
export type State = 'OPEN' | 'SNOOZED' | 'RESOLVED';

/** Letters pause for this long before the server is asked. */
const PAUSE = 250;

/** Whether a text says enough to be looked for in messages: two characters without spaces between words, or three letters. */
export function enough(text: string): boolean {
  const letters = text.trim();
  return /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/.test(letters) ? letters.length >= 2 : letters.length >= 3;
}

/** What was said and who is called so: the answer to the newest question stands, whatever order answers come in. */
export class Find {
  hits = $state.raw<Hit[]>([]);
  people = $state.raw<Met[]>([]);
  /** What the results answer; null while the newest question is under way. */
  answered = $state<string | null>('');
  trouble = $state<string | null>(null);
  /** Where to go on. */
  cursor = $state<string | null>(null);
  /** The next page is under way. */
  busy = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticket = 0;

  search(text: string, lifecycle: State | null, channel: string | null): void {
    clearTimeout(this.timer);
    const asked = text.trim().slice(0, 200);
    const mine = ++this.ticket;
    this.busy = false;
    if (asked === '') return void ([this.hits, this.people, this.answered, this.trouble, this.cursor] = [[], [], '', null, null]);
    this.answered = null;
    this.timer = setTimeout(() => void this.ask(asked, lifecycle, channel, mine), PAUSE);
  }

  async more(text: string, lifecycle: State | null, channel: string | null): Promise<void> {
    const mine = this.ticket;
    if (!this.cursor || this.busy) return;
    this.busy = true;
    try {
      const { messageSearch: page } = await ask(MessageSearchDocument, { text: text.trim(), lifecycle, channel, after: this.cursor });
      if (mine !== this.ticket) return;
      this.hits = unique([...this.hits, ...page.nodes], ({ item }) => item.id);
      this.cursor = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    } catch (error) {
      if (mine === this.ticket) this.trouble = words(error);
    } finally {
      if (mine === this.ticket) this.busy = false;
    }
  }

  private async ask(text: string, lifecycle: State | null, channel: string | null, mine: number): Promise<void> {
    const [said, met] = await Promise.allSettled([
      enough(text) ? ask(MessageSearchDocument, { text, lifecycle, channel }) : Promise.resolve(null),
      ask(PeopleSearchDocument, { search: text }),
    ]);
    if (mine !== this.ticket) return;
    const page = said.status === 'fulfilled' ? said.value?.messageSearch : null;
    this.hits = page?.nodes ?? [];
    this.cursor = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    this.people = met.status === 'fulfilled' ? met.value.customers : [];
    const failed = said.status === 'rejected' ? said : met.status === 'rejected' ? met : null;
    this.trouble = failed ? words(failed.reason) : null;
    this.answered = text;
  }
}
