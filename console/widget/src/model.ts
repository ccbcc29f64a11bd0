/** Where a message of the visitor is on its way. */
export type Way = 'waiting' | 'sending' | 'sent' | 'failed' | 'here';

export interface Piece {
  id: string;
  name: string;
  kind: string;
  contentType: string;
  /** PENDING, STORED, FAILED or REFUSED. */
  state?: string;
  url: string | null;
}

export interface Button {
  title: string;
  payload: string;
}

export interface Line {
  /** Client id until the server's item is known, then the item's id. */
  id: string;
  from: 'visitor' | 'bot' | 'agent';
  text: string;
  at: string;
  way: Way;
  /** Place in the conversation; unsent lines have none and stand last. */
  seq?: number;
  withdrawn?: boolean;
  edited?: boolean;
  /** What the desk thinks of it. */
  reaction?: string;
  files?: Piece[];
  /** What the visitor may choose instead of writing. */
  buttons?: Button[];
  /** The button that was chosen. */
  choice?: string;
  /** The file it is, while it is on its way. */
  file?: string;
  /** The client id it was said under, once it is the server's item. */
  said?: string;
}

/** What is kept of a chat on the visitor's device, by all tabs of the site together. */
export interface Kept {
  token: string | null;
  /** Whom the site says it is: the number in its token. */
  known?: string;
  cursor: string | null;
  lines: Line[];
  /** They are answered later instead of waiting. */
  later?: Later;
  /** Where else they are reached, as they say. */
  email?: string;
  /** Answers they have not seen. */
  unread?: number;
}

/** An answer that was promised for a time. */
export interface Later {
  id: string;
  dueAt: string;
  untilAt: string | null;
}

/** The chat of somebody of whom nothing is known. */
export const NOBODY: Kept = { token: null, known: undefined, cursor: null, lines: [], later: undefined, email: undefined, unread: 0 };

/** What the subscription shows of an item. */
export interface Seen {
  id: string;
  seq: number;
  text: string | null;
  placedAt: string;
  deletedAt: string | null;
  revision?: number;
  reactions?: Record<string, string>;
  actor: { kind: string };
  attachments?: Piece[];
  buttons?: Button[];
}

const KEPT = 200;

export function say(lines: Line[], id: string, text: string, at: string, more: Pick<Line, 'file' | 'choice'> = {}): Line[] {
  return [...lines, { id, from: 'visitor', text, at, way: 'waiting', ...more }];
}

export function mark(lines: Line[], id: string, way: Way): Line[] {
  return lines.map((line) => (line.id === id && line.way !== 'here' ? { ...line, way } : line));
}

/** What may be chosen now: the buttons of what was said last, until the visitor says something. */
export function choices(lines: Line[]): Button[] {
  const last = lines.at(-1);
  return last && last.from !== 'visitor' && !last.withdrawn ? (last.buttons ?? []) : [];
}

/** The next one to send: in order, one at a time, so that they arrive as they were said. */
export function next(lines: Line[]): Line | undefined {
  return lines.find((line) => line.way === 'waiting' || line.way === 'sending');
}

/** An item came. Our own words come back as one: they take its place instead of being shown twice. */
export function merge(lines: Line[], item: Seen): Line[] {
  const from = item.actor.kind === 'customer' ? 'visitor' : item.actor.kind === 'bot' ? 'bot' : 'agent';
  const before = lines.find((other) => other.id === item.id);
  const text = (item.text ?? '').trim();
  const same = (other: Line): boolean => other.seq === undefined && other.text.trim() === text && !other.file === !item.attachments?.length;
  const own = from === 'visitor' && !before ? lines.find(same) : undefined;
  const line: Line = {
    id: item.id,
    from,
    text: item.text ?? '',
    at: item.placedAt,
    way: 'here',
    seq: item.seq,
    said: own?.id ?? before?.said,
    withdrawn: item.deletedAt !== null,
    edited: (item.revision ?? 1) > 1,
    reaction: item.reactions?.us,
    buttons: item.buttons,
    // Under the name by which this page was reached: pages load pictures of their own origin alone.
    files: item.attachments?.map((file) => ({ ...file, url: file.url && file.url.replace(/^https?:\/\/[^/]+/, '') })),
  };
  return place(lines.filter((other) => other !== before && other !== own), line).slice(-KEPT);
}

/** Puts a line after everything said before it; what is still on its way out stands last. */
function place(lines: Line[], line: Line): Line[] {
  let at = lines.length;
  while (line.seq !== undefined && at > 0 && after(lines[at - 1]!, line.seq)) at -= 1;
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

function after(line: Line, seq: number): boolean {
  return line.seq === undefined ? line.way !== 'sent' : line.seq > seq;
}

/** What a tab kept, as it stands in the browser's storage. */
export function read(text: string | null): Kept {
  try {
    const kept = JSON.parse(text ?? 'null') as Kept | null;
    if (kept && Array.isArray(kept.lines)) return kept;
  } catch {
    // Nothing readable is kept.
  }
  return NOBODY;
}

/** Whether another tab made them another visitor, or nobody. */
export function another(mine: Kept, stored: Kept): boolean {
  return mine.token !== null && (stored.token === null || subject(stored.token) !== subject(mine.token));
}

/**
 * What one tab has in mind and what the tabs have stored, as one: all that is stored, and of the own lines those that
 * are not there, unless the chat is another visitor's by now. Words whose item is there are not said twice; those that
 * were sent come back as one.
 */
export function together(mine: Kept, stored: Kept): Kept {
  if (another(mine, stored)) return stored;
  const there = new Set(stored.lines.map((line) => line.id));
  const arrived = new Set([...mine.lines, ...stored.lines].map((line) => line.said));
  const own = mine.lines.filter((line) => line.way !== 'sent' && !there.has(line.id) && !arrived.has(line.id));
  return { ...stored, lines: own.reduce(place, stored.lines.filter((line) => !arrived.has(line.id))).slice(-KEPT) };
}

/** What a token claims, unverified: only to notice that it is somebody else's. */
function claims(token: string | null): { sub?: unknown; identity?: { sub?: unknown } } {
  try {
    const part = token?.split('.')[1] ?? '';
    return JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))) as object;
  } catch {
    return {};
  }
}

/** Whose token it is: the site's customer, or the visitor. */
export function subject(token: string | null): string {
  return String(claims(token).sub ?? '');
}

/** Whom the site says it is, in the visitor's token; empty for somebody anonymous. */
export function identified(token: string | null): string {
  return String(claims(token).identity?.sub ?? '');
}
