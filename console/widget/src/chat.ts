import { backoff } from '../../src/lib/backoff';
import { uuid } from '../../src/lib/ids';
import { mark, merge, next, say, type Line } from './model';
import { Socket } from './socket';

interface Kept {
  token: string | null;
  cursor: string | null;
  lines: Line[];
}

/** The visitor's chat: what was said, what waits to be sent, and the line to the server. All of it outlives a reload. */
export class Chat {
  kept: Kept;
  live = true;
  unread = 0;
  shown = true;
  unknown = false;
  private pumping = false;
  private attempt = 0;
  private readonly socket: Socket;

  constructor(
    private readonly account: string,
    private readonly lang: string,
    private readonly name: string,
    private readonly changed: () => void,
  ) {
    this.kept = this.load();
    this.socket = new Socket({
      token: () => this.kept.token,
      cursor: () => this.kept.cursor,
      at: (cursor) => this.set({ cursor }),
      live: (on) => {
        this.live = on;
        if (on) void this.pump();
        this.changed();
      },
      item: (item) => {
        const fresh = item.actor.kind !== 'customer' && !this.kept.lines.some((line) => line.id === item.id);
        if (fresh && !this.shown) this.unread += 1;
        this.set({ lines: merge(this.kept.lines, item) });
      },
    });
  }

  /** Somebody who wrote before hears what came meanwhile, and what waited goes out. */
  start(): void {
    if (this.kept.token && this.kept.lines.length > 0) this.socket.open();
    void this.pump();
  }

  get lines(): Line[] {
    return this.kept.lines;
  }

  say(text: string): void {
    this.set({ lines: say(this.kept.lines, uuid(), text, new Date().toISOString()) });
    void this.pump();
  }

  again(id: string): void {
    this.set({ lines: mark(this.kept.lines, id, 'waiting') });
    void this.pump();
  }

  show(on: boolean): void {
    this.shown = on;
    if (on) this.unread = 0;
    this.changed();
  }

  /** Sends what waits, in order. The same client id sent twice is one message, so every doubt is tried again. */
  private async pump(): Promise<void> {
    if (this.pumping || this.unknown) return;
    this.pumping = true;
    for (let line = next(this.kept.lines); line && !this.unknown; line = next(this.kept.lines)) {
      this.set({ lines: mark(this.kept.lines, line.id, 'sending') });
      const status = await this.post(line);
      if (status === 202) {
        this.attempt = 0;
        this.set({ lines: mark(this.kept.lines, line.id, 'sent') });
        const { id } = line;
        this.socket.expect(() => this.kept.lines.some((other) => other.id === id));
      } else if (status === 401) this.set({ token: null, cursor: null });
      else if (status === 422) this.set({ lines: mark(this.kept.lines, line.id, 'failed') });
      else {
        this.set({ lines: mark(this.kept.lines, line.id, 'waiting') });
        this.attempt += 1;
        await new Promise((done) => setTimeout(done, backoff(this.attempt)));
      }
    }
    this.pumping = false;
  }

  private async post(line: Line): Promise<number> {
    try {
      this.kept.token ??= await this.session();
      if (!this.kept.token) return 0;
      const body = { client_id: line.id, text: line.text, locale: this.lang, name: this.name || undefined };
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.kept.token}` };
      return (await fetch('/chat/messages', { method: 'POST', headers, body: JSON.stringify(body) })).status;
    } catch {
      return 0;
    }
  }

  private async session(): Promise<string | null> {
    const answer = await fetch(`/chat/${encodeURIComponent(this.account)}/sessions`, { method: 'POST' });
    if (answer.status === 404 || answer.status === 403) this.unknown = true;
    if (answer.status !== 201) return null;
    return ((await answer.json()) as { token: string }).token;
  }

  private get key(): string {
    return `meridian.chat.${this.account}`;
  }

  private load(): Kept {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? 'null') as Kept | null;
      if (kept && Array.isArray(kept.lines)) return kept;
    } catch {
      // Nothing readable is kept.
    }
    return { token: null, cursor: null, lines: [] };
  }

  private set(change: Partial<Kept>): void {
    this.kept = { ...this.kept, ...change };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      // Then the chat lasts as long as the page.
    }
    this.changed();
  }
}
