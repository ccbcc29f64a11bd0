import type { Key } from './i18n/index.svelte';

/** Where a key is explained. */
export interface Shortcut {
  keys: string[][];
  joined?: 'then' | 'or';
  text: Key;
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
const mod = isMac ? '⌘' : 'Ctrl';

export const overview: { title: Key; shortcuts: Shortcut[] }[] = [
  {
    title: 'keys.global',
    shortcuts: [
      { keys: [[mod, 'K']], text: 'keys.command' },
      { keys: [['?']], text: 'keys.help' },
      { keys: [['G'], ['I', 'C', 'W', 'S']], joined: 'then', text: 'keys.goto' },
      { keys: [['P'], ['A', 'B', 'P', 'O']], joined: 'then', text: 'keys.setstate' },
    ],
  },
  {
    title: 'keys.list',
    shortcuts: [
      { keys: [['J'], ['K']], joined: 'or', text: 'keys.next' },
      { keys: [['Enter']], text: 'keys.open' },
      { keys: [['X']], text: 'keys.decline' },
    ],
  },
  {
    title: 'keys.conversation',
    shortcuts: [
      { keys: [['R']], text: 'keys.reply' },
      { keys: [['N']], text: 'keys.note' },
      { keys: [[mod, 'Enter']], text: 'keys.send' },
      { keys: [['/']], text: 'keys.canned' },
      { keys: [['B']], text: 'keys.brief' },
      { keys: [['T']], text: 'keys.transfer' },
      { keys: [['S']], text: 'keys.snooze' },
      { keys: [['E']], text: 'keys.resolve' },
      { keys: [['.']], text: 'keys.card' },
    ],
  },
  {
    title: 'keys.admin',
    shortcuts: [
      { keys: [['↑'], ['↓']], joined: 'or', text: 'keys.admin.move' },
      { keys: [['Enter']], text: 'keys.admin.open' },
      { keys: [['N']], text: 'keys.admin.new' },
      { keys: [['/']], text: 'keys.admin.filter' },
      { keys: [[mod, 'S']], text: 'keys.admin.save' },
      { keys: [['Esc']], text: 'keys.admin.close' },
      { keys: [['Alt', '↓']], text: 'keys.admin.copy' },
    ],
  },
];

/** Plain keys mean text while somebody writes, and belong to the dialog while one is open. */
export function typing(event: KeyboardEvent): boolean {
  const at = event.target;
  if (event.isComposing) return true;
  if (document.querySelector('[role="dialog"],dialog[open],[role="menu"],[role="listbox"]')) return true;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}

/** Enter on a button presses the button, and nothing else. */
export function onControl(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
}

type Bindings = Record<string, (event: KeyboardEvent) => void>;

/** Keys that begin a sequence, and whether the key that is pressed now follows one. */
const leaders = new Set<string>();
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

/** Bindings that stay quiet while somebody types. */
export function quiet(bindings: Bindings): Bindings {
  const wrap = (keys: string, run: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || (led && !keys.includes(' '))) return;
    event.preventDefault();
    run(event);
  };
  for (const keys of Object.keys(bindings)) if (keys.includes(' ')) leaders.add(keys.split(' ')[0] ?? '');
  return Object.fromEntries(Object.entries(bindings).map(([keys, run]) => [keys, wrap(keys, run)]));
}
