import { backoff } from './backoff';
import type { Draft } from './drafts';

/** Words on their way out. They left the field when they were sent; here they are until the server has them. */
export interface Outgoing {
  /** One key a send: the same words sent again after a lost answer change nothing. */
  key: string;
  conversation: string;
  session?: string;
  mode: 'reply' | 'note';
  text: string;
  /** The name of the customer. */
  to?: string;
  /** The draft of a model that went into them. */
  from?: string;
  /** Stored files that go with them. */
  files?: Draft['files'];
  /** Server time. */
  at: string;
  state: 'sending' | 'waiting' | 'failed';
  /** Why it failed, for people. */
  why?: string;
}

/** What became of a try. */
export type Tried = 'sent' | 'lost' | { refused: string };

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Sends words in the order they were written, one at a time in each conversation. An answer that was lost is asked for
 * again under the same key until it comes; a refusal stays where it can be seen. All of it outlives a reload.
 */
export class Outbox {
  list: Outgoing[];
  private readonly running = new Set<string>();
  private readonly wakes = new Map<string, () => void>();
  private waiting: (() => void)[] = [];

  constructor(
    private readonly store: Store,
    private readonly name: string,
    private readonly attempt: (out: Outgoing) => Promise<Tried>,
    private readonly changed: (list: Outgoing[]) => void,
    private readonly pause: (attempt: number) => number = backoff,
  ) {
    this.list = this.load();
    changed(this.list);
  }

  /** Takes up what an earlier page left. */
  resume(): void {
    for (const conversation of new Set(this.list.map((out) => out.conversation))) void this.pump(conversation);
  }

  send(out: Omit<Outgoing, 'state'>): void {
    this.set([...this.list, { ...out, state: 'sending' }]);
    void this.pump(out.conversation);
  }

  again(key: string): void {
    const out = this.list.find((other) => other.key === key);
    if (!out) return;
    this.mark(key, { state: 'sending', why: undefined });
    this.wakes.get(out.conversation)?.();
    void this.pump(out.conversation);
  }

  /** Gives the words back, to be changed. */
  take(key: string): Outgoing | undefined {
    const out = this.list.find((other) => other.key === key && other.state === 'failed');
    if (out) this.set(this.list.filter((other) => other !== out));
    return out;
  }

  /** The network is back: no reason to wait any longer. */
  hurry(): void {
    for (const wake of this.wakes.values()) wake();
  }

  /** Ends when nothing of a conversation is on its way any more; whether all of it was accepted. */
  async settled(conversation: string): Promise<boolean> {
    while (this.next(conversation)) await new Promise<void>((done) => this.waiting.push(done));
    return !this.list.some((out) => out.conversation === conversation);
  }

  private async pump(conversation: string): Promise<void> {
    if (this.running.has(conversation)) return;
    this.running.add(conversation);
    let tries = 0;
    for (let out = this.next(conversation); out; out = this.next(conversation)) {
      const { key } = out;
      const tried = await this.attempt(out).catch((): Tried => 'lost');
      if (tried === 'sent') {
        tries = 0;
        this.set(this.list.filter((other) => other.key !== key));
      } else if (tried === 'lost') {
        tries += 1;
        this.mark(key, { state: 'waiting' });
        await this.rest(conversation, this.pause(tries));
      } else this.mark(key, { state: 'failed', why: tried.refused });
    }
    this.running.delete(conversation);
  }

  private next(conversation: string): Outgoing | undefined {
    return this.list.find((out) => out.conversation === conversation && out.state !== 'failed');
  }

  private rest(conversation: string, ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(() => wake(), ms);
      const wake = (): void => {
        clearTimeout(timer);
        this.wakes.delete(conversation);
        done();
      };
      this.wakes.set(conversation, wake);
    });
  }

  private mark(key: string, change: Partial<Outgoing>): void {
    this.set(this.list.map((out) => (out.key === key ? { ...out, ...change } : out)));
  }

  private set(list: Outgoing[]): void {
    this.list = list;
    try {
      if (list.length === 0) this.store.removeItem(this.name);
      else this.store.setItem(this.name, JSON.stringify(list));
    } catch {
      // Full or forbidden: then they last as long as the page.
    }
    this.changed(list);
    for (const look of this.waiting.splice(0)) look();
  }

  private load(): Outgoing[] {
    try {
      const kept: unknown = JSON.parse(this.store.getItem(this.name) ?? '[]');
      return Array.isArray(kept) ? (kept as Outgoing[]) : [];
    } catch {
      return [];
    }
  }
}
