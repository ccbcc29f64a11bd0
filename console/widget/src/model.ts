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
}

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
  const line: Line = {
    id: item.id,
    from,
    text: item.text ?? '',
    at: item.placedAt,
    way: 'here',
    seq: item.seq,
    withdrawn: item.deletedAt !== null,
    edited: (item.revision ?? 1) > 1,
    reaction: item.reactions?.us,
    buttons: item.buttons,
    // Under the name by which this page was reached: pages load pictures of their own origin alone.
    files: item.attachments?.map((file) => ({ ...file, url: file.url && file.url.replace(/^https?:\/\/[^/]+/, '') })),
  };
  let rest = lines.filter((other) => other.id !== item.id);
  if (from === 'visitor' && rest.length === lines.length) {
    const own = rest.findIndex((other) => other.seq === undefined && other.text.trim() === line.text.trim() && !other.file === !line.files?.length);
    if (own >= 0) rest = rest.filter((_, index) => index !== own);
  }
  // After everything said before it; what is still on its way out stands last.
  let at = rest.length;
  while (at > 0 && after(rest[at - 1]!, item.seq)) at -= 1;
  return [...rest.slice(0, at), line, ...rest.slice(at)].slice(-KEPT);
}

function after(line: Line, seq: number): boolean {
  return line.seq === undefined ? line.way !== 'sent' : line.seq > seq;
}
