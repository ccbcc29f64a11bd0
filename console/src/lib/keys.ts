import { tinykeys } from 'tinykeys';

/** What one key does, or several that do the same. */
interface Entry {
  /** As tinykeys writes them. */
  on: readonly string[];
  /** Its line in the overview, in `shell/shortcuts.words.ts`; those of one line stand together. */
  text: string;
  /** Works while somebody writes. */
  always?: boolean;
  /** Enter and Space belong to a button that has the focus. */
  free?: boolean;
  /** Heard where the focus is (by `is`, or by the browser), not in the whole page. */
  local?: boolean;
}

/** Every key that works, by where it works. What `?` shows and what is bound both come from here. */
export const keymap = {
  global: {
    command: { on: ['$mod+k'], text: 'command', always: true },
    help: { on: ['Shift+?'], text: 'help' },
    inbox: { on: ['g i'], text: 'goto' },
    customers: { on: ['g c'], text: 'goto' },
    knowledge: { on: ['g k'], text: 'goto' },
    find: { on: ['g f'], text: 'goto' },
    floor: { on: ['g w'], text: 'goto' },
    admin: { on: ['g s'], text: 'goto' },
    available: { on: ['p a'], text: 'state' },
    busy: { on: ['p b'], text: 'state' },
    pause: { on: ['p p'], text: 'state' },
    offline: { on: ['p o'], text: 'state' },
  },
  list: {
    next: { on: ['j'], text: 'move' },
    previous: { on: ['k'], text: 'move' },
    open: { on: ['Enter'], text: 'open', free: true },
    decline: { on: ['x'], text: 'decline' },
    search: { on: ['/'], text: 'search' },
  },
  conversation: {
    reply: { on: ['r'], text: 'reply' },
    note: { on: ['n'], text: 'note' },
    draft: { on: ['w'], text: 'draft' },
    brief: { on: ['b'], text: 'brief' },
    transfer: { on: ['t'], text: 'transfer' },
    consult: { on: ['c'], text: 'consult' },
    snooze: { on: ['s'], text: 'snooze' },
    hands: { on: ['h'], text: 'hands' },
    later: { on: ['d'], text: 'later' },
    resolve: { on: ['e'], text: 'resolve' },
    edit: { on: ['l'], text: 'edit' },
    answers: { on: ['a'], text: 'answers' },
    steps: { on: ['f'], text: 'steps' },
    unsteps: { on: ['i'], text: 'unsteps' },
    card: { on: ['.'], text: 'card' },
  },
  writing: {
    send: { on: ['$mod+Enter'], text: 'send', local: true },
    canned: { on: ['/'], text: 'canned', local: true },
    leave: { on: ['Escape'], text: 'leave', local: true },
    choose: { on: ['1', '2', '3', '4', '5'], text: 'choose', local: true },
  },
  elsewhere: {
    take: { on: ['$mod+Enter'], text: 'take', always: true },
    decline: { on: ['x'], text: 'decline' },
  },
  customers: {
    search: { on: ['/'], text: 'search' },
    next: { on: ['j', 'ArrowDown'], text: 'step' },
    previous: { on: ['k', 'ArrowUp'], text: 'step' },
  },
  search: {
    search: { on: ['/'], text: 'search' },
    next: { on: ['j', 'ArrowDown'], text: 'step' },
    previous: { on: ['k', 'ArrowUp'], text: 'step' },
  },
  knowledge: {
    search: { on: ['/'], text: 'search' },
    next: { on: ['j', 'ArrowDown'], text: 'step' },
    previous: { on: ['k', 'ArrowUp'], text: 'step' },
  },
  floor: {
    next: { on: ['j', 'ArrowDown'], text: 'step' },
    previous: { on: ['k', 'ArrowUp'], text: 'step' },
    open: { on: ['Enter'], text: 'alert.open', local: true },
    seen: { on: ['a'], text: 'alert.seen' },
    assign: { on: ['w'], text: 'alert.assign' },
    end: { on: ['e'], text: 'alert.end' },
  },
  admin: {
    next: { on: ['j', 'ArrowDown'], text: 'step' },
    previous: { on: ['k', 'ArrowUp'], text: 'step' },
    first: { on: ['Home'], text: 'ends' },
    last: { on: ['End'], text: 'ends' },
    open: { on: ['Enter'], text: 'admin.open', local: true },
    add: { on: ['n'], text: 'admin.add' },
    filter: { on: ['/'], text: 'admin.filter' },
    save: { on: ['$mod+s'], text: 'admin.save', local: true },
    close: { on: ['Escape'], text: 'admin.close', local: true },
    copy: { on: ['Alt+ArrowDown'], text: 'admin.copy', local: true },
  },
  review: {
    next: { on: ['j', 'ArrowDown'], text: 'step' },
    previous: { on: ['k', 'ArrowUp'], text: 'step' },
    same: { on: ['y'], text: 'review.same' },
    apart: { on: ['n'], text: 'review.apart' },
    undo: { on: ['u'], text: 'review.undo' },
  },
} as const satisfies Record<string, Record<string, Entry>>;

