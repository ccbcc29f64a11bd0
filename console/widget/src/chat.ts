import { backoff } from '../../src/lib/backoff';
import { uuid } from '../../src/lib/ids';
import { Pace, Writes } from '../../src/lib/typing';
import { choices, mark, merge, next, say, type Button, type Line } from './model';
import { Socket } from './socket';

interface Kept {
  token: string | null;
  /** Whom the site says it is: the number in its token. */
  known?: string;
  cursor: string | null;
  lines: Line[];
  /** They are answered later instead of waiting. */
  later?: Later;
  /** Where else they are reached, as they say. */
  email?: string;
}

/** When people are there. */
interface Hours {
  open: boolean;
  opens_at: string | null;
}

/** An answer that was promised for a time. */
interface Later {
  id: string;
  dueAt: string;
  untilAt: string | null;
}

/** Where the visitor stands in line. */
export interface Wait {
  position: number;
  callbackOffered: boolean;
  expected: { fromMinutes: number; toMinutes: number | null } | null;
}

/** Largest file that the server takes, bytes. */
const LARGEST = 25 * 1024 * 1024;
/** Places in line change without a message: asked so often, milliseconds. */
const LOOK = 15_000;
const WAIT = '{ visitorWait { position callbackOffered expected { fromMinutes toMinutes } } }';
const LATER = 'mutation($input: CallbackRequestInput!) { callbackRequest(input: $input) { scheduledWork { id dueAt untilAt } userErrors { message } } }';
const TYPING = 'mutation { typingShow(input: {}) { shown } }';
const CANCEL = 'mutation($input: ScheduledWorkCancelInput!) { scheduledWorkCancel(input: $input) { userErrors { code } } }';

