import { backoff } from '../../src/lib/backoff';
import { uuid } from '../../src/lib/ids';
import { Pace, Writes } from '../../src/lib/typing';
import { another, choices, identified, mark, merge, next, NOBODY, read, say, subject, together } from './model';
import type { Button, Kept, Later, Line, Way } from './model';
import { Socket } from './socket';

/** When people are there. */
interface Hours {
  open: boolean;
  opens_at: string | null;
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
  kept: Kept = NOBODY;
  live = true;
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
  /** What this tab last read or wrote: when something else is stored, another tab wrote it. */
  private stored: string | null = null;

  constructor(
    private readonly account: string,
    private readonly lang: string,
    private readonly name: string,
    private readonly changed: () => void,
    public shown = true,
  ) {
    this.socket = new Socket({
      token: () => this.kept.token,
      renew: () => this.renew(),
      cursor: () => this.kept.cursor,
      at: (cursor) => this.set(() => ({ cursor })),
      live: (on) => {
        this.live = on;
        if (on) (void this.pump(), this.look(0));
        this.changed();
      },
      item: (item) => {
        if (!this.hear()) return;
        const fresh = item.actor.kind !== 'customer' && !this.kept.lines.some((line) => line.id === item.id);
        if (fresh) this.writes.end();
        // What was promised for later is there, or somebody has it in hand.
        const kept = fresh && item.actor.kind === 'agent' ? { later: undefined } : {};
        this.set(({ lines }) => ({ ...kept, lines: merge(lines, item), unread: this.shown ? 0 : this.unread + Number(fresh) }));
        this.look(400);
      },
      writes: (seconds) => this.writes.sign(seconds),
    });
    this.hear();
    addEventListener('storage', ({ key }) => {
      if (key === this.key || key === null) this.follow();
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
      const later = made.scheduledWork;
      this.set(() => ({ later }));
    }
    this.changed();
  }

  /** They wait after all. */
  async waiting(): Promise<void> {
    const { later } = this.kept;
    if (!later || !(await this.socket.ask(CANCEL, { input: { scheduledWorkId: later.id } }))) return;
    this.set(() => ({ later: undefined }));
    this.look(0);
  }

  /** Somebody who wrote before hears what came meanwhile, and what waited goes out. */
  start(): void {
    // The page was left meanwhile, and its files with it.
    for (const line of this.lines) if (line.file !== undefined && next([line])) this.mark(line.id, 'failed');
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
    this.set(() => ({ email: email.trim() || undefined }));
    if (this.kept.email && this.kept.lines.length > 0) this.say(this.kept.email);
  }

  get unread(): number {
    return this.kept.unread ?? 0;
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
    this.add(uuid(), text, { choice });
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
      this.add(id, '', { file: file.name || 'file' });
      this.files.set(id, file);
    }
    void this.pump();
    return fits;
  }

  private add(id: string, text: string, more: Pick<Line, 'file' | 'choice'>): void {
    // Whoever they are by now, they say it.
    this.hear();
    this.set(({ lines }) => ({ lines: say(lines, id, text, new Date().toISOString(), more) }));
  }

  again(id: string): void {
    this.mark(id, 'waiting');
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
    if (on) (this.set(() => ({ unread: 0 })), this.look(0));
    this.changed();
  }

  private mark(id: string, way: Way): void {
    this.set(({ lines }) => ({ lines: mark(lines, id, way) }));
  }

  /** The next one to send, whichever tab it was said in; files are sent by the tab that has them. */
  private get next(): Line | undefined {
    return next(this.kept.lines.filter((line) => line.file === undefined || this.files.has(line.id)));
  }

  /** Sends what waits, in order. The same client id sent twice is one message, so every doubt is tried again. */
  private async pump(): Promise<void> {
    if (this.pumping || this.unknown) return;
    this.pumping = true;
    for (let line = this.next; line && !this.unknown; line = this.next) {
      this.mark(line.id, 'sending');
      const status = await this.post(line);
      if (status === 202) {
        this.attempt = 0;
        this.mark(line.id, 'sent');
        const { id } = line;
        this.files.delete(id);
        this.socket.expect(() => this.kept.lines.some((other) => other.id === id));
      } else if (status === 401 && (await this.renew())) continue;
      else if (status === 422 || status === 413) {
        this.files.delete(line.id);
        this.mark(line.id, 'failed');
      }
      else {
        this.mark(line.id, 'waiting');
        this.attempt += 1;
        await new Promise((done) => setTimeout(done, backoff(this.attempt)));
      }
    }
    this.pumping = false;
  }