export type Place = keyof typeof keymap;
type Entries<P extends Place> = (typeof keymap)[P];
/** The keys of a place that are heard in the whole page: whoever binds them binds them all. */
type Runs<P extends Place> = {
  [A in keyof Entries<P> as Entries<P>[A] extends { local: true } ? never : A]: (event: KeyboardEvent) => void;
};

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** Plain keys mean text while somebody writes, and belong to the dialog while one is open. */
export function typing(event: KeyboardEvent): boolean {
  const at = event.target;
  if (event.isComposing) return true;
  if (document.querySelector('[role="dialog"],dialog[open],[role="menu"],[role="listbox"]')) return true;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}

/** Enter on a button presses the button, and nothing else. */
function onControl(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
}

/** Keys that begin a sequence, and whether the key that is pressed now follows one. */
const leaders = new Set(Object.values(keymap).flatMap((place) => Object.values(place as Record<string, Entry>).flatMap(({ on }) => on.flatMap((keys) => (keys.includes(' ') ? [keys[0]!] : [])))));
let led = false;
let last = { key: '', at: 0 };

/** A key after a leader belongs to the sequence, whatever it does alone. Tells whether it does. */
export function follows(key: string, at: number): boolean {
  const belongs = leaders.has(last.key) && at - last.at < 1000;
  last = { key: belongs ? '' : key, at };
  return belongs;
}

if (typeof window !== 'undefined') {
  window.addEventListener('keydown', (event) => void (led = follows(typing(event) ? '' : event.key, event.timeStamp)), true);
}

/** Binds every key of a place; the result takes them back. */
export function bind<P extends Place>(place: P, runs: Runs<P>): () => void {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const [action, run] of Object.entries(runs as Record<string, (event: KeyboardEvent) => void>)) {
    const entry = (keymap[place] as Record<string, Entry>)[action]!;
    for (const keys of entry.on) bindings[keys] = (event) => heard(event, entry, keys, run);
  }
  return tinykeys(window, bindings);
}

function heard(event: KeyboardEvent, entry: Entry, keys: string, run: (event: KeyboardEvent) => void): void {
  // What had the focus has taken it for itself.
  if (event.defaultPrevented) return;
  if (!entry.always && (typing(event) || event.ctrlKey || event.metaKey || event.altKey || (led && !keys.includes(' ')))) return;
  if (entry.free && onControl(event)) return;
  event.preventDefault();
  run(event);
}

/** Whether an event is a key that is heard where the focus is. */
export function is<P extends Place>(event: KeyboardEvent, place: P, action: keyof Entries<P> & string): boolean {
  if (event.isComposing) return false;
  return (keymap[place] as Record<string, Entry>)[action]!.on.some((keys) => {
    const parts = keys.split('+');
    const key = parts.pop()!;
    return (
      event.key.toLowerCase() === key.toLowerCase() &&
      parts.includes('$mod') === (event.ctrlKey || event.metaKey) &&
      parts.includes('Alt') === event.altKey
    );
  });
}

const names: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', Shift: '', $mod: isMac ? '⌘' : 'Ctrl' };

/** The caps of one key: `$mod+k` is Ctrl and K, `Shift+?` is ?. */
export function caps(keys: string): string[] {
  return keys.split('+').map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part)).filter(Boolean);
}

/** A line of the overview. */
export interface Line {
  text: string;
  /** What it tells of, as `place.action`. */
  of: string[];
  /** Keys one after the other, each as its caps. */
  keys: string[][];
  joined?: 'then' | 'or';
}

/** The overview of a place: what shares its words shares a line. */
export function lines(place: Place): Line[] {
  const found = new Map<string, [string, Entry][]>();
  for (const [action, entry] of Object.entries(keymap[place] as Record<string, Entry>)) {
    found.set(entry.text, [...(found.get(entry.text) ?? []), [`${place}.${action}`, entry]]);
  }
  return [...found].map(([text, entries]) => {
    const of = entries.map(([name]) => name);
    const first = entries[0]![1].on[0]!;
    if (first.includes(' ')) {
      const [lead] = first.split(' ');
      return { text, of, joined: 'then' as const, keys: [caps(lead!), entries.map(([, { on }]) => caps(on[0]!.split(' ')[1]!)[0]!)] };
    }
    if (entries.length === 1) {
      const { on } = entries[0]![1];
      return on.length > 1 ? { text, of, keys: [on.map((keys) => caps(keys)[0]!)] } : { text, of, keys: [caps(first)] };
    }
    // J and K, or the arrows.
    const ways = entries[0]![1].on.map((_, way) => entries.map(([, { on }]) => caps(on[way]!)[0]!));
    return { text, of, joined: 'or' as const, keys: ways };
  });
}