/** The visitor's chat: what was said, what waits to be sent, and the line to the server. All of it outlives a reload. */
export class Chat {
  kept: Kept;
  live = true;
  unread = 0;
  shown = true;
  unknown = false;
  /** A person was asked for, after so many lines. */
  asked = -1;
  wait: Wait | null = null;
  hours: Hours = { open: true, opens_at: null };
  /** Why no answer could be promised for later. */
  trouble = '';
  /** Somebody writes to them. */
  writing = false;
  private readonly writes = new Writes((on) => {
    this.writing = on;
    this.changed();
  });
  private readonly pace = new Pace();
  private soon: ReturnType<typeof setTimeout> | undefined;
  /** Files on their way; those of a page that was left are chosen again. */
  private readonly files = new Map<string, File>();
  private identity = '';
  /** What is said next is said as who they are then. */
  private identifying: Promise<void> = Promise.resolve();
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
        if (on) (void this.pump(), this.look(0));
        this.changed();
      },
      item: (item) => {
        const fresh = item.actor.kind !== 'customer' && !this.kept.lines.some((line) => line.id === item.id);
        if (fresh && !this.shown) this.unread += 1;
        if (fresh) this.writes.end();
        this.set({ lines: merge(this.kept.lines, item) });
        // What was promised for later is there, or somebody has it in hand.
        if (fresh && item.actor.kind === 'agent') this.set({ later: undefined });
        this.look(400);
      },
      writes: (seconds) => this.writes.sign(seconds),
    });
  }

  /** Looks where the visitor stands in line, and again after a while as long as somebody sees it. */
  private look(after: number): void {
    clearTimeout(this.soon);
    this.soon = setTimeout(async () => {
      const answer = this.shown ? await this.socket.ask<{ visitorWait: Wait | null }>(WAIT) : undefined;
      if (answer) this.wait = answer.visitorWait;
      this.changed();
      if (this.shown && this.live && this.kept.lines.length > 0) this.look(LOOK);
    }, after);
  }

  /** An answer later today, or tomorrow, instead of waiting: the place in line is kept. */
  async later(): Promise<void> {
    const input = { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
    const answer = await this.socket.ask<{ callbackRequest: { scheduledWork: Later | null; userErrors: { message: string }[] } }>(LATER, { input });
    const made = answer?.callbackRequest;
    this.trouble = made?.scheduledWork ? '' : (made?.userErrors[0]?.message ?? ' ');
    if (made?.scheduledWork) {
      this.wait = null;
      this.set({ later: made.scheduledWork });
    }
    this.changed();
  }

  /** They wait after all. */
  async waiting(): Promise<void> {
    const { later } = this.kept;
    if (!later || !(await this.socket.ask(CANCEL, { input: { scheduledWorkId: later.id } }))) return;
    this.set({ later: undefined });
    this.look(0);
  }

  /** Somebody who wrote before hears what came meanwhile, and what waited goes out. */
  start(): void {
    if (this.kept.token && this.kept.lines.length > 0) this.socket.open();
    void this.pump();
    fetch(`/chat/${encodeURIComponent(this.account)}`)
      .then(async (answer) => {
        if (answer.ok) this.hours = (await answer.json()) as Hours;
        else this.unknown = answer.status === 404;
        this.changed();
      })
      .catch(() => undefined);
  }

  /** Where an answer goes when they are gone by then: said with the next words, or as words of its own after them. */
  reach(email: string): void {
    this.set({ email: email.trim() || undefined });
    if (this.kept.email && this.kept.lines.length > 0) this.say(this.kept.email);
  }

  get lines(): Line[] {
    return this.kept.lines;
  }

  /** They write: whoever looks at the conversation may see it. Nobody minds if it gets lost. */
  types(text: string): void {
    if (this.kept.lines.length > 0 && this.pace.due(text)) void this.socket.ask(TYPING);
  }

  say(text: string, choice?: string): void {
    this.pace.sent();
    this.set({ lines: say(this.kept.lines, uuid(), text, new Date().toISOString(), { choice }) });
    void this.pump();
  }

  /** Shows files, each as words of its own; false when one is larger than is taken. */
  attach(files: Iterable<File>): boolean {
    let fits = true;
    for (const file of files) {
      if (file.size > LARGEST || file.size === 0) {
        fits = false;
        continue;
      }
      const id = uuid();
      this.files.set(id, file);
      this.set({ lines: say(this.kept.lines, id, '', new Date().toISOString(), { file: file.name || 'file' }) });
    }
    void this.pump();
    return fits;
  }

  again(id: string): void {
    this.set({ lines: mark(this.kept.lines, id, 'waiting') });
    void this.pump();
  }

  /** What may be chosen now: the buttons of what was said last. */
  get buttons(): Button[] {
    return choices(this.kept.lines);
  }

  /** Whether a bot answers, so that a person can be asked for. */
  get byBot(): boolean {
    return this.kept.lines.filter((line) => line.from !== 'visitor').at(-1)?.from === 'bot';
  }

  /** People take over from the bot. */
  async person(): Promise<void> {
    this.asked = this.kept.lines.length;
    this.changed();
    const headers = { authorization: `Bearer ${this.kept.token}` };
    const answer = await fetch('/chat/person', { method: 'POST', headers }).catch(() => null);
    if (!answer?.ok) this.asked = -1;
    this.changed();
  }

  show(on: boolean): void {
    this.shown = on;
    if (on) (this.unread = 0), this.look(0);
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
        this.files.delete(id);
        this.socket.expect(() => this.kept.lines.some((other) => other.id === id));
      } else if (status === 401) this.set({ token: null, cursor: null });
      else if (status === 422 || status === 413) this.set({ lines: mark(this.kept.lines, line.id, 'failed') });
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
      await this.identifying;
      if (!this.kept.token) this.set({ token: await this.session() });
      if (!this.kept.token) return 0;
      const authorization = `Bearer ${this.kept.token}`;
      if (line.file !== undefined) {
        const file = this.files.get(line.id);
        // The page was left meanwhile, and its files with it.
        if (!file) return 422;
        const query = new URLSearchParams({ client_id: line.id, name: file.name, locale: this.lang });
        const headers = { 'content-type': file.type || 'application/octet-stream', authorization };
        return (await fetch(`/chat/files?${query}`, { method: 'POST', headers, body: file })).status;
      }
      const body = { client_id: line.id, text: line.text, choice: line.choice, locale: this.lang, name: this.name || undefined, email: this.kept.email };
      const headers = { 'content-type': 'application/json', authorization };
      return (await fetch('/chat/messages', { method: 'POST', headers, body: JSON.stringify(body) })).status;
    } catch {
      return 0;
    }
  }

  /**
   * The site says who it is, or that nobody is signed in any more. Who was anonymous stays the visitor they were; what
   * somebody else said is forgotten.
   */
  identify(token: string): Promise<void> {
    this.identifying = this.identifying.then(() => this.become(token));
    return this.identifying;
  }

  private async become(token: string): Promise<void> {
    const who = subject(token);
    if (who === (this.kept.known ?? '') && token !== '') return void (this.identity = token);
    this.identity = token;
    if (this.kept.known !== undefined && this.kept.known !== who) {
      this.socket.close();
      this.writes.end();
      this.wait = null;
      this.set({ token: null, cursor: null, lines: [], known: undefined, later: undefined });
    }
    if (token === '' || (this.kept.lines.length === 0 && !this.kept.token)) return;
    const fresh = await this.session().catch(() => null);
    if (fresh) this.set({ token: fresh });
  }

  private async session(): Promise<string | null> {
    const open = (identity: string): Promise<Response> => {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (this.kept.token) headers.authorization = `Bearer ${this.kept.token}`;
      const body = identity ? JSON.stringify({ identity }) : undefined;
      return fetch(`/chat/${encodeURIComponent(this.account)}/sessions`, { method: 'POST', headers, body });
    };
    let answer = await open(this.identity);
    // A token of the site that is over or wrong makes nobody known, and keeps nobody from writing.
    if (answer.status === 401 && this.identity) answer = await open((this.identity = ''));
    if (answer.status === 404 || answer.status === 403) this.unknown = true;
    if (answer.status !== 201) return null;
    const made = (await answer.json()) as { token: string };
    this.set({ known: subject(this.identity) || undefined });
    return made.token;
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

/** The `sub` of a token, unverified: only to notice that it is somebody else's. */
function subject(token: string): string {
  try {
    const part = token.split('.')[1] ?? '';
    return String((JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))) as { sub?: unknown }).sub ?? '');
  } catch {
    return '';
  }
}