  private async post(line: Line): Promise<number> {
    try {
      await this.identifying;
      if (!this.kept.token) await this.session();
      if (!this.kept.token) return 0;
      const authorization = `Bearer ${this.kept.token}`;
      if (line.file !== undefined) {
        const file = this.files.get(line.id);
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
    this.hear();
    const who = subject(token);
    if (token !== '' && who === identified(this.kept.token)) return void (this.identity = token);
    this.identity = token;
    if (this.kept.known !== undefined && this.kept.known !== who) {
      this.leave();
      this.set(() => NOBODY);
    }
    if (token === '' || (this.kept.lines.length === 0 && !this.kept.token)) return;
    await this.renew();
  }

  /** What is on its way for the visitor they were is not theirs any more. */
  private leave(): void {
    this.socket.close();
    this.writes.end();
    this.files.clear();
    [this.wait, this.asked, this.trouble] = [null, -1, ''];
  }

  /** A token that is over opens a session once more: they stay the visitor they were, unless the server knows them no more. */
  private renew(): Promise<boolean> {
    return this.session().catch(() => false);
  }

  /** Opens a session as who they are now; false when there is none, or they became somebody else meanwhile. */
  private async session(): Promise<boolean> {
    const before = this.kept.token;
    const open = (identity: string): Promise<Response> => {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (before) headers.authorization = `Bearer ${before}`;
      const body = identity ? JSON.stringify({ identity }) : undefined;
      return fetch(`/chat/${encodeURIComponent(this.account)}/sessions`, { method: 'POST', headers, body });
    };
    let identity = this.identity;
    let answer = await open(identity);
    // A token of the site that is over or wrong makes nobody known, and keeps nobody from writing.
    if (answer.status === 401 && identity && identity === this.identity) answer = await open((this.identity = identity = ''));
    if (answer.status === 404 || answer.status === 403) this.unknown = true;
    if (answer.status !== 201) return false;
    const { token } = (await answer.json()) as { token: string };
    this.hear();
    if (identity !== this.identity || subject(this.kept.token) !== subject(before)) return false;
    const cursor = subject(token) === subject(before) ? this.kept.cursor : null;
    // What somebody known said stays theirs, also when the site does not say any more who it is.
    this.set(({ known }) => ({ token, cursor, known: subject(identity) || known }));
    return true;
  }

  private get key(): string {
    return `meridian.chat.${this.account}`;
  }

  /** Another tab kept something: what it heard is heard here too, and seen when this one is looked at. */
  private follow(): void {
    this.hear();
    if (this.shown && this.unread > 0) this.set(() => ({ unread: 0 }));
    // A page that was opened meanwhile cannot know that the files are here.
    for (const line of this.lines) if (line.way === 'failed' && this.files.has(line.id)) this.mark(line.id, 'waiting');
    void this.pump();
    if (this.kept.token && this.kept.lines.length > 0) this.socket.open();
    this.changed();
  }

  /** Takes over what another tab kept meanwhile; false when that made them another visitor. */
  private hear(): boolean {
    let text: string | null;
    try {
      text = localStorage.getItem(this.key);
    } catch {
      return true;
    }
    if (text === this.stored) return true;
    this.stored = text;
    const [before, stored] = [this.kept, read(text)];
    const other = another(before, stored);
    this.kept = together(before, stored);
    if (other) {
      if (subject(this.identity) !== (stored.known ?? '')) this.identity = '';
      this.leave();
    }
    // Who was writing has written.
    if (this.writing && stored.lines.some((line) => line.from !== 'visitor' && !before.lines.some(({ id }) => id === line.id))) this.writes.end();
    return !other;
  }

  /** Changes what all tabs have kept by now. What was meant for the visitor they were does not change another's. */
  private set(change: (kept: Kept) => Partial<Kept>): void {
    if (this.hear()) {
      this.kept = { ...this.kept, ...change(this.kept) };
      try {
        const text = JSON.stringify(this.kept);
        localStorage.setItem(this.key, text);
        this.stored = text;
      } catch {
        // Then the chat lasts as long as the page.
      }
    }
    this.changed();
  }
}
